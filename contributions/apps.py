from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContributionsConfig(AppConfig):
    name = "contributions"
    verbose_name = _("Contributions")

    def ready(self) -> None:
        from cwg.record import checks

        from . import announcements, verification

        announcements.register()
        verification.register(checks)
