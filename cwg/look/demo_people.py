"""The people of the demonstration, as the sign-in page names them in demo mode. `manage.py demo` makes them."""

from __future__ import annotations

from django.utils.translation import gettext as _

PASSWORD = "geneva-2009"

STATES = {
    "sau": "Saudi Arabia",
    "syr": "Syrian Arab Republic",
    "fra": "France",
    "rus": "Russian Federation",
    "lva": "Latvia",
    "usa": "United States",
    "chn": "China",
    "bra": "Brazil",
}


def addresses() -> list[tuple[str, str]]:
    """(address, what the person is), offices first."""
    people = [
        ("secretariat@demo.example", _("Secretariat")),
        ("chair@demo.example", _("Chair")),
        ("auditor@demo.example", _("Auditor")),
    ]
    for code, name in STATES.items():
        people.append((f"focal.{code}@demo.example", _("Focal point, %(state)s") % {"state": name}))
        people.append((f"delegate.{code}@demo.example", _("Delegate, %(state)s") % {"state": name}))
    return people
