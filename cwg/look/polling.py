"""Pages that ask again by themselves, while nobody may be sitting there."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def asked_by_pages(view: View) -> View:
    """Marks a view that open pages ask by themselves: it is no use of the session, whose idle limit goes on."""
    marked: Any = view
    marked.asked_by_pages = True
    return view


def is_asked_by_pages(view: Callable[..., Any]) -> bool:
    return getattr(view, "asked_by_pages", False)
