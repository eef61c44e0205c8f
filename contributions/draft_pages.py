"""What the pages of a draft show, whichever view answers with one."""

from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cwg.documents import rules
from cwg.languages import LANGUAGE_NAMES
from cwg.members.directory import keeps_people
from cwg.members.parties import NotEntitled
from cwg.members.requests import PortalRequest
from cwg.members.rights import anybody_submits_for, states_that_answer

from . import carried, draft_file_rows, draft_presentation, previewing, standing
from .draft_file_rows import WORDS_FORM
from .forms import DraftForm, ReceivedForm, SponsorForm
from .models import Contribution, Sponsorship
from .previewing import Preview

F = TypeVar("F", bound=forms.Form)

# Why no draft was begun that was to answer a request, in the words of the form that is shown again without it.
BEGIN_WITHOUT_REQUEST = gettext_lazy(
    "The request of the Group that this was to answer is no longer open: it was answered, withdrawn, or the meeting has"
    " closed. Your words are still here; saved now, they begin a draft that answers no request."
)


def steps(contribution: Contribution | None, *, linked: bool = True) -> list[tuple[str, str]]:
    """The four steps of a contribution, for `components/steps.html`. `linked`: the reader may open the draft."""
    draft = reverse("contributions:contribution", args=[contribution.pk]) if contribution and linked else ""
    preview = reverse("contributions:preview", args=[contribution.pk]) if contribution else ""
    return [(_("Draft"), draft), (_("Preview"), preview), (_("Submit"), ""), (_("Receipt"), "")]


def form_of(request: PortalRequest, draft: Contribution, data) -> DraftForm:
    return DraftForm(data, instance=draft, rights=request.rights, party=draft.party)


def received_form_of(draft: Contribution, at: datetime, data=None) -> ReceivedForm:
    """How the paper came, as a part of the draft's own form."""
    initial = {"came_by": draft.came_by, "dated": draft.dated}
    return as_part_of_words(ReceivedForm(data, party=draft.party, at=at, initial=initial))


def as_part_of_words(form: F) -> F:
    """Its fields are sent with the draft's words, whichever button is pressed; none of them keeps those from being saved."""
    form.use_required_attribute = False
    for field in form.fields.values():
        field.widget.attrs["form"] = WORDS_FORM
    return form


def is_lacking(request: PortalRequest, draft: Contribution) -> bool:
    """Whether something is missing before the draft can be submitted."""
    return not prepared(request, draft).ready


def prepared(request: PortalRequest, draft: Contribution) -> Preview:
    """The draft as this person would register it. Raises Http404 where the role ended since the page was asked for."""
    try:
        return previewing.preview(draft, person=request.user)
    except NotEntitled as error:
        raise Http404 from error


def _where_it_stands(request: PortalRequest, draft: Contribution) -> dict[str, Any]:
    """What the two parts of the draft's page are made of that say where it stands, and what to do next."""
    slots = list(draft.open_slots)
    stands = standing.of(
        prepared(request, draft), rights=request.rights, at=request.server_now, has_open_slots=bool(slots)
    )
    return {
        "standing": stands,
        "nobody_submits": standing.NOBODY_SUBMITS if stands.lacks_a_focal_point else "",
        "contribution": draft,
        "words_form": WORDS_FORM,
        "seat_zone": draft_presentation.seat_zone(draft),
        "open_slots": slots,
    }


def stands_now(request: PortalRequest, draft: Contribution) -> dict[str, str]:
    """Those two parts anew, as HTML, for the script that has changed the draft and stays on its page (`standing.js`)."""
    shown = _where_it_stands(request, draft) | {"draft_url": "", "may_edit": True}
    return {
        name: render_to_string(f"contributions/_{name}.html", shown, request)
        for name in ("standing", "onward")
    }


def page_of_draft(request: PortalRequest, draft: Contribution, form: DraftForm | None = None, **more) -> dict:
    """What the draft's page shows."""
    return {
        "party": draft.party,
        "form": form or form_of(request, draft, None),
        "steps": steps(draft),
        "files": draft_file_rows.file_rows(draft, carried.taken_over(draft), removable=True),
        "newer_text": carried.newer_text(draft),
        "sort_of_change": draft_presentation.sort_of_change(draft),
        "upload_languages": [(code, LANGUAGE_NAMES[code]) for code in draft.languages_taken],
        "upload_language": draft.corrected_language or next(iter(draft.original_languages), "en"),
        "max_bytes": settings.MAX_FILE_BYTES,
        "sponsor_form": as_part_of_words(SponsorForm(contribution=draft)) if draft.takes_sponsors else None,
        "deadline_lines": rules.lines_for(draft.register, draft.kind) if draft.register else [],
        "at": request.server_now,
        "unheard": _unheard(request, draft),
        "keeps_people": keeps_people(request.rights),
        "open_requests": list(draft.open_requests),
    } | (_where_it_stands(request, draft) | filed_for_another(request, draft) | more)


def _unheard(request: PortalRequest, draft: Contribution) -> list[int]:
    """The Member States that were asked to join and have nobody who could answer."""
    asked = [each.state_id for each in draft.sponsorships.all() if each.status == Sponsorship.Status.ASKED]
    if not asked:
        return []
    answering = states_that_answer(draft.group_id, request.server_now)
    return [state for state in asked if state not in answering]


def filed_for_another(request: PortalRequest, draft: Contribution) -> dict[str, Any]:
    """How the paper came that the secretariat files, its letter, and whether anybody will be told; else nothing."""
    if not draft.filed_for_another:
        return {}
    return {
        "how_it_came": draft_presentation.how_it_came(draft),
        "received_form": received_form_of(draft, request.server_now),
        "letters": [draft_file_rows.letter_row(each) for each in draft.letters.select_related("blob").all()],
        "untold": draft.party.is_delegation and not anybody_submits_for(draft.party, request.server_now),
    }
