import pytest

from cwg.members.models import Office
from cwg.record.history import create_signed, sign, update_signed

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


def test_many_rows_keep_who_and_why_each(secretary):
    bodies = [Office(code=code, kind=Office.Kind.INVITED, name=code.upper()) for code in ("gac", "icann")]
    made = create_signed(bodies, Office, secretary, "Asked by the Group")
    update_signed(made, Office, None, "reference data", name="Body")
    assert {row.name for row in Office.objects.filter(code__in=("gac", "icann"))} == {"Body"}
    for row in made:
        kept = row.history.values_list("history_type", "name", "history_user", "history_change_reason")
        assert list(kept) == [
            ("~", "Body", None, "reference data"),
            ("+", row.code.upper(), secretary.pk, "Asked by the Group"),
        ]
