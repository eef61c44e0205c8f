"""What stands in the two meetings: contributions, documents of offices, requests of the Group and their answers.

Titles are those of the issues on the list of Resolution 1305; every text says that it is an example and nobody's
position.
"""

from datetime import timedelta

from contributions import sponsors
from contributions.models import Sponsorship
from cwg import clock
from cwg.demo.archive import make_files
from cwg.demo.archive.archive_2009 import UNPLACED_DOCUMENTS
from cwg.documents.kinds import Kind
from cwg.documents.models import CameBy, Document, Register
from cwg.members.models import MemberState
from meetings import sittings
from meetings.models import Addressee, Meeting

from . import past, texts
from .asking import Asked, ask
from .filing import SECRETARIAT, FileOf, Paper, correct, draft, person, rights_at, submit, translate
from .meetings import GATHERING, open_first_sitting
from .texts import EXAMPLE

# --- The meeting in session ---------------------------------------------------------------------------------------

AGENDA = Paper(
    by=SECRETARIAT,
    office="secretariat",
    kind=Kind.AGENDA,
    title="Draft agenda",
    summary=EXAMPLE,
    points=(
        "Opening, adoption of the agenda",
        "Report of the last meeting",
        "Open consultation",
        "Documents of the secretariat and the bureaux",
        "Contributions of Member States",
        "Other activities",
        "Requests of the Group, date of the next meeting, any other business",
    ),
    stem="agenda",
)
SAUDI_ARABIA = Paper(
    by="focal.sau@demo.example",
    state="SAU",
    title="Security, safety, continuity, sustainability and robustness of the Internet",
    summary=f"{EXAMPLE} It shows a contribution for action that came in time, with a translation added later.",
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
    originals=("ru",),
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
# Nobody of it is in the portal: it sends what it has to say, and the secretariat files it.
GAC = Paper(
    by=SECRETARIAT,
    office="gac",
    kind=Kind.INFORMATION,
    title="Activities of the Committee related to the Group's issues",
    summary=f"{EXAMPLE} It shows a document of an invited body, filed by the secretariat.",
    points=(
        "How the Committee works, and when it meets",
        "Matters on its agenda that the Group follows",
        "Where its public documents are found",
    ),
    came_by=CameBy.EMAIL,
    days_on_the_way=1,
)
CHAIR = Paper(
    by=SECRETARIAT,
    office="chair",
    kind=Kind.TEMPORARY,
    title="Note by the Chair: order of the discussions",
    summary=f"{EXAMPLE} It shows a paper of the session that the Chair handed to the secretariat.",
    points=(
        "Contributions on one issue are presented one after the other, and discussed together.",
        "A presentation takes five minutes at most.",
        "Texts that the Group asks for are posted as soon as they are received.",
    ),
    came_by=CameBy.BY_HAND,
)
GENERAL_SECRETARIAT = Paper(
    by="gs@demo.example",
    office="gs",
    kind=Kind.BUREAU_REPORT,
    title="Overview of the open consultation held before the meeting",
    summary=f"{EXAMPLE} It answers a request that the Group recorded in session.",
)
DATES = Paper(
    by="gs@demo.example",
    office="gs",
    kind=Kind.INFORMATION,
    title="Dates of meetings to be kept in mind for the next meeting",
    summary=f"{EXAMPLE} It answers a request that was due on the same day; TSB has not answered yet.",
    points=(
        "Council and its working groups",
        "Open consultations of the Group",
        "Meetings of other bodies that many delegates of the Group attend",
    ),
    stem="gs-dates",
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
# What the next meeting must not clash with (report of 13 February 2009: it did). One has answered, one is overdue.
ASKED_DATES = Asked(
    ("gs", "tsb"),
    timedelta(hours=6, minutes=20),
    2,
    "7. Requests of the Group, date of the next meeting, any other business",
    "The Group requested the General Secretariat and TSB to submit, by the end of the day, the dates of meetings to be "
    "kept in mind for its next meeting.",
    due=timedelta(0),
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
    """Documents in time, one quarter of an hour before the line; what changed and was added; requests and answers."""
    opens = register.opens_at
    line = opens - timedelta(hours=24)
    for paper, at in (
        (AGENDA, opens - timedelta(days=20)),
        (SAUDI_ARABIA, opens - timedelta(days=6) + timedelta(hours=2)),
    ):
        with past.at_instant(at):
            submit(draft(paper, register, [texts.docx(paper)]), paper.by)
    with past.at_instant(opens - timedelta(days=4) + timedelta(hours=5)):
        joint = draft(RUSSIAN_FEDERATION, register, _in_russian_and_english(RUSSIAN_FEDERATION))
        if joint.is_open:
            _joined(joint, "SYR", RUSSIAN_FEDERATION.by)
            submit(joint, RUSSIAN_FEDERATION.by)
    with past.at_instant(opens - timedelta(days=3)):
        submit(draft(TSB, register, [texts.docx(TSB)]), TSB.by)
    with past.at_instant(opens - timedelta(days=2) + timedelta(hours=1)):
        translate(_registered(SAUDI_ARABIA, register), _in_french(SAUDI_ARABIA))
    with past.at_instant(opens - timedelta(days=2) + timedelta(hours=3)):
        _correct_the_english_text(RUSSIAN_FEDERATION, register)
    with past.at_instant(opens - timedelta(days=2) + timedelta(hours=6)):
        submit(draft(GAC, register, [texts.docx(GAC)]), GAC.by)
    with past.at_instant(line - timedelta(minutes=15)):
        submit(draft(CHINA, register, [texts.docx(CHINA)]), CHINA.by)

    if register.opened_at is None:
        with past.at_instant(opens + GATHERING):
            open_first_sitting(register, person(SECRETARIAT))
    with past.at_instant(opens + timedelta(minutes=50)):
        submit(draft(CHAIR, register, [texts.docx(CHAIR)]), CHAIR.by)
    overview = ask(register, ASKED_GENERAL_SECRETARIAT)["gs"]
    _open_afternoon(register)
    in_writing = ask(register, ASKED_BRAZIL)["BRA"]
    dates = ask(register, ASKED_DATES)["gs"]
    # The one that is still open: its addressee gets the mail.
    ask(register, ASKED_LATVIA, mails=True)
    ask(register, ASKED_REPORTS)
    with past.at_instant(opens + timedelta(hours=7, minutes=35)):
        paper = GENERAL_SECRETARIAT
        submit(draft(paper, register, [texts.docx(paper)], overview.slot), paper.by)
    with past.at_instant(opens + timedelta(hours=7, minutes=45)):
        submit(draft(DATES, register, [texts.docx(DATES)], answers=dates), DATES.by)
    with past.at_instant(opens + timedelta(hours=7, minutes=55)):
        paper = BRAZIL_IN_SESSION
        submit(draft(paper, register, [texts.docx(paper)], in_writing.slot), paper.by)


def _registered(paper: Paper, register: Register) -> Document:
    return Document.objects.for_list().get(register=register, title=paper.title)


def _in_french(paper: Paper) -> FileOf:
    return texts.docx(
        paper,
        "fr",
        called="Sécurité, sûreté, continuité, viabilité et solidité de l'Internet",
        proposal="Le Groupe est invité à examiner les questions de la section 2.",
    )


def _in_russian_and_english(paper: Paper) -> list[FileOf]:
    called = "Управление ресурсами Интернета, включая доменные имена и адреса"
    return [texts.docx(paper, "ru", called=called), texts.pdf(paper)]


def _correct_the_english_text(paper: Paper, register: Register) -> None:
    made = texts.corrigendum(
        paper,
        "This corrigendum concerns the English text only.",
        "In section 2, second question, for “good practice” read “good practice among administrations”.",
    )
    summary = f"{EXAMPLE} It shows a corrigendum of one language: the Russian text is not affected."
    correct(_registered(paper, register), made, by=paper.by, summary=summary)


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
SYRIA_BY_LETTER = Paper(
    by=SECRETARIAT,
    state="SYR",
    title="Developmental aspects of the Internet",
    summary=f"{EXAMPLE} It shows a paper that came by letter; the focal points of its State were told and may object.",
    action_required="The Group is invited to consider the questions in section 2.",
    references="Council Resolution 1305",
    issues=(10,),
    came_by=CameBy.LETTER,
    days_on_the_way=3,
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
    """One delegation has submitted, one has sent a letter, one has a draft, one asks another to join; a bureau has
    answered a request. All now.
    """
    made = make_files.files_of(UNPLACED_DOCUMENTS[0])[0]
    submit(
        draft(FRANCE, register, [FileOf("contribution-en.docx", made.media_type, made.content)]), FRANCE.by
    )
    asked = Addressee.objects.awaiting_document().filter(
        office__code=TSB_NEXT.office,
        request__meeting__register__group=register.group,
        request__wording=ASKED_REPORTS.wording,
    )
    submit(draft(TSB_NEXT, register, [texts.docx(TSB_NEXT)], answers=asked.first()), TSB_NEXT.by)
    letter = texts.note_verbale(
        SYRIA_BY_LETTER,
        "The administration of the Syrian Arab Republic presents its compliments to the secretariat of the Group and has "
        f"the honour to transmit its contribution to the {register.title}, entitled “{SYRIA_BY_LETTER.title}”.",
        "It would be grateful if the contribution could be made available to all Member States.",
    )
    by_letter = draft(SYRIA_BY_LETTER, register, [texts.docx(SYRIA_BY_LETTER)], letter=letter)
    submit(by_letter, SYRIA_BY_LETTER.by)
    draft(SAUDI_DRAFT, register, [texts.docx(SAUDI_DRAFT)])
    joint = draft(BRAZIL_DRAFT, register, [texts.docx(BRAZIL_DRAFT)])
    syria = MemberState.objects.get(iso3="SYR")
    if not Sponsorship.objects.filter(contribution=joint, state=syria).exists():
        sponsors.ask(joint.pk, syria, rights=rights_at(BRAZIL_DRAFT.by), at=clock.now())


FILLERS = {"in_session": fill_in_session, "next": fill_next}
