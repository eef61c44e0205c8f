"""The workspace of people: the list, a Member State's people, one person. For the secretariat and administrators.

A focal point reaches the pages of the people of the own delegation, whose list stands on the delegation's page.
"""

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cwg.look.pages import page_of

from . import account_care, directory, mailboxes
from .models import Accreditation, Group, MemberState, Role
from .oversight import account_groups
from .requests import PortalRequest
from .role_forms import FilterForm

PAGE_LENGTH = 50
INVITATIONS_SHOWN = 100


@require_safe
def people(request: PortalRequest) -> HttpResponse:
    """The people of the groups one looks after, and the open invitations; searched, filtered, 50 a page."""
    rights = request.rights
    if not directory.keeps_people(rights):
        raise Http404
    in_reach = account_groups(rights)
    now = Accreditation.objects.in_force(rights.at).filter(group_id__in=in_reach)
    waiting = directory.invitations(rights)
    states = MemberState.objects.filter(Q(pk__in=now.values("state")) | Q(pk__in=waiting.values("state")))
    form = FilterForm(
        request.GET,
        groups=list(Group.objects.filter(pk__in=in_reach)),
        states=list(states.in_order()),
    )
    if not form.is_valid():
        raise BadRequest("unknown filter")
    wanted = {name: value for name, value in form.cleaned_data.items() if value}
    found = directory.reached(rights)
    if words := wanted.pop("q", ""):
        found, waiting = directory.named(found, words), directory.named(waiting, words)
    if wanted:
        place = {PLACES[name]: value for name, value in wanted.items()}
        found = found.filter(Exists(now.filter(person=OuterRef("pk"), **place)))
        waiting = waiting.filter(**place)
    roles = Prefetch(
        "accreditations",
        now.select_related("group", "state", "office").order_by(
            "role", "state", "office", "group__code", "pk"
        ),
        "held",
    )
    paginator = Paginator(found.order_by("name", "pk").prefetch_related(roles), PAGE_LENGTH)
    page = page_of(paginator, request.GET.get("page"))
    mailboxes.mark(page.object_list)
    invited = list(waiting[: INVITATIONS_SHOWN + 1])
    return render(
        request,
        "members/people.html",
        {
            "form": form,
            "page": page,
            "count": paginator.count,
            "narrowed": form.is_narrowed,
            "invitations": directory.offered_on_invitations(invited[:INVITATIONS_SHOWN], rights),
            "more_invitations": len(invited) > INVITATIONS_SHOWN,
        },
    )


PLACES = {"group": "group__slug", "state": "state__iso3", "role": "role"}


@require_safe
def state(request: PortalRequest, iso3: str) -> HttpResponse:
    """Who is accredited for a Member State and acts there, group by group, and who is invited."""
    rights = request.rights
    if not directory.keeps_people(rights):
        raise Http404
    found = get_object_or_404(MemberState, iso3=iso3.upper())
    held = Accreditation.objects.in_force(rights.at).filter(state=found, group_id__in=account_groups(rights))
    held = held.select_related("person", "group").order_by("group__code", "person__name", "pk")
    by_group: dict[Group, list[directory.OfferedRole]] = {
        group: [] for group in Group.objects.filter(pk__in=account_groups(rights))
    }
    for role in sorted(held, key=lambda each: each.role != Role.FOCAL_POINT):
        by_group[role.group].append(directory.offered_on_role(role, rights))
    submits = {role.group_id for role in held if role.role == Role.FOCAL_POINT and role.person.is_active}
    mailboxes.mark(role.person for role in held)
    invited = directory.invitations(rights).filter(state=found)
    return render(
        request,
        "members/state_people.html",
        {
            "state": found,
            "groups": [(group, roles, group.pk in submits) for group, roles in by_group.items()],
            "invitations": directory.offered_on_invitations(invited, rights),
        },
    )


@require_safe
def person(request: PortalRequest, pk: int) -> HttpResponse:
    """One person: the account, the roles, and what can be done with either."""
    rights = request.rights
    found = directory.person_or_404(rights, pk)
    mailboxes.mark([found])
    keeps = directory.keeps_people(rights)
    roles = directory.roles(rights).filter(person=found).order_by("-since", "-pk")
    own = None if keeps else directory.own_delegations(rights)[0]
    return render(
        request,
        "members/person.html",
        {
            "person": found,
            "keeps": keeps,
            "own": own,
            "roles": [directory.offered_on_role(role, rights) for role in roles],
            "acts": account_care.offered(found, rights),
            "may_grant": keeps and found.is_active and found.pk != request.user.pk,
            "in_console": rights.enters_console,
        },
    )
