"""Restoring a backup, so that the portal goes on after what it had issued and tells nobody old news.

What the backup lacks is known from the copies of the chains in file storage: they are made within seconds of
each act, and they outlive the database.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction

from cwg import clock
from cwg.documents import restore_gaps
from cwg.documents.models import Register
from cwg.members.models import Session
from cwg.notices.models import Event, Notice, Why
from cwg.record import chain_copies, holding, jobs, journal, replay, signing
from cwg.record.models import JournalEntry, PortalJournal

from . import backup

WHY_DROPPED = "The database was restored from a backup."


@dataclass
class Restored:
    """What the restore found. `unplaced` are losses of registers that the backup does not know."""

    at: datetime
    found: list[tuple[str, restore_gaps.Loss]] = field(default_factory=list)
    unplaced: list[restore_gaps.Loss] = field(default_factory=list)
    mails_dropped: int = 0


def refuse_unless_empty() -> None:
    """Raises backup.BackupFailed where the database holds tables: a restore never overwrites anything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise backup.BackupFailed(
                f"The database {connection.settings_dict['NAME']} is not empty. Make an empty one and restore into"
                " that; keep the other until you are sure."
            )


def load(folder: Path, chosen: Path) -> None:
    """Load the dump of `chosen` into the empty database and bring it to this release; put back missing files.

    Everybody is signed out. What the storage holds is never overwritten: it may be newer than the backup. Raises backup.BackupFailed.
    """
    backup.read_manifest(chosen)
    refuse_unless_empty()
    connection.close()
    backup.run(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--dbname={connection.settings_dict['NAME']}",
        str(chosen / backup.DUMP),
    )
    call_command("migrate", interactive=False, verbosity=0)
    # Who signed out since the backup was made stays signed out.
    Session.objects.all().delete()
    storage, files = storages["documents"], folder / backup.FILES
    for source in sorted(path for path in files.rglob("*") if path.is_file()):
        name = source.relative_to(files).as_posix()
        if not name.endswith(".unfinished") and not storage.exists(name):
            with source.open("rb") as content:
                storage.save(name, File(content))


def go_on() -> Restored:
    """Continue the numbers after what was issued, record what is missing, and let old mail rest. One transaction.

    May run again: what is recorded already is not recorded twice. Raises chain_copies.CopyDiffers where the
    storage belongs to another history than the database; nothing is changed then.
    """
    with transaction.atomic():
        result = Restored(clock.now())
        known = set(Register.objects.values_list("chain", flat=True))
        for pk in Register.objects.order_by("pk").values_list("pk", flat=True):
            locked = Register.objects.select_for_update().get(pk=pk)
            if lost := replay.go_on(locked):
                loss = restore_gaps.of(lost)
                restore_gaps.record(locked, loss, at=result.at)
                result.found.append((str(locked), loss))
        portal = journal.portal()
        holding.take_time()  # the copies are read from the file storage, and web and worker are stopped
        known.add(portal.chain)
        if lost := replay.go_on(portal):
            loss = restore_gaps.of(lost)
            journal.append(portal, replay.ACT, at=result.at, actor_id=None, facts=loss.facts())
            signing.publish_again(lost, portal, at=result.at)
            result.found.append((str(portal), loss))
        for chain in chain_copies.chains():
            if chain not in known:
                _place_unknown(chain, portal, result)
        restore_gaps.keep_ids_unused([*(loss for _, loss in result.found), *result.unplaced])
        result.mails_dropped = let_old_mail_rest(result.at)
        return result


def _place_unknown(chain: uuid.UUID, portal: PortalJournal, result: Restored) -> None:
    """A register made after the backup: its numbers count for the meeting where that has been made again."""
    lost = [replay.as_entry(copied) for copied in chain_copies.read(chain)]
    if not lost:
        return
    loss = restore_gaps.of(lost)
    recorded = JournalEntry.objects.filter(act=replay.ACT, facts__chain=str(chain))
    register = restore_gaps.register_of(loss)
    if register is None:
        if not recorded.exists():
            journal.append(portal, replay.ACT, at=result.at, actor_id=None, facts=loss.facts())
        if loss.symbols:
            result.unplaced.append(loss)
    elif not recorded.filter(chain=register.chain).exists():
        restore_gaps.record(Register.objects.select_for_update().get(pk=register.pk), loss, at=result.at)
        result.found.append((str(register), loss))


def let_old_mail_rest(at: datetime) -> int:
    """Nothing that waited when the backup was made is sent, nor any reminder that was due by `at`.

    Returns how many notices were dropped. What happens from now on is told as always.
    """
    # Reminders sent after the backup was made have left no trace in it: let them fall due now, and drop them.
    jobs.run("reminders")
    Event.objects.filter(expanded_at__isnull=True).update(expanded_at=at)
    return Notice.objects.filter(status=Notice.Status.WAITING).update(
        status=Notice.Status.DROPPED, why=Why.RESTORED, last_error=WHY_DROPPED, leased_until=None
    )
