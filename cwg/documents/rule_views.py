"""The workspace of the deadline rules: which hold for my groups, a new one, a change, switching on and off, a preset."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cwg.look.reasons import ReasonForm
from cwg.members import kept_words
from cwg.members.models import Group
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from cwg.record import journal
from cwg.record.reasons import SAY_WHY

from . import rule_words, rulebook
from .models import DeadlineRule, Register
from .rule_forms import RuleForm
from .states import MeetingState

form_page = require_http_methods(["GET", "HEAD", "POST"])

# The meeting of an example where none is convened.
EXAMPLE_PLACE, EXAMPLE_ZONE = "Geneva", "Europe/Zurich"


@dataclass(frozen=True)
class RuleLine:
    """A rule as the list shows it. `replaced_by` are the group's rules that take its place there."""

    rule: DeadlineRule
    sentence: str
    replaced_by: tuple[DeadlineRule, ...] = ()
    may_change: bool = False


@dataclass(frozen=True)
class GroupRules:
    """The rules of one group: those that hold, general ones that its own replace, its own that are switched off."""

    group: Group
    holding: tuple[RuleLine, ...]
    replaced: tuple[RuleLine, ...]
    switched_off: tuple[RuleLine, ...]
    presets: tuple[str, ...]
    may_change: bool


def _line(rule: DeadlineRule, rights: Rights, replaced_by: Iterable[DeadlineRule] = ()) -> RuleLine:
    return RuleLine(
        rule,
        rule_words.sentence(rule.as_rule()),
        tuple(replaced_by),
        rulebook.may_keep(rights, rule.group_id),
    )


def _of_group(group: Group, rules: list[DeadlineRule], rights: Rights) -> GroupRules:
    own = [rule for rule in rules if rule.group_id == group.pk]
    general = [rule for rule in rules if rule.group_id is None and rule.active]
    replacing: dict[int, list[DeadlineRule]] = {}
    for rule in own:
        if rule.active and rule.replaces_id is not None:
            replacing.setdefault(rule.replaces_id, []).append(rule)
    holding = [rule for rule in (*general, *own) if rule.active and rule.pk not in replacing]
    return GroupRules(
        group,
        tuple(_line(rule, rights) for rule in holding),
        tuple(_line(rule, rights, replacing[rule.pk]) for rule in general if rule.pk in replacing),
        tuple(_line(rule, rights) for rule in own if not rule.active),
        tuple(rulebook.presets_for(group, rules)),
        rulebook.may_keep(rights, group.pk),
    )


@require_safe
def rules(request: PortalRequest) -> HttpResponse:
    """The rules that hold for each of my groups, as sentences; and the general ones."""
    rights = request.rights
    if not rulebook.may_read(rights):
        raise Http404
    found = list(DeadlineRule.objects.visible_to(rights).select_related("group", "replaces").order_by("pk"))
    groups = Group.objects.filter(pk__in=rights.prepared_groups).order_by("code")
    return render(
        request,
        "documents/rules.html",
        {
            "groups": [_of_group(group, found, rights) for group in groups],
            "general": [_line(rule, rights) for rule in found if rule.group_id is None],
            "may_add": bool(rights.secretariat_groups) or rulebook.may_keep(rights, None),
            "may_keep_general": rulebook.may_keep(rights, None),
        },
    )


@form_page
def new(request: PortalRequest) -> HttpResponse:
    """A new rule; `?group=` chooses for whom, `&replaces=` begins with the general rule that it takes the place of."""
    rights = request.rights
    if not rights.secretariat_groups and not rulebook.may_keep(rights, None):
        raise Http404
    initial = RuleForm.blank()
    if replaced := request.GET.get("replaces"):
        general = get_object_or_404(DeadlineRule, pk=_number(replaced), group__isnull=True)
        initial = RuleForm.initial_of(general) | {"replaces": replaced}
    initial["group"] = request.GET.get("group", "")
    form = RuleForm(request.POST if request.method == "POST" else None, rights=rights, initial=initial)
    kept_words.fill(request, form)
    return _entered(request, form, _("New deadline rule"), lambda rule: _("The rule holds from now on."))


@form_page
def rule(request: PortalRequest, pk: int) -> HttpResponse:
    """A rule: what it says, and for who keeps it the form that changes it."""
    found = _visible(request, pk)
    may_change = rulebook.may_keep(request.rights, found.group_id)
    if not may_change:
        if request.method == "POST":
            raise Http404
        return render(request, "documents/rule.html", _shown(request, found) | {"heading": found.name})
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        rights=request.rights,
        instance=found,
        initial=RuleForm.initial_of(found) | {"seen": rulebook.version_of(found)},
    )
    kept_words.fill(request, form)
    return _entered(
        request,
        form,
        str(found),
        lambda rule: _("The rule is changed. Deadlines that are set already stay as they are."),
        stands=_shown(request, DeadlineRule.objects.select_related("group", "replaces").get(pk=pk)),
    )


def _shown(request: PortalRequest, rule: DeadlineRule) -> dict:
    return {
        "rule": rule,
        "sentence": rule_words.sentence(rule.as_rule()),
        "example": _example(request, rule),
        "may_change": rulebook.may_keep(request.rights, rule.group_id),
    }


