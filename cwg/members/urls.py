from django.urls import path

from . import address_views, directory_views, kept_word_views, people_views, role_views, session_views, views
from .roster import views as roster_views

app_name = "members"
urlpatterns = [
    path("signed-in/", session_views.signed_in, name="signed-in"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("me/address/", address_views.own, name="own-address"),
    path("people/", directory_views.people, name="people"),
    path("people/states/<slug:iso3>/", directory_views.state, name="state-people"),
    path("people/import/", roster_views.importing, name="import"),
    path("people/import/template.csv", roster_views.template, name="import-template"),
    path("people/import/<uuid:pk>/", roster_views.imported, name="imported"),
    path("people/import/<uuid:pk>/lines.csv", roster_views.imported_csv, name="imported-csv"),
    path("people/invite/", role_views.invite, name="invite"),
    path("people/invitations/<uuid:pk>/again/", role_views.again, name="invitation-again"),
    path("people/invitations/<uuid:pk>/revoke/", role_views.revoke, name="invitation-revoke"),
    path("people/roles/<int:pk>/end/", role_views.end, name="role-end"),
    path("people/roles/<int:pk>/change/", role_views.change, name="role-change"),
    path("people/<int:pk>/", directory_views.person, name="person"),
    path("people/<int:pk>/role/", role_views.grant, name="grant"),
    path("people/<int:pk>/new-password/", people_views.new_password, name="new-password"),
    path("people/<int:pk>/<slug:name>/", people_views.act, name="person-act"),
    path("kept/<uuid:pk>/", kept_word_views.back_to_page, name="kept-words"),
    path("kept/<uuid:pk>/words/", kept_word_views.words, name="kept-words-list"),
    path("kept/<uuid:pk>/discard/", kept_word_views.discard, name="discard-kept-words"),
    path("me/sessions/", session_views.own, name="sessions"),
    path("me/sessions/end/", session_views.end, name="end-session"),
    path("me/sessions/end-all/", session_views.end_all, name="end-all-sessions"),
]
