"""Who asks: the script of a page, which reads JSON, or the page's plain form."""

from django.http import HttpRequest


def wants_json(request: HttpRequest) -> bool:
    """Whether the script of the page asks, and not the page's plain form."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
