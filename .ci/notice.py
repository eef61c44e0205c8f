"""NOTICE: whose work the portal is handed out with, under which licences. `./dev notice` writes it.

The copyright lines are those of the licences themselves, which lie in the image in full, beside each library.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

import licences
import locked

ROOT = locked.ROOT
PATH = ROOT / "NOTICE"

HEAD = """\
The portal of CWG-Internet
Licensed under the Apache License, Version 2.0 (LICENSE).

What follows is the work of others, handed out with the portal, each under its own licence: an SPDX expression, then the
lines that its licence asks to be kept. The licences in full lie beside each work: of a library of Python in the folder
*.dist-info where it is installed, of fonts, style sheets and scripts in their own folders. Which versions a release has,
and where their sources are, its bill of materials says (docs/sbom.cdx.json). `./dev notice` writes this file.
"""

# Folder or file, name, licence, where its lines are.
BUNDLED = (
    ("static/vendor/bootstrap", "Bootstrap", "MIT", "static/vendor/bootstrap/LICENSE"),
    ("static/vendor/bootstrap-icons", "Bootstrap Icons", "MIT", "static/vendor/bootstrap-icons/LICENSE"),
    ("static/vendor/htmx", "htmx", "0BSD", "static/vendor/htmx/LICENSE"),
    ("static/fonts/noto-sans", "Noto Sans (web fonts)", "OFL-1.1", "static/fonts/NotoSans-OFL.txt"),
    ("static/fonts/noto-naskh-arabic", "Noto Naskh Arabic (web font)", "OFL-1.1", "static/fonts/NotoNaskhArabic-OFL.txt"),
    ("cwg/texts/fonts/NotoSans", "Noto Sans (in printed texts)", "OFL-1.1", "cwg/texts/fonts/NotoSans-OFL.txt"),
    ("cwg/texts/fonts/Amiri", "Amiri (in printed texts)", "OFL-1.1", "cwg/texts/fonts/Amiri-OFL.txt"),
)  # fmt: skip

# What libraries bring along inside, compiled: their *.dist-info says little of it.
INSIDE = {
    "argon2-cffi-bindings": "the reference implementation of Argon2, CC0-1.0 OR Apache-2.0",
    "cffi": "libffi, MIT",
    "cryptography": "OpenSSL, Apache-2.0",
    "lxml": "libxml2 and libxslt, MIT",
    "psycopg-binary": (
        "libpq, PostgreSQL; OpenSSL, Apache-2.0; Kerberos 5 with libcom_err, MIT; OpenLDAP, OLDAP-2.8; Cyrus SASL,"
        " BSD-4-Clause-UC; libkeyutils and libcrypt, LGPL-2.1-or-later, in files of their own"
    ),
    "pypdfium2": (
        "PDFium, BSD-3-Clause and Apache-2.0; FreeType (portions of this software are copyright The FreeType Project,"
        " www.freetype.org), FTL; Anti-Grain Geometry 2.3, AGG-2.3; libjpeg-turbo, IJG and BSD-3-Clause; OpenJPEG,"
        " BSD-2-Clause; Little CMS and HarfBuzz, MIT; libpng, libpng-2.0; LibTIFF, libtiff; zlib, Zlib; ICU, Unicode-3.0;"
        " Abseil, Highway and LLVM libc, Apache-2.0; all in BUILD_LICENSES beside it"
    ),
    "pyyaml": "LibYAML, MIT",
    "typst": "the Typst compiler, Apache-2.0, and the crates that it is made of",
}

# "Copyright 2014 Pallets", "2009-2026 (c) Benoît Chesneau"; not the lines of a licence that speak of such lines.
_CLAIM = re.compile(
    r"^\W*(portions )?(copyright\b.*(\d{4}|\(c\)|©)|(\(c\)|©) ?\d{4}|\d{4}[-\d, ]* ?(\(c\)|©))", re.IGNORECASE
)
_OF_THE_LICENCE = ("Free Software Foundation", "[yyyy]")


def lines_of(text: str) -> list[str]:
    """The lines that claim a copyright, each once."""
    found = [re.sub(r"\s+", " ", line).strip(" *#/;,.") for line in text.splitlines() if _CLAIM.match(line)]
    claims = [line for line in found if not any(words in line for words in _OF_THE_LICENCE)]
    return list(dict.fromkeys(claims))


def of_library(name: str) -> list[str]:
    """Its copyright lines, and its own NOTICE where it has one (Apache License, 4 d)."""
    texts = [
        Path(str(file.locate())).read_text(errors="replace")
        for file in sorted(metadata.files(name) or (), key=str)
        if ".dist-info/" in str(file) and re.search(r"licen[cs]e|copying|notice", file.name, re.IGNORECASE)
    ]
    return list(dict.fromkeys(line for text in texts for line in lines_of(text)))


def text() -> str:
    """The whole of it. Raises licences.NotKnown, licences.NotAllowed and importlib.metadata.PackageNotFoundError."""
    parts = [HEAD, heading("Fonts, icons, style sheets and scripts")]
    for _, name, licence, path in BUNDLED:
        parts.append(entry(name, licence, lines_of((ROOT / path).read_text())))
    parts.append(heading("Libraries of Python"))
    for name in locked.of_the_image():
        if name != locked.PROJECT:
            more = [f"Brings along: {INSIDE[name]}"] if name in INSIDE else []
            parts.append(entry(name, licences.of(name), [*of_library(name), *more]))
    return "\n".join(parts)


def heading(words: str) -> str:
    return f"{words}\n{'-' * len(words)}\n"


def entry(name: str, licence: str, lines: list[str]) -> str:
    return "\n".join([f"{name}: {licence}", *(f"    {line}" for line in lines), ""])


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if PATH.read_text() != text():
            sys.exit("NOTICE is not in step with uv.lock: ./dev notice writes it.")
    else:
        PATH.write_text(text())
