"""My settings: who I am here, in which language, zone and light, which mails I get, my calendar's address."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cwg import clock
from cwg.documents import zones
from cwg.languages import LANGUAGE_CODES, LANGUAGES, help_of_choice, spoken
from cwg.members import own_settings
from cwg.members.forms import NameField
from cwg.members.models import Person
from cwg.members.requests import PortalRequest
from cwg.notices import kinds, preferences

THEMES = list(Person._meta.get_field("theme").choices or ())


class SettingsForm(forms.Form):
    """A person's own settings. `mails` are the kinds of notice that are wanted."""

    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of pages and mails"),
        choices=LANGUAGES,
        help_text=lazy(help_of_choice, str)(),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        choices=lambda: [("", _("As the device")), *zones.zone_choices()],
        help_text=gettext_lazy("Deadlines are shown in it, beside the seat's time and UTC."),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Appearance"), required=False, choices=THEMES, widget=forms.RadioSelect
    )
    mails = forms.MultipleChoiceField(
        label=gettext_lazy("Mails I want"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any):
        self.settable = preferences.of(person)
        kwargs["initial"] = {
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "theme": person.theme,
            "mails": [kind.name for kind, wanted in self.settable if wanted],
        }
        super().__init__(*args, **kwargs)
        mails: Any = self.fields["mails"]
        mails.choices = [(kind.name, kind.label) for kind in kinds.settable()]
        if not self.settable:
            del self.fields["mails"]
        # A zone under an older name stays what it is until the person chooses another.
        zone: Any = self.fields["time_zone"]
        if person.time_zone and not zone.valid_value(person.time_zone):
            zone.choices = [(person.time_zone, person.time_zone), *zone.choices]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: PortalRequest) -> HttpResponse:
    """Show and keep the settings of whoever is signed in; nobody else's can be named."""
    form = SettingsForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = own_settings.change(
            request.user,
            name=given["name"],
            language=given["language"],
            time_zone=given["time_zone"],
            theme=given["theme"],
            at=clock.now(),
        )
        for kind, wanted in form.settable:
            if (kind.name in given.get("mails", ())) != wanted:
                preferences.set_wanted(person, kind.name, not wanted)
        translation.activate(spoken(person.language))
        messages.success(request, _("Your settings are saved."))
        response = redirect("home:me")
        own_settings.remember_on_device(response, language=person.language, theme=person.theme)
        return response
    secret = request.user.calendar_secret
    context = {
        "form": form,
        "accreditations": request.rights.accreditations,
        "calendar_address": settings.PORTAL_URL + reverse("meetings:feed", args=[secret]) if secret else "",
    }
    return render(request, "home/account_settings.html", context, status=422 if form.errors else 200)


@require_POST
def calendar_address(request: PortalRequest) -> HttpResponse:
    """Make a calendar address, put a new one in its place (`act=new`), or remove it (`act=remove`)."""
    match request.POST.get("act"):
        case "new":
            own_settings.renew_calendar_address(request.user, at=clock.now())
            messages.success(request, _("Your calendar has a new address. Any address before it has ended."))
        case "remove":
            own_settings.remove_calendar_address(request.user, at=clock.now())
            messages.success(request, _("The address of your calendar has ended."))
        case _:
            raise BadRequest("act")
    return redirect(reverse("home:me") + "#calendar")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language menu: for a person kept with the account, before sign-in in a cookie. `next` stays here."""
    chosen = request.POST.get("language", "")[:2]
    if chosen not in LANGUAGE_CODES:
        raise BadRequest("language")
    if request.user.is_authenticated:
        own_settings.choose_language(request.user, chosen)
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A path, not a word: `redirect` would look for a view of that name.
    response = redirect(wanted if safe and wanted.startswith("/") else "/")
    own_settings.remember_on_device(response, language=chosen)
    return response
