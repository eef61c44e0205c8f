"""What somebody holds on paper is told to a restore: the numbers go on after it, and a mistyped one has to be said twice."""

import json
import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from cwg import clock
from cwg.documents import restore_gaps
from cwg.documents.models import Document, Register, Series
from cwg.notices.models import Notice
from cwg.operations import backup, restoration
from cwg.operations.management.commands.restore import Command
from cwg.operations.ownership import as_owner
from cwg.record import chain_copies, copying
from cwg.record.models import JournalEntry
from tests import factories
from tests.operations.lost_database import lose_the_database, revise, stops, verified

GO_ON = ("--accept-unknown", "There is no other copy.")


def test_numbers_on_paper_are_passed_over(folder, portal, capsys):
    lose_the_database()
    arguments = (
        "--issued",
        "WG-WSIS-14/9",
        "--issued",
        "WG-WSIS-14/2(Rev.4)",
        "--issued",
        "WG-WSIS-14/INF/2",
    )
    call_command("restore", str(folder), *arguments)
    assert "their numbers stay used: WG-WSIS-14/9, WG-WSIS-14/2(Rev.4)" in capsys.readouterr().out
    register = Register.objects.get()
    assert factories.make_document(register, "Ten").number == 10
    assert revise(Document.objects.get(number=2)).symbol == "WG-WSIS-14/2(Rev.5)"
    assert Series.objects.get(register=register, code="INF").last_number == 2
    assert verified()["holds"] is True


def test_they_stay_passed_over_when_that_restore_is_lost_too(folder, portal):
    lose_the_database()
    call_command("restore", str(folder), "--issued", "WG-WSIS-14/9")
    lose_the_database()
    call_command("restore", str(folder))
    assert factories.make_document(Register.objects.get(), "Ten").number == 10
    assert verified()["holds"] is True


def test_a_portal_at_work_is_told_of_a_receipt_that_turns_up_later(folder, portal, capsys):
    waiting = Notice.objects.filter(status=Notice.Status.WAITING).count()
    assert waiting
    call_command("restore", "--numbers-only", "--issued", "WG-WSIS-14/7")
    assert factories.make_document(Register.objects.get(), "Eight").number == 8
    call_command("restore", "--numbers-only", "--issued", "WG-WSIS-14/7", "--issued", "WG-WSIS-19/1")
    assert "nothing to move: WG-WSIS-14/7, WG-WSIS-19/1" in capsys.readouterr().out
    assert JournalEntry.objects.filter(act=restore_gaps.TOLD).count() == 1
    assert Notice.objects.filter(status=Notice.Status.WAITING).count() == waiting, "its mail goes on"
    assert verified()["holds"] is True


def test_a_mistyped_number_stops_it_before_the_database_is_changed(folder, issued_since, storage):
    """Judged by the backup and by what the copies know beyond it: five were given."""
    lose_the_database()
    said = stops(folder, "highest number known in that series is 5", "--issued", "WG-WSIS-14/9900")
    assert "every number of that series up to 9900" in said and "name WG-WSIS-14/9900 twice" in said
    assert "A number up to 305 is accepted when named once." in said
    stops(folder, "is 5", "--issued", "WG-WSIS-14/306")
    call_command("restore", str(folder), "--issued", "WG-WSIS-14/305")
    assert factories.make_document(Register.objects.get(), "The next").number == 306
    assert verified()["holds"] is True


def test_the_backup_alone_says_how_far_a_register_had_come(folder, portal, storage):
    for number in ("200", "400"):
        call_command("restore", "--numbers-only", "--issued", f"WG-WSIS-14/{number}")
    with clock.held_at(clock.now() + timedelta(seconds=2)):
        call_command("backup", str(folder))
    lose_the_database()
    # Nothing but the backup.
    shutil.rmtree(storage / chain_copies.FOLDER)
    shutil.rmtree(folder / backup.FILES / chain_copies.FOLDER)
    stops(folder, "is 400", "--issued", "WG-WSIS-14/701", *GO_ON)
    call_command("restore", str(folder), "--issued", "WG-WSIS-14/700", *GO_ON)
    assert Series.objects.get(code="").last_number == 700


def back_up_again(folder) -> tuple[str, str]:
    """The names of the older backup and of the newer."""
    with clock.held_at(clock.now() + timedelta(seconds=2)):
        call_command("backup", str(folder))
    older, newer = sorted(path.parent.name for path in folder.glob(f"*/{backup.MANIFEST}"))
    return older, newer


def lose_database_and_copies(folder, storage) -> None:
    lose_the_database()
    shutil.rmtree(storage / chain_copies.FOLDER)
    shutil.rmtree(folder / backup.FILES / chain_copies.FOLDER)


def restoring(folder, name: str, *, already_loaded: bool) -> tuple[str, ...]:
    """What tells the command to restore that backup; or that it is loaded, which it is then."""
    if not already_loaded:
        return "--backup", name
    with as_owner("to restore"):
        restoration.load(folder, folder / name)
    return ("--already-loaded",)


@pytest.mark.parametrize("already_loaded", [False, True])
def test_a_newer_backup_beside_it_says_it_too(folder, portal, storage, already_loaded):
    """The older one is restored, and no copy is left of what was done since."""
    for number in ("200", "400"):
        call_command("restore", "--numbers-only", "--issued", f"WG-WSIS-14/{number}")
    older, _ = back_up_again(folder)
    lose_database_and_copies(folder, storage)
    how = restoring(folder, older, already_loaded=already_loaded)
    with pytest.raises(CommandError, match="series is 400"):
        call_command("restore", str(folder), *how, "--issued", "WG-WSIS-14/701", *GO_ON)
    call_command("restore", str(folder), *how, "--issued", "WG-WSIS-14/700", *GO_ON)
    assert Series.objects.get().last_number == 700


