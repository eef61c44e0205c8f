"""Django's way to a mail server, which besides the public authorities trusts those of CA_FILE."""

import ssl
from functools import cached_property

from django.conf import settings
from django.core.mail.backends import smtp


class EmailBackend(smtp.EmailBackend):
    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        context: ssl.SSLContext = super().ssl_context
        if settings.CA_FILE:
            context.load_verify_locations(settings.CA_FILE)
        return context
