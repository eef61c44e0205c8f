"""Who may read a document: the act that changes it, and its page. For the secretariat, with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cwg.look import overtaken
from cwg.look.reasons import ReasonForm
from cwg.members import kept_words
from cwg.members.parties import NotEntitled
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights, rights_of

from . import offers, register
from .finding import document_or_404
from .models import Document

# What each choice means for whoever looks for the document.
MEANS: dict[str, Any] = {
    Document.Disclosure.MEMBER_STATES: gettext_lazy(
        "The delegations, offices and auditors of this group. Nobody else learns that the document exists."
    ),
    Document.Disclosure.MEMBERSHIP: gettext_lazy(
        "Also everybody who has a role in any other group of this portal that reads documents."
    ),
    Document.Disclosure.PUBLIC: gettext_lazy(
        "Everybody, without signing in. A public document can be copied by anybody: this cannot be taken back."
    ),
}


class DisclosureForm(ReasonForm):
    disclosure = forms.ChoiceField(label=gettext_lazy("Who may read it"), choices=Document.Disclosure.choices)
    field_order = ("disclosure", "reason")


def change(document: Document, disclosure: str, *, rights: Rights, reason: str) -> Document:
    """Change who may read all revisions and languages of a document; dated, reasoned, in the chain.

    Raises NotEntitled, offers.DocumentWithdrawn, register.NothingToChange, register.RegisterBusy, and ValueError for
    a disclosure that does not exist.
    """
    with register.acting_on(document.register_id) as (_locked, at):
        fresh = Document.objects.for_list().get(pk=document.pk)
        offers.must_be_open(offers.DocumentAct.DISCLOSE, fresh, rights_of(rights.holder, at))
        return register.change_disclosure(fresh, disclosure, actor=rights.holder, reason=reason)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, path: str) -> HttpResponse:
    """404 for whoever is not in the secretariat of the group; 409 for a document that is withdrawn."""
    found = document_or_404(request, path)
    if found.register.group_id not in request.rights.secretariat_groups:
        raise Http404
    if offers.DocumentAct.DISCLOSE not in offers.acts_on(found, request.rights):
        return overtaken.page(request, DisclosureForm(request.POST or None))
    form = DisclosureForm(request.POST or None, initial={"disclosure": found.disclosure})
    kept_words.fill(request, form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                changed = change(
                    found,
                    form.cleaned_data["disclosure"],
                    rights=request.rights,
                    reason=form.cleaned_data["reason"],
                )
            except NotEntitled as error:
                raise Http404 from error
            except offers.DocumentWithdrawn:
                return overtaken.page(request, form)
            except register.NothingToChange:
                form.add_error(
                    "disclosure", _("No change: it is %(now)s.") % {"now": found.get_disclosure_display()}
                )
            else:
                messages.success(
                    request,
                    _("Who may read it is now: %(now)s.") % {"now": changed.get_disclosure_display()},
                )
                return redirect(found)
    means = [(choice.label, MEANS[choice]) for choice in Document.Disclosure]
    return render(
        request, "documents/disclosure.html", {"document": found, "form": form, "means": means}, status=status
    )
