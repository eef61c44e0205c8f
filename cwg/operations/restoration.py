"""Restoring a backup, so that the portal goes on after what it had issued and tells nobody old news.

What the backup lacks is known from the copies of the chains in file storage: each is written before anybody sees
what its act did, and they outlive the database. What they do not tell is known too (`restore_limits.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction

from cwg import clock
from cwg.documents import restore_gaps, symbols, told_numbers
from cwg.documents.models import Blob, Register
from cwg.members.models import Session
from cwg.notices.models import Event, Notice, Why
from cwg.record import chain_copies, copying, holding, jobs, journal, replay, restore_guard, signing
from cwg.record.models import Chained, JournalEntry, PortalJournal

from . import backup, restore_limits

WHY_DROPPED = "The database was restored from a backup."


@dataclass
class Restored:
    """What the restore found. `known`: until when the copies are known to be whole, in a sentence; `unplaced` are losses of
    registers that the backup does not know.
    """

    at: datetime
    known: str = ""
    found: list[tuple[str, restore_gaps.Loss]] = field(default_factory=list)
    unplaced: list[restore_gaps.Loss] = field(default_factory=list)
    # What was accepted as unknown, a sentence each.
    accepted: list[str] = field(default_factory=list)
    # Backups that could have told of more and cannot be read, a sentence each.
    passed_over: list[str] = field(default_factory=list)
    # What may have been answered just before the loss without leaving a trace, a sentence; empty where nothing can have been.
    left_open: str = ""
    # The last numbers that other backups say were given: those that moved a counter, and those of no register that is there.
    of_backups: list[str] = field(default_factory=list)
    of_no_register: list[str] = field(default_factory=list)
    # Symbols on paper: those that moved a counter, and those that name what the register has passed or nobody's register.
    told: list[str] = field(default_factory=list)
    not_told: list[str] = field(default_factory=list)
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


def look(folder: Path, chosen: Path, *, lost_at: datetime) -> restore_limits.Limits:
    """What a restore of `chosen` could not know, before anything is done to the database.

    Copies of the chains that the backup has and the storage lacks are put back first: they can only tell more. Raises
    backup.BackupFailed and chain_copies.CopyDiffers.
    """
    backup.read_manifest(chosen)
    refuse_unless_empty()
    if lost_at > clock.now():
        raise backup.BackupFailed("The database cannot have been lost in the future.")
    _put_back(folder, chain_copies.FOLDER)
    return restore_limits.of_backup(folder, chosen, lost_at=lost_at)


def load(folder: Path, chosen: Path) -> None:
    """Load the dump of `chosen` into the empty database and bring it to this release; put back missing files.

    What the storage holds is never overwritten: it may be newer than the backup. Raises backup.BackupFailed.
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
    _put_back(folder)


def _put_back(folder: Path, within: str = ".") -> None:
    """Files that the backup has and the storage lacks, of one folder or of all."""
    files = folder / backup.FILES
    for source in sorted(path for path in (files / within).rglob("*") if path.is_file()):
        name = source.relative_to(files).as_posix()
        if not name.endswith(".unfinished"):
            _put_back_one(files, name)


def _put_back_one(files: Path, name: str, sha256: str | None = None) -> bool:
    """Whether it was put back: the backup has it, whole where `sha256` says what that is, and the storage lacks it."""
    storage, source = storages["documents"], files / name
    if not source.is_file() or storage.exists(name):
        return False
    if sha256 is not None and backup.sha256_of(source) != sha256:
        return False
    with source.open("rb") as content:
        storage.save(name, File(content))
    return True


def put_back_named(folder: Path) -> int:
    """Stored files that the database names and the storage lacks, out of the backups in `folder`; how many.

    A database that was taken back may name what was removed since. What no row names is not brought back, nor what is damaged
    in the backup too.
    """
    blobs = Blob.objects.order_by("pk").only("sha256").iterator(chunk_size=1000)
    return sum(_put_back_one(folder / backup.FILES, blob.path, blob.sha256) for blob in blobs)


