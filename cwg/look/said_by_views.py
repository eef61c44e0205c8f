"""What a view says about its address to whoever meets the request before the view does: an attribute, set by a decorator."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def said_by_view(request: HttpRequest, name: str, otherwise: Any) -> Any:
    """The attribute `name` of the view at the request's address; `otherwise` where it has none, or nothing is there."""
    try:
        return getattr(resolve(request.path_info).func, name, otherwise)
    except Resolver404:
        return otherwise


def takes_list(*, most_bytes: int) -> Callable[[V], V]:
    """Marks a view that a list is sent to, pasted or as a file, in a form as every page takes it.

    The view refuses a list of more than `most_bytes` in words of its own. Of what is too long for any form, and is not read to
    its end, that limit is told too, by the portal and by nginx (docker-compose.yml).
    """

    def marked(view: V) -> V:
        view.most_list_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return marked


def most_list_bytes(request: HttpRequest) -> int:
    """How many bytes a list may have, pasted or as a file, where the address takes one (`takes_list`); else 0."""
    return said_by_view(request, "most_list_bytes", 0)
