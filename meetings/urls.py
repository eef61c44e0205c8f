"""Addresses of meetings, their workspaces and calendars."""

from django.urls import path

from . import life_pages, record, request_pages, views, workspace

app_name = "meetings"
urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/new/", life_pages.new, name="new"),
    path("meetings/<slug:slug>/", views.meeting, name="meeting"),
    path("meetings/<slug:slug>/documents.zip", views.documents_pack, name="pack"),
    path("meetings/<slug:slug>/meeting.ics", views.meeting_calendar, name="calendar"),
    path("meetings/<slug:slug>/announce/", workspace.announce, name="announce"),
    path("meetings/<slug:slug>/move/", workspace.move, name="move"),
    path("meetings/<slug:slug>/deadlines/", workspace.deadlines_of, name="deadlines"),
    path("meetings/<slug:slug>/edit/", life_pages.edit, name="edit"),
    path("meetings/<slug:slug>/postpone/", life_pages.postpone, name="postpone"),
    path("meetings/<slug:slug>/cancel/", life_pages.cancel, name="cancel"),
    path("meetings/<slug:slug>/open-sitting/", workspace.open_sitting, name="open-sitting"),
    path("meetings/<slug:slug>/undo-opening/", workspace.undo_opening, name="undo-opening"),
    path("meetings/<slug:slug>/close/", workspace.close, name="close"),
    path("meetings/<slug:slug>/record-request/", request_pages.record_request, name="record-request"),
    path("meetings/<slug:slug>/requests/<int:pk>/", request_pages.group_request, name="request"),
    path(
        "meetings/<slug:slug>/requests/<int:pk>/withdraw/",
        request_pages.withdraw_request,
        name="withdraw-request",
    ),
    path(
        "meetings/<slug:slug>/requests/<int:pk>/addressees/<int:addressee>/withdraw/",
        request_pages.withdraw_request,
        name="withdraw-addressee",
    ),
    path(
        "meetings/<slug:slug>/requests/<int:pk>/addressees/<int:addressee>/link/",
        request_pages.link_answer,
        name="link-answer",
    ),
    path(
        "meetings/<slug:slug>/requests/<int:pk>/addressees/<int:addressee>/unlink/",
        request_pages.unlink_answer,
        name="unlink-answer",
    ),
    path("meetings/<slug:slug>/record/", record.record, name="record"),
    path("meetings/<slug:slug>/record/chain.jsonl", record.chain, name="chain"),
    path("calendar/<slug:secret>.ics", views.feed, name="feed"),
]
