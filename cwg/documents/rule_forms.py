"""The form of a deadline rule. It has no field for a name: the name comes from the terms."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.look.form_fields import choice_field, refuse_unfit_signs
from cwg.look.reasons import ReasonForm
from cwg.members.models import Group
from cwg.members.rights import Rights

from . import rulebook
from .deadlines import (
    CONTRIBUTION_KINDS,
    EFFECT_LABELS,
    MEASURED_LABELS,
    SESSION_PAPERS,
    UNIT_LABELS,
    Anchor,
    Effect,
    Measured,
    Unit,
)
from .kinds import Kind
from .models import DeadlineRule

EVERY_GROUP = "every"
JUDGED = [(kind.value, kind.label) for kind in Kind if kind not in SESSION_PAPERS]


class RuleForm(ReasonForm):
    """The terms of a rule. `instance` is the rule as it stands; without one, a new rule.

    The reason is asked for once the terms have been read back: the page requires it then.
    """

    group = forms.ChoiceField(label=_("For"))
    kinds = forms.MultipleChoiceField(
        label=_("Documents it binds"),
        choices=JUDGED,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: documents of every kind, except papers of the session."),
    )
    exempt_kinds = forms.MultipleChoiceField(
        label=_("Exempt from it"),
        choices=JUDGED,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only where it binds documents of every kind."),
    )
    measured = forms.ChoiceField(label=_("They must be"), choices=list(MEASURED_LABELS.items()))
    offset = forms.IntegerField(label=_("Not later than"), min_value=1, max_value=9999)
    unit = forms.ChoiceField(label=_("Counted in"), choices=list(UNIT_LABELS.items()))
    effect = forms.ChoiceField(
        label=_("A late document"), choices=list(EFFECT_LABELS.items()), widget=forms.RadioSelect
    )
    source = forms.CharField(label=_("Source of the rule"), max_length=250)
    replaces = forms.ChoiceField(
        label=_("Takes the place of"),
        required=False,
        help_text=_(
            "Rules add up. Only a rule of one group can take the place of a general one, for that group."
        ),
    )
    # The newest row of the rule's history when the form was opened (`rulebook.version_of`).
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = (
        "group",
        "kinds",
        "exempt_kinds",
        "measured",
        "offset",
        "unit",
        "effect",
        "source",
        "replaces",
        "reason",
        "seen",
    )

    def __init__(self, data=None, *, rights: Rights, instance: DeadlineRule | None = None, **kwargs):
        super().__init__(data, **kwargs)
        refuse_unfit_signs(self)
        self.fields["reason"].required = False
        self.instance = instance
        self.groups = {
            str(g.pk): g for g in Group.objects.filter(pk__in=rights.secretariat_groups).order_by("code")
        }
        choices = [(pk, group.name) for pk, group in self.groups.items()]
        if rulebook.may_keep(rights, None):
            choices.append((EVERY_GROUP, gettext("Every group")))
        choice_field(self, "group").choices = choices
        if instance is not None:
            del self.fields["group"]
        general = DeadlineRule.objects.filter(group__isnull=True, active=True).order_by("pk")
        self.general = {str(rule.pk): rule for rule in general}
        if instance is not None and instance.replaces is not None:
            self.general.setdefault(str(instance.replaces_id), instance.replaces)
        choice_field(self, "replaces").choices = [
            ("", gettext("Nothing: it applies together with the general rules")),
            *((pk, rule.name) for pk, rule in self.general.items()),
        ]
        if not self.groups or (instance is not None and instance.group_id is None):
            del self.fields["replaces"]

    @staticmethod
    def initial_of(rule: DeadlineRule) -> dict:
        """The form filled with the terms of a rule."""
        return {
            "group": str(rule.group_id or EVERY_GROUP),
            "kinds": rule.kinds,
            "exempt_kinds": rule.exempt_kinds,
            "measured": rule.measured,
            "offset": rule.offset,
            "unit": rule.unit,
            "effect": rule.effect,
            "source": rule.source,
            "replaces": str(rule.replaces_id or ""),
        }

    @staticmethod
    def blank() -> dict:
        """What a new rule begins with: contributions, available, a number of elapsed hours."""
        return {
            "kinds": sorted(CONTRIBUTION_KINDS),
            "measured": Measured.AVAILABLE,
            "unit": Unit.HOURS,
            "effect": Effect.REFUSE_AND_KEEP,
        }

    def rule(self) -> DeadlineRule:
        """The rule as entered, not saved: a new row, or the instance with its new terms."""
        data = self.cleaned_data
        row = self.instance or DeadlineRule(group=self.groups.get(data["group"]))
        for name in ("measured", "offset", "unit", "effect", "source"):
            setattr(row, name, data[name])
        row.kinds, row.exempt_kinds = sorted(data["kinds"]), sorted(data["exempt_kinds"])
        row.anchor = Anchor.OPENING
        row.replaces = self.general.get(data.get("replaces", ""))
        return row
