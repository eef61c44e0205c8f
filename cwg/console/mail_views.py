"""Mail that fails: what, to whom, why, and what people do about it. Each act has its page, with a reason.

What a mail says is not shown: it may concern a draft, and a link in it may be somebody's key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cwg.look import overtaken
from cwg.look.reasons import ReasonForm
from cwg.members import directory, kept_words
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from cwg.notices import reach, resending, sending, troubles, why_words
from cwg.notices.models import Notice, NoticeQuerySet, Why

from .act_labels import label_of


@dataclass(frozen=True)
class Act:
    """What is done to one mail, or to all of one reason. `may` is what is offered, `one` and `many` are the verbs."""

    may: Callable[[Notice, Rights], bool]
    of: Callable[[NoticeQuerySet], NoticeQuerySet]
    one: Callable[..., Notice]
    many: Callable[..., int]
    title: Any
    button: Any
    text: Any
    refused: Any
    done: Callable[[int], str]


ACTS = {
    "again": Act(
        may=reach.may_send_again,
        of=lambda notices: notices.in_trouble(),
        one=resending.send_again,
        many=resending.send_all_again,
        title=gettext_lazy("Send again"),
        button=gettext_lazy("Send again"),
        text=gettext_lazy(
            "Whether it still matters, and whether the person may still know, is asked again before it goes."
        ),
        refused=gettext_lazy(
            "This mail still waits, was sent or set aside meanwhile, or no longer matters: it was not sent again."
        ),
        done=lambda count: (
            ngettext("%(count)d mail goes out again.", "%(count)d mails go out again.", count)
            % {"count": count}
        ),
    ),
    "aside": Act(
        may=reach.may_set_aside,
        of=lambda notices: notices.failed(),
        one=resending.set_aside,
        many=resending.set_all_aside,
        title=gettext_lazy("Set aside"),
        button=gettext_lazy("Set aside"),
        text=gettext_lazy(
            "It is no longer shown as failed, and is not sent. It stays in the records, and can still be sent again."
        ),
        refused=gettext_lazy("This mail is not a failed one any more: there is nothing to set aside."),
        done=lambda count: (
            ngettext("%(count)d mail is set aside.", "%(count)d mails are set aside.", count)
            % {"count": count}
        ),
    ),
}


@require_safe
def mail(request: PortalRequest) -> HttpResponse:
    """All that fails and has failed, by its reason. 404 for whoever sees no mail."""
    if not reach.sees_mail(request.rights):
        raise Http404
    return render(request, "console/mail.html", {"mail": troubles.of(request.rights)})


@require_safe
def one(request: PortalRequest, pk: int) -> HttpResponse:
    """One mail: to whom, what happened, what can be done."""
    notice = _seen_or_404(request, pk)
    address = sending.address_of(notice)
    context = {
        "notice": notice,
        "kind": label_of(notice.event.kind),
        "address": address,
        "moved": address != notice.address,
        "means": why_words.means(notice.why) if notice.why in why_words.WORDS else "",
        "to_do": why_words.do(notice.why, given_up=notice.is_failed),
        "in_trouble": notice.is_in_trouble,
        "may_send_again": reach.may_send_again(notice, request.rights),
        "may_set_aside": reach.may_set_aside(notice, request.rights),
        "reaches_person": notice.person is not None
        and directory.reached(request.rights).filter(pk=notice.person.pk).exists(),
    }
    return render(request, "console/one_mail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act_on_one(request: PortalRequest, pk: int, act: str) -> HttpResponse:
    """404 for whoever does not look after this mail; 409 where the act has nothing to do."""
    about = ACTS[act]
    notice = _seen_or_404(request, pk)
    if not reach.serves(notice, request.rights):
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    kept_words.fill(request, form)
    if not about.may(notice, request.rights):
        return overtaken.page(request, form, said=about.refused)
    if form.is_bound and form.is_valid():
        try:
            about.one(notice, actor=request.user, reason=form.cleaned_data["reason"])
        except resending.NothingToSendAgain:
            return overtaken.page(request, form, said=about.refused)
        messages.success(request, about.done(1))
        return redirect("today:mail")
    context = {"act": about, "notice": notice, "kind": label_of(notice.event.kind), "form": form, "count": 1}
    return render(request, "console/mail_act.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def act_on_all(request: PortalRequest, why: str, act: str) -> HttpResponse:
    """All of one reason that this person looks after; 404 where there is none, or no such reason."""
    about = ACTS[act]
    if why not in why_words.WORDS:
        raise Http404
    found = about.of(reach.served(request.rights)).filter(why=why)
    there = list(found.order_by("pk").values_list("pk", flat=True))
    pks = there[: resending.MOST_AT_ONCE]
    if not pks:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    kept_words.fill(request, form)
    if form.is_bound and form.is_valid():
        done = about.many(pks, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, " ".join([about.done(done), *_left(len(there) - len(pks))]))
        return redirect("today:mail")
    context = {
        "act": about,
        "kind": Why(why).label,
        "form": form,
        "count": len(pks),
        "found": len(there),
    }
    return render(request, "console/mail_act.html", context, status=422 if form.errors else 200)


def _left(count: int) -> list[str]:
    if not count:
        return []
    return [
        ngettext(
            "%(count)d more is left: do the same again.", "%(count)d more are left: do the same again.", count
        )
        % {"count": count}
    ]


def _seen_or_404(request: PortalRequest, pk: int) -> Notice:
    return get_object_or_404(reach.seen(request.rights).select_related("event__group", "person"), pk=pk)
