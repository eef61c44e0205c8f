from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "cwg.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from cwg.look import nav
        from cwg.members.requests import of_visitor
        from cwg.record import checks, jobs, metrics, readiness

        from . import (
            heads,
            kept_rows,
            recheck,
            register_metrics,
            rescan,
            rulebook,
            search_index,
            storage_probe,
            stray_files,
            text_reading,
            unused_files,
            verification,
        )

        nav.register(_("Documents"), "documents:documents", _reads_documents, order=30)
        nav.register(
            _("Rules"),
            "documents:rules",
            visible=lambda request: (
                request.user.is_authenticated and rulebook.may_read(of_visitor(request).rights)
            ),
            order=45,
        )

        kept_rows.register()
        verification.register(checks)
        jobs.register("scans", rescan.scan_waiting, every=timedelta(seconds=30))
        jobs.register(text_reading.JOB, text_reading.read_waiting, every=timedelta(seconds=30))
        jobs.register(search_index.JOB, search_index.index_changed, every=timedelta(seconds=10))
        jobs.register("chain-heads", heads.publish, every=timedelta(hours=1))
        jobs.register(recheck.JOB, recheck.look_at_stored, every=timedelta(minutes=1))
        jobs.register("unused-files", unused_files.forget_unused)
        jobs.register("stray-files", stray_files.remove)
        readiness.register("files", recheck.answer)
        readiness.register("scanner", rescan.answer)
        readiness.register("texts", text_reading.answer)
        metrics.register("register", register_metrics.read)
        readiness.register("storage", storage_probe.answer, needed=True, asks_database=False)


def _reads_documents(request) -> bool:
    """Whoever reads no group has no list there, but for what is open to everybody."""
    from cwg.members.requests import of_visitor

    from .models import Document

    if not request.user.is_authenticated:
        return False
    rights = of_visitor(request).rights
    return bool(rights.readable_groups) or Document.objects.visible_to(rights).exists()
