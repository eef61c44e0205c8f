"""What people are told of an act that was not done although nothing was wrong with it: on a page, or to a script."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cwg.record.holding import Busy, Why


def title(busy: Busy) -> str:
    if busy.why == Why.ENDED:
        return _("The connection to the database ended")
    if busy.why == Why.SLOW:
        return _("The database took too long")
    if busy.why == Why.POOL:
        return _("No connection to the database was free")
    if busy.why == Why.PASSWORDS:
        return _("Many people are signing in")
    return _("The register is busy")


def sentences(busy: Busy, *, reading: bool) -> list[str]:
    """What happened, how long it waited, and, unless it was only `reading`, whether anything was changed."""
    said = [_what_happened(busy)]
    if seconds := round(busy.waited):
        waited = ngettext("It waited for %(n)d second.", "It waited for %(n)d seconds.", seconds)
        said.append(waited % {"n": seconds})
    if not reading:
        said.append(_what_was_changed(busy))
    return said


def _what_happened(busy: Busy) -> str:
    if busy.why == Why.ENDED:
        return _("The database ended the connection before this was finished.")
    if busy.why == Why.SLOW:
        return _("The database took longer than a page may wait.")
    if busy.why == Why.POOL:
        return _(
            "So many people are at work at this moment that no connection to the database came free in time."
        )
    if busy.why == Why.PASSWORDS:
        return _("So many people are signing in at this moment that your password could not be checked.")
    if busy.why == Why.FULL:
        return _(
            "Something holds the register, and many requests wait for it already. So that the other pages go on, yours was not kept waiting."
        )
    return _("Somebody else is changing the same record, and it did not become free in time.")


def _what_was_changed(busy: Busy) -> str:
    if busy.certain:
        return _("Nothing was changed.")
    return _(
        "Whether it was done is not known: the connection broke at the very end. Look first whether it was, before you send it again."
    )


def of_a_clock_set_back() -> list[str]:
    return [
        _(
            "The clock by which everything here is dated shows an earlier time than the last act in this record. What you asked for could not be dated truly, so it was not done. Nothing was changed: what is registered stays, and so does every draft."
        ),
        _(
            "The secretariat sees this on its page, and the operators in what watches the portal. It may take some minutes until the clock is right."
        ),
    ]


def of_a_restore_not_finished() -> list[str]:
    return [
        _(
            "The database is older than what was registered here, or differs from it: a number given now could be on somebody's receipt already. So what you asked for was not done. Nothing was changed: what is registered stays, and so does every draft."
        ),
        _(
            "The operators see this in what watches the portal, and have to finish the restore. Until then everything can be read."
        ),
    ]
