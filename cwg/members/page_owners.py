"""Whose page a form was sent from, although nobody is signed in any longer, or somebody else is.

Every form carries a token made of the browser's CSRF secret, which changes with each sign-in. A signed cookie says of the
last few secrets of this browser who was signed in while pages were made with them. So the token of a form tells for whom
its page was made. It opens nothing: it only says for whom what was typed is kept (`kept_words.py`).
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.middleware import csrf
from django.utils.crypto import salted_hmac

LIFETIME = timedelta(days=30)
# Sign-ins of one browser that are remembered, the last first.
_MOST = 5
_SALT = "page-owners"


def note(request: HttpRequest, response: HttpResponseBase, person_id: int) -> None:
    """Let the browser remember that the pages of this answer are made for that person."""
    secret = request.META.get("CSRF_COOKIE")
    if not secret:
        return
    known, this = _known(request), [_mark(secret), person_id]
    if known[:1] == [this]:
        return
    response.set_cookie(
        settings.PAGE_OWNERS_COOKIE_NAME,
        signing.dumps([this, *(each for each in known if each[0] != this[0])][:_MOST], salt=_SALT),
        max_age=int(LIFETIME.total_seconds()),
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )


def owner_of_page(request: HttpRequest) -> int | None:
    """The number of the person for whom the page was made that the form of `request` stood on; None where nobody can tell.

    Reads the body.
    """
    token = request.POST.get("csrfmiddlewaretoken", "") or request.headers.get("X-CSRFToken", "")
    if len(token) == csrf.CSRF_TOKEN_LENGTH:
        try:
            token = csrf._unmask_cipher_token(token)  # type: ignore[attr-defined]
        except ValueError:
            return None
    if len(token) != csrf.CSRF_SECRET_LENGTH:
        return None
    return dict(map(tuple, _known(request))).get(_mark(token))


def is_known(request: HttpRequest) -> bool:
    """Whether somebody has been signed in on this browser lately."""
    return bool(_known(request))


def _known(request: HttpRequest) -> list[list]:
    cookie = request.COOKIES.get(settings.PAGE_OWNERS_COOKIE_NAME, "")
    try:
        return signing.loads(cookie, salt=_SALT, max_age=LIFETIME) if cookie else []
    except signing.BadSignature:
        return []


def _mark(secret: str) -> str:
    return salted_hmac(_SALT, secret).hexdigest()[:20]
