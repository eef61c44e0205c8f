"""What the outbox knows of an address: whether the last mail to it got through. Shown beside people and invitations."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.members import mailboxes
from cwg.members.mailboxes import Trouble

from . import kinds
from .models import ABOUT_THE_ADDRESS, Notice
from .readiness import OUTBOX_EMPTIED_WITHIN


def register() -> None:
    mailboxes.on_asked(of)


def of(addresses: Iterable[str]) -> dict[str, Trouble]:
    """By the newest mail to each address, in small letters, that tells anything: sent, failed, being tried, overdue.

    A mail about a draft tells only once it failed: that there is a draft is nobody else's affair.
    """
    now = clock.now()
    overdue = now - OUTBOX_EMPTIED_WITHIN
    tells = (
        Q(status__in=[Notice.Status.SENT, Notice.Status.FAILED, Notice.Status.SET_ASIDE])
        | Notice.FAILING
        | Q(status=Notice.Status.WAITING, due_at__lt=overdue)
    )
    of_drafts_and_waiting = Q(status=Notice.Status.WAITING, event__kind__in=kinds.of_drafts())
    newest = (
        Notice.objects.annotate(folded=Lower("address"))
        .filter(tells, folded__in=list(addresses))
        .exclude(of_drafts_and_waiting)
        .order_by("folded", "-pk")
        .distinct("folded")
    )
    return {notice.folded: trouble for notice in newest if (trouble := _trouble(notice)) is not None}


def _trouble(notice: Notice) -> Trouble | None:
    if notice.status == Notice.Status.SENT:
        return None
    if notice.status == Notice.Status.WAITING:
        if not notice.is_failing:
            return Trouble(_("A mail to this address has not left the portal yet"), notice.due_at, False)
        return Trouble(
            _("Mail to this address does not get through yet"), notice.failing_since or notice.due_at, False
        )
    if (
        notice.why not in ABOUT_THE_ADDRESS
    ):  # the server's fault or the portal's: nothing to mend at the address
        return Trouble(_("The last mail to this address failed"), notice.failed_at or notice.due_at, False)
    return Trouble(_("Mail to this address fails"), notice.failed_at or notice.due_at, True)
