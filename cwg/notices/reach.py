"""Which mails somebody sees, and may send again: those of the own groups, and of no group those to people one knows."""

from django.db.models import Q, QuerySet

from cwg.members.oversight import known_people, seen_groups
from cwg.members.rights import Rights

from . import kinds
from .models import Notice


def seen(rights: Rights) -> QuerySet[Notice]:
    """Of mails about drafts only what failed: that there is a draft is nobody else's affair."""
    groups = seen_groups(rights)
    if not groups:
        return Notice.objects.none()
    of_no_group = Q(event__group__isnull=True, person__in=known_people(rights))
    not_of_drafts = ~Q(event__kind__in=kinds.of_drafts()) | Q(status=Notice.Status.FAILED)
    return Notice.objects.filter(Q(event__group_id__in=groups) | of_no_group).filter(not_of_drafts)


def serves(notice: Notice, rights: Rights) -> bool:
    """Whether a mail that this person sees is in their hands: the secretariat's of its group."""
    group = notice.event.group_id
    return rights.is_secretariat if group is None else group in rights.secretariat_groups


def may_send_again(notice: Notice, rights: Rights) -> bool:
    """Whether this person is offered to send it again: one that failed or went out."""
    return serves(notice, rights) and notice.status in (Notice.Status.FAILED, Notice.Status.SENT)
