"""Addresses of the workspace "today" and of the mail. The records' own are `site.urls`, under /console/."""

from django.urls import path

from . import mail_views, today

app_name = "today"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/submissions/", today.submissions, name="submissions"),
    path("mail/<int:pk>/again/", mail_views.send_again, name="send-again"),
]
