"""What an alarm means and what to do about it, in plain words. By the name of the question that is answered with no."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    """`title` is the subject of the mail and the line on *Today*; `means` and `do` are a sentence or two each."""

    title: Any
    means: Any
    do: Any


WORDS: dict[str, Words] = {
    "verify": Words(
        _("The verification found something that does not hold, or was not made"),
        _("What the record says and what the database or the file storage holds do not agree, or nobody has looked for two nights."),
        _("Open the verification. If it found something, change nothing by hand: make a backup of what is there and follow “When verify finds something” in docs/running.md. If the last one is old, look at the background worker; “manage.py verify” does it by hand."),
    ),
    "backup": Words(
        _("The last backup failed, or is too old"),
        _("If the machine were lost now, what came since the last good backup would be lost with it."),
        _("Run the backup by hand and read what it says: usually a full disk, or a file that the storage lacks. If it works, look at the timer that should have run it."),
    ),
    "base": Words(
        _("The last base backup failed, or is too old"),
        _("Without a recent one, going back to a point in time takes long or is not possible, and nothing is removed from the archive."),
        _("Make a base backup by hand and read what it says. If it works, look at the timer that should have run it."),
    ),
    "archive": Words(
        _("PostgreSQL’s log is not being archived"),
        _("Going back to a point in time is possible only as far as the archive reaches, and the disk of the database fills."),
        _("Look at the database’s log, which says what is refused, and at the room that is left in the archive."),
    ),
    "jobs": Words(
        _("A background job fails, or has not run"),
        _("The portal goes on answering; what that job does is not done."),
        _("The readiness page says which job. The worker’s log says what it failed on; “manage.py sweep” with its name does it by hand."),
    ),
    "storage": Words(
        _("The file storage does not keep files"),
        _("No document can be uploaded or downloaded, and the portal counts as not ready."),
        _("Look whether the disk is full or the object store is away; the log of the web service says what it answered."),
    ),
    "files": Words(
        _("A stored file is damaged or missing"),
        _("It is not handed out any more; its page says so."),
        _("Put the file back from a backup; “manage.py verify” names it, and its name is its hash, so the right one is certain."),
    ),
    "chain copies": Words(
        _("The journal is not being copied to the file storage"),
        _("As long as that lasts, a restore cannot know every number that was given: the guarantee is suspended."),
        _("Look whether the file storage answers. What is missing is copied by itself when it does."),
    ),
    "restore": Words(
        _("The database is older than the file storage"),
        _("It was restored without “manage.py restore”: numbers that are on receipts may be given again."),
        _("Stop the portal and run “manage.py restore --already-loaded” before anybody submits."),
    ),
    "scanner": Words(
        _("Files are not being scanned for viruses"),
        _("Uploads are taken and marked as not scanned."),
        _("Look whether the scanner runs and has memory; what waits is scanned by itself when it is back."),
    ),
    "register clock": Words(
        _("The database’s clock is behind the record"),
        _("Acts cannot be dated truly and are refused; nothing is changed, and everybody reads on."),
        _("Set the clock of the database’s machine right. Where it had been ahead: “When the database’s clock was wrong” in docs/running.md."),
    ),
    "clock": Words(
        _("The clocks of the portal and of its database differ"),
        _("Deadlines are judged by the database’s clock alone and are not affected; countdowns on pages are."),
        _("Repair the time synchronisation of the machines."),
    ),
}  # fmt: skip


def of(name: str) -> Words:
    """The words for a question; for one that nobody has put into words, what can be said of any."""
    return WORDS.get(name) or Words(
        _("Something needs attention: %(name)s") % {"name": name},
        _("The portal answers a question about itself with no."),
        _("The readiness page shows the answer; docs/running.md says what it means and what to do."),
    )
