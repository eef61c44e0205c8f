"""Forms on roles: inviting somebody, giving a role, changing one. They offer what the person's rights reach."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cwg.languages import LANGUAGES
from cwg.look.filters import ListFilters
from cwg.look.form_fields import choice_field, refuse_unfit_signs, row_field, say_when_needed
from cwg.look.reasons import ReasonForm

from .directory import groups_to_invite_to, keeps_people, others, own_delegations
from .forms import AddressField, NameField
from .models import DELEGATION_ROLES, Accreditation, Group, MemberState, Office, Role
from .oversight import is_administrator
from .rights import Rights


class RolePlaceForm(forms.Form):
    """A role in a group, for a delegation or an office. For a focal point: in the own delegation."""

    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"), to_field_name="slug")
    role = forms.ChoiceField(label=_("Role"))
    state = forms.ModelChoiceField(
        MemberState.objects.none(),
        label=_("Delegation of"),
        required=False,
        to_field_name="iso3",
        help_text=_("For delegates and focal points."),
    )
    office = forms.ModelChoiceField(
        Office.objects.all(),
        label=_("Office"),
        required=False,
        help_text=_("For chair, vice-chairs, secretariat, bureaux and invited contributors."),
    )

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any):
        super().__init__(*args, **kwargs)
        refuse_unfit_signs(self)
        say_when_needed(self, ("state", "office"), _("depending on the role"))
        keeps = keeps_people(rights)
        groups, states = groups_to_invite_to(rights), MemberState.objects.in_order()
        roles = [role for role in Role if role != Role.ADMINISTRATOR or is_administrator(rights)]
        if not keeps:
            own = own_delegations(rights)
            states = states.filter(pk__in=[party.state_id for party in own])
            roles = list(DELEGATION_ROLES)
            del self.fields["office"]
            self.fields["state"].required = True
            self.fields["state"].help_text = ""
            if len(own) == 1:
                for name, value in (("group", own[0].group.slug), ("state", own[0].code)):
                    self.fields[name].widget = forms.HiddenInput()
                    self.initial[name] = value
        row_field(self, "group").queryset = groups
        row_field(self, "state").queryset = states
        if keeps and len(groups) == 1:
            self.initial.setdefault("group", groups[0].slug)
        if is_administrator(rights):
            self.fields["office"].help_text = _(
                "For chair, vice-chairs, secretariat, bureaux and invited contributors. You add offices under Records."
            )
        choice_field(self, "role").choices = [(role.value, role.label) for role in roles]
        self.initial.setdefault("role", Role.DELEGATE)


class InviteForm(RolePlaceForm):
    email = AddressField(
        label=_("E-mail address"),
        help_text=_("The invitation goes there. It works once, for this address."),
    )
    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=LANGUAGES, help_text=_("The person may change it.")
    )
    field_order = ("email", "name", "group", "role", "state", "office", "language")


class GrantForm(ReasonForm, RolePlaceForm):
    """A role for somebody known. Anybody else is invited, which makes the account."""

    field_order = ("group", "role", "state", "office", "reason")


class RoleForm(ReasonForm):
    """Another role in the same delegation or office."""

    role = forms.ChoiceField(label=_("New role"))
    field_order = ("role", "reason")

    def __init__(self, *args: Any, held: Accreditation, rights: Rights, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice_field(self, "role").choices = [(role.value, role.label) for role in others(held, rights)]


class FilterForm(ListFilters):
    """The filters of the list of people, as GET parameters."""

    q = forms.CharField(label=_("Name or address"), required=False, max_length=200, widget=forms.SearchInput)
    group = forms.ChoiceField(label=_("Group"), required=False)
    state = forms.ChoiceField(label=_("Member State"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])

    def __init__(self, *args: Any, groups: list[Group], states: list[MemberState], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice_field(self, "group").choices = [
            ("", _("All groups")),
            *((g.slug, g.short_name) for g in groups),
        ]
        choice_field(self, "state").choices = [
            ("", _("All Member States")),
            *((s.iso3, s.name) for s in states),
        ]
        if len(groups) < 2:
            del self.fields["group"]
