"""Addresses as mails and calendars need them: absolute, at the portal's own host."""

from email.utils import parseaddr

from django.conf import settings


def absolute(path: str) -> str:
    """`path` of the portal with its host; an address that has one already stays as it is."""
    return path if "://" in path else f"{settings.PORTAL_URL}{path}"


def mail_domain() -> str:
    """The domain after the @ of what the portal sends, for its Message-IDs."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
