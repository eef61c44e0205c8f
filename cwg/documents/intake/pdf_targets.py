"""Where a link or an action of a PDF leads: to the web, to a place of the network that asks who comes, or nowhere far."""

from __future__ import annotations

import re
from urllib.parse import unquote

WEB = "web"
SHARE = "share"
HERE = "here"

_DRIVE = re.compile(r"/*[A-Za-z][:|](/|$)")
# Asked for such an address, a computer signs in at the other end, and so tells who reads (quality.md 19).
_SHARE_SCHEMES = re.compile(r"(smb|cifs|nfs|afp|davs?|webdavs?|search-ms|ms-search):", re.IGNORECASE)
_WEB_SCHEMES = re.compile(r"(https?|ftps?):|www\.", re.IGNORECASE)
# The topmost folders of a Mac or of Linux: Word for Mac writes file:////Users/... for a folder of its own.
_LOCAL_ROOTS = frozenset(
    (
        "users",
        "volumes",
        "library",
        "applications",
        "private",
        "home",
        "tmp",
        "var",
        "mnt",
        "media",
        "opt",
        "root",
    )
)


def reach(target: str, *, is_path: bool = False) -> str:
    """WEB, SHARE or HERE. `is_path`: a file specification, in which // begins the name of a computer
    (ISO 32000-2, 7.11.2), while in an address it begins a web server."""
    plain = unquote("".join(char for char in target if char > " ")).replace("\\", "/")
    if _SHARE_SCHEMES.match(plain):
        return SHARE
    if plain.lower().startswith("file:"):
        return _reach_of_file(plain[5:])
    if _WEB_SCHEMES.match(plain):
        return WEB
    slashes = len(plain) - len(plain.lstrip("/"))
    if slashes < 2 or _DRIVE.match(plain):
        return HERE
    # Two backslashes begin the name of a computer everywhere; two slashes only where a path is meant.
    if "\\" in target.strip()[:4]:
        return SHARE
    if slashes > 2:
        return HERE
    return SHARE if is_path else WEB


def _reach_of_file(path: str) -> str:
    if _DRIVE.match(path) or not path.startswith("//"):
        return HERE
    host, _, _rest = path.lstrip("/").partition("/")
    slashes = len(path) - len(path.lstrip("/"))
    if slashes == 3 or host.lower() in ("localhost", ".", "?", ""):
        return HERE
    if slashes > 3 and host.lower() in _LOCAL_ROOTS:
        return HERE
    return SHARE
