"""The answer wherever a page needs the file storage and it does not answer: 503 and a sentence, never an error of ours."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cwg.documents.storage import StorageFailed
from cwg.look.asked_by_script import wants_json

from . import sending_again, standing_alone

logger = logging.getLogger(__name__)


class StorageAwayMiddleware:
    """Turns the storage's one error into its page. Pages that take files say it themselves, with what was typed."""

    RETRY_AFTER = 60  # seconds

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StorageFailed):
            return None
        logger.error("the file storage does not answer: %s", exception)
        sentences = self._sentences(request)
        if wants_json(request):
            answer = standing_alone.to_a_script(request, sentences, status=503)
        else:
            answer = render(request, "storage_away.html", {"sentences": sentences}, status=503)
        return sending_again.later(answer, self.RETRY_AFTER)

    @staticmethod
    def _sentences(request: HttpRequest) -> list[str]:
        return [
            _(
                "The portal keeps its files in a storage that it cannot reach for the moment. Pages without files still work."
            ),
            _("Try again in a few minutes.")
            if sending_again.only_reads(request)
            else _("What you asked for was not done. Go back and try again in a few minutes."),
        ]
