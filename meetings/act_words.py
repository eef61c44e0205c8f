"""What the sentences of several acts are made of."""

from typing import Any

from django.utils.translation import gettext as _

Facts = dict[str, Any]


def with_reason(said: str, facts: Facts) -> str:
    reason = facts.get("reason")
    return _("%(sentence)s. Reason: %(reason)s") % {"sentence": said, "reason": reason} if reason else said
