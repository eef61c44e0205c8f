"""The field for a reason: one wherever an act is recorded with one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cwg.record import legible
from cwg.record.reasons import MOST_CHARACTERS, SAY_WHY

from .form_fields import SeveralLinesField


class ReasonField(SeveralLinesField):
    """Why. Pass another `help_text` where somebody else than the record is told.

    It stands on pages and in mails beside words of ours, and holds no signs that would turn those around.
    """

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

    def to_python(self, value: Any) -> str:
        """As the verbs see it: what has nothing to read in it is no reason."""
        reason = super().to_python(value) or ""
        return "" if legible.is_empty(reason) else reason


class ReasonForm(forms.Form):
    """Nothing but a reason."""

    reason = ReasonField()
