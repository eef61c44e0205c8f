from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "cwg.demo"
    label = "demo"
    verbose_name = _("Demonstration")

    def ready(self) -> None:
        from cwg.look import demo_people

        from . import people

        demo_people.register(people.for_sign_in)
