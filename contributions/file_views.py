"""Files of a draft, and of the letter by which it came: taken in, handed out, removed."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cwg.documents import taking_files, uploads
from cwg.documents.downloads import hand_out
from cwg.languages import LANGUAGE_NAMES
from cwg.look.asked_by_script import wants_json
from cwg.members.requests import PortalRequest

from . import draft_file_rows, draft_files, draft_pages, drafting, letters, previewing, typed_words
from .finding import draft_or_404
from .forms import FileAloneForm
from .models import Contribution


@uploads.takes_files
@require_POST
def upload(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one file. Answers JSON to the script, a page to a plain form; a refusal keeps everything as it was."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    draft = draft_or_404(request, pk)

    def take(clean: dict[str, Any]) -> dict[str, Any]:
        attached = draft_files.attach(
            pk, clean["file"], language=clean["language"], rights=request.rights, at=request.server_now
        )
        said = draft_file_rows.said_of(attached)
        row = draft_file_rows.file_row(attached.file, removable=True, notes=[said] if said else [])
        # A file that was there already takes the place of its own row on the page.
        replaced = [*attached.replaced, attached.file] if attached.known else attached.replaced
        return row | {"said": said, "replaced": [str(file.pk) for file in replaced]}

    form = taking_files.UploadForm(request.POST, request.FILES)
    return _taken(request, draft, form, take, section="files-section", errors="upload_errors")


@uploads.takes_files
@require_POST
def upload_letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one file of the letter by which a paper came that is filed for another. As `upload`."""
    _filed_for_another_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    draft = _filed_for_another_or_404(request, pk)

    def take(clean: dict[str, Any]) -> dict[str, Any]:
        kept = letters.attach(pk, clean["file"], rights=request.rights, at=request.server_now)
        return draft_file_rows.letter_row(kept)

    form = FileAloneForm(request.POST, request.FILES)
    return _taken(request, draft, form, take, section="letter-section", errors="letter_errors")


def _filed_for_another_or_404(request: PortalRequest, pk: uuid.UUID) -> Contribution:
    draft = draft_or_404(request, pk)
    if not draft.filed_for_another:
        raise Http404
    return draft


def _taken(
    request: PortalRequest,
    draft: Contribution,
    form: taking_files.UploadForm,
    take: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    section: str,
    errors: str,
) -> HttpResponse:
    """What becomes of an upload: `take` gives the row of the file that is kept, as `components/file_row.html` shows it."""

    def refused(said: list[str], status: int) -> HttpResponse:
        if wants_json(request):
            return JsonResponse({"errors": [str(error) for error in said]}, status=status)
        page = draft_pages.page_of_draft(request, draft) | {errors: said}
        return render(request, "contributions/contribution.html", page, status=status)

    if wrong := taking_files.what_is_wrong(request, form):
        return refused(*wrong)
    try:
        row = take(form.cleaned_data)
    except taking_files.REFUSALS as error:
        return refused(*taking_files.refusal(error))
    except draft_files.OtherLanguage as error:
        return refused([_other_language(error)], 422)
    except letters.TooManyLetters:
        said = _("A letter has at most %(count)d files. Remove one first.")
        return refused([said % {"count": letters.MAX_LETTERS}], 422)
    except drafting.NotOpen:
        return refused([typed_words.what_became_of(previewing.load(draft.pk))], 409)
    if wants_json(request):
        answer = {
            "html": render_to_string("components/file_row.html", {"file": row}, request),
            "replaced": row.get("replaced", []),
        }
        return JsonResponse(answer | draft_pages.stands_now(request, previewing.load(draft.pk)), status=201)
    stored = _("%(name)s is stored and checked.") % {"name": row["name"]}
    messages.success(request, f"{stored} {row.get('said', '')}".strip())
    return _back(draft.pk, section)


def _other_language(error: draft_files.OtherLanguage) -> str:
    said = _("This corrigendum concerns the %(language)s text only: it takes no file in another language.")
    return said % {"language": LANGUAGE_NAMES[error.taken]}


def _back(pk: uuid.UUID, section: str) -> HttpResponse:
    return redirect(reverse("contributions:contribution", args=[pk]) + f"#{section}")


@require_GET
def draft_file(request: PortalRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponseBase:
    """Download a file of a draft: for those who see the draft, byte for byte; for sponsors while it is open.

    A registered document's files are read at its own page, and are closed there when it is withdrawn.
    """
    draft = draft_or_404(request, pk, editable=False)
    if not (draft.is_open or request.rights.works_for(draft.in_hand)):
        raise Http404
    held = get_object_or_404(draft.files.select_related("blob"), pk=file)
    return hand_out(request, held.blob, held.name, of=draft.get_absolute_url())


@require_GET
def draft_letter(request: PortalRequest, pk: uuid.UUID, letter: uuid.UUID) -> HttpResponseBase:
    """Download a file of the letter: for the secretariat that has the draft in its hands."""
    draft = _filed_for_another_or_404(request, pk)
    kept = get_object_or_404(draft.letters.select_related("blob"), pk=letter)
    return hand_out(request, kept.blob, kept.name, of=draft.get_absolute_url())


@require_POST
def remove_file(request: PortalRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    draft = draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    get_object_or_404(draft.files, pk=file)
    try:
        draft_files.remove_file(pk, file, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    messages.success(request, _("The file was removed from the draft."))
    return _back(pk, "files-section")


@require_POST
def move_file(request: PortalRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """List a file in another language: `to`, or what was chosen in the file's own row."""
    draft = draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    get_object_or_404(draft.files, pk=file)
    language = request.POST.get("to") or request.POST.get(f"language-{file}", "")
    if language not in LANGUAGE_NAMES:
        raise BadRequest("language")
    refused = ""
    try:
        moved = draft_files.move(pk, file, language=language, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except draft_files.OtherLanguage as error:
        refused = _other_language(error)
    except taking_files.TooManyFiles as error:
        refused = " ".join(taking_files.refusal(error)[0])
    except draft_files.FileGone:
        refused = _gone()
    if refused:
        return _not_done(request, pk, refused)
    said = _("%(name)s is listed in %(language)s now.") % {
        "name": moved.file.name,
        "language": LANGUAGE_NAMES[language],
    }
    messages.success(request, f"{said} {draft_file_rows.said_of(moved)}".strip())
    return _back(pk, "files-section")


@require_POST
def replace_earlier(request: PortalRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """Let a file take the place of those that came before it under the same name in its language."""
    draft = draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    newer = get_object_or_404(draft.files, pk=file)
    try:
        draft_files.replace_earlier(pk, file, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except draft_files.FileGone:
        return _not_done(request, pk, _gone())
    messages.success(request, _("The newer %(name)s has replaced the earlier one.") % {"name": newer.name})
    return _back(pk, "files-section")


def _not_done(request: PortalRequest, pk: uuid.UUID, said: str) -> HttpResponse:
    page = draft_pages.page_of_draft(request, draft_or_404(request, pk)) | {"upload_errors": [said]}
    return render(request, "contributions/contribution.html", page, status=422)


def _gone() -> str:
    return _("The file was removed from the draft meanwhile.")


@require_POST
def remove_letter(request: PortalRequest, pk: uuid.UUID, letter: uuid.UUID) -> HttpResponse:
    draft = _filed_for_another_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    get_object_or_404(draft.letters, pk=letter)
    try:
        letters.remove(pk, letter, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    messages.success(request, _("The file of the letter was removed."))
    return _back(pk, "letter-section")
