"""Forms in which a meeting is entered: to convene it, and to correct it."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cwg.documents import symbols, zones
from cwg.look.form_fields import SeveralLinesField, choice_field, one_line_only, refuse_unfit_signs, row_field
from cwg.look.reasons import ReasonField
from cwg.members.models import Group

from .forms import TOLD_TO_READERS, ConfirmsWarnings, date_field, time_field
from .planning import MOST_DAYS, Plan, SittingPlan

LAST_FIELDS = ("reason", "confirmed")


class PlanForm(ConfirmsWarnings):
    """A meeting to convene; its sittings stand in `SittingFormSet`."""

    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"))
    ordinal = forms.IntegerField(label=_("Number of the meeting"), min_value=1, max_value=symbols.MAX_MEETING)
    title = forms.CharField(label=_("Title"), max_length=250)
    date = date_field(_("Date of the opening"))
    time = time_field(_("Time at the seat"), initial=time(9))
    zone = forms.ChoiceField(label=_("Time zone of the seat"))
    days = forms.IntegerField(label=_("Number of days"), min_value=1, max_value=MOST_DAYS, initial=1)
    place = forms.CharField(label=_("Place"), max_length=120)
    venue = forms.CharField(label=_("Venue"), max_length=200, required=False)
    chair = forms.CharField(label=_("Chair"), max_length=150, required=False)
    note = SeveralLinesField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in LAST_FIELDS]

    @property
    def last_fields(self) -> list[forms.BoundField]:
        """Those that stand below the sittings, beside the button."""
        return [field for field in self.visible_fields() if field.name in LAST_FIELDS]

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_unfit_signs(self)
        row_field(self, "group").queryset = groups
        choice_field(self, "zone").choices = zones.zone_choices()

    @staticmethod
    def initial_of(plan: Plan) -> dict:
        return {
            "ordinal": plan.ordinal,
            "title": plan.title,
            "date": plan.opens_local.date(),
            "time": plan.opens_local.time(),
            "zone": plan.zone,
            "days": plan.days,
            "place": plan.place,
            "venue": plan.venue,
            "chair": plan.chair,
            "note": plan.note,
        }

    def plan(self, sittings: tuple[SittingPlan, ...]) -> Plan:
        data = self.cleaned_data
        return Plan(
            ordinal=data["ordinal"],
            title=data["title"],
            place=data["place"],
            zone=data["zone"],
            opens_local=datetime.combine(data["date"], data["time"]),
            days=data["days"],
            venue=data["venue"],
            chair=data["chair"],
            note=data["note"],
            sittings=sittings,
        )


class SittingForm(forms.Form):
    """One sitting, by its day of the meeting; empty lines are left out."""

    day = forms.IntegerField(label=_("Day"), min_value=1, max_value=MOST_DAYS)
    starts = time_field(_("Begins"))
    ends = time_field(_("Ends"), required=False)
    title = forms.CharField(label=_("Title"), max_length=150, required=False, validators=[one_line_only])


SittingFormSet = forms.formset_factory(SittingForm, extra=2, max_num=60, absolute_max=80)


def sitting_plans(formset) -> tuple[SittingPlan, ...]:
    """The lines that are filled in and not to be removed, in the order of their times."""
    lines = [
        form.cleaned_data for form in formset if form.cleaned_data and not form.cleaned_data.get("remove")
    ]
    lines.sort(key=lambda line: (line["day"], line["starts"]))
    return tuple(
        SittingPlan(line["day"], line["starts"], line["ends"], line["title"], line.get("number"))
        for line in lines
    )


def sitting_lines(plan: Plan) -> list[dict]:
    """The sittings of the plan as a form set begins with them."""
    names = ("day", "starts", "ends", "title", "number")
    return [{name: getattr(each, name) for name in names} for each in plan.sittings]


class CorrectionForm(PlanForm):
    """A meeting as it stands, to be corrected: `fixed` names the fields that stay. `seen` is its sequence."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, plan: Plan, seen: int, fixed: frozenset[str], with_reason: bool, **kwargs):
        initial = self.initial_of(plan) | {"seen": seen}
        super().__init__(*args, groups=Group.objects.none(), initial=initial, **kwargs)
        del self.fields["group"]
        if "opens_local" in fixed:
            del self.fields["date"], self.fields["time"]
        for name in fixed & set(self.fields):
            del self.fields[name]
        if "zone" in self.fields:
            self._offer_its_own_zone(plan.zone)
        if with_reason:
            self.fields["reason"] = ReasonField(help_text=TOLD_TO_READERS)
        self.stands = plan

    def _offer_its_own_zone(self, zone: str) -> None:
        """An older spelling of a zone is not offered to anybody else, and must not turn into another zone here."""
        field = choice_field(self, "zone")
        if not field.valid_value(zone):
            field.choices = [(zone, zone), *zones.zone_choices()]

    def plan(self, sittings: tuple[SittingPlan, ...]) -> Plan:
        """The plan as it stands with what the form has of it."""
        data = self.cleaned_data
        entered: dict[str, Any] = {
            name: data[name]
            for name in ("ordinal", "title", "place", "zone", "days", "venue", "chair")
            if name in data
        }
        if "date" in data:
            entered["opens_local"] = datetime.combine(data["date"], data["time"])
        return replace(self.stands, note=data["note"], sittings=sittings, **entered)


class HeldSittingForm(SittingForm):
    """A line of a meeting to correct: a sitting that is there, or a new one."""

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    remove = forms.BooleanField(label=_("Remove this sitting"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.initial.get("number"):
            del self.fields["remove"]  # a new line is left empty


HeldSittingFormSet = forms.formset_factory(HeldSittingForm, extra=2, max_num=60, absolute_max=80)
