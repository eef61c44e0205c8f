"""Which mails somebody sees, and may send again: those of the own groups, and of no group those to their people.

An auditor of a group sees its mails, and those of no group to its people, and has in hand only such of the latter as go to
people who are also of a group whose secretariat the auditor is. An administrator, who looks after the installation, sees in
every group what failed and nothing else.
"""

from django.db.models import Q

from cwg.members.oversight import is_administrator, known_people, people_of, seen_groups
from cwg.members.rights import Rights

from . import kinds, resending
from .models import Notice, NoticeQuerySet


def seen(rights: Rights) -> NoticeQuerySet:
    """Of mails about drafts only what failed: that there is a draft is nobody else's affair."""
    found = Q(pk__in=[])
    if groups := seen_groups(rights):
        of_no_group = Q(event__group__isnull=True, person__in=known_people(rights))
        found |= Q(event__group_id__in=groups) | of_no_group
    if is_administrator(rights):
        found |= Notice.FAILING | Notice.FAILED
    not_of_drafts = ~Q(event__kind__in=kinds.of_drafts()) | Notice.FAILED
    return Notice.objects.filter(found).filter(not_of_drafts)


def untried(rights: Rights) -> NoticeQuerySet:
    """Those that wait for their first attempt, to be counted: all that there are where every group is looked after."""
    rows = Notice.objects.all() if is_administrator(rights) else seen(rights)
    return rows.filter(status=Notice.Status.WAITING, failing_since__isnull=True)


def sees_mail(rights: Rights) -> bool:
    """Whether there is a page of mail for this person: secretariats, administrators, auditors. No query."""
    return is_administrator(rights) or bool(seen_groups(rights))


def serves_any(rights: Rights) -> bool:
    """Whether any mail that fails is in this person's hands. No query."""
    return is_administrator(rights) or rights.is_secretariat


def serves(notice: Notice, rights: Rights) -> bool:
    """Whether a mail that this person sees is in their hands. One query."""
    return Notice.objects.filter(_in_hands_of(rights), pk=notice.pk).exists()


def served(rights: Rights) -> NoticeQuerySet:
    """Of those in trouble, all that are in this person's hands: `serves` of rows not at hand."""
    return seen(rights).in_trouble().filter(_in_hands_of(rights))


def _in_hands_of(rights: Rights) -> Q:
    """The secretariat's: the mails of its groups, and of no group those to its people. An administrator's: what failed."""
    found = Q(pk__in=[])
    if own := rights.secretariat_groups:
        found |= Q(event__group_id__in=own) | Q(event__group__isnull=True, person__in=people_of(own))
    if is_administrator(rights):
        found |= Notice.FAILING | Notice.FAILED
    return found


def may_send_again(notice: Notice, rights: Rights) -> bool:
    """Whether this person is offered to send it again."""
    return serves(notice, rights) and resending.may_be_sent_again(notice)


def may_set_aside(notice: Notice, rights: Rights) -> bool:
    """Whether this person is offered to set it aside."""
    return serves(notice, rights) and resending.may_be_set_aside(notice)
