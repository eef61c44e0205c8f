from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContributionsConfig(AppConfig):
    name = "contributions"
    verbose_name = _("Contributions")

    def ready(self) -> None:
        from cwg.record import checks, jobs, keeping

        from . import announcements, filed_for_notices, previewing, verification
        from .models import DraftFile, DraftLetter, SubmitToken

        keeping.deleted(DraftFile, DraftLetter, SubmitToken)
        announcements.register()
        filed_for_notices.register()
        verification.register(checks)
        jobs.register("proof-tokens", previewing.forget_old_tokens, every=timedelta(days=1))
