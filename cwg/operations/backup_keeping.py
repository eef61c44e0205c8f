"""Which backups stay, and letting the others go with the files that only they name.

All of the last days stay, then one of each month: the first that lacks no file, for as many months. The newest stays, and the
newest that can be restored as a whole, whatever their age.

Only what `backup.make` made is let go: by its name, a folder and no link. Any other backup in the folder is somebody's own: it
stays, and so do the files that it names.

A clock that is wrong makes everything look old, so nothing goes where a backup lies in the future, nor across a gap (`stop_at_gap`).
"""

import re
import shutil
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from cwg import clock

from . import backup

# What was broken off may still be looked at for so long.
LEFT_FOR = timedelta(days=1)
# Backups that are made at all are not farther apart, whatever is kept.
USUAL_GAP = timedelta(days=8)
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


@dataclass(frozen=True)
class Made:
    """A finished backup. `blobs`: the SHA-256 of each stored file that its dump names; None where its manifest does not say.

    `lacks_dump`: whether its dump is gone or of another length. Whether it is whole only its hash tells, which is not read here.
    """

    path: Path
    at: datetime
    lacks_files: bool
    blobs: frozenset[str] | None
    lacks_dump: bool = False


@dataclass
class Pruned:
    """`gone`: finished backups; `leftovers`: what broke off; `files` that no backup names any more, and their bytes.

    `unreadable`: backups whose manifest does not tell what they name: they stay, and so does every file.
    """

    stays: list[Path] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)
    leftovers: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    bytes: int = 0
    unreadable: list[Path] = field(default_factory=list)


def staying(made: Iterable[Made], good: Made | None, *, now: datetime, days: int, months: int) -> set[Path]:
    """Of the backups `made`, those that stay at `now`. Months are those of the calendar, in UTC."""
    in_order = sorted(made, key=lambda one: one.at)
    stays = {one.path for one in in_order if now - one.at <= timedelta(days=days)}
    stays |= {one.path for one in in_order[-1:]} | ({good.path} if good else set())
    of_month: dict[int, Made] = {}
    for one in in_order:
        month = _month(one.at)
        first = of_month.setdefault(month, one)
        if first.lacks_files and not one.lacks_files:
            of_month[month] = one
    return stays | {one.path for month, one in of_month.items() if _month(now) - month <= months and months}


def stop_at_gap(made: Iterable[Made], *, now: datetime, days: int, despite_gap: bool) -> None:
    """Raises backup.BackupFailed where a wrong clock may be what makes backups look old.

    So it is where one lies after `now`, and where those of the last `days` begin long after the newest of the others; with
    `despite_gap` somebody knows that none was made in between.
    """
    in_order = sorted(made, key=lambda one: one.at)
    if in_order and in_order[-1].at > now:
        raise backup.BackupFailed(
            f"{in_order[-1].path} lies in the future: nothing is removed. Set the clock right; if it was wrong when that was"
            " made, move that away."
        )
    within = timedelta(days=days)
    older = [one for one in in_order if now - one.at > within]
    young = [one.at for one in in_order if now - one.at <= within]
    if older and not despite_gap and (gap := min([*young, now]) - older[-1].at) > max(within, USUAL_GAP):
        raise backup.BackupFailed(
            f"For {gap.days} days after {older[-1].path} no backup was made, or a clock was wrong: nothing is removed."
            " If none was made indeed: prune_backups --despite-gap."
        )


def _month(at: datetime) -> int:
    return at.year * 12 + at.month


def prune(
    folder: Path, *, now: datetime, days: int, months: int, dry_run: bool = False, despite_gap: bool = False
) -> Pruned:
    """Let go what need not stay in `folder`; with `dry_run` only look.

    Raises backup.BackupFailed where one is being made, and as `stop_at_gap` does; nothing is removed then.

    The copies of the chains (`files/journal/`) all stay: they tell what was issued.
    """
    result = Pruned()
    with backup.alone_in(folder):
        made, result.unreadable = finished_in(folder)
        finished = sorted([*(one.path for one in made), *result.unreadable])
        ours = [one for one in made if _is_ours(one.path)]
        stop_at_gap(ours, now=now, days=days, despite_gap=despite_gap)
        good = next(
            (one for one in sorted(made, key=lambda one: one.at, reverse=True) if _is_good(one)), None
        )
        stays = staying(made, good, now=now, days=days, months=months)
        stays |= {one.path for one in made if one not in ours}
        result.unreadable += [one.path for one in made if one.path in stays and one.blobs is None]
        result.stays = [path for path in finished if path in stays or path in result.unreadable]
        result.gone = [path for path in finished if path not in result.stays]
        result.leftovers = list(_broken_off(folder, finished))
        if not result.unreadable:
            named = frozenset().union(*(one.blobs or () for one in made if one.path in stays))
            result.files = list(_unnamed(folder, named)) if stays else []
        result.bytes = sum(path.stat().st_size for path in _all_files(result))
        if not dry_run:
            _remove(result)
    return result


