"""The registry behind `/readyz`: every app says in `ready()` what a load balancer and a supervisor should know of it.

The page is public: an answer holds yes or no, ages and counts, never a name, an address or a setting.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import Error

logger = logging.getLogger(__name__)

# {"ok": bool, ...}: whether all is well, and what that was judged by.
Answer = dict[str, Any]
Question = Callable[[], Answer]


@dataclass(frozen=True)
class _Registered:
    question: Question
    needed: bool
    asks_database: bool


_questions: dict[str, _Registered] = {}
DATABASE = "database"


def register(name: str, question: Question, *, needed: bool = False, asks_database: bool = True) -> None:
    """Have `question` asked under `name`.

    `needed`: without it no page can be served, and `/readyz` answers 503; else a no is something to look at.
    A question that asks the database is passed over where the database itself does not answer.
    """
    _questions[name] = _Registered(question, needed, asks_database)


def needed() -> list[str]:
    """The names without which no page can be served."""
    return [name for name, registered in _questions.items() if registered.needed]


def names() -> list[str]:
    """All that are asked."""
    return list(_questions)


def answers() -> dict[str, Answer]:
    """Every question by name with its answer, the database first."""
    found = {DATABASE: _asked(DATABASE)}
    for name, registered in _questions.items():
        if name != DATABASE and (found[DATABASE]["ok"] or not registered.asks_database):
            found[name] = _asked(name)
    return found


def _asked(name: str) -> Answer:
    """The answer, or a plain no: what went wrong stands in the log, not on a public page."""
    try:
        return _questions[name].question()
    except Error:
        logger.exception("readyz: %s does not answer", name)
        return {"ok": False}
