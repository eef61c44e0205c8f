"""The page on which the secretariat adds translations: six languages of a text, their files, the act itself."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cwg.languages import LANGUAGE_NAMES
from cwg.look import overtaken
from cwg.look.asked_by_script import wants_json
from cwg.look.reasons import ReasonField
from cwg.members.parties import NotEntitled
from cwg.members.requests import PortalRequest
from cwg.record.reasons import ReasonMissing

from . import offers, register, symbols, taking_files, translations, uploads
from .finding import document_or_404
from .models import Document, PreparedFile, Revision

# Why nothing was added, in the words of the page that is shown again.
REFUSED: dict[type[Exception], Any] = {
    translations.NotTheText: gettext_lazy(
        "This text no longer applies: a revision has replaced it. Your files were not added."
    ),
    translations.LanguageTaken: gettext_lazy(
        "The document came with a text in that language. A mistake in it is corrected by a corrigendum."
    ),
    translations.NothingPrepared: gettext_lazy("Upload a file first."),
    translations.FileInfected: gettext_lazy("A virus was found in one of the files. Remove it."),
    register.NothingToChange: gettext_lazy("No change: these files are the translation that stands."),
}


class AddForm(forms.Form):
    """In which language; and why, where a translation is replaced."""

    language = forms.ChoiceField(choices=list(LANGUAGE_NAMES.items()), widget=forms.HiddenInput)
    reason = ReasonField(required=False)

    def __init__(self, *args: Any, replaces: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = replaces


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, path: str) -> HttpResponse:
    """404 for whoever is not in the secretariat of the group; 409 for a document that is withdrawn."""
    found = _document(request, path)
    if offers.DocumentAct.TRANSLATE not in offers.acts_on(found, request.rights):
        return overtaken.page(request, AddForm(request.POST or None))
    text = _text(request, found)
    if text is None:
        return _gone(request, path, AddForm(request.POST or None))
    if request.method != "POST":
        return _page(request, found, text)
    language = request.POST.get("language", "")
    replaces = any(place.replaces for place in translations.places(text) if place.code == language)
    form = AddForm(request.POST, replaces=replaces)
    if not form.is_valid():
        return _page(request, found, text, form=form, status=422)
    try:
        version = translations.add(
            found, text.pk, language, rights=request.rights, reason=form.cleaned_data["reason"]
        )
    except NotEntitled as error:
        raise Http404 from error
    except offers.DocumentWithdrawn:
        return overtaken.page(request, form)
    except ReasonMissing:  # a colleague was quicker: now it replaces, and the page asks why
        found = _document(request, path)
        text = _text(request, found)
        if text is None:
            return _gone(request, path, form)
        return _page(request, found, text, form=AddForm(request.POST, replaces=True), status=422)
    except translations.NotTheText:
        return _gone(request, path, form)
    except tuple(REFUSED) as refused:
        return _page(request, found, text, form=form, errors=[str(REFUSED[type(refused)])], status=409)
    said = {"language": LANGUAGE_NAMES[version.language], "symbol": text.symbol or found.heading}
    messages.success(request, _("The %(language)s translation of %(symbol)s is on its page now.") % said)
    return redirect(found)


@uploads.takes_files
@require_POST
def upload(request: PortalRequest, path: str) -> HttpResponse:
    """Take one file. Answers JSON to the script, a page to a plain form; a refusal keeps everything as it was."""
    found = _document(request, path)
    if offers.DocumentAct.TRANSLATE not in offers.acts_on(found, request.rights):
        return overtaken.page(request)
    text = _text(request, found)
    if text is None:
        return _gone(request, path)
    form = taking_files.UploadForm(request.POST, request.FILES)
    if wrong := taking_files.what_is_wrong(request, form):
        return _not_taken(request, found, text, *wrong)
    try:
        file = translations.prepare(
            found,
            text.pk,
            form.cleaned_data["file"],
            language=form.cleaned_data["language"],
            rights=request.rights,
            at=request.server_now,
        )
    except taking_files.REFUSALS as refused:
        return _not_taken(request, found, text, *taking_files.refusal(refused))
    except translations.LanguageTaken as refused:
        return _not_taken(request, found, text, [str(REFUSED[type(refused)])], 422)
    except translations.NotTheText:
        return _gone(request, path)
    except NotEntitled as error:
        raise Http404 from error
    except offers.DocumentWithdrawn:
        return overtaken.page(request)
    if wants_json(request):
        # Without a row of HTML the page is read again: the language has a group, and a button, of its own there.
        return JsonResponse({}, status=201)
    messages.success(request, _("%(name)s is stored and checked.") % {"name": file.name})
    return redirect(f"{_address(found, text, file.language)}#prepared-{file.language}")


@require_POST
def remove(request: PortalRequest, path: str, pk: int) -> HttpResponse:
    """Remove a file that the person has uploaded and not added."""
    found = _document(request, path)
    own = PreparedFile.objects.filter(uploaded_by=request.user, revision__document=found, pk=pk)
    file = own.select_related("revision__document").first()
    if file is None:
        raise Http404
    translations.put_aside(found, pk, rights=request.rights)
    messages.success(request, _("The file was removed."))
    text = next((each for each in translations.texts(found) if each.pk == file.revision_id), found.current)
    return redirect(_address(found, text, file.language))


def _document(request: PortalRequest, path: str) -> Document:
    found = document_or_404(request, path)
    if found.register.group_id not in request.rights.secretariat_groups:
        raise Http404
    return found


def _text(request: PortalRequest, document: Document) -> Revision | None:
    """The text that the address names, the current one where it names none; None for one that does not apply (any more)."""
    wanted = request.GET.get("text", "")
    if not wanted:
        return document.current
    return next((each for each in translations.texts(document) if _anchor(each) == wanted), None)


def _anchor(text: Revision) -> str:
    return symbols.anchor(text.suffix, text.language)


def _address(document: Document, text: Revision, language: str = "", name: str = "translations") -> str:
    """Always with the text: what is sent for one that was superseded meanwhile is not put to its successor."""
    query = {"text": _anchor(text)} | ({"language": language} if language else {})
    return f"{reverse(f'documents:{name}', args=[document.path])}?{urlencode(query)}"


def _gone(request: PortalRequest, path: str, form: AddForm | None = None) -> HttpResponse:
    """The page of the text as it stands now; `form` is what was sent for the other."""
    found = _document(request, path)
    said = [str(REFUSED[translations.NotTheText])]
    if wants_json(request) and request.method == "POST":
        return JsonResponse({"errors": said}, status=409)
    status = 409 if request.method == "POST" else 200
    return _page(request, found, found.current, form=form, errors=said, status=status)


def _not_taken(
    request: PortalRequest, document: Document, text: Revision, errors: list[str], status: int
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": errors}, status=status)
    return _page(request, document, text, upload_errors=errors, status=status)


def _page(
    request: PortalRequest,
    document: Document,
    text: Revision,
    *,
    form: AddForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    places = translations.places(text)
    open_places = [place for place in places if place.is_open]
    wanted = request.POST.get("language") or request.GET.get("language", "")
    first = next((place for place in open_places if not place.replaces), None)
    prepared: dict[str, list[PreparedFile]] = {}
    own = list(PreparedFile.objects.filter(uploaded_by=request.user, revision=text).select_related("blob"))
    languages_of = translations.languages_of(own, text)
    for file in own:
        prepared.setdefault(file.language, []).append(file)
    # A refused form of one language leaves those of the others as they are.
    bound = form.data.get("language") if form else ""
    groups = [
        {
            "place": place,
            "files": [
                taking_files.file_row(
                    file,
                    remove_url=reverse("documents:translation-remove", args=[document.path, file.pk]),
                    also_in=languages_of[file.blob_id],
                )
                for file in prepared[place.code]
            ],
            "form": form
            if form and bound == place.code
            else AddForm(
                initial={"language": place.code}, auto_id=f"{place.code}-%s", replaces=place.replaces
            ),
        }
        for place in open_places
        if place.code in prepared
    ]
    asked_why = {place.code for place in open_places if place.replaces and place.code in prepared}
    return render(
        request,
        "documents/translations.html",
        {
            "document": document,
            "text": text,
            "texts": [(each, _address(document, each)) for each in translations.texts(document)],
            "places": [(place, _address(document, text, place.code) + "#upload") for place in places],
            "groups": groups,
            "form": form,
            # Where the form of that language asks for no reason any more, or is gone, the words stand by themselves.
            "typed": overtaken.typed_in([form]) if form and bound not in asked_why else [],
            "upload_url": _address(document, text, name="translation-upload"),
            "add_url": _address(document, text),
            "upload_languages": [(place.code, place.name) for place in open_places],
            "upload_language": wanted or (first.code if first else ""),
            "max_bytes": settings.MAX_FILE_BYTES,
            "zone": document.register.zone,
        }
        | more,
        status=status,
    )
