import pytest

from cwg.members.models import Office
from cwg.record.history import sign

pytestmark = pytest.mark.django_db


def test_a_signed_row_keeps_who_and_why_in_its_history(secretary):
    office = Office(code="gac", kind=Office.Kind.INVITED, name="Governmental Advisory Committee")
    sign(office, secretary, "Asked by the Group")
    office.save()
    kept = office.history.get()
    assert (kept.history_user, kept.history_change_reason) == (secretary, "Asked by the Group")


def test_where_nobody_signed_in_acts_only_the_reason_is_kept():
    office = Office(code="gac", kind=Office.Kind.INVITED, name="Governmental Advisory Committee")
    sign(office, None, "reference data")
    office.save()
    kept = office.history.get()
    assert (kept.history_user, kept.history_change_reason) == (None, "reference data")
