from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "cwg.members"
    label = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from cwg.look import nav
        from cwg.record import jobs

        from . import accounts, devices, directory, guessing, kept_rows, kept_words, sessions
        from .requests import of_visitor
        from .roster import carrying_out

        accounts.connect()
        kept_rows.register()
        nav.register(
            _("People"),
            "members:people",
            visible=lambda request: (
                request.user.is_authenticated and directory.keeps_people(of_visitor(request).rights)
            ),
            order=45,
        )
        jobs.register("entry-attempts", guessing.forget_what_is_over, every=timedelta(hours=6))
        jobs.register("known-devices", devices.forget_what_is_over)
        jobs.register("kept-words", kept_words.forget_what_is_over, every=timedelta(hours=1))
        jobs.register("sessions", sessions.forget_what_is_over, every=timedelta(hours=6))
        jobs.register("imported-lists", carrying_out.forget_what_is_over)
