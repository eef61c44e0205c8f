"""How a line of the log looks: one JSON object (production), or key=value for a person to read.

One formatter writes them all: those of structlog and of the standard library, of web, gunicorn, worker, beat and
commands. Every field is masked (`log_masking.py`) before it is written. What is bound (`bound`) stands in each line
of the request or the task at hand; `request_id` is the number by which one request is followed from the proxy to
the mail that it caused.
"""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog

from .log_masking import masked, without_details

Fields = MutableMapping[str, Any]

JSON, READABLE = "json", "readable"
FORMS = (JSON, READABLE)
# What a reader looks for first; everything else follows in the order in which it was said.
_FIRST = ("time", "level", "logger", "event", "request_id")
REQUEST_ID = "request_id"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def bound(**fields: Any) -> Any:
    """A context in which every line of this thread has these fields."""
    return structlog.contextvars.bound_contextvars(**fields)


def request_id() -> str:
    """The number of the request at hand; "" outside one."""
    return str(structlog.contextvars.get_contextvars().get(REQUEST_ID, ""))


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """The formatter of every handler. `form` is one of FORMS; raises ValueError for another."""

    def __init__(self, form: str = JSON):
        if form not in FORMS:
            raise ValueError(f"LOG_FORMAT is {form!r}; it may be {' or '.join(FORMS)}.")
        super().__init__(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars],
            processors=[_who_and_when, _exception, _finished, _as_json if form == JSON else _as_text],
            pass_foreign_args=True,
        )


def configure() -> None:
    """Have structlog's loggers and Python's warnings go through the standard library's handlers, and so LineFormatter."""
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def log_what_nobody_caught() -> None:
    """Have the error that ends a command written as a line like all others, and masked like them."""
    logger = logging.getLogger("cwg.command")

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            logger.critical("the command broke off", exc_info=(kind, error, trace))

    sys.excepthook = uncaught


def _who_and_when(_logger: Any, _method: str, fields: Fields) -> Fields:
    record: logging.LogRecord = fields["_record"]
    fields["time"] = _instant(record.created)
    fields["level"] = record.levelname.lower()
    fields["logger"] = record.name
    return fields


def _instant(seconds: float) -> str:
    """ISO 8601 in UTC with microseconds, as nginx and PostgreSQL can be told to write it too."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _exception(_logger: Any, _method: str, fields: Fields) -> Fields:
    del fields["_record"], fields["_from_structlog"]
    given = fields.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    elif isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if isinstance(given, tuple) and given[1] is not None:
        text = "".join(traceback.format_exception(*given)).rstrip()
        fields["exception"] = without_details(text, given[1])
    # Somebody wrote an error into a sentence: "... (%s)", error.
    arguments = fields.pop("positional_args", ())
    for told in arguments if isinstance(arguments, tuple) else ():
        if isinstance(told, BaseException):
            fields["event"] = without_details(str(fields["event"]), told)
    if stack := fields.pop("stack_info", None):
        fields["stack"] = stack
    return fields


def _finished(_logger: Any, _method: str, fields: Fields) -> Fields:
    first = {name: fields[name] for name in _FIRST if fields.get(name)}
    rest = {name: held for name, held in fields.items() if name not in first and name not in _FIRST}
    return masked(first | rest)


def _as_json(_logger: Any, _method: str, fields: Fields) -> str:
    return _ENCODER.encode(fields)


def _as_text(_logger: Any, _method: str, fields: Fields) -> str:
    long = [str(fields.pop(name)) for name in ("exception", "stack") if name in fields]
    head = [str(fields.pop(name, "")) for name in ("time", "level", "logger", "event")]
    pairs = [f"{name}={_plain(held)}" for name, held in fields.items()]
    return "\n".join([" ".join([*head, *pairs]), *long])


def _plain(held: Any) -> str:
    text = held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)
    return (
        text if text and not any(sign in text for sign in ' ="\n') else json.dumps(text, ensure_ascii=False)
    )
