"""What nginx answers by itself, in the portal's words: files beside the style sheets, which are there without the portal.

docker-compose.yml names them at `error_page`. Each is a page in each language, and the same sentences as JSON for a
script, in the form in which the portal refuses an upload.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from cwg.documents import uploads
from cwg.languages import LANGUAGE_CODES, catalogue, spoken
from cwg.members.roster import reading as roster

FOLDER = "proxy"
# The pages for a fault; nginx puts the number of the request in (`ssi`).
FAULTS = {"500", "502"}
NUMBER = mark_safe('<!--# echo var="request_id" -->')
# For machines, when nobody answers behind nginx; the shape of `/readyz`.
NOT_READY = {"ready": False, "failed": ["web"], "degraded": [], "checks": {}}


def texts() -> dict[str, tuple[str, list[str]]]:
    """Title and sentences by the name of the page, in the language that is active."""

    def too_large(limit: str) -> tuple[str, list[str]]:
        kept = _(
            "Nothing was stored, and nothing else was changed. Your work is not lost: go back, and the page is as you left it."
        )
        return _("Too large"), [limit, kept]

    form = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    return {
        "400": (
            _("This request cannot be read"),
            [
                _(
                    "Part of the address or of what the browser sent is not well formed, or too long. Nothing was changed."
                ),
                _("If it happens again, delete this site's cookies in your browser, and sign in again."),
            ],
        ),
        "403": (
            _("This form is too old"),
            [
                _(
                    "The page was open too long, or you signed in or out meanwhile on another one. Nothing was changed."
                ),
                _(
                    "Go back, reload the page, and send it again. If it happens each time, the browser does not accept this site's cookies."
                ),
            ],
        ),
        "404": (
            _("This page was not found"),
            [
                _(
                    "The address is wrong, or what was there has been replaced by a newer one. Load the page again."
                )
            ],
        ),
        "405": (
            _("This cannot be done at this address"),
            [_("Nothing was changed. Go back, load the page again, and try again from there.")],
        ),
        "408": (
            _("This took too long to arrive"),
            [_("What you were sending did not arrive in time. Nothing was changed; go back and try again.")],
        ),
        "413": too_large(
            _("What was sent is larger than %(size)d MB, the most that a form may hold.") % {"size": form}
        ),
        "413-files": too_large(uploads.limits_of_file_in_words()),
        "413-list": too_large(uploads.limits_of_list_in_words(roster.MOST_BYTES)),
        # Who is signed in sends no more to these addresses either.
        "413-short": too_large(
            _("What was sent is larger than %(size)d KB, the most that may be sent to this address.")
            % {"size": uploads.BEFORE_SIGN_IN // 1024}
        ),
        "414": (
            _("This address is too long"),
            [_("Nothing was changed. Go back, shorten what you search for, and try again.")],
        ),
        "416": (
            _("There is no such part of this file"),
            [_("The file is shorter than your browser expects. Download it again from the beginning.")],
        ),
        "429": (
            _("Too many tries"),
            [_("Wait a few seconds and try again. Nothing was changed.")],
        ),
        "500": (
            _("Something went wrong here"),
            [
                _(
                    "The web server could not pass this on to the portal or hand out the file; its disk may be full. Nothing was changed."
                ),
                _(
                    "Try again in a few minutes. If you were sending something, go back: the page is as you left it."
                ),
            ],
        ),
        "502": (
            _("The portal is not available for the moment"),
            [
                _(
                    "It is being started again, or it is overloaded. That usually lasts some seconds; nothing is lost."
                ),
                _(
                    "Load this page again in a few seconds. If you were sending something, go back and send it again: a submission is registered only once, however often it is sent. For anything else, check first whether it was saved."
                ),
            ],
        ),
    }


def files() -> Iterator[tuple[str, str]]:
    """(path below the folder, content) of every file. The manifest of the style sheets must be there already."""
    for code in LANGUAGE_CODES:
        language = catalogue(code)
        with translation.override(spoken(code)):
            for name, (title, sentences) in texts().items():
                said = {"title": title, "sentences": sentences, "number": NUMBER if name in FAULTS else ""}
                page = render_to_string("proxy_page.html", said)
                yield f"{language}/{name}.html", page
                yield f"{language}/{name}.json", json.dumps({"errors": sentences}, ensure_ascii=False) + "\n"
    yield "readyz.json", json.dumps(NOT_READY) + "\n"


def write(place: Path) -> int:
    """Write all of them below `place`, each complete or not at all; nginx may be reading. Returns how many."""
    count = 0
    for path, content in files():
        target = place / FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        fresh.write_text(content, encoding="utf-8")
        fresh.replace(target)
        count += 1
    return count
