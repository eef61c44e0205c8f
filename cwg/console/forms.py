"""The forms of the console: they clean what is entered; verbs decide."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from cwg.documents import symbols, zones
from cwg.documents.states import MeetingState
from cwg.languages import RIGHT_TO_LEFT
from cwg.look.form_fields import choice_field, row_field
from cwg.members.models import Group, MemberState, Office
from cwg.members.oversight import (
    account_groups,
)
from cwg.members.rights import Rights
from meetings.models import Meeting, Sitting

from .change_form import RecordForm, VerbForm


class LocalMoment(forms.Field):
    """A date and time on the clock of a seat, naive: the verb makes the instant, and refuses what is not one."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or not 1990 <= found.year <= 2100:
            raise forms.ValidationError(_("Enter a date and a time, such as 2026-06-22 09:30."))
        return found


class ZoneForm(RecordForm):
    """A time zone is chosen by its name, never typed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("zone", "time_zone"):
            if name in self.fields:
                field = self.fields[name]
                empty = [] if field.required else [("", _("As the device"))]
                self.fields[name] = forms.ChoiceField(
                    label=field.label, required=field.required, choices=[*empty, *zones.zone_choices()]
                )


class GroupForm(ZoneForm):
    """The code is the head of every symbol of the group."""

    rights: Rights

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            known = Group.objects.filter(pk__in=account_groups(self.rights))
            row_field(self, "parent").queryset = known | Group.objects.filter(parts=self.instance.pk)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not re.fullmatch(symbols.PREFIX_PATTERN, code):
            raise forms.ValidationError(_("A code is words of Latin letters joined by hyphens: WG-WSIS."))
        return code


class MemberStateForm(RecordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.startswith(("short_", "formal_")):
                code = name.rpartition("_")[2]
                field.widget.attrs |= {"lang": code, "dir": "rtl" if code in RIGHT_TO_LEFT else "ltr"}
        if "sort_zh" in self.fields:
            self.fields["sort_zh"].label = _("Sorts under (Chinese)")
            self.fields["sort_zh"].help_text = _("Pinyin; the other languages sort by the name itself.")


# --- Meetings, documents ----------------------------------------------------------------------------------


class SittingForm(RecordForm):
    """Times are entered on the clock of the seat; one that does not exist or happens twice there is refused."""

    starts_at = LocalMoment(label=_("Starts (time at the seat)"))
    ends_at = LocalMoment(label=_("Ends (time at the seat)"), required=False)
    rights: Rights

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "meeting" in self.fields:
            row_field(self, "meeting").queryset = (
                Meeting.objects.not_over(self.rights.at)
                .filter(register__group_id__in=self.rights.secretariat_groups)
                .select_related("register")
            )
        if self.instance.pk:
            zone = self.instance.meeting.zone
            for name in ("starts_at", "ends_at"):
                instant = getattr(self.instance, name)
                self.initial[name] = zones.as_local(instant, zone).replace(tzinfo=None) if instant else None

    def clean(self):
        cleaned = super().clean()
        meeting = cleaned.get("meeting") or (self.instance.meeting if self.instance.pk else None)
        if meeting is None:
            return cleaned
        zone = ZoneInfo(meeting.register.zone)
        for name in ("starts_at", "ends_at"):
            local = cleaned.get(name)
            if local is not None:
                try:
                    cleaned[name] = zones.local_to_instant(local, zone)
                except zones.LocalTimeRefused as error:
                    self.add_error(name, str(error))
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and not self.errors and ends <= starts:
            self.add_error("ends_at", _("A sitting ends after it began."))
        return cleaned


class ConveneForm(VerbForm):
    """A meeting as it is convened: its opening on the clock of the seat."""

    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"))
    ordinal = forms.IntegerField(label=_("Meeting number"), min_value=1, max_value=9999)
    title = forms.CharField(label=_("Title"), max_length=250)
    place = forms.CharField(label=_("Place"), max_length=120, initial="Geneva")
    zone = forms.ChoiceField(label=_("Time zone of the seat"), initial="Europe/Zurich")
    opens_local = LocalMoment(label=_("Opening (time at the seat)"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=60, initial=1)
    venue = forms.CharField(label=_("Venue"), max_length=200, required=False)
    chair = forms.CharField(label=_("Chair"), max_length=150, required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    with_sittings = forms.BooleanField(
        label=_("With the sittings of the last meeting"),
        required=False,
        help_text=_("At the same times of the same days."),
    )
    # The meeting it was proposed from.
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, rights: Rights, **kwargs):
        super().__init__(*args, rights=rights, **kwargs)
        row_field(self, "group").queryset = Group.objects.filter(pk__in=rights.secretariat_groups)
        choice_field(self, "zone").choices = zones.zone_choices()
        if not (self.data.get("after") if self.is_bound else self.initial.get("after")):
            del self.fields["with_sittings"], self.fields["after"]


class MeetingChoice(forms.ModelChoiceField):
    def label_from_instance(self, meeting: Meeting) -> str:
        return meeting.register.title


class SittingChoice(forms.ModelChoiceField):
    def label_from_instance(self, sitting: Sitting) -> str:
        return f"{sitting.meeting.register.title}: {sitting}"


class RequestForm(VerbForm):
    """A request of the Group in session, to one delegation or one office."""

    meeting = MeetingChoice(Meeting.objects.none(), label=_("Meeting in session"))
    sitting = SittingChoice(Sitting.objects.none(), label=_("Sitting"), required=False)
    item = forms.CharField(label=_("Agenda item"), max_length=200)
    state = forms.ModelChoiceField(MemberState.objects.none(), label=_("Delegation asked"), required=False)
    office = forms.ModelChoiceField(Office.objects.all(), label=_("Or office asked"), required=False)
    wording = forms.CharField(
        label=_("Wording of the request"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    due_on = forms.DateField(
        label=_("Due by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For a later date the request is noted, and its answer goes to a later meeting."),
    )

    def __init__(self, *args, rights: Rights, **kwargs):
        super().__init__(*args, rights=rights, **kwargs)
        in_session = (
            Meeting.objects.in_state(rights.at, MeetingState.IN_SESSION)
            .filter(register__group_id__in=rights.secretariat_groups)
            .select_related("register")
        )
        row_field(self, "meeting").queryset = in_session
        row_field(self, "sitting").queryset = Sitting.objects.filter(meeting__in=in_session).select_related(
            "meeting__register"
        )
        row_field(self, "state").queryset = MemberState.objects.in_order()

    def clean(self):
        cleaned = super().clean()
        if not self.errors and bool(cleaned.get("state")) == bool(cleaned.get("office")):
            raise forms.ValidationError(_("Name one addressee: a delegation or an office."))
        return cleaned
