"""What stands in the two meetings: contributions, documents of offices, requests of the Group and their answers.

Titles are those of the issues on the list of Resolution 1305; every text says that it is an example and nobody's
position.
"""

from dataclasses import dataclass
from datetime import timedelta

from contributions import sponsors
from contributions.models import Sponsorship
from cwg import clock
from cwg.demo.archive import make_files
from cwg.demo.archive.archive_2009 import UNPLACED_DOCUMENTS
from cwg.documents.kinds import Kind
from cwg.documents.models import Register, Slot
from cwg.members.models import MemberState, Office
from cwg.texts import docx_out, pdf_out
from cwg.texts.tree import Style, Text, heading, items, paragraph, title
from meetings import requests, sittings
from meetings.models import Addressee, Meeting, Request

from . import past
from .filing import FileOf, Paper, draft, person, rights_at, submit
from .meetings import GATHERING, open_first_sitting

EXAMPLE = "Example of the demonstration. It is nobody's position."
SECRETARIAT = "secretariat@demo.example"


@dataclass(frozen=True)
class Asked:
    """A request of the Group: to whom (ISO codes or offices' codes), how long after the opening, the words."""

    addressees: tuple[str, ...]
    after: timedelta
    sitting: int
    item: str
    wording: str
    # Where it has a date: how long after the opening.
    due: timedelta | None = None


# --- The meeting in session ---------------------------------------------------------------------------------------

AGENDA = Paper(
    by=SECRETARIAT,
    office="secretariat",
    kind=Kind.AGENDA,
    title="Draft agenda",
    summary=EXAMPLE,
)
SAUDI_ARABIA = Paper(
    by="focal.sau@demo.example",
    state="SAU",
    title="Security, safety, continuity, sustainability and robustness of the Internet",
    summary=f"{EXAMPLE} It shows a contribution for action that came in time.",
    action_required="The Group is invited to consider the questions in section 2.",
    references="Council Resolution 1305",
    issues=(4,),
)
RUSSIAN_FEDERATION = Paper(
    by="focal.rus@demo.example",
    state="RUS",
    kind=Kind.CONTRIBUTION_INFORMATION,
    title="Management of Internet resources, including domain names and addresses",
    summary=f"{EXAMPLE} It shows a joint contribution: a second administration confirmed that it joins.",
    references="Council Resolution 1305; Resolution 102",
    issues=(3,),
)
TSB = Paper(
    by="tsb@demo.example",
    office="tsb",
    kind=Kind.INFORMATION,
    title="Activities of the ITU-T study groups related to the Group's issues",
    summary=f"{EXAMPLE} It shows an information document of a bureau.",
)
CHINA = Paper(
    by="focal.chn@demo.example",
    state="CHN",
    title="Capacity building for Internet governance in developing countries",
    summary=f"{EXAMPLE} It shows a contribution that came a quarter of an hour before the deadline.",
    action_required="The Group is invited to note this document.",
    issues=(9, 10),
)
GENERAL_SECRETARIAT = Paper(
    by="gs@demo.example",
    office="gs",
    kind=Kind.BUREAU_REPORT,
    title="Overview of the open consultation held before the meeting",
    summary=f"{EXAMPLE} It answers a request that the Group recorded in session.",
)
BRAZIL_IN_SESSION = Paper(
    by="focal.bra@demo.example",
    state="BRA",
    title="Availability, affordability, reliability and quality of service",
    summary=f"{EXAMPLE} It came after the deadline, requested by the Group in session.",
    action_required="The Group is invited to consider the text under the item at which it asked for it.",
    issues=(8,),
)

ASKED_GENERAL_SECRETARIAT = Asked(
    ("gs",),
    timedelta(hours=1, minutes=40),
    1,
    "3. Open consultation",
    "The Group requested the General Secretariat to submit an overview of the open consultation held before the "
    "meeting.",
)
ASKED_BRAZIL = Asked(
    ("BRA",),
    timedelta(hours=5, minutes=50),
    2,
    "5. Contributions of Member States",
    "The Group requested the Brazilian administration to submit in writing the text that it had presented orally.",
)
# As the Dedicated Group discussed on 12 February 2009 (report, 3).
ASKED_LATVIA = Asked(
    ("LVA",),
    timedelta(hours=7, minutes=10),
    2,
    "6. Other activities",
    "The Group requested the Latvian administration to submit a contribution related to the activities of the GAC "
    "with respect to Internet-related public policy issues.",
)

