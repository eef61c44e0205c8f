"""What became of a request that was not done, and what its page holds of what was sent, so that one button repeats it.

The busy page, that of a clock that was set back and that of a database that is away all ask here, so that none of them
repeats a secret, and none stays in a browser's store.
"""

from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from cwg.documents import uploads

# What is sent there holds secrets, which no page repeats.
SECRET = ("/accounts/", "/invitation/")
# Seconds. nginx says the same on its own pages (docker-compose.yml).
RETRY_AFTER = 5


def only_reads(request: HttpRequest) -> bool:
    """Whether it was to show something, and so has changed nothing."""
    return request.method in ("GET", "HEAD")


def offered(request: HttpRequest, *, of_our_page: bool = True) -> dict[str, Any]:
    """For `send_again.html`: what was sent, where that may be repeated (`repeatable`), and the ways on.

    `of_our_page`: whether a form of ours sent it, as the check of CSRF has it.
    """
    repeatable = not only_reads(request) and of_our_page and not request.path.startswith(SECRET)
    entered = _entered_in(request) if repeatable else []
    files = [file.name for _name, files in request.FILES.lists() for file in files] if repeatable else []
    files += uploads.left_out(request)
    return {
        "reading": only_reads(request),
        "repeatable": repeatable,
        "entered": entered,
        "typed": [(name, value) for name, value in entered if value.strip()],
        "files": files,
        "address": request.get_full_path(),
        "back": page_before(request),
    }


def later(answer: HttpResponse, seconds: int = RETRY_AFTER) -> HttpResponse:
    """`answer`, which says when to try again and is kept by nobody."""
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer


def _entered_in(request: HttpRequest) -> list[tuple[str, str]]:
    """All that a form sent, but for its files and the token of the form itself."""
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]


def page_before(request: HttpRequest) -> str:
    """The address of the page of ours that the request was sent from; empty where that is not known."""
    sent_from = request.headers.get("Referer", "")
    try:
        own = url_has_allowed_host_and_scheme(
            sent_from, {request.get_host()}, require_https=request.is_secure()
        )
    except DisallowedHost:
        return ""
    return sent_from if own else ""
