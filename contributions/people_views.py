"""The people of a delegation: everybody in it sees them, its focal point invites, changes and ends."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cwg import clock
from cwg.look.reasons import ReasonForm
from cwg.members import people, refusals
from cwg.members.forms import ChangeRoleForm, InviteToDelegationForm
from cwg.members.models import Accreditation, Invitation, Role
from cwg.members.requests import PortalRequest

from .finding import code_of, seat_or_404, state_of


def _seat_to_manage(request: PortalRequest, group: str, code: str) -> Accreditation:
    """The reader's seat: 404 for another delegation's, 403 for a delegate's."""
    seat = seat_or_404(request.rights, group, code)
    if not request.rights.is_focal_point(seat.group_id, state_of(seat).pk):
        raise PermissionDenied
    return seat


def _page_of(seat: Accreditation) -> str:
    return reverse("contributions:seat", args=[seat.group.slug, code_of(seat)])


def _back(seat: Accreditation) -> HttpResponse:
    return redirect(f"{_page_of(seat)}#people")


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: PortalRequest, group: str, code: str) -> HttpResponse:
    """The form for somebody new; the delegation is the address's, whatever is posted."""
    seat = _seat_to_manage(request, group, code)
    form = InviteToDelegationForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            made = people.invite(
                **form.cleaned_data, group=seat.group, state=seat.state, actor=request.user, at=clock.now()
            )
        except refusals.NotEntitled:
            raise PermissionDenied from None
        except refusals.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The invitation goes to %(address)s.") % {"address": made.email})
            return _back(seat)
    context = {"form": form, "seat": seat, "page_of_seat": _page_of(seat)}
    return render(request, "contributions/people_invite.html", context, status=422 if form.errors else 200)


def _accreditation(seat: Accreditation, pk: int, now: datetime) -> Accreditation:
    of_the_delegation = Accreditation.objects.in_force(now).filter(
        group_id=seat.group_id, state_id=seat.state_id
    )
    return get_object_or_404(of_the_delegation.select_related("person"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: PortalRequest, group: str, code: str, pk: int) -> HttpResponse:
    """Ask why, then end somebody's role at once."""
    seat = _seat_to_manage(request, group, code)
    accreditation = _accreditation(seat, pk, request.rights.at)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.end(accreditation, actor=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except refusals.NotEntitled:
            raise PermissionDenied from None
        except refusals.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("%(name)s has left the delegation.") % {"name": accreditation.person.name}
            )
            if accreditation.person_id == request.user.pk:
                return redirect("contributions:delegation")
            return _back(seat)
    context = {"form": form, "seat": seat, "held": accreditation, "page_of_seat": _page_of(seat)}
    return render(request, "contributions/people_end.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def role(request: PortalRequest, group: str, code: str, pk: int) -> HttpResponse:
    """Make a delegate focal point, or the other way round, at once."""
    seat = _seat_to_manage(request, group, code)
    accreditation = _accreditation(seat, pk, request.rights.at)
    other = Role.DELEGATE if accreditation.role == Role.FOCAL_POINT else Role.FOCAL_POINT
    form = ChangeRoleForm(request.POST or None, initial={"role": other})
    if request.method == "POST" and form.is_valid():
        try:
            people.change_role(
                accreditation,
                form.cleaned_data["role"],
                actor=request.user,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
            )
        except refusals.NotEntitled:
            raise PermissionDenied from None
        except refusals.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The role of %(name)s is changed.") % {"name": accreditation.person})
            return _back(seat)
    context = {"form": form, "seat": seat, "held": accreditation, "page_of_seat": _page_of(seat)}
    return render(request, "contributions/people_role.html", context, status=422 if form.errors else 200)


def _invitation(seat: Accreditation, pk) -> Invitation:
    return get_object_or_404(Invitation, pk=pk, group_id=seat.group_id, state_id=seat.state_id)


@require_POST
def revoke(request: PortalRequest, group: str, code: str, pk) -> HttpResponse:
    """Make an invitation's link worthless."""
    return _on_invitation(request, group, code, pk, people.revoke, _("The invitation is revoked."))


@require_POST
def again(request: PortalRequest, group: str, code: str, pk) -> HttpResponse:
    """Mail an invitation again; its link lives from now on."""
    return _on_invitation(request, group, code, pk, people.send_again, _("The invitation goes out again."))


def _on_invitation(request: PortalRequest, group: str, code: str, pk, verb, done: str) -> HttpResponse:
    seat = _seat_to_manage(request, group, code)
    invitation = _invitation(seat, pk)
    try:
        verb(invitation, actor=request.user, at=clock.now())
    except refusals.NotEntitled:
        raise PermissionDenied from None
    except refusals.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return _back(seat)
