"""Addresses of the workspace "today" and of the mail. The records' own are `site.urls`, under /console/."""

from django.urls import path

from . import mail_views, today

app_name = "today"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/submissions/", today.submissions, name="submissions"),
    path("mail/", mail_views.mail, name="mail"),
    path("mail/<int:pk>/", mail_views.one, name="one-mail"),
    path("mail/<int:pk>/again/", mail_views.act_on_one, {"act": "again"}, name="send-again"),
    path("mail/<int:pk>/aside/", mail_views.act_on_one, {"act": "aside"}, name="set-aside"),
    path("mail/<slug:why>/all-again/", mail_views.act_on_all, {"act": "again"}, name="send-all-again"),
    path("mail/<slug:why>/all-aside/", mail_views.act_on_all, {"act": "aside"}, name="set-all-aside"),
]
