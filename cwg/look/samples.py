"""Made-up content for the style guide, so that every part is seen with short, long, missing and foreign text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator

from cwg import clock

from .filters import ListFilters
from .form_fields import SeveralLinesField

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

TITLE = (
    "International Internet-related public policy issues: views on capacity building and the needs of developing "
    "countries"
)


class SampleForm(forms.Form):
    title = forms.CharField(max_length=200, help_text="As it is to stand in the register.")
    kind = forms.ChoiceField(
        choices=[("action", "Contribution for action"), ("info", "Contribution for information")]
    )
    summary = SeveralLinesField(widget=forms.Textarea(attrs={"rows": 4}), required=False)
    original = forms.MultipleChoiceField(
        choices=[("ar", "Arabic"), ("zh", "Chinese"), ("en", "English"), ("fr", "French")],
        widget=forms.CheckboxSelectMultiple,
        label="Original language",
    )
    joint = forms.BooleanField(
        required=False, label="Other administrations join", help_text="Each focal point confirms."
    )


class SampleFilters(ListFilters):
    kind = forms.ChoiceField(choices=[("", "All"), ("contribution", "Contribution")], required=False)
    source = forms.ChoiceField(choices=[("", "All"), ("sau", "Saudi Arabia")], required=False)
    language = forms.ChoiceField(choices=[("", "All"), ("en", "English")], required=False)
    new = forms.BooleanField(required=False, label="New since my last visit")


def _fact(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def context() -> dict[str, Any]:
    """Everything `templates/look/guide.html` shows."""
    now = clock.now()
    bound = SampleForm({"title": "", "kind": "action"}, prefix="wrong")
    head = {
        "group": _fact(
            "Group", "Council Working Group on international Internet-related public policy issues"
        ),
        "meeting": _fact("Meeting", "Ninth meeting\nGeneva, 12 February 2009"),
        "marks": [
            _fact("Symbol", "CWG-Internet-9/4"),
            _fact("Date", "10 February 2009"),
            _fact("Language", "Original: Arabic"),
        ],
        "source": _fact("Source", "Saudi Arabia, Syrian Arab Republic, Egypt"),
        "title": {"runs": TITLE, "language": "en"},
        "kind": _fact("Kind", "Contribution for action"),
        "box": [
            _fact(
                "Summary",
                "This contribution proposes a list of issues for the Group's further work, and asks for an "
                "inventory of what the Union does on each of them.",
            ),
            _fact("Action required", "The Group is invited to discuss the list and to agree on it."),
            _fact("References", "Resolution 75 (Johannesburg, 2008); Council Resolution 1282 (Mod. 2008)"),
        ],
    }
    draft_marks = [
        _fact("Symbol", "Number given on submission"),
        _fact("Date", "Date of submission"),
        _fact("Language", "Original: Arabic"),
    ]
    return {
        "soon": now + dt.timedelta(days=2, hours=3, minutes=12),
        "close": now + dt.timedelta(minutes=9, seconds=50),
        "passed": now - dt.timedelta(hours=3),
        "example": dt.datetime(2009, 2, 11, 8, 0, tzinfo=dt.UTC),
        "chips": {"ar": "original", "en": "translation", "fr": "translation"},
        "verdicts": [
            "in_time",
            "late_kept",
            "late_flagged",
            "requested_in_session",
            "exempt",
            "no_rule",
            "not_measured",
        ],
        "trail": [("Meetings", "#"), ("Ninth meeting of CWG-Internet", "#")],
        "steps": [("Draft", "#"), ("Preview", "#"), ("Submit", ""), ("Receipt", "")],
        "form": SampleForm(),
        "bound": bound,
        "filters": SampleFilters(prefix="filter"),
        "page": Paginator(range(90), 20).page(2),
        "head": head,
        "draft_head": head | {"marks": draft_marks, "is_draft": True},
        "languages": [("ar", "Arabic"), ("en", "English"), ("fr", "French")],
        "files": [
            {
                "name": "Contribution on capacity building (final) v3.docx",
                "url": "#f",
                "kind": "Word",
                "size": 184320,
                "pages": 6,
                "language": "English",
                "sha256": HASH,
                "scanned": "Not scanned for viruses",
                "remove_url": "#remove",
                "findings": [
                    {"tone": "ok", "text": "A Word document that opens."},
                    {
                        "tone": "warning",
                        "text": "It has 3 tracked changes and 1 comment. They will be published.",
                    },
                    {"tone": "note", "text": "It names an author: A. Delegate."},
                ],
            },
            {
                "name": "مساهمة المملكة العربية السعودية.pdf",
                "kind": "PDF",
                "size": 2400000,
                "language": "Arabic",
                "refused": True,
                "findings": [
                    {"tone": "error", "text": "Not taken: the file is encrypted. Save it without a password."}
                ],
            },
        ],
        "receipt": {
            "number": _fact("Receipt", "R-2009-000041"),
            "symbol": _fact("Symbol", "CWG-Internet-9/4"),
            "url": "#4",
            "title": _fact("Title", TITLE),
            "facts": [
                _fact("Source", "Saudi Arabia (lead), Syrian Arab Republic, Egypt"),
                _fact(
                    "Available on the Group's website", "Tuesday, 10 February 2009, 16:42:07 CET (UTC+01:00)"
                ),
                _fact("Deadline", "Wednesday, 11 February 2009, 09:00:00 CET (UTC+01:00)"),
                _fact("Rule", "Available not later than 24 hours before the start of the meeting"),
                _fact("Submitted by", "A. Focal-Point, Saudi Arabia"),
            ],
            "verdict_code": "in_time",
            "address": "https://portal.example/receipts/R-2009-000041/",
            "files": [
                {
                    "name": "contribution.docx",
                    "language": "Arabic (original)",
                    "size": 184320,
                    "sha256": HASH,
                },
                {"name": "contribution-en.pdf", "language": "English", "size": 84320, "sha256": HASH[::-1]},
            ],
        },
    }
