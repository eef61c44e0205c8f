"""The acts on roles and invitations, each on one page: for the secretariat, administrators, and focal points alike.

404 where the role or the invitation is not in this person's hands. Afterwards one is where one came from: a focal
point on the delegation's page, everybody else in the workspace of people.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cwg import clock
from cwg.look import overtaken
from cwg.look.reasons import ReasonForm

from . import directory, granting, kept_words, people, refusals
from .forms import say
from .models import Accreditation, Group, Invitation, MemberState
from .requests import PortalRequest
from .role_forms import GrantForm, InviteForm, RoleForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _list_of(request: PortalRequest, group: Group | None, state: MemberState | None) -> str:
    """The page on which the people of that place are listed, for this person."""
    if directory.keeps_people(request.rights) or group is None or state is None:
        return reverse("members:people")
    return reverse("contributions:seat", args=[group.slug, state.iso3.lower()]) + "#people"


def _page(request: PortalRequest, form: Any, back: str, **words: Any) -> HttpResponse:
    """A form with one act; `words` are what `members/act.html` prints."""
    context = {"form": form, "back": back, **words}
    return render(
        request, "members/act.html", context, status=422 if form is not None and form.errors else 200
    )


def _carried_out(form: Any, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the verb returns, or None with its refusal on the form."""
    try:
        return verb(*args, **kwargs)
    except refusals.Refused as refused:
        say(form, refused)
        return None


@form_page
def invite(request: PortalRequest) -> HttpResponse:
    """The form for somebody new: `?group=slug&state=ISO3` proposes the place."""
    rights = request.rights
    if not (directory.keeps_people(rights) or directory.own_delegations(rights)):
        raise Http404
    proposed = {name: request.GET[name] for name in ("group", "state") if request.GET.get(name)}
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        rights=rights,
        initial={"language": request.user.language, **proposed},
    )
    kept_words.fill(request, form)
    if form.is_bound and form.is_valid():
        made = _carried_out(form, people.invite, **form.cleaned_data, actor=request.user, at=clock.now())
        if made is not None:
            messages.success(request, _("The invitation goes to %(address)s.") % {"address": made.email})
            return redirect(_list_of(request, made.group, made.state))
    of = None
    if not directory.keeps_people(rights):
        own = directory.own_delegations(rights)
        asked = (proposed.get("group"), proposed.get("state"))
        of = next((party for party in own if (party.group.slug, party.code) == asked), own[0])
    return _page(
        request,
        form,
        _list_of(request, of.group if of else None, of.state if of else None),
        eyebrow=of.name if of else _("People"),
        title=_("Invite somebody"),
        meta=of.group.short_name if of else "",
        text=_("The person gets a mail with a link that works once. The role begins when the link is used."),
        button=_("Send the invitation"),
    )


@form_page
def grant(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a role to somebody known, without an invitation: the secretariat and administrators."""
    if not directory.keeps_people(request.rights) or pk == request.user.pk:
        raise Http404
    person = directory.person_or_404(request.rights, pk)
    form = GrantForm(request.POST if request.method == "POST" else None, rights=request.rights)
    if not person.is_active:
        return overtaken.page(request, form, said=_("This account is closed."))
    if form.is_bound and form.is_valid():
        made = _carried_out(
            form, granting.grant, person, **form.cleaned_data, actor=request.user, at=clock.now()
        )
        if made is not None:
            messages.success(request, _("The role is given."))
            return redirect("members:person", person.pk)
    return _page(
        request,
        form,
        reverse("members:person", args=[person.pk]),
        eyebrow=person.email,
        title=_("Give a role"),
        meta=person.name,
        text=_("The role begins at once. The person is not told by mail."),
        button=_("Give the role"),
        trail=directory.trail_to(person),
    )


def _back_from(request: PortalRequest, role: Accreditation) -> str:
    if directory.keeps_people(request.rights):
        return reverse("members:person", args=[role.person_id])
    return _list_of(request, role.group, role.state)


def _place(about: Accreditation | Invitation) -> str:
    party = about.state or about.office
    return f"{about.group.short_name} · {party}" if party else about.group.short_name


@form_page
def end(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask why, then end somebody's role at once."""
    role = directory.role_or_404(request.rights, pk, also_ended=request.method == "POST")
    back = _back_from(request, role)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    kept_words.fill(request, form)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        if _carried_out(form, people.end, role, actor=request.user, at=clock.now(), reason=reason):
            messages.success(request, _("The role of %(name)s has ended.") % {"name": role.person.name})
            if role.person_id == request.user.pk:
                return redirect("home:home")
            return redirect(back)
    text = _(
        "%(name)s (%(role)s) loses the rights of this role at once. What this person has written stays with the"
        " delegation or office."
    )
    return _page(
        request,
        form,
        back,
        eyebrow=_place(role),
        title=_("End this role"),
        meta=role.person.name,
        text=text % {"name": role.person.name, "role": role.get_role_display()},
        button=_("End at once"),
        danger=True,
    )


@form_page
def change(request: PortalRequest, pk: int) -> HttpResponse:
    """Another role in the same delegation or office, at once."""
    role = directory.role_or_404(request.rights, pk, also_ended=request.method == "POST")
    back = _back_from(request, role)
    data = request.POST if request.method == "POST" else None
    form = RoleForm(data, held=role, rights=request.rights)
    if role.has_ended_at(request.rights.at):
        return overtaken.page(request, form, said=refusals.AlreadyEnded.sentence)
    if not directory.offered_on_role(role, request.rights).may_change:
        raise Http404
    if (
        form.is_bound
        and form.is_valid()
        and _carried_out(
            form, people.change_role, role, **form.cleaned_data, actor=request.user, at=clock.now()
        )
    ):
        messages.success(request, _("The role of %(name)s is changed.") % {"name": role.person.name})
        return redirect(back)
    return _page(
        request,
        form,
        back,
        eyebrow=_place(role),
        title=_("Change this role"),
        meta=role.person.name,
        text=_("Now: %(role)s. The change holds at once.") % {"role": role.get_role_display()},
        button=_("Change the role"),
    )


@form_page
def again(request: PortalRequest, pk) -> HttpResponse:
    """Mail an invitation again; its link lives from now on."""
    return _on_invitation(
        request,
        pk,
        people.send_again,
        done=_("The invitation goes out again."),
        title=_("Send the invitation again"),
        text=_("The mail goes out again, and its link works from now on for the whole time."),
        button=_("Send again"),
    )


@form_page
def revoke(request: PortalRequest, pk) -> HttpResponse:
    """Make an invitation's link worthless."""
    return _on_invitation(
        request,
        pk,
        people.revoke,
        done=_("The invitation is revoked."),
        title=_("Revoke the invitation"),
        text=_("Its link no longer works. Nobody is told."),
        button=_("Revoke"),
        danger=True,
    )


def _on_invitation(
    request: PortalRequest, pk, verb: Callable[..., Any], *, done: str, **words: Any
) -> HttpResponse:
    invitation = directory.invitation_or_404(request.rights, pk)
    back = _list_of(request, invitation.group, invitation.state)
    if request.method == "POST":
        try:
            verb(invitation, actor=request.user, at=clock.now())
        except refusals.Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return redirect(back)
    return _page(request, None, back, eyebrow=_place(invitation), meta=invitation.email, **words)
