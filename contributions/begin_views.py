"""Where a contribution begins: with its file, or with its words. Views read the request and show; verbs act."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cwg.documents import rules, taking_files, uploads
from cwg.documents.finding import register_or_404
from cwg.documents.kinds import kinds_for
from cwg.documents.models import Register, Slot
from cwg.documents.register import SlotNotOpen
from cwg.languages import current_language
from cwg.look.asked_by_script import wants_json
from cwg.members import kept_words
from cwg.members.models import Group
from cwg.members.parties import Party, with_key
from cwg.members.requests import PortalRequest
from meetings.answers import CannotLink
from meetings.models import Addressee

from . import draft_pages, drafting, file_first, held_over
from .draft_file_rows import WORDS_FORM
from .finding import asked_in_address, slot_in_address, without_request
from .forms import DraftForm, FileAloneForm, FileFirstForm
from .models import Contribution


@dataclass
class Place:
    """What a draft is begun for: whose it is, a blank one for the form, the request of the Group that it answers."""

    party: Party
    blank: Contribution
    slot: Slot | None
    asked: Addressee | None
    # Of the address: for which meeting, answering what.
    query: str

    @property
    def words_url(self) -> str:
        return _address("contributions:new", self.query)

    @property
    def file_url(self) -> str:
        return _address("contributions:new-from-file", self.query)

    def without_request(self, request: PortalRequest) -> None:
        """The request is answered by others by now: what is saved again answers none."""
        self.slot = self.asked = None
        self.query = without_request(request).partition("?")[2]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Begin a draft. `meeting` (a slug), `party` and `slot` in the address choose what it is for."""
    place = _place(request)
    if isinstance(place, HttpResponse):
        return place
    form = DraftForm(request.POST or None, instance=place.blank, rights=request.rights, party=place.party)
    kept_words.fill(request, form)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = drafting.begin(
                rights=request.rights,
                at=request.server_now,
                party=place.party,
                wording=form.wording(),
                slot=place.slot,
                answers=place.asked,
            )
        except (SlotNotOpen, CannotLink):
            form.add_error(None, draft_pages.BEGIN_WITHOUT_REQUEST)
            place.without_request(request)
            status = 409
        else:
            messages.success(request, _("Draft saved. Now add its files."))
            return redirect(reverse("contributions:contribution", args=[made.pk]) + "#files-section")
    elif form.errors:
        status = 422
    return _page(request, place, form, status=status)


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def new_from_file(request: PortalRequest) -> HttpResponse:
    """Begin a draft with its file, and with what was typed beside it. Answers JSON to the script, a page to a plain form.

    A file that is refused begins nothing, and what was typed stays. Whoever comes back to the address of such an answer is
    led to where a draft is begun.
    """
    if request.method != "POST":
        return redirect(_address("contributions:new", request.GET.urlencode()))
    place = _place(request)
    if isinstance(place, HttpResponse):
        return place
    form = FileFirstForm(request.POST, instance=place.blank, rights=request.rights, party=place.party)
    file_form = FileAloneForm(request.POST, request.FILES)

    def refused(said: list[str], status: int) -> HttpResponse:
        if wants_json(request):
            wrong = [
                f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
                for name, errors in form.errors.items()
                for error in errors
            ]
            # The page goes on with them: what the draft was to answer may be gone.
            goes_on = {"words_url": place.words_url, "file_url": place.file_url}
            return JsonResponse({"errors": [*map(str, said), *wrong]} | goes_on, status=status)
        return _page(request, place, form, status=status, upload_errors=said)

    if wrong := taking_files.what_is_wrong(request, file_form):
        return refused(*wrong)
    if not form.is_valid():
        return refused([_("The file was not taken yet: something below has to be put right first.")], 422)
    typed, otherwise = form.wording(), current_language()
    if "original_languages" not in form.changed_data:  # only the default of the form, if anything
        otherwise = next(iter(typed.original_languages), otherwise)
        typed = replace(typed, original_languages=())
    try:
        file = file_first.begin(
            file_form.cleaned_data["file"],
            rights=request.rights,
            at=request.server_now,
            party=place.party,
            typed=typed,
            otherwise=otherwise,
            slot=place.slot,
            answers=place.asked,
        )
    except taking_files.REFUSALS as error:
        return refused(*taking_files.refusal(error))
    except (SlotNotOpen, CannotLink):
        form.add_error(None, draft_pages.BEGIN_WITHOUT_REQUEST)
        place.without_request(request)
        return refused([], 409)
    said = _("%(name)s is stored and checked, and is the first file of your draft.") % {"name": file.name}
    if file.contribution.proposed:
        said = f"{said} {_('What it says of itself is proposed below: check each field.')}"
    messages.success(request, said)
    address = reverse("contributions:contribution", args=[file.contribution_id]) + "#words-section"
    return JsonResponse({"redirect": address}, status=201) if wants_json(request) else redirect(address)


def _place(request: PortalRequest) -> Place | HttpResponse:
    """What the address, or the form, chooses; or the page where one chooses first. Raises Http404, BadRequest."""
    parties = request.rights.own_parties
    wanted = request.POST.get("party") or request.GET.get("party", "")
    slug = request.GET.get("meeting", "")
    register = register_or_404(request, slug) if slug else None
    slot = slot_in_address(request, register)
    asked = None if slot is not None else asked_in_address(request)
    if register is not None:
        parties = tuple(party for party in parties if party.group_id == register.group_id)
    whose = slot.party if slot is not None else asked.party if asked is not None else None
    if whose is not None and whose not in parties and request.rights.filer_for(whose):
        # Asked of an invited body, or of whoever hands the answer to the secretariat: filed for it.
        return redirect(f"{reverse('contributions:for')}?{request.GET.urlencode()}")
    if slot is not None:
        parties = tuple(party for party in parties if slot.belongs(party))
    if asked is not None:
        parties = tuple(party for party in parties if party == asked.party)
    chosen = with_key(parties, wanted)
    if wanted and chosen is None:
        raise Http404
    if not parties:
        return render(request, "contributions/no_seat.html", status=403)
    if chosen is None and len(parties) > 1:
        queries = [(party, urlencode({**request.GET.dict(), "party": party.key})) for party in parties]
        choices = [(party, _address("contributions:new", query)) for party, query in queries]
        return render(request, "contributions/choose_party.html", {"choices": choices})
    party = chosen or parties[0]
    blank = Contribution(group=party.group, register=register or _default_register(request, party.group))
    blank.kind = kinds_for(party)[0]
    if request.user.language:
        blank.original_languages = [request.user.language]
    return Place(party, blank, slot, asked, request.GET.urlencode())


def _address(name: str, query: str) -> str:
    return reverse(name) + (f"?{query}" if query else "")


def _default_register(request: PortalRequest, group: Group) -> Register | None:
    """The next meeting of the group whose door is still open."""
    nothing = Contribution(group=group)
    return held_over.next_meeting(nothing, at=request.server_now)


def _page(request: PortalRequest, place: Place, form: DraftForm, *, status: int, **more) -> HttpResponse:
    register = place.blank.register
    page = {
        "form": form,
        "words_form": WORDS_FORM,
        "words_url": place.words_url,
        "file_url": place.file_url,
        "max_bytes": settings.MAX_FILE_BYTES,
        "party": place.party,
        "slot": place.slot,
        "asked": place.asked,
        "steps": draft_pages.steps(None),
        "register": register,
        "deadline_lines": rules.lines_for(register, place.blank.kind) if register else [],
    }
    return render(request, "contributions/new.html", page | more, status=status)
