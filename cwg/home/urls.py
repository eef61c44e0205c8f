"""The addresses of Home and of what stands beside it."""

from django.urls import path

from . import account_settings, jump, views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("go/", jump.jump, name="go"),
    path("me/", account_settings.me, name="me"),
    path("me/calendar/", account_settings.calendar_address, name="calendar-address"),
    path("language/", account_settings.language, name="language"),
]
