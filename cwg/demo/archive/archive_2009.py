"""WG-WSIS, 14th meeting, and its Dedicated Group's meeting of 12 February 2009, from the report of the 14th
meeting and its Annex 1; and two texts that belong to no meeting we hold.

Everything here is stated in those texts unless a `note` says that it was inferred. Symbols, titles and
times that they do not state are not supplied.
"""

from datetime import date, datetime

from cwg.demo.archive.records import ArchiveDocument, ArchiveMeeting, ArchiveRequest, ArchiveSource

GENERAL_SECRETARIAT = ArchiveSource("bureau", "GS", "General Secretariat")
BR = ArchiveSource("bureau", "BR", "BR")
TSB = ArchiveSource("bureau", "TSB", "TSB")
BDT = ArchiveSource("bureau", "BDT", "BDT")
SECRETARIAT = ArchiveSource("body", "secretariat", "Secretariat")
MEMBER_ADMINISTRATIONS = ArchiveSource("body", "administrations", "Administrations")
GAC = ArchiveSource("body", "GAC", "Governmental Advisory Committee (GAC)")
CHAIR_OF_WG_WSIS = ArchiveSource("chair", "WG-WSIS", "Chairman, WG-WSIS")
CHAIR_OF_DEDICATED_GROUP = ArchiveSource("chair", "DG", "Chairman of the Dedicated Group")
RUSSIAN_FEDERATION = ArchiveSource("state", "RUS", "Russian Federation")
SYRIA = ArchiveSource("state", "SYR", "Syria")
SAUDI_ARABIA = ArchiveSource("state", "SAU", "Saudi Arabia")
LATVIA = ArchiveSource("state", "LVA", "Latvian administration")
FRANCE = ArchiveSource("state", "FRA", "France")

_NEXT_MEETING = (
    "22-24 June 2009. Several delegations regretted that they could not take part on these dates, because the "
    "Governmental Advisory Committee of ICANN meets in Sydney on 21-26 June 2009."
)