# As on 12 February 2009 (report, 4.2): one request, three addressees, one date.
ASKED_REPORTS = Asked(
    ("gs", "tsb", "bdt"),
    timedelta(hours=7, minutes=20),
    2,
    "7. Requests of the Group, date of the next meeting, any other business",
    "The Group requested the General Secretariat, TSB and BDT to submit documents reporting on their activities related "
    "to international Internet-related public policy issues.",
    due=timedelta(days=70),
)


def fill_in_session(register: Register) -> None:
    """Documents in time, one quarter of an hour before the line; requests; two answers, and one slot still open."""
    opens = register.opens_at
    line = opens - timedelta(hours=24)
    for paper, at in (
        (AGENDA, opens - timedelta(days=20)),
        (SAUDI_ARABIA, opens - timedelta(days=6) + timedelta(hours=2)),
    ):
        with past.at_instant(at):
            submit(draft(paper, register, [_docx(paper)]), paper.by)
    with past.at_instant(opens - timedelta(days=4) + timedelta(hours=5)):
        joint = draft(RUSSIAN_FEDERATION, register, [_pdf(RUSSIAN_FEDERATION)])
        if joint.is_open:
            _joined(joint, "SYR", RUSSIAN_FEDERATION.by)
            submit(joint, RUSSIAN_FEDERATION.by)
    for paper, at in ((TSB, opens - timedelta(days=3)), (CHINA, line - timedelta(minutes=15))):
        with past.at_instant(at):
            submit(draft(paper, register, [_docx(paper)]), paper.by)

    if register.opened_at is None:
        with past.at_instant(opens + GATHERING):
            open_first_sitting(register, person(SECRETARIAT))
    to_gs = _ask(register, ASKED_GENERAL_SECRETARIAT)
    _open_afternoon(register)
    to_brazil = _ask(register, ASKED_BRAZIL)
    # The one that is still open: its addressee gets the mail.
    _ask(register, ASKED_LATVIA, mails=True)
    _ask(register, ASKED_REPORTS)
    for paper, slot, after in (
        (GENERAL_SECRETARIAT, to_gs, timedelta(hours=7, minutes=35)),
        (BRAZIL_IN_SESSION, to_brazil, timedelta(hours=7, minutes=55)),
    ):
        with past.at_instant(opens + after):
            submit(draft(paper, register, [_docx(paper)], slot), paper.by)


def _open_afternoon(register: Register) -> None:
    """The second sitting, in which the next requests are made, opened some minutes after its hour too."""
    meeting = Meeting.objects.get(register=register)
    second = meeting.sittings.get(number=2)
    if second.opened_at is None:
        with past.at_instant(second.starts_at + GATHERING):
            sittings.open_sitting(meeting, second, actor=person(SECRETARIAT))


def _joined(contribution, iso3: str, by: str) -> None:
    """The State is asked to join, and its focal point confirms."""
    state = MemberState.objects.get(iso3=iso3)
    at = clock.now()
    asked = Sponsorship.objects.filter(contribution=contribution, state=state).first()
    asked = asked or sponsors.ask(contribution.pk, state, rights=rights_at(by), at=at)
    if asked.status == Sponsorship.Status.ASKED:
        sponsors.answer(asked.pk, joins=True, rights=rights_at(f"focal.{iso3.lower()}@demo.example"), at=at)


def _ask(register: Register, asked: Asked, *, mails: bool = False) -> Slot | None:
    """Record the request; the slot of its first addressee, where it opens any."""
    meeting = Meeting.objects.get(register=register)
    found = Request.objects.filter(meeting=meeting, wording=asked.wording).first()
    if found is None:
        due_on = (register.opens_at + asked.due).date() if asked.due else None
        with past.at_instant(register.opens_at + asked.after, mails=mails):
            found = requests.record(
                meeting,
                addressees=[_addressee(code) for code in asked.addressees],
                sitting=meeting.sittings.get(number=asked.sitting),
                item=asked.item,
                wording=asked.wording,
                due_on=due_on,
                actor=person(SECRETARIAT),
            )
    return found.addressees.select_related("slot")[0].slot


def _addressee(code: str) -> MemberState | Office:
    return MemberState.objects.filter(iso3=code).first() or Office.objects.get(code=code)


# --- The next meeting ---------------------------------------------------------------------------------------------

