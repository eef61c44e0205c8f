"""The addresses of Home and of what stands beside it."""

from django.urls import path

from . import go, health, me, views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("go/", go.go, name="go"),
    path("me/", me.me, name="me"),
    path("me/calendar/", me.calendar_address, name="calendar-address"),
    path("language/", me.language, name="language"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
