"""Groups in the console: a code that symbols could not tell from another one is refused."""

import pytest
from django.urls import reverse

from cwg.members.models import Group

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", ["dg", "Dg", "DG"])
def test_a_code_that_differs_only_in_case_is_refused(administrator, dg, client_of, code):
    client, url = client_of(administrator), reverse("console:members_group_add")
    words = {
        "name": "Another",
        "short_name": "A",
        "slug": "another",
        "seat": "Geneva",
        "zone": "Europe/Zurich",
    }
    words |= {"open_to": dg.open_to, "reminder_hours": "48", "reason": "new"}
    before = Group.objects.count()
    answer = client.post(url, words | {"code": code})
    assert answer.status_code == 200 and "group with that code already" in answer.content.decode().lower()
    assert Group.objects.count() == before
    assert client.post(url, words | {"code": f"{code}-X"}).status_code == 302
    assert Group.objects.count() == before + 1