_WG_WSIS_14_DOCUMENTS = (
    ArchiveDocument(
        slug="wg-wsis-14-2",
        kind="agenda",
        symbol="WG-WSIS-14/2",
        number=2,
        known_as="The agenda",
        note="Adopted as drafted with an explanation regarding item 7c “Report of Dedicated Group on international "
        "Internet-related public policy issues (Res.75 (WTSA, 2008))”.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-3",
        kind="secretariat_report",
        symbol="WG-WSIS-14/3",
        number=3,
        title="Draft Roadmap for ITU’s activities in the implementation of WSIS up to 2015",
        sources=(GENERAL_SECRETARIAT, BR, TSB, BDT),
        summary="This is the third draft of the Roadmap for ITU’s activities in the implementation of WSIS up to 2015. It "
        "was jointly prepared by the General Secretariat and the three Bureaux (BR, TSB and BDT) and takes into account "
        "discussions held during the 12th meeting of the WG-WSIS in January 2008 and the 13th meeting held in September "
        "2008. It takes into account input by Council 2008.",
        note="Presented by the General Secretariat. The Group agreed to revise the framework of the Roadmap.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-5",
        kind="secretariat_report",
        symbol="WG-WSIS-14/5",
        number=5,
        known_as="an overview of activities undertaken in 2008 by ITU in the context of WSIS implementation",
        sources=(GENERAL_SECRETARIAT,),
        summary="It provides an overview of activities undertaken in 2008 by ITU in the context of WSIS implementation. The "
        "second part highlights innovative initiatives as well as planned future activities to ensure the full "
        "implementation of the WSIS outcomes.",
        note="It was suggested to reword section 65, outlining the difference between normal ITU activities and activities "
        "devoted to WSIS implementation and follow-up.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-7",
        kind="contribution_action",
        symbol="WG-WSIS-14/7",
        number=7,
        sources=(RUSSIAN_FEDERATION,),
        note="Presented by the Russian Federation. Its kind is inferred: the Group considered a proposal of the Russian "
        "Federation and postponed the discussion of it to the next meeting.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-9",
        kind="bureau_report",
        symbol="WG-WSIS-14/9",
        number=9,
        known_as="an exhaustive report on its activities carried out in 2008",
        sources=(BDT,),
        summary="This document is the response to the request of the Chairmen of the WG-WSIS, expressed during 14th Meeting of "
        "TDAG. The ITU-D prepared an exhaustive report on its activities carried out in 2008 in the context of "
        "facilitation or direct implementation of the WSIS outcomes.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-doc-6",
        kind="information",
        known_as="Doc. 6 (Internet governance)",
        note="The report calls it “the information Doc. 6 on the Internet Governance”, without a symbol or a source. Some "
        "administrations stated that it was not reflecting certain actions carried out by the GAC and requested its "
        "modification for further consideration.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-time-management-plan",
        kind="time_management_plan",
        known_as="Time management plan",
        sources=(CHAIR_OF_WG_WSIS,),
        note="Adopted as presented by the Chairman.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-summary",
        kind="report",
        title="Summary of the 14th Meeting of the WG-WSIS",
        note="Approved by the Group and posted on the WG-WSIS website.",
    ),
    ArchiveDocument(
        slug="wg-wsis-14-report",
        kind="report",
        known_as="Report of the 14th meeting",
        sources=(CHAIR_OF_WG_WSIS,),
        summary="This report summarizes the main results of the 14th Meeting of the Working Group on WSIS (WG-WSIS), held "
        "from 11-13 February 2009 in line with PP-06 Resolutions 102 and 140 and 2008 Council Resolution Mod. 1282.",
        action_required="Council invited the WG-WSIS to facilitate membership input and guidance on the ITU implementation of "
        "relevant WSIS outcomes, and to elaborate proposals to the Council that may be necessary for adapting ITU to its "
        "role in building the information society. In line with PP-06 Resolution 102, proposals concerning ITU's role in "
        "international public policy matters pertaining to the Internet are forwarded to Council via WG-WSIS. It was also "
        "asked to create a Dedicated Group on international Internet-related public policy issues, open only to all Member "
        "States, in accordance with Resolution 75 World Telecommunication Standardization Assembly (WTSA) (Johannesburg, "
        "2008).",
        references="Resolution 140 (Antalya 2006), Resolution 102 (Antalya, 2006), 2008 Council Resolution Mod. 1282, WTSA "
        "Resolution 75 (Johannesburg, 2008).",
        text_files=("wg-wsis-14-report.txt", "annex-1-title.txt", "dedicated-group-report.txt"),
        note="The text carries no symbol, no title and no date. Annex 1 is the report of the Dedicated Group.",
    ),
)

_WG_WSIS_14_REQUESTS = (
    ArchiveRequest(
        slug="wg-wsis-14-report-of-dedicated-group",
        paragraph="Adoption of the agenda",
        addressees=(CHAIR_OF_DEDICATED_GROUP,),
        wording="The Chairman of the Dedicated Group on international Internet-related public policy issues was asked to "
        "prepare a report to be discussed within the WG-WSIS.",
        standing="requested",
        due_on=date(2009, 2, 13),
        due_in_words="its report will be discussed in the WG-WSIS meeting to be held on 13 February 2009",
        answered_by="dedicated-group-report",
    ),
    ArchiveRequest(
        slug="wg-wsis-14-stocktaking",
        paragraph="7",
        addressees=(SECRETARIAT,),
        wording="The Secretariat was asked to provide additional information on future planned events and to provide a "
        "written contribution on WSIS Stocktaking for the next meeting of WG-WSIS.",
        standing="requested",
        due_in_words="for the next meeting of WG-WSIS",
    ),
    ArchiveRequest(
        slug="wg-wsis-14-wsis-plus-10",
        paragraph="8.4.1",
        addressees=(SECRETARIAT,),
        wording="the necessity for Secretariat to consult with other UN agencies as whether there is an intention to hold a "
        "WSIS+10 Summit in 2015 and to report the findings to the next meeting of WG-WSIS.",
        standing="requested",
        due_in_words="to the next meeting of WG-WSIS",
    ),
    ArchiveRequest(
        slug="wg-wsis-14-other-working-groups",
        paragraph="9",
        addressees=(SECRETARIAT,),
        wording="the Secretariat was asked to transmit this request to the other Council Working Groups.",
        standing="requested",
        note="The request: proposals that may be necessary for adapting ITU to its role in building the information society.",
    ),
)

