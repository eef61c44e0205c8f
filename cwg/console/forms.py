"""The forms of the console: they clean what is entered; verbs decide."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from cwg.documents import symbols, zones
from cwg.languages import RIGHT_TO_LEFT
from cwg.look.form_fields import row_field
from cwg.members.models import Group
from cwg.members.oversight import (
    account_groups,
)
from cwg.members.rights import Rights

from .change_form import RecordForm


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
