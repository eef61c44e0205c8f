"""The console: Django's admin in the portal's frame, for those whose accreditation lets them in.

It has no sign-in, no passwords and no bulk edits of its own: people sign in at the portal, and whatever has a
verb is done by that verb.
"""

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

View = TypeVar("View", bound=Callable[..., Any])

# How the front page groups the models; whatever is registered and not named here is not shown there.
SECTIONS: list[tuple[Any, list[str]]] = [
    (_("People and roles"), ["person", "accreditation", "invitation", "memberstate", "office", "group"]),
    (_("Meetings"), ["meeting", "sitting", "request", "addressee", "deadlinerule"]),
    (_("Documents"), ["document", "register", "slot", "policyissue", "blob"]),
    (_("Mail"), ["notice", "event", "demomail"]),
    (_("Record"), ["journalentry", "accessentry", "heartbeat"]),
]


def to_today(request: HttpRequest) -> HttpResponse:
    """Where the workspace was until November 2026."""
    return redirect("today:today", permanent=True)


class ConsoleSite(admin.AdminSite):
    """Secretariat, administrators and auditors; for everybody else the console does not exist."""

    site_header = site_title = index_title = _("Records")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Signs visitors in at the portal; to whoever may not enter, an address here is no address."""

        def inner(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if not self.has_permission(request):
                raise Http404
            if request.method not in ("GET", "HEAD", "POST"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            return view(request, *args, **kwargs)

        if not cacheable:
            inner = never_cache(inner)
        return cast(View, update_wrapper(csrf_protect(inner), view))

    def get_urls(self) -> list:
        from . import verification_runs

        urls: list[URLPattern | URLResolver] = [
            path("", self.admin_view(self.index), name="index"),
            path("login/", self.login, name="login"),
            path("today/", self.admin_view(to_today), name="today"),
            path("verification/", self.admin_view(verification_runs.verification), name="verification"),
            path(
                "verification/<int:pk>/",
                self.admin_view(verification_runs.verification),
                name="verification-run",
            ),
            path(
                "verification/portal-chain.jsonl",
                self.admin_view(verification_runs.portal_chain),
                name="portal-chain",
            ),
        ]
        for model, model_admin in self._registry.items():
            opts = model._meta
            urls.append(path(f"{opts.app_label}/{opts.model_name}/", include(model_admin.urls)))
        return urls

    @login_not_required
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The portal's own sign-in, back to the console afterwards."""
        if request.user.is_authenticated:
            return redirect("console:index")
        return redirect_to_login(reverse("console:index"), reverse("account_login"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"site_header": self.site_header, "is_popup": False}

    def index(self, request: HttpRequest, extra_context=None) -> TemplateResponse:
        context = {"sections": list(self._sections(request)), **(extra_context or {})}
        return TemplateResponse(request, "admin/index.html", self.each_context(request) | context)

    def _sections(self, request: HttpRequest) -> Iterator[dict[str, Any]]:
        by_name = {model._meta.model_name: model_admin for model, model_admin in self._registry.items()}
        for label, names in SECTIONS:
            shown = [by_name[n] for n in names if n in by_name and by_name[n].has_view_permission(request)]
            if shown:
                yield {"label": label, "links": [self._link(request, model_admin) for model_admin in shown]}

    @staticmethod
    def _link(request: HttpRequest, model_admin) -> dict[str, Any]:
        opts = model_admin.opts
        name = f"console:{opts.app_label}_{opts.model_name}"
        return {
            "label": opts.verbose_name_plural,
            "url": reverse(f"{name}_changelist"),
            "add_url": reverse(f"{name}_add") if model_admin.has_add_permission(request) else "",
            "add_label": opts.verbose_name,
        }


site = ConsoleSite(name="console")