_DEDICATED_GROUP_DOCUMENTS = (
    ArchiveDocument(
        slug="dedicated-group-syria",
        kind="contribution_action",
        known_as="Contribution of Syria",
        sources=(SYRIA,),
        summary="Proposing to initiate discussions on ways and means for ITU to become involved in the Internet-related public "
        "policy issues (as primarily concerned and the leader organization for these issues).",
        action_required="The Dedicated Group should prepare a draft resolution reflecting those ways and means to be presented "
        "to the Council Working Group for its discussion and consideration and ultimate decision to propose that as an "
        "output from the Working Group to Council-09.",
        references="Resolutions 69 and 75",
        note="Known from the report of the Dedicated Group only, which summarizes it. Its kind is inferred: it makes a proposal.",
    ),
    ArchiveDocument(
        slug="dedicated-group-saudi-arabia",
        kind="contribution_action",
        known_as="Contribution of Saudi Arabia",
        sources=(SAUDI_ARABIA,),
        summary="Most public policy issues identified in the WGIG Report are reflected in the Tunis Agenda.",
        action_required="Saudi Arabia proposed to adopt among others the above international Internet-related public policy "
        "issues as identified on the WSIS outcome to be the initial working list of issues for the Dedicated Group.",
        references="WGIG Report; Tunis Agenda",
        note="Known from the report of the Dedicated Group only, which summarizes it. Its kind is inferred: it makes a proposal. "
        "Some administrations support the removal of points 3 and 8 from its list; others objected.",
    ),
    ArchiveDocument(
        slug="dedicated-group-report",
        kind="report",
        title="Report of the Dedicated Group on Internet-Related Public Policy Issues to the Council Working Group on the World "
        "Summit on the Information Society",
        sources=(CHAIR_OF_DEDICATED_GROUP,),
        dated=date(2009, 2, 13),
        text_files=("dedicated-group-report.txt",),
        note="Annex 1 to the report of the 14th meeting of WG-WSIS.",
    ),
)

_DEDICATED_GROUP_REQUESTS = (
    ArchiveRequest(
        slug="dedicated-group-reports-by-15-may",
        paragraph="4.2",
        addressees=(GENERAL_SECRETARIAT, TSB, BDT),
        wording="The ITU General Secretariat, TSB and BDT were requested to submit relevant documents not later than 15th of May "
        "2009 reporting on their activities related to the above mentioned Internet-related public policy issues including "
        "the relevant opinions adopted by the Fourth World Telecommunication Policy Forum as well as any relevant update to "
        "doc. 6 and other relevant activities by concerned organizations.",
        standing="requested",
        due_on=date(2009, 5, 15),
    ),
    ArchiveRequest(
        slug="dedicated-group-inventory",
        paragraph="3",
        addressees=(SECRETARIAT,),
        wording="It was therefore proposed that the ITU secretariat is requested to develop a background report including an "
        "inventory list of all those activities and this would be disseminated to the Members States for information before "
        "the next meeting.",
        standing="proposed",
        due_in_words="before the next meeting",
    ),
    ArchiveRequest(
        slug="dedicated-group-gac",
        paragraph="3",
        addressees=(GAC,),
        wording="it would be satisfied to ask the GAC to provide a contribution to the Dedicated Group in regards to the role of "
        "the GAC in the Internet-related public policy issues for information.",
        standing="proposed",
        note="The position of some administrations, which did not support inviting anyone other than governments' "
        "representatives.",
    ),
    ArchiveRequest(
        slug="dedicated-group-latvia",
        paragraph="3",
        addressees=(LATVIA,),
        wording="Further to the offer made by the representative of Latvia, it was pointed out that it would be useful to invite "
        "the Latvian administration to kindly submit a contribution related to the activities of the GAC with respect to "
        "Internet-related public policy issues",
        standing="proposed",
    ),
    ArchiveRequest(
        slug="dedicated-group-written-contributions",
        paragraph="4.4",
        addressees=(MEMBER_ADMINISTRATIONS,),
        wording="Administrations are invited to provide written contributions taking into account the limited time available "
        "before Council 09.",
        standing="invited",
        due_in_words="before Council 09",
    ),
)

