"""The words of a long form, read in little memory.

A browser writes what was typed into a form as `a=%D8%A7`, where one letter may take nine bytes. The standard library takes
such a text apart at each `%`: two megabytes of them are 370 MB of small objects for a second or more, and a few such
requests at once were the end of a process. Here the same words are read with a few times the length of the body.
"""

import re
from binascii import unhexlify

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

URLENCODED = "application/x-www-form-urlencoded"
# Not without end: the search keeps notes of each repetition.
_ESCAPED = re.compile(rb"(?:%[0-9A-Fa-f]{2}){1,1000}")


def read(request: HttpRequest) -> None:
    """Reads the body of an urlencoded form, so that Django need not: `request.POST` is what it would have been.

    Raises what Django raises there: RequestDataTooBig, TooManyFieldsSent, UnreadablePostError.
    """
    request._post = words_in(request.body)  # type: ignore[attr-defined]
    request._files = MultiValueDict()  # type: ignore[attr-defined]


def words_in(body: bytes) -> QueryDict:
    """What `QueryDict(body)` is."""
    try:
        body.decode()
    except UnicodeDecodeError:
        body = body.decode("iso-8859-1").encode()
    if body and 1 + body.count(b"&") > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise TooManyFieldsSent("The form has more fields than settings.DATA_UPLOAD_MAX_NUMBER_FIELDS.")
    words = QueryDict(mutable=True)
    for field in body.split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            words.appendlist(_word(name), _word(value))
    words._mutable = False  # type: ignore[attr-defined]
    return words


def _word(sent: bytes) -> str:
    sent, word, begin = sent.replace(b"+", b" "), bytearray(), 0
    for run in _ESCAPED.finditer(sent):
        word += sent[begin : run.start()]
        word += unhexlify(run[0].replace(b"%", b""))
        begin = run.end()
    word += sent[begin:]
    return word.decode("utf-8", "replace")
