from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from cwg.documents import upward
        from cwg.look import nav
        from cwg.record import checks, keeping

        from . import (
            announcements,
            answers,
            chain_heads,
            document_notices,
            request_notices,
            translation_notices,
            verification,
        )
        from .models import Sitting

        keeping.deleted(Sitting)
        announcements.register()
        chain_heads.register()
        document_notices.register()
        request_notices.register()
        translation_notices.register()
        verification.register(checks)
        nav.register(_("Meetings"), "meetings:meetings", _sees_meetings, order=20)
        upward.register_requests(answers.answered_by)


def _sees_meetings(request) -> bool:
    """Whoever reads no group, such as an administrator, has no list there."""
    from cwg.members.requests import of_visitor

    return request.user.is_authenticated and bool(of_visitor(request).rights.readable_groups)
