"""The field for a reason: one wherever an act is recorded with one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cwg.record.reasons import MOST_CHARACTERS, SAY_WHY


class ReasonField(forms.CharField):
    """Why. Pass another `help_text` where somebody else than the record is told."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": _("Reason"),
                "max_length": MOST_CHARACTERS,
                "widget": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
                "help_text": _("It is kept in the record, with your name and the time."),
                "error_messages": {"required": SAY_WHY},
                **kwargs,
            }
        )


class ReasonForm(forms.Form):
    """Nothing but a reason."""

    reason = ReasonField()
