"""Apart from `test_demo.py`, whose one transaction is never committed."""

import io

import pytest
from django.core.management import call_command

from cwg.record import checks
from cwg.record.models import VerificationRun


@pytest.mark.django_db(transaction=True)
def test_it_holds_where_the_server_keeps_the_times_of_commits(settings):
    call_command("demo", stdout=io.StringIO())
    assert VerificationRun.objects.get().held, "the first night finds nothing wrong"
    found = [sentence for _, sentences in checks.run() for sentence in sentences]
    assert found == []
    settings.DEMO = settings.DEBUG = settings.TESTING = False
    # Elsewhere the same entries excuse nothing.
    assert any("committed only at" in sentence for _, found in checks.run() for sentence in found)
