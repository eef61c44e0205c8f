from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "cwg.operations"
    label = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from django.core.signals import request_finished

        from cwg.record import readiness

        from . import archive_state, backup_state, health, http_metrics

        readiness.register(readiness.DATABASE, health.database_answers, needed=True)
        readiness.register("clock", health.clocks_agree)
        readiness.register("backup", backup_state.backup_is_fresh)
        readiness.register("base", backup_state.base_is_fresh)
        readiness.register("archive", archive_state.log_is_archived)
        # After Django's own receiver, which gives the connection back.
        request_finished.connect(http_metrics.look_at_pool)