FRANCE = Paper(
    by="focal.fra@demo.example",
    state="FRA",
    title="Working methods of a group on international Internet-related public policy issues",
    summary=f"{EXAMPLE} Its text is the proposal of France made after the June 2007 meeting of WG-WSIS.",
    action_required="The Group is invited to consider this document.",
    references="Resolutions 102 and 140 (Antalya, 2006); Council Resolution 1282",
    issues=(3,),
)
TSB_NEXT = Paper(
    by="tsb@demo.example",
    office="tsb",
    kind=Kind.INFORMATION,
    title="Activities related to international Internet connectivity",
    summary=f"{EXAMPLE} It shows a document of a bureau that answers a request with a date.",
    issues=(2,),
)
SAUDI_DRAFT = Paper(
    by="delegate.sau@demo.example",
    state="SAU",
    title="Multilingualization of the Internet, including internationalized domain names",
    summary=f"{EXAMPLE} It shows a draft that its focal point has still to submit.",
    action_required="The Group is invited to consider the questions in section 2.",
    references="Council Resolution 1305",
    issues=(1,),
)
BRAZIL_DRAFT = Paper(
    by="focal.bra@demo.example",
    state="BRA",
    title="Protecting children and young people from abuse and exploitation",
    summary=f"{EXAMPLE} It shows a joint draft: another administration is asked to join.",
    action_required="The Group is invited to note this document.",
    issues=(12,),
)


def fill_next(register: Register) -> None:
    """One delegation has submitted, one has a draft, one asks another to join; a bureau has answered a request. All now."""
    made = make_files.files_of(UNPLACED_DOCUMENTS[0])[0]
    submit(
        draft(FRANCE, register, [FileOf("contribution-en.docx", made.media_type, made.content)]), FRANCE.by
    )
    asked = Addressee.objects.awaiting_document().filter(
        office__code=TSB_NEXT.office, request__meeting__register__group=register.group
    )
    submit(draft(TSB_NEXT, register, [_docx(TSB_NEXT)], answers=asked.first()), TSB_NEXT.by)
    draft(SAUDI_DRAFT, register, [_docx(SAUDI_DRAFT)])
    joint = draft(BRAZIL_DRAFT, register, [_docx(BRAZIL_DRAFT)])
    syria = MemberState.objects.get(iso3="SYR")
    if not Sponsorship.objects.filter(contribution=joint, state=syria).exists():
        sponsors.ask(joint.pk, syria, rights=rights_at(BRAZIL_DRAFT.by), at=clock.now())


FILLERS = {"in_session": fill_in_session, "next": fill_next}


# --- Their files --------------------------------------------------------------------------------------------------


def _text(paper: Paper) -> Text:
    if paper.kind == Kind.AGENDA:
        agenda = (
            "Opening, adoption of the agenda",
            "Report of the last meeting",
            "Open consultation",
            "Documents of the secretariat and the bureaux",
            "Contributions of Member States",
            "Other activities",
            "Requests of the Group, date of the next meeting, any other business",
        )
        return Text(paper.title, "en", (title(paper.title), paragraph(EXAMPLE), *items(agenda, Style.COUNT)))
    blocks = (
        title(paper.title),
        paragraph(f"{EXAMPLE} It was made so that there is a text to open, to search and to compare."),
        heading(1, "Background", numbered=True),
        paragraph(
            f"“{paper.title}” is one of the matters that the Group follows. This section would say what the "
            "Group has heard of it so far, and where it stands."
        ),
        heading(1, "Questions", numbered=True),
        *items(
            [
                "What have administrations done on this matter since the last meeting?",
                "Which of it could be shared as good practice?",
                "What should the Group ask the secretariat and the bureaux to report?",
            ],
            Style.COUNT,
        ),
        heading(1, "Proposal", numbered=True),
        paragraph(paper.action_required or "This document is submitted for information."),
    )
    return Text(paper.title, "en", blocks)


def _docx(paper: Paper) -> FileOf:
    content = docx_out.to_docx(_text(paper))
    return FileOf(_name(paper, "docx"), docx_out.MEDIA_TYPE, content)


def _pdf(paper: Paper) -> FileOf:
    content = pdf_out.to_pdf(_text(paper))
    return FileOf(_name(paper, "pdf"), pdf_out.MEDIA_TYPE, content)


def _name(paper: Paper, extension: str) -> str:
    stem = "agenda" if paper.kind == Kind.AGENDA else (paper.state or paper.office).lower()
    return f"{stem}-en.{extension}"
