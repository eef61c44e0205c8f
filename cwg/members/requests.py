"""The request as the portal's views get it: Django's, with what `members.middleware` has put on it."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.http import HttpRequest

from .models import Person
from .rights import Rights


class VisitorRequest(HttpRequest):
    """A request of anybody, signed in or not: what a page with `@login_not_required` gets. Annotation only."""

    rights: Rights
    # The one instant, aware and in UTC, at which the whole request is judged.
    server_now: datetime
    # Reads the database's clock again, for a verb that waits for a lock.
    read_clock: Callable[[], datetime]


class PortalRequest(VisitorRequest):
    """A request of somebody signed in: LoginRequiredMiddleware lets nobody else reach the page. Annotation only."""

    user: Person


def of_visitor(request: HttpRequest) -> VisitorRequest:
    """The request where Django's own signature says less than what the middleware made of it."""
    return cast(VisitorRequest, request)


def of_person(request: HttpRequest) -> PortalRequest:
    """As `of_visitor`, where Django (its admin site) has already turned away who is not signed in."""
    return cast(PortalRequest, request)
