from django.urls import path

from . import address_views, people_views, session_views, views

app_name = "members"
urlpatterns = [
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("me/address/", address_views.own, name="own-address"),
    path("people/<int:pk>/<slug:name>/", people_views.act, name="person-act"),
    path("me/sessions/", session_views.own, name="sessions"),
    path("me/sessions/end/", session_views.end, name="end-session"),
    path("me/sessions/end-all/", session_views.end_all, name="end-all-sessions"),
]
