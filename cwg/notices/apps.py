from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "cwg.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from cwg.record import checks, sweeps

        from . import invitations, password_resets, tasks, verification

        invitations.register()
        password_resets.register()
        password_resets.register()
        verification.register(checks)
        sweeps.register("notices", tasks.sweep_notices_now)
        sweeps.register("reminders", tasks.sweep_reminders_now)
