"""Who may act for the Group's secretariat: asked again by every verb, at the instant of the act."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from cwg.members.models import Person
from cwg.members.rights import rights_of


def must_be_secretariat(actor: Person, group_id: int, at: datetime) -> None:
    """Raises PermissionDenied unless `actor` is accredited to the secretariat of that group at `at` (aware)."""
    if group_id not in rights_of(actor, at).secretariat_groups:
        raise PermissionDenied("Only the secretariat of the Group does this.")
