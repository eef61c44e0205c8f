from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "cwg.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from cwg.record import checks, jobs, keeping, metrics
        from cwg.record import readiness as questions

        from . import (
            account_mails,
            alarms,
            delivery,
            invitations,
            mailbox_troubles,
            outbox_metrics,
            readiness,
            reminders,
            verification,
        )
        from .models import Alarm, Outage
        from .wake import JOB

        keeping.deleted(Alarm, Outage)
        invitations.register()
        account_mails.register()
        alarms.register()
        mailbox_troubles.register()
        verification.register(checks)
        jobs.register(JOB, delivery.deliver_due, every=timedelta(seconds=5))
        jobs.register("reminders", reminders.put_due, every=timedelta(seconds=60))
        jobs.register("alarms", alarms.look, every=timedelta(seconds=60))
        metrics.register("outbox", outbox_metrics.read)
        questions.register("outbox", readiness.outbox)
        questions.register("mail", readiness.mail)
