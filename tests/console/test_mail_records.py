"""The demo's mails are read in a sandbox, and nowhere else than in the demo."""

import pytest

from cwg.notices.models import DemoMail


@pytest.fixture
def mail(db, now):
    return DemoMail.objects.create(
        at=now,
        to="a@test.example",
        subject="<b>News</b>",
        text="Plain <i>words</i>",
        html="<script>x</script><p>Hi</p>",
    )


def test_the_text_is_shown_and_the_html_stands_in_a_sandbox(secretary, mail, client_of, settings):
    settings.DEMO = True
    client = client_of(secretary)
    page = client.get(f"/console/notices/demomail/{mail.pk}/change/").content.decode()
    assert "Plain &lt;i&gt;words&lt;/i&gt;" in page and "<b>News</b>" not in page
    alone = client.get(f"/console/notices/demomail/{mail.pk}/html/")
    policy = alone["Content-Security-Policy"]
    assert "sandbox" in policy and "allow-scripts" not in policy and "default-src 'none'" in policy


def test_outside_the_demo_there_is_nothing_to_read(secretary, mail, client_of, settings):
    settings.DEMO = False
    client = client_of(secretary)
    assert client.get("/console/notices/demomail/").status_code == 403
    assert client.get(f"/console/notices/demomail/{mail.pk}/html/").status_code == 403


def test_the_sandbox_is_for_those_who_enter_the_console(saudi_delegate, mail, client_of, settings):
    settings.DEMO = True
    assert client_of(saudi_delegate).get(f"/console/notices/demomail/{mail.pk}/html/").status_code == 404
