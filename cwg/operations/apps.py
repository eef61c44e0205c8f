from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "cwg.operations"
    label = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from cwg.record import readiness

        from . import backup_state, health

        readiness.register(readiness.DATABASE, health.database_answers, needed=True)
        readiness.register("clock", health.clocks_agree)
        readiness.register("backup", backup_state.last_was_made)
