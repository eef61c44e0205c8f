"""The form of a record: a reason for every change, and no change written over one that came in between."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.look.form_fields import refuse_unfit_signs
from cwg.look.reasons import ReasonField

from . import history


class RecordForm(forms.ModelForm):
    """`reason` is required; `seen` names the state of the row as the form was opened on it."""

    reason = ReasonField(help_text=gettext_lazy("Why this is entered or changed. It is kept in the history."))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_unfit_signs(self)
        if self.instance.pk and not self.is_bound and hasattr(self.instance, "history"):
            self.initial["seen"] = history.latest_id(self.instance)

    def clean(self):
        cleaned = super().clean()
        row = self.instance
        if row.pk and hasattr(row, "history"):
            # The lock orders two people who save in the same moment; the second then sees the first's change.
            type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
            latest = history.latest_id(row)
            if latest is not None and latest != cleaned.get("seen"):
                self._tell_of(history.since(row, cleaned.get("seen") or 0))
                self.data = self.data.copy()
                self.data[self.add_prefix("seen")] = str(latest)
        return cleaned

    def _tell_of(self, changes: list) -> None:
        self.add_error(
            None,
            _(
                "Meanwhile somebody else changed this. Your words are still in the form: compare, then save again."
            ),
        )
        for change in changes:
            for difference in change.differences:
                self.add_error(
                    None,
                    _("%(field)s is now: %(after)s (%(who)s)")
                    % {
                        "field": difference.label,
                        "after": history.plain(difference.after),
                        "who": change.who or _("the portal"),
                    },
                )
