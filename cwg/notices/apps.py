from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "cwg.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from cwg.record import checks, sweeps

        from . import tasks, verification

        verification.register(checks)
        sweeps.register("notices", tasks.sweep_notices_now)
        sweeps.register("reminders", tasks.sweep_reminders_now)
