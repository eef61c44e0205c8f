from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "cwg.console"
    label = "console"
    verbose_name = _("Records")

    def ready(self) -> None:
        from cwg.look import nav

        for subject in ("people", "meeting", "document", "mail", "journal"):
            import_module(f"{self.name}.{subject}_records")
        for words, address, order in ((_("Today"), "today:today", 15), (_("Records"), "console:index", 50)):
            nav.register(words, address, visible=_enters, order=order)


def _enters(request) -> bool:
    return request.user.is_authenticated and request.rights.enters_console