def finished_in(folder: Path) -> tuple[list[Made], list[Path]]:
    """The finished backups in `folder`, by their names, and those whose manifest cannot be read. Reads no dump."""
    made, unreadable = [], []
    for manifest in sorted(folder.glob(f"*/{backup.MANIFEST}")):
        path = manifest.parent
        if path.name == backup.FILES:
            continue
        try:
            made.append(_read(path))
        except (backup.BackupFailed, AttributeError, KeyError, RecursionError, TypeError, ValueError):
            unreadable.append(path)
    return made, unreadable


def prune_by_settings(folder: Path, *, dry_run: bool = False, despite_gap: bool = False) -> Pruned:
    """`prune`, now, by BACKUPS_KEEP_DAYS and BACKUPS_KEEP_MONTHS. Raises backup.BackupFailed, also where there is no folder."""
    if not folder.is_dir():
        raise backup.BackupFailed(f"There is no folder {folder}.")
    return prune(
        folder,
        now=clock.now(),
        days=settings.BACKUPS_KEEP_DAYS,
        months=settings.BACKUPS_KEEP_MONTHS,
        dry_run=dry_run,
        despite_gap=despite_gap,
    )


def _read(path: Path) -> Made:
    manifest = backup.read_manifest(path, with_dump=False)
    blobs = manifest.get("blobs")
    named = None if blobs is None else frozenset(blobs)
    dump = path / backup.DUMP
    lacks_dump = not dump.is_file() or dump.stat().st_size != manifest["dump"]["size"]
    return Made(path, backup.made_at(manifest), bool(manifest.get("missing")), named, lacks_dump)


def _is_good(made: Made) -> bool:
    """Whether it can be restored as a whole. Reads the dump."""
    try:
        backup.read_manifest(made.path)
    except backup.BackupFailed:
        return False
    return not made.lacks_files


def _is_ours(path: Path) -> bool:
    """Whether it is a folder as `backup.make` names it, and no link to one elsewhere."""
    return bool(_NAME.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


def _is_old(path: Path) -> bool:
    # By the clock that dates the files.
    return time.time() - path.stat().st_mtime > LEFT_FOR.total_seconds()


def _broken_off(folder: Path, finished: Collection[Path]) -> Iterable[Path]:
    """What `backup.make` left half done. A backup that lost its manifest is not of these: its dump may be all there is."""
    for path in sorted(folder.iterdir()):
        begun = _is_ours(path) and path not in finished and (path / backup.UNFINISHED).exists()
        if begun and _is_old(path):
            yield path
    for path in sorted(_stored(folder, "**/*.unfinished")):
        if _is_old(path):
            yield path


def _stored(folder: Path, pattern: str) -> Iterable[Path]:
    """Files beside the dumps; of none where a folder on the way is a link, perhaps to the storage at work."""
    files = folder / backup.FILES
    for path in files.glob(pattern):
        between = [path, *path.parents][: -len(folder.parts)]
        if not any(one.is_symlink() for one in between):
            yield path


def _unnamed(folder: Path, named: Collection[str]) -> Iterable[Path]:
    """Stored files, which are named by their SHA-256, that are not among `named`."""
    for path in sorted(_stored(folder, "sha256/*/*/*")):
        if path.name not in named and not path.name.endswith(".unfinished"):
            yield path


def _all_files(result: Pruned) -> Iterable[Path]:
    for path in (*result.gone, *result.leftovers, *result.files):
        yield from (found for found in path.rglob("*") if found.is_file()) if path.is_dir() else (path,)


def _remove(result: Pruned) -> None:
    for path in result.gone:
        # In this order: broken off in between, it is no backup any more.
        (path / backup.MANIFEST).unlink()
        shutil.rmtree(path)
    for path in result.leftovers:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in result.files:
        path.unlink()
        for parent in path.parents[:2]:
            if not any(parent.iterdir()):
                parent.rmdir()
