"""Mail in the demo is kept to be read, and nowhere else."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from cwg.notices.models import DemoMail

BACKEND = "cwg.notices.demomail.DemoMailBackend"


@pytest.mark.django_db
def test_a_mail_of_the_demo_is_kept_with_both_parts(settings, now):
    settings.DEMO = True
    mail = EmailMultiAlternatives("On access", "The text", None, ["p@test.example"])
    mail.attach_alternative("<p>The text</p>", "text/html")
    assert get_connection(BACKEND).send_messages([mail]) == 1
    kept = DemoMail.objects.get()
    assert (kept.at, kept.to, kept.subject) == (now, "p@test.example", "On access")
    assert (kept.text, kept.html) == ("The text", "<p>The text</p>")


def test_outside_the_demo_it_refuses_to_serve():
    with pytest.raises(ImproperlyConfigured):
        get_connection(BACKEND)
