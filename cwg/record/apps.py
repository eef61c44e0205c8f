from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordConfig(AppConfig):
    name = "cwg.record"
    label = "record"
    verbose_name = _("Record")

    def ready(self) -> None:
        from . import chain_copies, checks, seals, sweeps, verification

        verification.register(checks)
        sweeps.register("chain-copies", chain_copies.copy)
        sweeps.register("seals", seals.seal)