@pytest.mark.parametrize("already_loaded", [False, True])
def test_what_a_newer_backup_says_was_given_is_not_given_again(
    folder, portal, storage, capsys, already_loaded
):
    for number in ("200", "400"):
        call_command("restore", "--numbers-only", "--issued", f"WG-WSIS-14/{number}")
    older, newer = back_up_again(folder)
    lose_database_and_copies(folder, storage)
    how = restoring(folder, older, already_loaded=already_loaded)
    said = "Given, as other backups say, so that the numbers go on after them: WG-WSIS-14/400\n"
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(folder), *how)
    call_command("restore", str(folder), *how, *GO_ON)
    assert said in capsys.readouterr().out
    facts = JournalEntry.objects.get(act=restore_gaps.TOLD).facts
    assert facts["symbols"] == ["WG-WSIS-14/400"]
    assert facts["numbers"] == {"": list(range(3, 401))}
    assert facts["reason"] == f"The backup {newer} says that it was given." and facts["backup"] == newer
    assert verified()["holds"] is True
    before = JournalEntry.objects.count()
    call_command("restore", str(folder), "--numbers-only")
    assert JournalEntry.objects.count() == before, "it says so once"
    assert said not in capsys.readouterr().out
    assert factories.make_document(Register.objects.get(), "The next").number == 401


def test_a_newer_backup_tells_of_a_meeting_that_has_to_be_made_again(folder, portal, storage, capsys):
    later = factories.make_register(portal.group, 15)
    for title in ("One", "Two"):
        factories.make_document(later, title)
    older, _ = back_up_again(folder)
    lose_the_database()
    for place in (storage, folder / backup.FILES):
        shutil.rmtree(place / chain_copies.FOLDER / str(later.chain))
    call_command("restore", str(folder), "--backup", older, *GO_ON)
    assert "at meetings that are not there: WG-WSIS-15/2. " in capsys.readouterr().out
    assert not JournalEntry.objects.filter(act=restore_gaps.TOLD).exists()
    assert Series.objects.get().last_number == 2
    again = factories.make_register(Register.objects.get().group, 15)
    copying.catch_up()
    call_command("restore", str(folder), "--numbers-only")
    assert factories.make_document(again, "Three").number == 3
    assert verified()["holds"] is True


def test_a_backup_of_a_release_that_does_not_say_it_asks_for_a_second_look(folder, portal, capsys):
    path = next(folder.glob(f"*/{backup.MANIFEST}"))
    manifest = json.loads(path.read_text())
    del manifest["last_given"], manifest["first_symbols"]
    path.write_text(json.dumps(manifest))
    lose_the_database()
    stops(folder, "The backup does not say whether it has that meeting", "--issued", "WG-WSIS-14/301")
    call_command("restore", str(folder), "--issued", "WG-WSIS-14/301", "--issued", "wg-wsis 14/301")
    said = capsys.readouterr().out
    assert "their numbers stay used: " in said and "nothing to move" not in said
    assert factories.make_document(Register.objects.get(), "The next").number == 302


def test_what_moves_nothing_is_not_asked_about_and_told_of_in_the_end(folder, portal, capsys):
    lose_the_database()
    nobodys = ("14/301", "Doc. 500", "WG-WSIS-19/9900")
    call_command("restore", str(folder), *(word for symbol in nobodys for word in ("--issued", symbol)))
    assert f"nothing to move: {', '.join(nobodys)}. " in capsys.readouterr().out
    assert Series.objects.get().last_number == 2


def test_a_meeting_that_had_given_no_number_is_asked_about(portal, tmp_path):
    factories.make_register(portal.group, 15)
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    lose_the_database()
    stops(folder, "No number is known in that series", "--issued", "WG-WSIS-15/301")
    call_command("restore", str(folder), "--issued", "WG-WSIS-15/300")
    assert Series.objects.get(register__ordinal=15).last_number == 300


def test_a_database_that_postgresql_restored_is_asked_about_too(folder, issued_since):
    lose_the_database()
    with as_owner("to restore"):
        restoration.load(folder, backup.latest(folder))
    before = JournalEntry.objects.count()
    with pytest.raises(CommandError, match="highest number known in that series is 5"):
        call_command("restore", "--already-loaded", "--issued", "WG-WSIS-14/306")
    assert JournalEntry.objects.count() == before
    assert Series.objects.get().last_number == 2
    assert Notice.objects.filter(status=Notice.Status.WAITING).exists()
    call_command("restore", "--already-loaded", "--issued", "WG-WSIS-14/305")
    assert Series.objects.get().last_number == 305
    assert verified()["holds"] is True


def test_a_portal_at_work_is_asked_again_too_and_nothing_is_changed(folder, portal):
    before = JournalEntry.objects.count()
    with pytest.raises(CommandError, match="every number of that series up to 9900"):
        call_command("restore", "--numbers-only", "--issued", "WG-WSIS-14/3", "--issued", "WG-WSIS-14/9900")
    assert JournalEntry.objects.count() == before
    assert Series.objects.get(code="").last_number == 2
    # Of a meeting that is not there nothing is passed over.
    call_command("restore", "--numbers-only", "--issued", "WG-WSIS-19/9900")
    assert JournalEntry.objects.count() == before


def test_the_help_says_which_symbols_have_to_be_named_twice():
    said = " ".join(Command().create_parser("manage.py", "restore").format_help().split())
    assert (
        "number is more than 300 above the highest known in its series, and a Rev., Corr. or Add. above 50, has"
        in said
    )


def test_what_is_no_symbol_is_refused(folder):
    lose_the_database()
    stops(folder, "twenty-seven", "--issued", "twenty-seven")
