"""Under which licence each library is, and which licences the portal may be handed out with."""

import re
from importlib import metadata

from packaging.licenses import canonicalize_license_expression

# Each may be part of a work that is under the Apache License 2.0 as a whole. Of those that ask for more than a notice:
# - LGPL (psycopg, zipstream-ng): used as a library, imported unchanged, and anybody may put another build of it in its place;
#   its own source is public at the address of each file in the bill of materials. The portal's code stays under its licence.
# - OFL (fonts): handed out with the portal and not sold by themselves.
ALLOWED = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "LGPL-3.0-only",
        "MIT",
        "MIT-0",
        "OFL-1.1",
        "PSF-2.0",
    ]
)

# Read in the licence itself, where a library does not say it in a way that a program can read.
READ = {
    "amqp": "BSD-3-Clause",
    "billiard": "BSD-3-Clause",
    "click-plugins": "BSD-3-Clause",
    "django-csp": "BSD-3-Clause",
    "django-simple-history": "BSD-3-Clause",
    "fido2": "BSD-2-Clause",
    "prompt-toolkit": "BSD-3-Clause",
    "pypdfium2": "Apache-2.0 OR BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "qrcode": "BSD-3-Clause",
    "s3transfer": "Apache-2.0",
    "sqlparse": "BSD-3-Clause",
    "vine": "BSD-3-Clause",
    "wcwidth": "MIT",
}


class NotAllowed(Exception):
    """A library is under a licence with which the portal may not be handed out: see `ALLOWED`."""


class NotKnown(Exception):
    """A library does not say its licence in a way that a program can read: read it, and add a line to `READ`."""


def of(name: str) -> str:
    """The licence of an installed library, as an SPDX expression. Raises NotKnown and NotAllowed."""
    expression = _said_by(name)
    if not is_allowed(expression):
        raise NotAllowed(f"{name} is under {expression}, which is not in the list of .ci/licences.py.")
    return expression


def _said_by(name: str) -> str:
    if name in READ:
        return READ[name]
    about = metadata.metadata(name)
    said = about.get("License-Expression") or about.get("License") or ""
    if said in ALLOWED or about.get("License-Expression"):
        return canonicalize_license_expression(said)
    raise NotKnown(f"{name} says {said[:60]!r}")


def is_allowed(expression: str) -> bool:
    """Whether one may choose, of the licences in an SPDX expression, only such as are allowed."""
    every = [part.strip("() ") for part in re.split(r"\s+AND\s+", expression)]
    return all(set(re.split(r"\s+OR\s+", part)) & ALLOWED for part in every)
