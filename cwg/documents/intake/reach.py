"""Where an address in a file leads: nowhere but the reader's own computer, to the web, or to a network share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

# A share is worse than the web: Windows signs in to it by itself, and so tells it who reads.
OWN, WEB, SHARE = "own", "web", "share"

_DRIVE = re.compile(r"/*[A-Za-z][:|](/|$)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
# Schemes that load nothing.
_NOTHING_LOADED = frozenset(("mailto", "tel", "sip", "callto", "urn", "about", "cid", "data"))
# Schemes by which a share is asked, or a search on one.
_OF_SHARES = frozenset(
    ("smb", "cifs", "nfs", "afp", "dav", "davs", "webdav", "webdavs", "search-ms", "search")
)
# Word for Mac writes `file:////Users/...` for a folder of its own; as a share it would be a computer called Users.
_FOLDERS = frozenset(
    (
        *("users", "volumes", "applications", "library", "private", "system", "macintosh hd"),
        *("home", "root", "usr", "opt", "var", "tmp", "mnt", "media"),
    )
)
# What reads as an address inside a field or a connection: a connection has several words, divided by signs.
_DIVIDED = re.compile(r"[;=,<>|]")
_NAMES_A_HOST = re.compile(r"//[^/*]+/|[A-Za-z][A-Za-z0-9+.-]+:/|mhtml:")
_NAMES_A_DRIVE = re.compile(r"[A-Za-z]:/")


def reach_of(target: str) -> str:
    """OWN, WEB or SHARE. Escapes are undone first, as Word does.

    OWN is a path on a drive, in a folder of a Mac or of Linux, a plain or relative name, and what loads nothing.
    A host, a double slash or a double backslash is a SHARE, and so is a scheme that asks one; any other the WEB.
    """
    plain = unquote(target).strip().replace("\\", "/")
    scheme = _SCHEME.match(plain)
    if scheme and scheme[1].lower() == "file":
        return _reach_of_file(plain[5:])
    if _DRIVE.match(plain):
        return OWN
    if plain.startswith("//"):
        return _reach_of_double_slash(plain)
    if scheme is None or scheme[1].lower() in _NOTHING_LOADED:
        return OWN
    if scheme[1].lower() in _OF_SHARES:
        return SHARE
    if scheme[1].lower() == "mhtml":
        inner = reach_of(plain[len("mhtml:") :])
        return WEB if inner == OWN else inner
    # Word 2004 for Mac: `MacintoshHD:Users:ann:Normal`.
    if "/" not in plain and plain.count(":") > 1:
        return OWN
    return WEB


def names_own_file(target: str) -> bool:
    """Whether an address that is OWN is a place on some computer, as opposed to a name beside the document."""
    plain = unquote(target).strip().replace("\\", "/")
    return plain.lower().startswith(("file:/", "//?/", "/")) or _DRIVE.match(plain) is not None


def _reach_of_file(path: str) -> str:
    if path.lower().startswith("//localhost/"):
        path = path[len("//localhost") :]
    slashes = len(path) - len(path.lstrip("/"))
    # file:///home/x is a path of this computer; file://host/x and file:////host/x are not.
    if slashes in (0, 1, 3) or _DRIVE.match(path):
        return OWN
    if slashes == 4 and path.lstrip("/").partition("/")[0].lower() in _FOLDERS:
        return OWN
    return _reach_of_double_slash("//" + path.lstrip("/"))


def _reach_of_double_slash(path: str) -> str:
    # `\\?\C:\x` and `\\.\C:\x` are Windows' long forms of a path on a drive.
    if path.startswith(("//?/", "//./")) and _DRIVE.match(path[4:]):
        return OWN
    return SHARE


def addresses_in(words: Iterable[str]) -> list[tuple[str, str]]:
    """The addresses and paths among the words of a field or a connection, each with how far it reaches.

    A backslash is written twice in a field, and by some writers once; both readings are asked.
    """
    found: list[tuple[str, str]] = []
    for piece in (piece.strip() for word in words for piece in _DIVIDED.split(word)):
        for reading in (piece, piece.replace("\\\\", "\\")):
            plain = unquote(reading).replace("\\", "/")
            if _NAMES_A_HOST.match(plain) or _NAMES_A_DRIVE.match(plain):
                found.append((reading, reach_of(reading)))
                break
    return found
