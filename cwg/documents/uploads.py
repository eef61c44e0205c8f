"""The limit on what a request may carry, enforced while the bytes come in.

CSRF protection reads the whole body before any view runs, so a limit in a view or a form would come too late.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

# The attributes of the request that say so.
_MARK = "upload_too_large"
_SHORT = "upload_came_short"
# Who has not signed in sends a few small forms. nginx says the same of their addresses (docker-compose.yml).
BEFORE_SIGN_IN = 64 * 1024


V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def takes_files(view: V) -> V:
    """Marks a view that files are sent to. nginx knows the same addresses (docker-compose.yml)."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def are_sent_to(request: HttpRequest) -> bool:
    """Whether the address takes files."""
    return _said_by_view(request, "takes_files", False)


def small_file(request: HttpRequest) -> int:
    """How many bytes a file may have that comes in a form as every page takes it: its view says so as `most_file_bytes`; 0
    where none does. The view refuses a larger one with its own words, unless the whole body is too long for any form.
    """
    return _said_by_view(request, "most_file_bytes", 0)


def limits_in_words(most_file_bytes: int) -> str:
    """What a file of a form and the words of it may have, in a sentence."""
    size, form = (most // (1024 * 1024) for most in (most_file_bytes, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    return _("A file may have up to %(size)d MB, everything typed into a form up to %(form)d MB.") % {
        "size": size,
        "form": form,
    }


def _said_by_view(request: HttpRequest, name: str, otherwise: Any) -> Any:
    try:
        return getattr(resolve(request.path_info).func, name, otherwise)
    except Resolver404:
        return otherwise


def most_bytes(request: HttpRequest) -> int:
    """How long a body may be announced by somebody signed in; what is longer is not read.

    Where files are sent: twice a file, so that one that is too large is told of in words, and what was typed beside it
    is kept. Everywhere else: what a form may hold. The envelope adds a little.
    """
    if are_sent_to(request):
        return settings.MAX_FILE_BYTES * 2 + 1024 * 1024
    return settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def announced(request: HttpRequest) -> int | None:
    """The length of the body in bytes as the request announces it; None where it sends one and announces none."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        return int(length)
    sends = "HTTP_TRANSFER_ENCODING" in request.META or request.content_type == "multipart/form-data"
    return None if sends and request.method == "POST" else 0


class LimitedUploadHandler(FileUploadHandler):
    """Stops reading at the limit and remembers it on the request: `too_large(request)` tells a view.

    A file of exactly the limit is taken.
    """

    def __init__(self, request: HttpRequest | None = None):
        super().__init__(request)
        self.limit = settings.MAX_FILE_BYTES
        if request is not None and small_file(request):
            # Of so short a body the view reads everything, and says itself what is too large.
            self.limit = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        self.received = 0
        self.arrived = self.expected = 0

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if not isinstance(input_data, HttpRequest):
            return  # a body that was read whole before
        self.expected, read = content_length, input_data.read

        def counted(*size: int) -> bytes:
            data = read(*size)
            self.arrived += len(data)
            return data

        input_data.read = counted  # type: ignore[method-assign]

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received = start + len(raw_data)
        if self.received > self.limit:
            self._remember()
            # The rest of the body is read and thrown away, so that the browser hears the answer.
            raise StopUpload(connection_reset=False)
        return raw_data

    def _remember(self) -> None:
        setattr(self.request, _MARK, True)

    def file_complete(self, file_size: int):
        return None

    def upload_interrupted(self):
        self.received = 0

    def upload_complete(self):
        # By now the whole body has been read, up to its end or to the end of the connection. What was thrown away
        # after the limit was not counted: that upload was stopped, and did not come short.
        if self.arrived < self.expected and not too_large(self.request):
            setattr(self.request, _SHORT, True)


def too_large(request: HttpRequest) -> bool:
    """Whether the upload of this request was stopped at the limit."""
    return getattr(request, _MARK, False)


def came_short(request: HttpRequest) -> bool:
    """Whether less came than was announced: the connection broke, and what is there may be half a file or half a word.

    Reads the body, if nothing has read it yet.
    """
    if request.method != "POST":
        return False
    if request.content_type == "multipart/form-data":
        len(request.FILES)
        return getattr(request, _SHORT, False)
    return len(request.body) < (announced(request) or 0)
