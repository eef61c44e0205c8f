"""What pages of documents show of the floors above: those say in `AppConfig.ready()` where it is found.

The register knows no meetings and no contributions; a document still links to the requests it answers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from .models import Document


@dataclass(frozen=True)
class AnsweredRequest:
    """A request of the Group that a document answers. `dated`: it had a due date, and excused from no deadline."""

    url: str
    meeting: str
    wording: str
    dated: bool


AnsweredBy = Callable[[QuerySet[Document]], dict[int, list[AnsweredRequest]]]
_answered_by: list[AnsweredBy] = []


def register_requests(answered_by: AnsweredBy) -> None:
    """`answered_by(documents)` gives the requests that each of them answers, by its id, in one query."""
    _answered_by[:] = [answered_by]


def requests_answered_by(documents: QuerySet[Document]) -> dict[int, list[AnsweredRequest]]:
    """By the document's id; nothing where nobody keeps requests. `documents` is not sliced."""
    return _answered_by[0](documents) if _answered_by else {}
