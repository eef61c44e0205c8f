"""Addresses of drafts, submission and My delegation."""

from django.urls import path

from . import (
    answer_views,
    begin_views,
    delegation_views,
    draft_views,
    file_views,
    filing_views,
    sponsor_views,
    submit_views,
)

app_name = "contributions"

urlpatterns = [
    path("delegation/", delegation_views.delegation, name="delegation"),
    path("delegation/<slug:group>/<slug:code>/", delegation_views.seat, name="seat"),
    path("contributions/new/", begin_views.new, name="new"),
    path("contributions/new/files/", begin_views.new_from_file, name="new-from-file"),
    path("contributions/<uuid:pk>/", draft_views.contribution, name="contribution"),
    path("contributions/for/", filing_views.file_for, name="for"),
    path("contributions/for/change/<int:document>/", filing_views.change_for, name="change-for"),
    path("contributions/<uuid:pk>/received/", filing_views.correct, name="received"),
    path("contributions/<uuid:pk>/files/", file_views.upload, name="upload"),
    path("contributions/<uuid:pk>/files/<uuid:file>/", file_views.draft_file, name="draft-file"),
    path("contributions/<uuid:pk>/files/<uuid:file>/remove/", file_views.remove_file, name="remove-file"),
    path("contributions/<uuid:pk>/files/<uuid:file>/language/", file_views.move_file, name="move-file"),
    path(
        "contributions/<uuid:pk>/files/<uuid:file>/replace/",
        file_views.replace_earlier,
        name="replace-earlier",
    ),
    path("contributions/<uuid:pk>/letters/", file_views.upload_letter, name="upload-letter"),
    path("contributions/<uuid:pk>/letters/<uuid:letter>/", file_views.draft_letter, name="draft-letter"),
    path(
        "contributions/<uuid:pk>/letters/<uuid:letter>/remove/",
        file_views.remove_letter,
        name="remove-letter",
    ),
    path("contributions/<uuid:pk>/discard/", draft_views.discard, name="discard"),
    path("contributions/<uuid:pk>/take-back/", draft_views.take_back, name="take-back"),
    path("contributions/<uuid:pk>/sponsors/", sponsor_views.ask, name="ask-sponsor"),
    path(
        "contributions/<uuid:pk>/sponsors/<int:sponsorship>/remove/",
        sponsor_views.take_back,
        name="remove-sponsor",
    ),
    path("sponsorships/<int:pk>/", sponsor_views.answer, name="answer-sponsorship"),
    path("contributions/<uuid:pk>/proof/", submit_views.preview, name="preview"),
    path("contributions/<uuid:pk>/submit/", submit_views.submit, name="submit"),
    path("contributions/<uuid:pk>/ask/", submit_views.ask_to_submit, name="ask-to-submit"),
    path("contributions/<uuid:pk>/hold/", submit_views.hold, name="hold"),
    path("contributions/<uuid:pk>/use-slot/<int:slot>/", answer_views.use_slot, name="use-slot"),
    path("contributions/<uuid:pk>/answers/<int:asked>/", answer_views.answer_request, name="answer-request"),
    path("contributions/<uuid:pk>/answers/none/", answer_views.answer_nothing, name="answer-nothing"),
    path("contributions/change/<int:document>/", submit_views.change, name="change"),
    path("contributions/withdraw/<int:document>/", submit_views.withdraw, name="withdraw"),
]
