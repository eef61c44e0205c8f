"""Mail in the demo: nothing leaves the machine, what would have been sent is read in the console."""

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from cwg import clock

from .models import DemoMail


class DemoMailBackend(BaseEmailBackend):
    """Keeps each message as a row. Refuses to serve outside demo mode: a real mail must not end in a table."""

    def __init__(self, *args, **kwargs):
        if not settings.DEMO:
            raise ImproperlyConfigured("DemoMailBackend serves the demo only.")
        super().__init__(*args, **kwargs)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        at = clock.now()
        kept = []
        for message in email_messages:
            message.message()  # what cannot be sent is refused here too: an address with a line break
            parts = getattr(message, "alternatives", None) or ()
            html = next((content for content, mimetype in parts if mimetype == "text/html"), "")
            kept.append(
                DemoMail(
                    at=at,
                    to=", ".join(message.recipients())[:300],
                    subject=str(message.subject)[:300],
                    text=str(message.body),
                    html=html,
                )
            )
        return len(DemoMail.objects.bulk_create(kept))
