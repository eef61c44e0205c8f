from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "cwg.console"
    label = "console"
    verbose_name = _("Console")

    def ready(self) -> None:
        from cwg.look import nav
        from cwg.members.requests import of_visitor

        for subject in ("people", "meeting", "document", "mail", "journal"):
            import_module(f"{self.name}.{subject}_records")
        nav.register(
            _("Console"),
            "console:index",
            visible=lambda request: (
                request.user.is_authenticated and of_visitor(request).rights.enters_console
            ),
            order=50,
        )