def go_on(
    *,
    was_loaded: bool,
    backups: Path | None = None,
    lost_at: datetime | None = None,
    accept_because: str = "",
    told: Iterable[str] = (),
) -> Restored:
    """Continue the numbers after what was issued, and record what is missing. One transaction.

    May run again: what is recorded already is not recorded twice. `was_loaded`: the database came out of a backup just
    now, so that everybody is signed out and old mail is let rest; else it has been at work since. `backups`: the folder of
    those that may tell of longer chains and of higher numbers than the database and the storage have. `lost_at`: when the
    database was lost, None where that is not asked about. `accept_because`: why it goes on past what it cannot know. `told`:
    symbols that stand on paper, twice where `told_numbers` asks for it. Raises restore_limits.NotKnown, told_numbers.SayTwice, and
    chain_copies.CopyDiffers where the storage belongs to another history than the database; the database is not changed then.
    """
    told = list(told)
    with transaction.atomic():
        registers = [
            Register.objects.select_for_update(of=("self",)).select_related("group").get(pk=pk)
            for pk in Register.objects.order_by("pk").values_list("pk", flat=True)
        ]
        portal = journal.portal()
        result = Restored(clock.now())  # after the locks: no act of somebody at work comes between
        holding.take_time()  # the copies are read from the file storage, and web and worker are stopped
        copying.stop_at_another_history()
        restore_guard.forget_lengths()
        rows: list[Chained] = [*registers, portal]
        held = {row.chain: restore_limits.Chain(str(row), row.chain_length, row.chain_head) for row in rows}
        limits = restore_limits.examine(
            held,
            told_numbers.Known(told_numbers.last_given(), told_numbers.first_symbols()),
            lost_at=lost_at,
            told=restore_limits.told_by_backups(backups) if backups else None,
            settled=replay.settled(),
        )
        result.known, result.passed_over = limits.known(), limits.told.passed_over
        result.accepted, result.left_open = limits.sentences(), limits.left_open()
        if result.accepted and not accept_because:
            raise restore_limits.NotKnown(limits)
        told_numbers.refuse_unlikely(told, limits.numbers())
        for locked in registers:
            found = limits.surveys[locked.chain]
            if found.length > found.after:
                replay.go_on(locked, found)
                loss = restore_gaps.of_survey(found)
                restore_gaps.record(locked, loss, at=result.at)
                result.found.append((str(locked), loss))
        _go_on_with_the_portal(portal, limits.surveys[portal.chain], result)
        for chain, found in limits.surveys.items():
            if chain not in held:
                _place_unknown(found, portal, result)
        if result.accepted:
            facts = {**limits.facts(), "reason": accept_because}
            journal.append(portal, restore_gaps.ACCEPTED, at=result.at, actor_id=None, facts=facts)
        _tell_of_backups(limits.told, result)
        _tell(told, accept_because, result)
        restore_gaps.keep_ids_unused([*(loss for _, loss in result.found), *result.unplaced])
        if was_loaded:
            # Who signed out since the backup was made stays signed out.
            Session.objects.all().delete()
            result.mails_dropped = let_old_mail_rest(result.at)
        return result


def _go_on_with_the_portal(portal: PortalJournal, found: chain_copies.Survey, result: Restored) -> None:
    if found.length == found.after:
        return
    lost = replay.go_on(portal, found)
    loss = restore_gaps.of_survey(found)
    journal.append(portal, replay.ACT, at=result.at, actor_id=None, facts=loss.facts())
    signing.publish_again(lost, portal, at=result.at)
    result.found.append((str(portal), loss))


def _place_unknown(found: chain_copies.Survey, portal: PortalJournal, result: Restored) -> None:
    """A register made after the backup: its numbers count for the meeting where that has been made again."""
    if not found.length:
        return
    loss = restore_gaps.of_survey(found)
    recorded = JournalEntry.objects.filter(act=replay.ACT, facts__chain=str(found.chain))
    register = restore_gaps.register_of(loss)
    if register is None:
        if not recorded.exists():
            journal.append(portal, replay.ACT, at=result.at, actor_id=None, facts=loss.facts())
        if loss.symbols:
            result.unplaced.append(loss)
    elif not recorded.filter(chain=register.chain).exists():
        restore_gaps.record(Register.objects.select_for_update().get(pk=register.pk), loss, at=result.at)
        result.found.append((str(register), loss))


def _tell_of_backups(told: restore_limits.Told, result: Restored) -> None:
    """Move each register past what a backup says was given: that copies and receipts do not tell of it makes it no less given."""
    for text in told_numbers.last_of_each(told.given):
        register, name = _locked(text), told.given[text]
        if register is None:
            result.of_no_register.append(text)
        elif restore_gaps.tell(
            register, [text], reason=f"The backup {name} says that it was given.", at=result.at, backup=name
        ):
            result.of_backups.append(text)


def _tell(told: Iterable[str], reason: str, result: Restored) -> None:
    """Move each register past the symbols that stand on paper, and keep those that move none."""
    for text in {symbols.parse(text): text for text in told}.values():
        register = _locked(text)
        moved = register is not None and restore_gaps.tell(register, [text], reason=reason, at=result.at)
        (result.told if moved else result.not_told).append(text)


def _locked(symbol: str) -> Register | None:
    """The register that a symbol names, where there is one, locked and with its group."""
    register = restore_gaps.register_named(symbols.parse(symbol))
    if register is None:
        return None
    return Register.objects.select_for_update(of=("self",)).select_related("group").get(pk=register.pk)


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
