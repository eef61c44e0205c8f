"""What the secretariat and administrators do for a person's account, each act on a page of its own, with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cwg import clock
from cwg.look.reasons import ReasonForm

from . import account_care, directory, kept_words, refusals
from .account_care import may_look_after
from .accounts import address_of
from .forms import ChangeAddressForm, JoinForm, say
from .models import Person
from .oversight import may_manage_people
from .requests import PortalRequest


@dataclass(frozen=True)
class Act:
    """`do(person, actor, at, given)` is the verb, with what the form gave; `told` says who gets a mail of it.

    The owner of a closed account gets none.
    """

    title: Any
    text: Any
    form: type[ReasonForm]
    button: Any
    done: Any
    do: Callable[[Person, Person, Any, dict[str, Any]], Person]
    danger: bool = False
    told: Any = ""

    def with_who_is_told(self, sentence: Any, person: Person) -> str:
        if not self.told:
            return str(sentence)
        return f"{sentence} {self.told if person.is_active else _('The account is closed: nobody is told.')}"


def _change_address(person: Person, actor: Person, at: Any, given: dict[str, Any]) -> Person:
    return account_care.change_address(person, given["email"], actor=actor, at=at, reason=given["reason"])


def _reset_second_factor(person: Person, actor: Person, at: Any, given: dict[str, Any]) -> Person:
    return account_care.reset_second_factor(person, actor=actor, at=at, reason=given["reason"])


def _join(person: Person, actor: Person, at: Any, given: dict[str, Any]) -> Person:
    stays = account_care.account_at(given["email"], actor=actor, at=at)
    return account_care.join(person, stays, actor=actor, at=at, reason=given["reason"])


def _close(person: Person, actor: Person, at: Any, given: dict[str, Any]) -> Person:
    return account_care.disable(person, actor=actor, at=at, reason=given["reason"])


def _open(person: Person, actor: Person, at: Any, given: dict[str, Any]) -> Person:
    return account_care.enable(person, actor=actor, at=at, reason=given["reason"])


ACTS = {
    "close": Act(
        gettext_lazy("Close the account"),
        gettext_lazy(
            "The very next request of the person is refused. Roles stay on record and can be ended apart."
        ),
        ReasonForm,
        gettext_lazy("Close the account"),
        gettext_lazy("The account is closed."),
        _close,
        danger=True,
    ),
    "open": Act(
        gettext_lazy("Open the account again"),
        gettext_lazy("The person may sign in again. Roles that ended meanwhile stay ended."),
        ReasonForm,
        gettext_lazy("Open the account again"),
        gettext_lazy("The account is open again."),
        _open,
    ),
    "address": Act(
        gettext_lazy("Change the address"),
        gettext_lazy(
            "For somebody who no longer reads the current address. From then on the person signs in with the new one."
        ),
        ChangeAddressForm,
        gettext_lazy("Change the address"),
        gettext_lazy("The address is changed."),
        _change_address,
        told=gettext_lazy("Both addresses are told."),
    ),
    "second-factor": Act(
        gettext_lazy("Remove the second factor"),
        gettext_lazy(
            "Make sure first that it is the person who asks, by a call to a number you know. Authenticator app, passkeys and recovery codes go, and the person is signed out everywhere."
        ),
        ReasonForm,
        gettext_lazy("Remove it"),
        gettext_lazy("The second factor is removed."),
        _reset_second_factor,
        danger=True,
        told=gettext_lazy("The person is told by mail."),
    ),
    "join": Act(
        gettext_lazy("Join with another account"),
        gettext_lazy(
            "For two accounts of one person. This account is closed and says where it went; its roles begin at once with the account that stays. What was done under either stays on record as it was done. Both addresses are told."
        ),
        JoinForm,
        gettext_lazy("Close this account and join it"),
        gettext_lazy("The two accounts are joined."),
        _join,
        danger=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the mail that the person could ask for on the sign-in page. Nobody else learns or sets a password."""
    person = _in_care_or_404(request, pk)
    back = reverse("members:person", args=[person.pk])
    if request.method == "POST":
        try:
            account_care.send_new_password_link(
                person, actor=request.user, at=clock.now(), address=address_of(request)
            )
        except refusals.Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The link for a new password goes to the person."))
        return redirect(back)
    words = {
        "eyebrow": person.email,
        "title": _("Send a link for a new password"),
        "meta": person.name,
        "text": _(
            "The person gets a mail with a link that works once. Nobody else learns or sets the password."
        ),
        "button": _("Send the link"),
        "back": back,
        "trail": directory.trail_to(person),
    }
    return render(request, "members/act.html", words)


def _in_care_or_404(request: PortalRequest, pk: int) -> Person:
    """Somebody else whose account this person looks after. Raises Http404."""
    person = Person.objects.filter(pk=pk).first()
    if pk == request.user.pk or not may_manage_people(request.rights):
        raise Http404
    if person is None or not may_look_after(request.rights, person, request.server_now):
        raise Http404
    return person


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: PortalRequest, pk: int, name: str) -> HttpResponse:
    """404 where the act, the person, or the right to look after the person's account is not there."""
    about, person = ACTS.get(name), _in_care_or_404(request, pk)
    if about is None:
        raise Http404
    form, status = about.form(request.POST or None), 200
    kept_words.fill(request, form)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                person = about.do(person, request.user, clock.now(), form.cleaned_data)
            except refusals.Refused as refused:
                say(form, refused)
                status = 409
            else:
                messages.success(request, about.with_who_is_told(about.done, person))
                return redirect("members:person", person.pk)
    return render(
        request,
        "members/act.html",
        {
            "form": form,
            "back": reverse("members:person", args=[person.pk]),
            "eyebrow": person.email,
            "title": about.title,
            "meta": person.name,
            "text": about.with_who_is_told(about.text, person),
            "button": about.button,
            "danger": about.danger,
            "trail": directory.trail_to(person),
        },
        status=status,
    )
