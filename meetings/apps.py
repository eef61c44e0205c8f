from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from cwg.documents import upward
        from cwg.look import nav

        from . import announcements, chain_heads, document_notices, requests

        announcements.register()
        chain_heads.register()
        document_notices.register()
        nav.register(_("Meetings"), "meetings:meetings", order=20)
        upward.register_requests(requests.pages_of_slots)
