"""How much is in draft, as numbers: all that anybody outside a delegation learns of its drafts (design 4).

What the secretariat files for others counts as the secretariat's: it is in its hands.
"""

from collections.abc import Collection

from django.db.models import Case, Count, F, When
from django.utils.translation import gettext

from cwg.members.models import MemberState, Office

from .models import Contribution


def open_drafts_by_party(group_ids: Collection[int]) -> list[tuple[str, int]]:
    """(name of the delegation or office, its open drafts) in these groups, by name; never a title or a meeting."""
    counted = (
        Contribution.objects.open()
        .filter(group_id__in=group_ids)
        .order_by()
        .values_list(
            Case(When(Contribution.not_filed_for_another(), then=F("state_id"))),
            Case(When(Contribution.not_filed_for_another(), then=F("office_id"))),
        )
        .annotate(count=Count("pk"))
    )
    of_state = {state_id: count for state_id, _office, count in counted if state_id is not None}
    of_office = {office_id: count for _state, office_id, count in counted if office_id is not None}
    for_others = sum(count for state_id, office_id, count in counted if state_id is office_id is None)
    states = MemberState.objects.filter(pk__in=of_state).in_order()
    offices = Office.objects.filter(pk__in=of_office).order_by("name", "pk")
    return [
        *((state.name, of_state[state.pk]) for state in states),
        *((office.name, of_office[office.pk]) for office in offices),
        *([(gettext("Secretariat, for others"), for_others)] if for_others else []),
    ]
