"""The forms of a draft. They clean words; verbs decide."""

import re

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cwg.documents.filing import FIELDS, WORDS
from cwg.documents.kinds import kinds_for
from cwg.documents.models import PolicyIssue, Register
from cwg.languages import LANGUAGES
from cwg.look.form_fields import choice_field, row_field
from cwg.members.models import MemberState
from cwg.members.parties import Party
from cwg.members.rights import Rights

from .drafting import Wording, words_digest
from .models import Contribution, Sponsorship


class MeetingChoice(forms.ModelChoiceField):
    def label_from_instance(self, register: Register) -> str:
        return register.title


class DraftForm(forms.ModelForm):
    """Title, meeting, kind, original languages, summary, action required, references, policy issues.

    Text may have any script in it; line ends and controls in a title become blanks.
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
        help_texts = {
            "summary": _("A few sentences; printed in the box at the head of the document."),
            "action_required": _("What the Group is asked to do: note, consider, approve."),
            "references": _("Documents and resolutions it refers to, one a line."),
        }

    def __init__(self, *args, rights: Rights, party: Party, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True
        row_field(self, "register").queryset = open_registers(
            rights, party.group_id, self.instance.register_id
        )
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
        if self.instance.is_change:
            # A change stays with its document's meeting, kind and, for a Corr., language.
            del self.fields["register"], self.fields["kind"]
            if self.instance.corrected_language:
                del self.fields["original_languages"]

    def clean_title(self) -> str:
        return re.sub(r"[\s\x00-\x1f\x7f\u2028\u2029]+", " ", self.cleaned_data["title"]).strip()

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


def open_registers(rights: Rights, group_id: int, chosen: int | None):
    """The group's meetings a document can still be addressed to, nearest first, and the one already chosen."""
    seen = Register.objects.visible_to(rights).filter(group_id=group_id)
    return (seen.open_to_contributions(rights.at) | seen.filter(Q(pk=chosen))).order_by("opens_at")


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
