"""Sending a mail again: the secretariat's act on the outbox, on one page, with a reason."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cwg.look.reasons import ReasonForm
from cwg.members.requests import PortalRequest
from cwg.notices import reach, sending

from .act_labels import label_of


@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: PortalRequest, pk: int) -> HttpResponse:
    """404 for whoever does not send this mail; 409 for one that still waits or no longer matters."""
    notice = get_object_or_404(reach.seen(request.rights).select_related("event"), pk=pk)
    if not reach.serves(notice, request.rights):
        raise Http404
    refused = _("This mail still waits, or no longer matters: there is nothing to send again.")
    if not reach.may_send_again(notice, request.rights):
        return render(request, "409.html", {"exception": refused}, status=409)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            sending.send_again(notice, actor=request.user, reason=form.cleaned_data["reason"])
        except sending.NothingToSendAgain:
            return render(request, "409.html", {"exception": refused}, status=409)
        messages.success(request, _("The mail to %(address)s goes out again.") % {"address": notice.address})
        return redirect("today:today")
    context = {"notice": notice, "kind": label_of(notice.event.kind), "form": form}
    return render(request, "console/send_again.html", context, status=422 if form.errors else 200)
