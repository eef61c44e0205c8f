"""The kinds of document, the series each is numbered in, and who may file it (domain: documents of the Group)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cwg.members.parties import Party


class Kind(models.TextChoices):
    AGENDA = "agenda", _("Agenda")
    TIME_PLAN = "time_management_plan", _("Time management plan")
    CONTRIBUTION_ACTION = "contribution_action", _("Contribution for action")
    CONTRIBUTION_INFORMATION = "contribution_information", _("Contribution for information")
    INFORMATION = "information", _("Information document")
    SECRETARIAT_REPORT = "secretariat_report", _("Report of the secretariat")
    BUREAU_REPORT = "bureau_report", _("Report of a bureau")
    TEMPORARY = "temporary", _("Temporary document")
    LIMITED = "limited", _("Limited distribution")
    ADMINISTRATIVE = "administrative", _("Administrative document")
    LIAISON_IN = "liaison_in", _("Liaison statement received")
    LIAISON_OUT = "liaison_out", _("Liaison statement sent")
    CHAIR_PROPOSAL = "chair_proposal", _("Chair's proposal")
    COMPILATION = "compilation", _("Compilation")
    DRAFT_REPORT = "draft_report", _("Draft report")
    REPORT = "report", _("Report")
    PARTICIPANTS = "participants", _("List of participants")
    CIRCULAR = "circular", _("Circular letter")
    CONSULTATION_RESPONSE = "consultation_response", _("Consultation response")
    CONSULTATION_SUMMARY = "consultation_summary", _("Consultation summary")


CONTRIBUTION_KINDS = (Kind.CONTRIBUTION_ACTION, Kind.CONTRIBUTION_INFORMATION)

# What the offices file, by kind of office. An invited body sends documents for information only.
OFFICE_KINDS: dict[str, tuple[Kind, ...]] = {
    "chair": (Kind.CHAIR_PROPOSAL, Kind.DRAFT_REPORT, Kind.REPORT, Kind.TEMPORARY, Kind.AGENDA),
    "secretariat": (
        Kind.AGENDA,
        Kind.TIME_PLAN,
        Kind.SECRETARIAT_REPORT,
        Kind.INFORMATION,
        Kind.TEMPORARY,
        Kind.LIMITED,
        Kind.ADMINISTRATIVE,
        Kind.LIAISON_IN,
        Kind.LIAISON_OUT,
        Kind.COMPILATION,
        Kind.DRAFT_REPORT,
        Kind.REPORT,
        Kind.PARTICIPANTS,
        Kind.CIRCULAR,
        Kind.CONSULTATION_SUMMARY,
    ),
    "bureau": (Kind.BUREAU_REPORT, Kind.INFORMATION),
    "invited": (Kind.INFORMATION,),
}


def kinds_for(party: Party) -> tuple[Kind, ...]:
    """The kinds of document that this party files."""
    return CONTRIBUTION_KINDS if party.office is None else OFFICE_KINDS[party.office.kind]


_SERIES = {
    Kind.INFORMATION: "INF",
    Kind.TEMPORARY: "DT",
    Kind.LIMITED: "DL",
    Kind.ADMINISTRATIVE: "ADM",
    Kind.PARTICIPANTS: "ADM",
    Kind.CIRCULAR: "ADM",
    Kind.DRAFT_REPORT: "DT",
}
SERIES_CODES = ("", "INF", "DT", "DL", "ADM")


def series_of(kind: str) -> str:
    """The code of the series in which `kind` is numbered; "" is the main series."""
    return _SERIES.get(Kind(kind), "")
