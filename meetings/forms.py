"""Forms of the secretariat's pages: a new opening, deadlines, a sitting that opens, a meeting called off."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from cwg.documents import zones
from cwg.look.form_fields import row_field
from cwg.look.instants import instant_text
from cwg.look.reasons import ReasonField
from cwg.record import journal

from .deadline_changes import Choice, DeadlineChange, DeadlineProposal, Meaning
from .models import Meeting, Sitting
from .moving import MoveProposal
from .offers import Opening

TOLD_TO_READERS = _("It is kept in the record, and told to everybody who reads this meeting.")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


def date_field(label, **kwargs) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), input_formats=["%Y-%m-%d"], **kwargs)


def time_field(label, **kwargs) -> forms.TimeField:
    return forms.TimeField(label=label, widget=TimeInput(), input_formats=["%H:%M", "%H:%M:%S"], **kwargs)


class ConfirmsWarnings(forms.Form):
    """A form that is taken in spite of warnings once the person has ticked that it is meant so."""

    confirmed = forms.BooleanField(
        required=False, label=_("I have read the warning; this is intended"), widget=forms.HiddenInput
    )

    def knows(self, warnings: tuple[str, ...]) -> bool:
        """Whether the person has confirmed exactly these warnings; else they stand on the form, with the box to tick."""
        shown = journal.digest({"warnings": list(warnings)})
        if not warnings or self.data.get("confirmed") == shown:
            return True
        for warning in warnings:
            self.add_error(None, warning)
        # What was ticked before was about other warnings.
        self.data = cast(QueryDict, self.data).copy()
        self.data.pop("confirmed", None)
        field = self.fields.pop("confirmed")
        field.widget = forms.CheckboxInput(attrs={"value": shown})
        self.fields["confirmed"] = field  # last, next to the button
        return False


class OpeningForm(forms.Form):
    """A date and a time on the clock of the seat."""

    date = date_field(_("Date of the opening"))
    time = time_field(_("Time at the seat"))

    @property
    def local(self) -> datetime:
        return datetime.combine(self.cleaned_data["date"], self.cleaned_data["time"])


class MoveForm(OpeningForm):
    """The confirmation of a move: the opening again, one choice per deadline that would change, the reason.

    `seen` is the digest of the proposal that the page showed.
    """

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, proposal: MoveProposal, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("date", "time"):
            self.fields[name].widget = forms.HiddenInput()
        self.proposal = proposal
        for change in proposal.to_choose:
            self.fields[f"rule-{change.rule_id}"] = forms.ChoiceField(
                label=change.rule,
                widget=forms.RadioSelect,
                choices=[
                    (Choice.MOVE.value, _("The deadline moves to the new time")),
                    (Choice.KEEP.value, _("The deadline stays as it is")),
                ]
                if change.stands
                else [
                    (Choice.MOVE.value, _("The deadline is set")),
                    (Choice.KEEP.value, _("No deadline is set")),
                ],
            )
        if proposal.warnings:
            self.fields["confirmed"] = forms.BooleanField(
                label=_("I have read the warning; this is intended")
            )
        self.fields["reason"] = ReasonField(help_text=TOLD_TO_READERS)

    @property
    def choices(self) -> dict[int, str]:
        return {c.rule_id: self.cleaned_data[f"rule-{c.rule_id}"] for c in self.proposal.to_choose}


class DeadlinesForm(forms.Form):
    """For each deadline what becomes of it, the time it is set to where it is set by hand, and the reason."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, proposal: DeadlineProposal, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        for change in proposal.deadlines:
            pk = change.rule_id
            self.fields[f"rule-{pk}"] = forms.ChoiceField(
                label=_("What becomes of it"),
                widget=forms.RadioSelect,
                choices=[(choice.value, choice_and_meaning(change, choice)) for choice in change.choices],
                initial=None if change.changes else Choice.KEEP.value,
            )
            if Choice.SET in change.choices:
                shown = change.stands or change.would_be
                local = zones.as_local(shown, zone) if shown else None
                self.fields[f"date-{pk}"] = date_field(
                    _("Date, if it is set to another time"), required=False, initial=local and local.date()
                )
                self.fields[f"time-{pk}"] = time_field(
                    _("Time at the seat"), required=False, initial=local and local.time()
                )
        self.fields["reason"] = ReasonField(help_text=TOLD_TO_READERS)

    def parts(self):
        """The change and its fields, deadline by deadline."""
        for change in self.proposal.deadlines:
            names = (f"{name}-{change.rule_id}" for name in ("date", "time"))
            yield (
                change,
                self[f"rule-{change.rule_id}"],
                [self[name] for name in names if name in self.fields],
            )

    def clean(self):
        cleaned = super().clean() or {}
        for change in self.proposal.deadlines:
            pk = change.rule_id
            if cleaned.get(f"rule-{pk}") != Choice.SET:
                continue
            for name in (f"date-{pk}", f"time-{pk}"):
                if name not in self.errors and cleaned.get(name) is None:
                    self.add_error(name, _text("Give the date and the time of the deadline."))
        return cleaned

    @property
    def choices(self) -> dict[int, str]:
        return {c.rule_id: self.cleaned_data[f"rule-{c.rule_id}"] for c in self.proposal.deadlines}

    @property
    def by_hand(self) -> dict[int, datetime]:
        """The local times at the seat of the deadlines that are set to another time."""
        return {
            pk: datetime.combine(self.cleaned_data[f"date-{pk}"], self.cleaned_data[f"time-{pk}"])
            for pk, choice in self.choices.items()
            if choice == Choice.SET
        }


