"""The answer wherever a page needs the file storage and it does not answer: 503 and a sentence, never an error of ours."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cwg.documents.storage import StorageFailed

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
        sent = request.method not in ("GET", "HEAD")
        answer = render(request, "storage_away.html", {"sent": sent}, status=503)
        answer["Retry-After"] = str(self.RETRY_AFTER)
        return answer
