"""What is told by mail of a registered document, whoever filed it: to its own party always, to readers who ask for it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.documents import filed_for, judgements, verdicts
from cwg.documents import register as documents_register
from cwg.documents.deadlines import Verdict
from cwg.documents.models import Document, Revision
from cwg.members.models import Person
from cwg.members.rights import Rights, rights_of
from cwg.notices import audience, kinds, outbox
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.layout import moment, one_line
from cwg.notices.models import Event

KIND = "document_registered"


def register() -> None:
    kinds.register(
        NoticeKind(
            KIND,
            _recipients,
            _may_read_document,
            _render_registered,
            label=gettext_lazy("Every new document"),
            default=False,
            always=_comes_from_own_party,
            formerly=("contribution_registered",),
        )
    )
    documents_register.on_registered(tell)


def tell(revision: Revision) -> None:
    """Put a registered revision into the outbox: one row, in the transaction of the decision."""
    outbox.tell(
        KIND,
        key=str(revision.pk),
        at=revision.available_at,
        group=revision.document.register.group_id,
        facts={"revision": revision.pk},
    )


def _revision(event: Event) -> Revision:
    of = Revision.objects.select_related(
        "document__register__group", "deadline", "slot", "receipt", "filed_for"
    )
    return of.prefetch_related("sources__state", "sources__office").get(pk=event.facts["revision"])


def _is_own(rights: Rights, revision: Revision) -> bool:
    """Whether the revision comes from a party the person works for: lead, sponsor, office, who filed it for them."""
    return _bears_own_name(rights, revision) or rights.works_for(filed_for.filer_of_revision(revision))


def _bears_own_name(rights: Rights, revision: Revision) -> bool:
    return any(rights.works_for(source.party) for source in revision.sources.all())


def _may_object(rights: Rights, revision: Revision) -> bool:
    """Whether the secretariat filed it for a Member State whose focal point this person is."""
    lead = next((source.party for source in revision.sources.all() if source.is_lead), None)
    return (
        filed_for.of(revision) is not None
        and lead is not None
        and lead.is_delegation
        and rights.submits_for(lead)
    )


def _sees_document(rights: Rights, revision: Revision) -> bool:
    return Document.objects.visible_to(rights).filter(pk=revision.document_id).exists()


def _recipients(event: Event, now: datetime) -> list[Recipient]:
    """Everybody of the group who sees the document; its own party's people whatever their settings."""
    revision = _revision(event)
    group_id = revision.document.register.group_id
    reading = [r for r in audience.of_group(group_id, now) if group_id in r.readable_groups]
    return [
        Recipient.of(rights.holder, always=_is_own(rights, revision))
        for rights in audience.who_see(reading, lambda rights: _sees_document(rights, revision))
    ]


def _comes_from_own_party(event: Event, person: Person, now: datetime) -> bool:
    return _is_own(rights_of(person, now), _revision(event))


def _may_read_document(event: Event, person: Person | None, now: datetime) -> bool:
    """Still sees it, as a reader of the group; withdrawn meanwhile, it is news to its own party only."""
    revision, rights = _revision(event), rights_of(person, now)
    if revision.document.register.group_id not in rights.readable_groups:
        return False
    if revision.document.is_withdrawn and not _is_own(rights, revision):
        return False
    return _sees_document(rights, revision)


def _render_registered(event: Event, person: Person | None, now: datetime) -> Mail:
    revision = _revision(event)
    register = revision.document.register
    rights = rights_of(person, now)
    own, may_object = _is_own(rights, revision), _may_object(rights, revision)
    by_secretariat = filed_for.of(revision) is not None
    title = one_line(revision.title)
    if by_secretariat and _bears_own_name(rights, revision):
        subject = _("%(symbol)s registered in the name of %(source)s: %(title)s")
    else:
        subject = _("%(symbol)s registered: %(title)s") if own else _("%(symbol)s, new document: %(title)s")
    available = moment(revision.available_at, register.zone, register.place, person)
    facts = [
        (_("Document"), (revision.symbol, title)),
        (_("Source"), tuple(source.printed_as for source in revision.sources.all())),
        (_("Meeting"), (register.title, register.place)),
        (_("Available since"), available),
    ]
    if by_secretariat:
        facts.insert(2, (_("How it came"), (filed_for.text_of(revision),)))
    if own:
        if revision.deadline_at is not None:
            deadline = moment(revision.deadline_at, register.zone, register.place, person)
            facts.append((_("Deadline"), deadline))
        facts.append((str(verdicts.HEADING), (str(verdicts.words(revision.verdict).sentence),)))
        told = judgements.of_revision(revision)
        if len(told) > 1 or any(each.departure for each in told):
            facts.append((_("Each rule"), tuple(judgements.text_of(each) for each in told)))
        link = (_("Open the receipt"), revision.receipt.get_absolute_url())
        if may_object:
            link = (_("Read it, or object"), revision.document.get_absolute_url())
    else:
        link = (_("Open the document"), revision.document.get_absolute_url())
    return Mail(
        subject=subject
        % {"symbol": revision.symbol, "title": title, "source": revision.sources.all()[0].printed_as},
        template=KIND,
        context={
            "own": own,
            "symbol": revision.symbol,
            "filed_in_own_name": by_secretariat and _bears_own_name(rights, revision),
            "may_object": may_object,
            "requested": revision.verdict == Verdict.REQUESTED_IN_SESSION,
        },
        facts=tuple(facts),
        link=link,
    )
