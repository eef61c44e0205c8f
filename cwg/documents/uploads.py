"""The limit on what a request may carry, enforced while the bytes come in.

CSRF protection reads the whole body before any view runs, so a limit in a view or a form would come too late.
"""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cwg.look.said_by_views import V, most_list_bytes, said_by_view

# The attributes of the request that say so.
_MARK = "upload_too_large"
_SHORT = "upload_came_short"
_LEFT_OUT = "upload_left_out"
# Who has not signed in sends a few small forms. nginx says the same of their addresses (docker-compose.yml).
BEFORE_SIGN_IN = 64 * 1024


def takes_files(view: V) -> V:
    """Marks a view that files are sent to. nginx knows the same addresses (docker-compose.yml)."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def are_sent_to(request: HttpRequest) -> bool:
    """Whether the address takes files."""
    return said_by_view(request, "takes_files", False)


def limits_of_file_in_words() -> str:
    """What a file may have where files are sent, and what is typed beside it, in a sentence."""
    said = _("A file may have up to %(size)d MB, everything typed into a form up to %(form)d MB.")
    return said % _in_megabytes(settings.MAX_FILE_BYTES)


def limits_of_list_in_words(most_bytes: int) -> str:
    """The same where a list is sent (`said_by_views.takes_list`)."""
    said = _(
        "A list may have up to %(size)d MB, pasted or as a file; everything typed into the form up to %(form)d MB."
    )
    return said % _in_megabytes(most_bytes)


def _in_megabytes(most_bytes: int) -> dict[str, int]:
    size, form = (most // (1024 * 1024) for most in (most_bytes, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    return {"size": size, "form": form}


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
    """Lets a file go at the limit and remembers it on the request: `too_large(request)` tells a view.

    A file of exactly the limit is taken.
    """

    def __init__(self, request: HttpRequest | None = None):
        super().__init__(request)
        self.limit = settings.MAX_FILE_BYTES
        if request is not None and most_list_bytes(request):
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
            # The rest of the file is read and thrown away, so that the browser hears the answer, and what is typed in the
            # form behind it is not lost.
            raise SkipFile
        return raw_data

    def _remember(self) -> None:
        setattr(self.request, _MARK, True)

    def file_complete(self, file_size: int):
        return None

    def upload_interrupted(self):
        self.received = 0

    def upload_complete(self):
        # By now the whole body has been read, up to its end or to the end of the connection.
        if self.arrived < self.expected and not too_large(self.request):
            setattr(self.request, _SHORT, True)


class WordsOnlyHandler(FileUploadHandler):
    """For a person who was signed out meanwhile: what is typed in the form is kept, before a file and behind it, and each
    file is thrown away as it comes. `left_out(request)` names them.
    """

    def new_file(self, field_name, file_name, *args, **kwargs):
        setattr(self.request, _LEFT_OUT, [*left_out(self.request), file_name])
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def left_out(request: HttpRequest) -> list[str]:
    """The names of the files of this request that were not read."""
    return getattr(request, _LEFT_OUT, [])


def too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was let go at the limit."""
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
