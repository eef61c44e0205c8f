"""How much is in draft, as numbers: all that anybody outside a delegation learns of its drafts (design 4).

What the secretariat files for others counts as the secretariat's: it is in its hands.
"""

from collections.abc import Collection

from django.db.models import Case, Count, F, When
from django.db.models.functions import Coalesce

from cwg.members.models import MemberState, Office

from .models import Contribution


def open_drafts_by_party(group_ids: Collection[int]) -> list[tuple[str, int]]:
    """(name of the delegation or office, its open drafts) in these groups, by name; never a title or a meeting."""
    counted = (
        Contribution.objects.open()
        .filter(group_id__in=group_ids)
        .order_by()
        .values_list(
            Case(When(filer=None, then=F("state_id"))),
            Coalesce("filer_id", "office_id"),
        )
        .annotate(count=Count("pk"))
    )
    of_state = {state_id: count for state_id, _office, count in counted if state_id is not None}
    of_office = {office_id: count for _state, office_id, count in counted if office_id is not None}
    states = MemberState.objects.filter(pk__in=of_state).in_order()
    offices = Office.objects.filter(pk__in=of_office).order_by("name")
    return [
        *((state.name, of_state[state.pk]) for state in states),
        *((office.name, of_office[office.pk]) for office in offices),
    ]
