"""The forms of a draft. They clean words; verbs decide."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.documents import offers, taking_files
from cwg.documents.filing import FIELDS, WORDS
from cwg.documents.kinds import kinds_for
from cwg.documents.models import CameBy, PolicyIssue, Register, Revision
from cwg.languages import LANGUAGE_NAMES, LANGUAGES
from cwg.look.form_fields import (
    SeveralLinesField,
    choice_field,
    refuse_unfit_signs,
    row_field,
    say_when_needed,
)
from cwg.members.models import MemberState, Office
from cwg.members.parties import Party
from cwg.members.rights import Rights
from meetings.forms import date_field

from . import previewing, received
from .drafting import Wording, words_digest
from .models import Contribution, Sponsorship

# Beside a field that nobody has typed.
PROPOSED = _("Proposed from the file; correct what is not right.")


class MeetingChoice(forms.ModelChoiceField):
    """A meeting a document may be addressed to, marked where a document of `kind` would be too late at `at`."""

    # None: not known yet.
    kind: str | None = None
    at: datetime | None = None
    # The primary key of the meeting whose request the draft answers, which no deadline refuses.
    excused: int | None = None

    def label_from_instance(self, register: Register) -> str:
        if self.at is None or self.kind is None or register.pk == self.excused:
            return register.title
        if previewing.judged(register.deadlines_in_force, self.kind, self.at).accepted:
            return register.title
        return gettext("Deadline passed: %(meeting)s") % {"meeting": register.title}


class _TitleField(forms.CharField):
    """One line, also where it was copied from several."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class DraftForm(forms.ModelForm):
    """Title, meeting, kind, original languages, summary, action required, references, policy issues.

    Text may have any script in it, and no sign that would show something else than was typed (`cwg.look.signs`).
    """

    register = MeetingChoice(
        Register.objects.none(),
        label=_("Meeting"),
        required=False,
        empty_label=_("Next meeting, not yet convened"),
    )
    original_languages = forms.MultipleChoiceField(
        label=_("Original language"),
        choices=LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The language it was written in. Two may be equally original."),
        error_messages={"required": _("Choose the language the document was written in.")},
    )
    issues = forms.ModelMultipleChoiceField(
        PolicyIssue.objects.all(),
        label=_("Policy issues it concerns"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    class Meta:
        model = Contribution
        fields = ["register", *(field.name for field in FIELDS)]
        widgets = {
            "kind": forms.RadioSelect,
            "title": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            "summary": forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
            "action_required": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "references": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        }
        field_classes = {name: _TitleField if name == "title" else SeveralLinesField for name in WORDS}
        help_texts = {
            "summary": _("A few sentences; printed in the box at the head of the document."),
            "action_required": _("What the Group is asked to do: note, consider, approve."),
            "references": _("Documents and resolutions it refers to, one a line."),
        }

    def __init__(self, *args, rights: Rights, party: Party, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True
        refuse_unfit_signs(self)
        meetings = offer_meetings(self, rights, party.group_id, self.instance.register_id)
        meetings.kind = self.instance.kind
        meetings.excused = self.instance.register_id if self.instance.open_slot else None
        kinds = [(kind.value, kind.label) for kind in kinds_for(party)]
        choice_field(self, "kind").choices = kinds
        if len(kinds) > 4:
            self.fields["kind"].widget = forms.Select(choices=kinds)
        first_list = PolicyIssue.objects.filter(list_name__startswith="Resolution 1305")
        if first_list.exists():
            row_field(self, "issues").queryset = first_list
        self.initial["edition"] = self.instance.edition
        if not self.instance._state.adding:
            self.initial["seen"] = words_digest(self.instance)
        for name in self.instance.proposed:
            self.fields[name].help_text = format_html(
                '<strong class="field-proposed">{}</strong> {}', PROPOSED, self.fields[name].help_text
            )
        if self.instance.is_change:
            # A change stays with its document's meeting, kind and, for a Corr., language.
            del self.fields["register"], self.fields["kind"]
            if self.instance.corrected_language:
                del self.fields["original_languages"]

    def wording(self) -> Wording:
        """The clean words, for the verbs."""
        data = self.cleaned_data
        return Wording(
            register=data.get("register", self.instance.register),
            kind=data.get("kind", self.instance.kind),
            original_languages=tuple(data.get("original_languages", self.instance.original_languages)),
            issues=tuple(data["issues"]),
            **{name: data[name] for name in WORDS},
        )


class FileFirstForm(DraftForm):
    """What is typed beside a file that begins a draft: none of it has to be there, the file may say it."""

    def full_clean(self) -> None:
        needed = [self.fields[name] for name in ("title", "original_languages")]
        for field in needed:
            field.required = False
        super().full_clean()
        # Shown again, it is the form of a draft.
        for field in needed:
            field.required = True


def offer_meetings(
    form: forms.BaseForm,
    rights: Rights,
    group_id: int,
    chosen: int | None,
) -> MeetingChoice:
    """Let `register` be one of the group's meetings that may still be chosen."""
    field = row_field(form, "register")
    assert isinstance(field, MeetingChoice)
    field.at = rights.at
    field.queryset = open_registers(rights, group_id, chosen).prefetch_related("deadlines")
    return field


def open_registers(rights: Rights, group_id: int, chosen: int | None):
    """The group's meetings a document can still be addressed to, nearest first, and the one already chosen."""
    seen = Register.objects.visible_to(rights).filter(group_id=group_id)
    return (seen.open_to_contributions(rights.at) | seen.filter(Q(pk=chosen))).order_by("opens_at", "pk")


class SponsorForm(forms.Form):
    """One Member State to be asked to join."""

    state = forms.ModelChoiceField(
        MemberState.objects.none(), label=_("Member State"), empty_label=_("Choose a Member State")
    )

    def __init__(self, *args, contribution: Contribution, **kwargs):
        super().__init__(*args, **kwargs)
        taken = [s.state_id for s in contribution.sponsorships.all() if s.status in Sponsorship.SIGNING]
        row_field(self, "state").queryset = MemberState.objects.exclude(
            pk__in=[*taken, contribution.state_id]
        ).in_order()


# How a paper came, where it need not be said.
NOT_SAID = ("", _("Not stated"))


class ReceivedForm(forms.Form):
    """How a paper came that the secretariat files for `party`: of a Member State's it is always said."""

    came_by = forms.ChoiceField(label=_("Received by"), widget=forms.RadioSelect)
    dated = date_field(
        _("Date of the letter"),
        required=False,
        help_text=_("Of the e-mail, or the day on which it was handed over, where there is no letter."),
    )

    def __init__(self, *args, party: Party | None, at: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.party, self.at = party, at
        said_always = party is not None and party.is_delegation
        choice_field(self, "came_by").choices = [*([] if said_always else [NOT_SAID]), *CameBy.choices]
        self.fields["came_by"].required = said_always
        self.fields["dated"].required = said_always
        if party is None:
            say_when_needed(self, ("came_by", "dated"), _("always for a Member State"))

    def party_of_paper(self) -> Party | None:
        """Whose paper it is, as far as that is known."""
        return self.party

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        party = self.party_of_paper()
        if party is not None and not self.errors:
            try:
                received.check(self.received, party, self.at)
            except received.CannotHaveCome as error:
                self.add_error(error.field, str(error))
        return found

    @property
    def received(self) -> received.Received:
        return received.Received(self.cleaned_data.get("came_by", ""), self.cleaned_data.get("dated"))


class FilingForm(ReceivedForm):
    """For whom the secretariat files a paper, to which meeting, and how it came."""

    register = MeetingChoice(
        Register.objects.none(),
        label=_("Meeting"),
        required=False,
        empty_label=_("Next meeting, not yet convened"),
    )
    party_code = forms.ChoiceField(label=_("For whom"))
    field_order = ("party_code", "register", "came_by", "dated")

    def __init__(
        self,
        *args,
        rights: Rights,
        filer: Party,
        chosen: Register | None,
        keeps_meeting: bool = False,
        **kwargs,
    ):
        """`party`, and `keeps_meeting` for `chosen`, where a request of the Group says who answers it, and for which."""
        super().__init__(*args, at=rights.at, **kwargs)
        self.filer = filer
        offer_meetings(self, rights, filer.group_id, chosen.pk if chosen else None)
        self.initial.setdefault("register", chosen)
        if keeps_meeting:
            del self.fields["register"]
        if self.party is not None:
            del self.fields["party_code"]
            return
        offices = Office.objects.besides_secretariats().order_by("name", "pk")
        choice_field(self, "party_code").choices = [
            ("", "—"),
            (_("Offices and bodies"), [(office.code, office.name) for office in offices]),
            (_("Member States"), [(state.iso3, state.name) for state in MemberState.objects.in_order()]),
        ]

    def party_of_paper(self) -> Party | None:
        code = self.cleaned_data.get("party_code", "")
        if self.party is not None or not code:
            return self.party
        group = self.filer.group
        # An office may be called by three letters too: offices are listed first.
        office = Office.objects.besides_secretariats().filter(code=code).first()
        return Party(group, office=office) if office else Party(group, MemberState.objects.get(iso3=code))

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        party, register = self.party_of_paper(), found.get("register")
        if party is not None and register is not None and not offers.may_start(register, party, self.at):
            self.add_error(
                "register",
                gettext("That meeting takes no new document of %(party)s.") % {"party": party.in_text},
            )
        return found


class ChangeForForm(ReceivedForm):
    """A Rev., Corr. or Add. that a party handed to the secretariat, and how it came."""

    kind = forms.ChoiceField(label=_("What it is"), widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Only for the text in"),
        required=False,
        help_text=_("Of a corrigendum that concerns one language."),
    )
    field_order = ("kind", "language", "came_by", "dated")

    def __init__(self, *args, languages: Iterable[str], **kwargs):
        super().__init__(*args, **kwargs)
        choice_field(self, "kind").choices = [
            (Revision.Kind.REV, _("Rev.: it replaces the document")),
            (Revision.Kind.CORR, _("Corr.: it corrects the document")),
            (Revision.Kind.ADD, _("Add.: it extends the document")),
        ]
        choice_field(self, "language").choices = [
            ("", _("All languages")),
            *((code, LANGUAGE_NAMES[code]) for code in languages),
        ]

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("language") and found.get("kind") != Revision.Kind.CORR:
            self.add_error("language", gettext("Only a corrigendum may concern one language."))
        return found


class FileAloneForm(taking_files.UploadForm):
    """One file of which nobody says the language: of a letter, or the first of a draft."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["language"]
