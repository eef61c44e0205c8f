"""What is told of papers that the secretariat filed for others after they are registered: withdrawn, objected to.

That they are registered is told like every document, to their party always (`meetings/document_notices.py`).
"""

from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cwg.documents import objections
from cwg.documents.models import Document, Objection, Slot
from cwg.members.models import Person
from cwg.members.rights import Rights, rights_of
from cwg.notices import audience, kinds, outbox
from cwg.notices.kinds import Mail, NoticeKind, Recipient
from cwg.notices.layout import moment, one_line
from cwg.notices.models import Event
from meetings.models import Addressee

WITHDRAWN = "document_withdrawn"
OBJECTION = "objection"


def register() -> None:
    kinds.register(NoticeKind(WITHDRAWN, _its_party, _still_of_its_party, _render_withdrawn))
    kinds.register(NoticeKind(OBJECTION, _secretariat, _still_stands_so, _render_objection))
    objections.on_changed(tell)


def tell(objection: Objection) -> None:
    """Put an objection that was made, or taken back, into the outbox: in its transaction."""
    at = objection.lifted_at or objection.made_at
    outbox.tell(
        OBJECTION,
        key=f"{objection.pk}:{'lifted' if objection.lifted_at else 'made'}",
        at=at,
        group=objection.document.register.group_id,
        facts={"objection": objection.pk, "lifted": objection.lifted_at is not None},
    )


# --- Withdrawn by the secretariat, told to the party ------------------------------------------------------------------


def _document(event: Event) -> Document:
    return Document.objects.for_list().get(pk=event.facts["document"])


def _its_party(event: Event, now: datetime) -> list[Recipient]:
    document = _document(event)
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(document.register.group_id, now)
        if _acts_in_its_name(rights, document)
    ]


def _acts_in_its_name(rights: Rights, document: Document) -> bool:
    party = document.party
    # For an invited body the secretariat acts, which has done it.
    return party is not None and not party.is_invited and rights.works_for(party)


def _still_of_its_party(event: Event, person: Person | None, now: datetime) -> bool:
    return _acts_in_its_name(rights_of(person, now), _document(event))


def _still_open(event: Event) -> Slot | None:
    """The request that the withdrawal opened again, unless it was answered, withdrawn or ended before the mail left."""
    return Slot.objects.open().filter(pk=event.facts.get("reopened")).first()


def _awaiting_again(document: Document) -> list[str]:
    """The wordings of the dated requests to its party that it answered, and that await another document since."""
    if document.party is None:
        return []
    asked = Addressee.objects.awaiting_document().of_party(document.party).filter(document=document)
    return [one_line(each.request.wording) for each in asked.select_related("request").order_by("pk")]


def _render_withdrawn(event: Event, person: Person | None, now: datetime) -> Mail:
    document = _document(event)
    register, title = document.register, one_line(document.title)
    assert document.withdrawn_at is not None  # nobody takes a withdrawal back
    reopened = _still_open(event)
    awaiting = _awaiting_again(document)
    wordings = (*([one_line(reopened.wording)] if reopened else []), *awaiting)
    request = ((_("Request of the Group"), wordings),) if wordings else ()
    return Mail(
        subject=_("%(symbol)s withdrawn by the secretariat: %(title)s")
        % {"symbol": document.symbol, "title": title},
        template=WITHDRAWN,
        context={
            "symbol": document.symbol,
            "reopened": reopened is not None,
            "awaiting": len(awaiting),
        },
        facts=(
            (_("Document"), (document.symbol, title)),
            *request,
            (_("Source"), (document.current.sources.all()[0].printed_as,)),
            (_("Meeting"), (register.title, register.place)),
            (_("Withdrawn"), moment(document.withdrawn_at, register.zone, register.place, person)),
            (_("Reason"), (document.withdrawal_reason,)),
        ),
        link=(_("Open the document"), document.get_absolute_url()),
    )


# --- An objection, told to the secretariat of the group ----------------------------------------------------------------


def _objection(event: Event) -> Objection:
    of = Objection.objects.select_related("document__register__group", "state", "made_by", "lifted_by")
    return of.get(pk=event.facts["objection"])


def _secretariat(event: Event, now: datetime) -> list[Recipient]:
    group_id = _objection(event).document.register.group_id
    return [
        Recipient.of(rights.holder)
        for rights in audience.of_group(group_id, now)
        if group_id in rights.secretariat_groups
    ]


def _still_stands_so(event: Event, person: Person | None, now: datetime) -> bool:
    """Made: not taken back since. The person is still of the secretariat."""
    objection = _objection(event)
    if objection.is_standing == event.facts["lifted"]:
        return False
    return objection.document.register.group_id in rights_of(person, now).secretariat_groups


def _render_objection(event: Event, person: Person | None, now: datetime) -> Mail:
    objection = _objection(event)
    document, register = objection.document, objection.document.register
    lifted = objection.lifted_at
    by = objection.lifted_by if lifted else objection.made_by
    said = {"state": capfirst(objection.state.in_text), "symbol": document.symbol}
    subject = (
        _("%(state)s took back its objection to %(symbol)s")
        if lifted
        else _("%(state)s objects to %(symbol)s")
    )
    return Mail(
        subject=subject % said,
        template=OBJECTION,
        context={"lifted": lifted is not None, **said},
        facts=(
            (_("Document"), (document.symbol, one_line(document.title))),
            (_("Meeting"), (register.title, register.place)),
            (
                _("Taken back") if lifted else _("Made"),
                moment(lifted or objection.made_at, register.zone, register.place, person),
            ),
            (_("By"), (one_line(str(by)),)),
            (_("The objection was") if lifted else _("Reason"), (objection.reason,)),
        ),
        link=(_("Open the document"), document.get_absolute_url()),
    )
