"""The form that takes a list of people, and confirms what was shown of it."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.languages import LANGUAGES
from cwg.look.form_fields import ONE_OF_TWO, row_field, say_when_needed
from cwg.look.reasons import ReasonField

from ..directory import groups_to_invite_to
from ..models import Group
from ..rights import Rights
from . import reading


class _AsTyped(forms.CharField):
    """Text of which nothing is refused or taken off here: what is wrong with it is said line by line."""

    def __init__(self, **kwargs: Any):
        super().__init__(strip=False, **kwargs)
        self.validators = [
            each for each in self.validators if not isinstance(each, ProhibitNullCharactersValidator)
        ]


class RosterForm(forms.Form):
    """A list, pasted or as a file, with what holds for lines that say nothing else."""

    list = _AsTyped(
        label=gettext_lazy("The list"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "wrap": "off", "dir": "ltr"}),
        help_text=gettext_lazy(
            "One person a line. Paste the cells of a spreadsheet, or lines of a CSV file."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=format_lazy(
            gettext_lazy("CSV, at most {size} MB. A spreadsheet is saved as “CSV UTF-8” first."),
            size=reading.MOST_MB,
        ),
    )
    group = forms.ModelChoiceField(
        Group.objects.none(),
        label=gettext_lazy("Group of lines that name none"),
        to_field_name="slug",
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of invitations where the line names none"), choices=LANGUAGES
    )
    reason = ReasonField(
        required=False,
        label=gettext_lazy("Reason for the roles that are given at once"),
        help_text=gettext_lazy(
            "It is kept in the record of each of these roles, with your name and the time."
        ),
    )
    # What was shown, and under which number.
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any):
        super().__init__(*args, **kwargs)
        say_when_needed(self, ("list", "file"), ONE_OF_TWO)
        self._rights = rights
        groups = groups_to_invite_to(rights)
        row_field(self, "group").queryset = groups
        if len(groups) == 1:
            self.initial.setdefault("group", groups[0].slug)
        self.initial.setdefault("language", rights.holder.language)

    def clean(self) -> dict[str, Any]:
        """`text`: the list, from wherever it came; `sheet`: what was read of it."""
        cleaned = super().clean() or self.cleaned_data
        text, upload = cleaned.get("list") or "", cleaned.get("file")
        if upload is not None and text.strip():
            self.add_error("file", _("Paste the list or choose a file, not both."))
            return cleaned
        try:
            if upload is not None:
                text = reading.text_of(upload.read(reading.MOST_BYTES + 1))
            cleaned["text"] = text.replace("\r\n", "\n").removeprefix("\ufeff")
            cleaned["sheet"] = reading.read(cleaned["text"])
        except reading.NotReadable as wrong:
            self.add_error("file" if upload is not None else "list", ValidationError(str(wrong)))
        return cleaned

    def holding(self, text: str, shown: str) -> "RosterForm":
        """The form as it is shown again: the list in it, whatever file it came from, and a number for what is shown."""
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, of a request
        data["list"], data["shown"], data["token"] = text, shown, str(uuid.uuid4())
        held = RosterForm(data, rights=self._rights)
        held._errors = self._errors  # type: ignore[attr-defined]  # those that were found in what was sent
        return held
