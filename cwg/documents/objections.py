"""Objections: a Member State says that a document was not to be registered in its name, and may take that back.

What the secretariat files for a State stands in the register like any other document. The State's focal points are told
at once; an objection is shown to everybody who reads the document, and decides nothing by itself.
"""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cwg.look import overtaken
from cwg.look.reasons import ReasonField
from cwg.members import kept_words
from cwg.members.parties import NotEntitled
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights, rights_of
from cwg.record import journal
from cwg.record.reasons import clean_reason

from . import filed_for, offers, register
from .finding import document_or_404
from .models import Document, Objection
from .offers import DocumentAct

ChangedCallback = Callable[[Objection], None]
_on_changed: list[ChangedCallback] = []


def on_changed(callback: ChangedCallback) -> None:
    """Register what happens when an objection is made or taken back. Called in its transaction."""
    if callback not in _on_changed:
        _on_changed.append(callback)


def make(document: Document, *, rights: Rights, reason: str) -> Objection:
    """Object, in the name of the Member State that leads it, to a document that the secretariat filed for it.

    Raises ReasonMissing, NotEntitled, offers.DocumentWithdrawn, register.RegisterBusy.
    """
    reason = clean_reason(reason)
    with register.acting_on(document.register_id) as (locked, at):
        fresh = Document.objects.for_list().get(pk=document.pk)
        offers.must_be_open(DocumentAct.OBJECT, fresh, rights_of(rights.holder, at))
        party = fresh.party
        assert party is not None and party.state is not None  # only a State objects
        made = Objection.objects.create(
            document=fresh, state=party.state, reason=reason, made_at=at, made_by=rights.holder
        )
        facts = {"document": fresh.pk, "symbol": fresh.symbol, "party": party.record, "reason": reason}
        journal.append(locked, "objected", at=at, actor_id=rights.holder.pk, facts=facts)
        _tell(made)
        return made


def lift(document: Document, *, rights: Rights) -> Objection:
    """Take the standing objection back. It stays on record. Raises as `make`."""
    with register.acting_on(document.register_id) as (locked, at):
        fresh = Document.objects.for_list().get(pk=document.pk)
        offers.must_be_open(DocumentAct.LIFT_OBJECTION, fresh, rights_of(rights.holder, at))
        party = fresh.party
        assert party is not None
        standing = fresh.objections.select_for_update().standing().get()
        standing.lifted_at, standing.lifted_by = at, rights.holder
        standing.save(update_fields=["lifted_at", "lifted_by"])
        facts = {"document": fresh.pk, "symbol": fresh.symbol, "party": party.record}
        journal.append(locked, "objection_lifted", at=at, actor_id=rights.holder.pk, facts=facts)
        _tell(standing)
        return standing


def _tell(objection: Objection) -> None:
    for callback in _on_changed:
        callback(objection)


class ObjectionForm(forms.Form):
    reason = ReasonField(
        help_text=gettext_lazy(
            "It is published: everybody who reads the document reads it too. It is also kept in the record, with your name "
            "and the time."
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PortalRequest, path: str) -> HttpResponse:
    """404 for whoever may not object; 409 for a document that is withdrawn."""
    found = document_or_404(request, path)
    if not offers.may_object(found, request.rights):
        raise Http404
    standing = filed_for.objection_to(found)
    act = DocumentAct.LIFT_OBJECTION if standing else DocumentAct.OBJECT
    sent = ObjectionForm(request.POST or None)
    kept_words.fill(request, sent)
    if act not in offers.acts_on(found, request.rights):
        return overtaken.page(request, sent)
    if request.method == "POST" and request.POST.get("act", DocumentAct.OBJECT) != act:
        # Sent twice, from two devices, or by two focal points: an objection is never taken back by objecting again.
        said = (
            _("No change: your State's objection stands already.")
            if standing
            else _("No change: the objection is taken back already.")
        )
        if standing:
            other = ObjectionForm(request.POST, initial={"reason": standing.reason})
            if overtaken.typed_in([other]):  # also what could not have been recorded so
                return overtaken.page(request, other, said=said)
        messages.info(request, said)
        return redirect(found)
    if standing is None:
        return _to_make(request, found, sent)
    if request.method == "POST":
        try:
            lift(found, rights=request.rights)
        except (NotEntitled, offers.DocumentWithdrawn):
            # Somebody else was quicker, or the right has ended.
            return overtaken.page(request)
        messages.success(request, _("The objection is taken back. The secretariat is told."))
        return redirect(found)
    return render(
        request,
        "documents/objection.html",
        {"document": found, "standing": standing, "hidden": [("act", DocumentAct.LIFT_OBJECTION)]},
    )


def _to_make(request: PortalRequest, found: Document, form: ObjectionForm) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            make(found, rights=request.rights, reason=form.cleaned_data["reason"])
        except (NotEntitled, offers.DocumentWithdrawn):
            # Somebody was quicker, or the right has ended.
            return overtaken.page(request, form)
        messages.success(
            request, _("Your objection stands on the document's page. The secretariat is told at once.")
        )
        return redirect(found)
    return render(
        request,
        "documents/objection.html",
        {
            "document": found,
            "form": form,
            "filed": filed_for.filers_of(found),
            "hidden": [("act", DocumentAct.OBJECT)],
        },
        status=status,
    )