def choice_and_meaning(change: DeadlineChange, choice: Choice) -> str:
    """A choice with what it would mean at this moment beside it, so that each reads true whichever is ticked."""
    said, meaning = choice_text(change, choice), meaning_of(change, choice)
    return _text("%(choice)s. %(meaning)s") % {"choice": said, "meaning": meaning} if meaning else said


def meaning_of(change: DeadlineChange, choice: Choice) -> str:
    """What a choice means where its own words do not say so."""
    match choice:
        case Choice.MOVE if change.stands is not None:
            return str(change.sentence)
        case Choice.END:
            return str(change.sentence)
        case Choice.KEEP if change.meaning is Meaning.SAME:
            return str(change.sentence)
        case Choice.END_HERE if change.closes_the_door:
            return _text("No document is kept out by it any more.")
        case Choice.END_HERE:
            return _text("No document is marked late by it any more.")
        case _:
            return ""


def choice_text(change: DeadlineChange, choice: Choice) -> str:
    """What a choice does to that deadline, in the words of the form."""
    if change.stands is None:
        return {
            Choice.MOVE: _text("Set it to the time the rule gives"),
            Choice.SET: _text("Set it to another time"),
            Choice.KEEP: _text("Leave it ended")
            if change.meaning is Meaning.ENDED_HERE
            else _text("Set no deadline"),
        }[choice]
    return {
        Choice.MOVE: _text("Take over the rule as it is now")
        if change.meaning is Meaning.TERMS
        else _text("Move it to the time the rule gives"),
        Choice.SET: _text("Set it to another time"),
        Choice.KEEP: _text("Leave it as it is"),
        Choice.END: _text("End it"),
        Choice.END_HERE: _text("End it for this meeting; the rule goes on for others"),
    }[choice]


class SittingToOpen(forms.ModelChoiceField):
    """Sittings with their plan beside them, so that those of two days are told apart."""

    def label_from_instance(self, sitting: Sitting) -> str:
        planned = instant_text(sitting.starts_at, sitting.meeting.zone, "short")
        return f"{sitting}, {planned}"


class OpenSittingForm(ConfirmsWarnings):
    """Which sitting opens, and when it really did, on the clock of the seat."""

    sitting = SittingToOpen(Sitting.objects.none(), label=_("Sitting"), empty_label=None)
    date = date_field(_("Date"))
    time = time_field("")

    def __init__(self, *args, meeting: Meeting, sittings: QuerySet[Sitting], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time"].label = _("Time at which it opened (%(place)s time)") % {
            "place": meeting.register.place
        }
        row_field(self, "sitting").queryset = sittings.select_related("meeting__register")
        if not sittings:
            del self.fields["sitting"]

    @property
    def local(self) -> datetime:
        return datetime.combine(self.cleaned_data["date"], self.cleaned_data["time"])


class UndoOpeningForm(forms.Form):
    """Which recorded opening is undone, and why. A meeting opened as a whole has one, and no sitting to choose."""

    sitting = forms.ModelChoiceField(Sitting.objects.none(), label=_("Sitting"), empty_label=None)
    reason = ReasonField(help_text=TOLD_TO_READERS)

    def __init__(self, *args, openings: list[Opening], **kwargs):
        super().__init__(*args, **kwargs)
        found = [opening.sitting.pk for opening in openings if opening.sitting is not None]
        row_field(self, "sitting").queryset = Sitting.objects.filter(pk__in=found)
        if not found:
            del self.fields["sitting"]


class CallOffForm(forms.Form):
    reason = ReasonField(help_text=TOLD_TO_READERS)
