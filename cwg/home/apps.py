from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "cwg.home"
    label = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from cwg.look import nav

        nav.register(_("Home"), "home:home", order=10)
        nav.register(_my_party, "contributions:delegation", _has_seat, order=40)
        nav.register(_("My settings"), "home:me", order=10, menu="user")


def _my_party(request):
    """A secretariat or a bureau is no delegation."""
    seated = any(party.is_delegation for party in request.rights.own_parties)
    return _("My delegation") if seated else _("My office")


def _has_seat(request) -> bool:
    """Whoever works for a party has drafts of its own."""
    return request.user.is_authenticated and bool(request.rights.own_parties)