WG_WSIS_14 = ArchiveMeeting(
    slug="wg-wsis-14",
    group_code="WG-WSIS",
    parent_slug="",
    ordinal=14,
    title="14th meeting of the Working Group on WSIS",
    place="Geneva",
    zone="Europe/Zurich",
    opens_on=date(2009, 2, 11),
    opens_local=datetime(2009, 2, 11, 9, 30),  # noqa: DTZ001 - local time as printed, with `zone` beside it
    ends_on=date(2009, 2, 13),
    chair="Prof. Dr. Vladimir Minkin",
    chair_state="RUS",
    participants="Around 60 delegates, representing ITU Member States and Sector Members",
    next_meeting=_NEXT_MEETING,
    notes="WG-WSIS admits Sector Members.",
    documents=_WG_WSIS_14_DOCUMENTS,
    requests=_WG_WSIS_14_REQUESTS,
)

DEDICATED_GROUP_1 = ArchiveMeeting(
    slug="dedicated-group-2009-02-12",
    group_code="DG",
    parent_slug="wg-wsis-14",
    ordinal=1,
    title="Meeting of the Dedicated Group on international Internet-related public policy issues",
    place="Geneva",
    zone="Europe/Zurich",
    opens_on=date(2009, 2, 12),
    opens_local=datetime(2009, 2, 12, 9, 0),  # noqa: DTZ001 - local time as printed, with `zone` beside it
    ends_on=date(2009, 2, 12),
    chair="Majed Al Mazyed",
    chair_state="SAU",
    participants="",
    next_meeting=_NEXT_MEETING,
    notes="Open only to Member States. The report gives the meeting no ordinal; 1 is inferred, because the Group's chair was "
    "appointed at this meeting of WG-WSIS. Place: that of the 14th meeting of WG-WSIS.",
    documents=_DEDICATED_GROUP_DOCUMENTS,
    requests=_DEDICATED_GROUP_REQUESTS,
)

MEETINGS = (WG_WSIS_14, DEDICATED_GROUP_1)

#: A document of WG-WSIS whose meeting is not stated: after the meeting of June 2007, before the Dedicated
#: Group was created in 2008.
UNPLACED_DOCUMENTS = (
    ArchiveDocument(
        slug="france-dedicated-group",
        kind="contribution_action",
        known_as="Proposal of France to create within ITU a dedicated group on Internet issues",
        sources=(FRANCE,),
        references="Resolutions 102 and 140 (Antalya, 2006); Council Resolution 1282; C07/21; WG-WSIS-11/10 rev 1",
        text_files=("france-dedicated-group.txt",),
        note="Made after the meeting of WG-WSIS of June 2007. Symbol, title, date and the meeting to which it was submitted "
        "are not stated. Its kind is inferred: it makes a proposal.",
    ),
)

#: Not a document of the Group: what a national administration's site said about the 11th meeting. For
#: reading only; it gets no symbol and enters no register.
REFERENCE_TEXTS = (
    ArchiveDocument(
        slug="wg-wsis-11-national-page",
        kind="information",
        title="WG on Implementation of the WSIS Results - Geneva",
        dated=date(2008, 2, 13),
        text_files=("wg-wsis-11-national-page.txt",),
        note="A national page about the 11th meeting of WG-WSIS, 13-14 June 2007; not a document of the Group. The date is that "
        "of the page's last update; the year of the meeting is from the proposal of France. Whose page it is, is not stated.",
    ),
)


def all_documents() -> tuple[ArchiveDocument, ...]:
    """Every record of the archive, placed or not."""
    placed = tuple(document for meeting in MEETINGS for document in meeting.documents)
    return (*placed, *UNPLACED_DOCUMENTS, *REFERENCE_TEXTS)
