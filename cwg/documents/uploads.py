"""The limit on what a request may carry, enforced while the bytes come in.

CSRF protection reads the whole body before any view runs, so a limit in a view or a form would come too late.
"""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# The attribute of the request that says so.
_MARK = "upload_too_large"


class LimitedUploadHandler(FileUploadHandler):
    """Stops reading at the limit and remembers it on the request: `too_large(request)` tells a view.

    A file of exactly the limit is taken.
    """

    def __init__(self, request: HttpRequest | None = None):
        super().__init__(request)
        self.limit = settings.MAX_FILE_BYTES
        self.received = 0

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        # The multipart envelope adds a little to the file; a body far past the limit is refused unread.
        if content_length > self.limit * 2 + 1024 * 1024:
            self._remember()
            raise StopUpload(connection_reset=True)

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


def too_large(request: HttpRequest) -> bool:
    """Whether the upload of this request was stopped at the limit."""
    return getattr(request, _MARK, False)
