"""Sign-in: nobody signs up. A person begins with an invitation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Closes sign-up; people come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
