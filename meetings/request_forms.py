"""Forms of requests of the Group: one to record, with all its addressees; a document to link to one of them."""

from datetime import date, datetime

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from cwg.documents import search, symbols
from cwg.documents.models import Document
from cwg.look.form_fields import (
    ONE_OF_TWO,
    SeveralLinesField,
    choice_field,
    refuse_unfit_signs,
    row_field,
    say_when_needed,
)
from cwg.look.reasons import ReasonForm
from cwg.members.models import MemberState, Office
from cwg.record import journal

from . import requests
from .forms import date_field
from .models import Meeting, Sitting

# Ticked instead of each of them.
ALL_STATES = "states"


class AddresseeChoice(forms.CheckboxSelectMultiple):
    """Offices, then Member States, each to be ticked; with script the list is narrowed by typing."""

    template_name = "meetings/addressee_choice.html"


class RequestForm(forms.Form):
    """A request of the Group, as it was made in the sitting."""

    sitting = forms.ModelChoiceField(
        Sitting.objects.none(),
        label=_("Sitting"),
        required=False,
        empty_label=_("Not assigned to a sitting"),
    )
    item = forms.CharField(label=_("Agenda item"), max_length=200)
    wording = SeveralLinesField(
        label=_("Wording"),
        max_length=4000,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("As the Group adopted it. Each addressee reads it word for word."),
    )
    due_on = date_field(
        _("Due by"),
        required=False,
        help_text=_(
            "Leave empty for a document asked for during this meeting: one from each addressee is then accepted"
            " although it is late, until the meeting closes. With a date, the deadlines apply as usual, and the documents"
            " that come in are linked to the request."
        ),
    )
    addressees = forms.MultipleChoiceField(
        label=_("Addressed to"),
        widget=AddresseeChoice,
        error_messages={"required": _("Choose at least one Member State or office.")},
    )

    def __init__(self, *args, meeting: Meeting, at: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        refuse_unfit_signs(self)
        self.meeting, self.at = meeting, at
        row_field(self, "sitting").queryset = meeting.sittings.all()
        self.known: dict[str, MemberState | Office] = {}
        offices = requests.offices_to_ask(meeting.register.group_id, at)
        office_choices = self._choices("office", offices)
        state_choices = self._choices("state", MemberState.objects.in_order())
        self.states = [key for key, _name in state_choices]
        choice_field(self, "addressees").choices = [
            (_text("Offices and bodies"), office_choices),
            (
                _text("Member States"),
                [(ALL_STATES, _text("All Member States")), *state_choices] if state_choices else [],
            ),
        ]

    def _choices(self, kind: str, rows: QuerySet) -> list[tuple[str, str]]:
        found = {f"{kind}-{row.pk}": row for row in rows}
        self.known |= found
        return [(key, row.name) for key, row in found.items()]

    def clean_addressees(self) -> list[str]:
        """All Member States at once are as many addressees as if each of them had been ticked."""
        ticked: list[str] = self.cleaned_data["addressees"]
        if ALL_STATES not in ticked:
            return ticked
        return [key for key in ticked if key not in (ALL_STATES, *self.states)] + self.states

    def clean_due_on(self) -> date | None:
        due_on = self.cleaned_data["due_on"]
        if due_on is not None:
            try:
                requests.check_due_date(due_on, self.meeting, self.at)
            except requests.CannotRecord as refusal:
                raise forms.ValidationError(str(refusal)) from None
        return due_on

    @property
    def digest(self) -> str:
        """Names exactly what the form would record: whoever confirms it was shown this."""
        said = self.cleaned_data
        sitting = said["sitting"]
        return journal.digest(
            {
                "sitting": sitting.pk if sitting else None,
                "item": said["item"],
                "wording": said["wording"],
                "due_on": said["due_on"],
                "addressees": sorted(said["addressees"]),
            }
        )

    @property
    def asked_of(self) -> list[MemberState | Office]:
        """In the order of the list, whatever order they were ticked in."""
        ticked = set(self.cleaned_data["addressees"])
        return [row for key, row in self.known.items() if key in ticked]


class DocumentChoice(forms.ModelChoiceField):
    def label_from_instance(self, document: Document) -> str:
        return f"{document.symbol} · {document.title}"


class LinkForm(forms.Form):
    """Which registered document answers: one of the addressee's own, or any of the group by its symbol."""

    document = DocumentChoice(
        Document.objects.none(),
        label=_("Document"),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    symbol = forms.CharField(
        label=_("Or another document of the group, by its symbol"),
        required=False,
        max_length=100,
        help_text=_("A symbol given here counts instead of the choice above."),
    )

    def __init__(self, *args, own: QuerySet[Document], linkable: QuerySet[Document], **kwargs):
        super().__init__(*args, **kwargs)
        refuse_unfit_signs(self)
        self.linkable = linkable
        if own:
            say_when_needed(self, ("document", "symbol"), ONE_OF_TWO)
            row_field(self, "document").queryset = linkable.filter(pk__in=[d.pk for d in own]).order_by(
                "-available_at", "pk"
            )
        else:
            del self.fields["document"]
            self.fields["symbol"].label = _text("Symbol of the document")
            self.fields["symbol"].help_text = ""
            self.fields["symbol"].required = True

    def clean_symbol(self) -> Document | None:
        written = self.cleaned_data["symbol"]
        if not written:
            return None
        try:
            found = self.linkable.filter(search.of_symbol(symbols.parse(written)))[:2]
        except symbols.NotASymbol:
            raise forms.ValidationError(_text("This is not the symbol of a document.")) from None
        if len(found) != 1:
            raise forms.ValidationError(
                _text("Several documents may be meant. Give the whole symbol.")
                if found
                else _text("No document of the group has this symbol, or it is withdrawn.")
            )
        return found[0]

    def clean(self):
        cleaned = super().clean() or {}
        if not self.errors and self.chosen is None:
            self.add_error("document", _text("Choose a document, or give its symbol."))
        return cleaned

    @property
    def chosen(self) -> Document | None:
        return self.cleaned_data.get("symbol") or self.cleaned_data.get("document")


class UnlinkForm(ReasonForm):
    """Why; and which document its page showed, so that no other is taken off that was linked meanwhile."""

    document = forms.ModelChoiceField(Document.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args, seen: QuerySet[Document], **kwargs):
        super().__init__(*args, **kwargs)
        row_field(self, "document").queryset = seen