def _entered(
    request: PortalRequest,
    form: RuleForm,
    heading: str,
    done: Callable[[DeadlineRule], str],
    stands: dict | None = None,
) -> HttpResponse:
    """Two steps of one page: the terms read back with real dates, then, unchanged and with a reason, saved."""
    page = {"form": form, "heading": heading, "stands": stands}
    if not form.is_bound:
        return render(request, "documents/rule_form.html", page)
    status = 400
    if form.is_valid():
        entered = form.rule()
        read = journal.digest({"group": entered.group_id, **_terms_of(entered)})
        confirmed = request.POST.get("read") == read
        if not form.cleaned_data["reason"].strip() and confirmed:
            form.add_error("reason", SAY_WHY)
        try:
            if form.errors:
                pass
            elif confirmed:
                kept = rulebook.keep(
                    entered,
                    actor=request.user,
                    reason=form.cleaned_data["reason"],
                    seen=form.cleaned_data["seen"],
                )
                messages.success(request, done(kept))
                return redirect("documents:rules")
            else:
                rulebook.check(entered)
                status = 200
        except rulebook.RuleRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionDenied as error:
            raise Http404 from error
        else:
            form.fields["reason"].required = True
            page |= {
                "read": read,
                "sentence": rule_words.sentence(entered.as_rule()),
                "example": _example(request, entered),
                "name": rule_words.name_of(entered.as_rule()),
                "replaced": entered.replaces,
                "changed_since": bool(request.POST.get("read")) and not confirmed,
            }
    return render(request, "documents/rule_form.html", page, status=status)


def _terms_of(rule: DeadlineRule) -> dict:
    return {name: value for name, value in rulebook.as_kept(rule).items() if name not in ("rule", "name")}


@form_page
def switch(request: PortalRequest, pk: int) -> HttpResponse:
    """Switch a rule off, or on again, with a reason."""
    found = _visible(request, pk)
    if not rulebook.may_keep(request.rights, found.group_id):
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    kept_words.fill(request, form)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            switched = DeadlineRule.objects.get(pk=pk)
            switched.active = request.POST.get("to") == "on"
            try:
                rulebook.keep(switched, actor=request.user, reason=form.cleaned_data["reason"])
            except rulebook.RuleRefused as refusal:
                form.add_error(None, str(refusal))
            except PermissionDenied as error:
                raise Http404 from error
            else:
                if switched.active:
                    messages.success(request, _("The rule is switched on."))
                else:
                    messages.success(
                        request, _("The rule is switched off. Deadlines that are set already stay.")
                    )
                return redirect("documents:rules")
    return render(
        request,
        "documents/rule_switch.html",
        _shown(request, found)
        | {"form": form, "switch_on": [("to", "on")], "rules_url": reverse("documents:rules")},
        status=status,
    )


@form_page
def preset(request: PortalRequest, key: str, slug: str) -> HttpResponse:
    """Take over a known set of rules for one group."""
    group = get_object_or_404(Group, slug=slug)
    if key not in rulebook.PRESETS or not rulebook.may_keep(request.rights, group.pk):
        raise Http404
    rows = [rulebook.row_of(each, group) for each in rulebook.PRESETS[key]]
    form = ReasonForm(request.POST if request.method == "POST" else None, initial={"reason": rows[0].source})
    kept_words.fill(request, form)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                rulebook.apply_preset(key, group, actor=request.user, reason=form.cleaned_data["reason"])
            except rulebook.RuleRefused as refusal:
                form.add_error(None, str(refusal))
            except PermissionDenied as error:
                raise Http404 from error
            else:
                messages.success(request, _("The rules hold from now on."))
                return redirect("documents:rules")
    return render(
        request,
        "documents/rule_preset.html",
        {
            "group": group,
            "form": form,
            "rules_url": reverse("documents:rules"),
            "lines": [(row.name, rule_words.sentence(row.as_rule()), _example(request, row)) for row in rows],
        },
        status=status,
    )


def _visible(request: PortalRequest, pk: int) -> DeadlineRule:
    found = DeadlineRule.objects.visible_to(request.rights).select_related("group", "replaces")
    return get_object_or_404(found, pk=pk)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest("not a number")
    return int(text)


def _example(request: PortalRequest, rule: DeadlineRule) -> str:
    """The rule with the dates of the group's next meeting; where none is convened, of a meeting on 20 December."""
    at = request.server_now
    coming = None
    if rule.group_id is not None:
        coming = (
            Register.objects.visible_to(request.rights)
            .in_state(at, MeetingState.DRAFT, MeetingState.ANNOUNCED)
            .filter(group_id=rule.group_id, opens_at__gt=at)
            .order_by("opens_at", "pk")
            .first()
        )
    pure = rule.as_rule()
    if coming is not None:
        return rule_words.example(pure, coming.opens_at, coming.zone, coming.place, coming.title)
    place, zone = (rule.group.seat, rule.group.zone) if rule.group else (EXAMPLE_PLACE, EXAMPLE_ZONE)
    return rule_words.example(pure, _example_opening(at, ZoneInfo(zone)), zone, place)


def _example_opening(at: datetime, zone: ZoneInfo) -> datetime:
    """20 December at 09:30 on the clock of the seat, this year's or, where that is near or over, the next one's."""
    year = at.year if (at.month, at.day) < (12, 1) else at.year + 1
    return datetime(year, 12, 20, 9, 30, tzinfo=zone).astimezone(UTC)
