"""The header block prints the group and its meeting as they stood when the document was registered."""

import io
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from cwg.documents import header_block, receipts
from cwg.documents.models import Document, Receipt, Register, Revision
from cwg.members.models import Group
from cwg.record.history import sign
from cwg.texts.tree import words
from tests import factories
from tests.tampering import as_owner, past_the_triggers, without_triggers

pytestmark = pytest.mark.django_db

OLD_NAME, NEW_NAME = "Dedicated Group on Policy Issues", "Council Working Group on the Internet"


@pytest.fixture
def register(held, dg) -> Register:
    rename(dg, OLD_NAME)
    return factories.make_register(
        dg, opens_at=held.at + timedelta(days=10), title="Second meeting", place="Geneva"
    )


def rename(group: Group, name: str) -> None:
    group.name = name
    sign(group, None, "renamed")
    group.save()


def change_everything(register: Register) -> None:
    """The group takes another name; the meeting another title, place and days."""
    rename(register.group, NEW_NAME)
    Register.objects.filter(pk=register.pk).update(
        title="Meeting of May", place="Riyadh", first_day=date(2026, 5, 4), last_day=date(2026, 5, 6)
    )


def text_of(response) -> str:
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_document_keeps_the_names_place_and_days_under_which_it_was_registered(
    client_of, register, saudi_delegate
):
    client = client_of(saudi_delegate)
    document = factories.make_document(register)
    addresses = [document.get_absolute_url(), reverse("documents:cover", args=[document.path])]
    change_everything(register)
    page = client.get(addresses[0]).content.decode()
    head = page[page.index('<article class="paper') : page.index("</article>")]
    for text in (head, text_of(client.get(addresses[1]))):
        for before in (OLD_NAME, "Second meeting", "Geneva", "12–13 March 2026"):
            assert before in text
        for after in (NEW_NAME, "Meeting of May", "Riyadh", "May 2026"):
            assert after not in text


def test_a_revision_registered_later_prints_what_stands_then(client_of, register, saudi_delegate):
    document = factories.make_document(register)
    change_everything(register)
    factories.make_document(Register.objects.get(), revises_id=document.pk, revision_kind="rev")
    original, rev = Revision.objects.order_by("position")
    assert (original.printed_group, original.printed_place) == (OLD_NAME, "Geneva")
    assert (rev.printed_group, rev.printed_meeting, rev.printed_place) == (
        NEW_NAME,
        "Meeting of May",
        "Riyadh",
    )
    assert (rev.printed_first_day, rev.printed_last_day) == (date(2026, 5, 4), date(2026, 5, 6))
    assert NEW_NAME in client_of(saudi_delegate).get(document.get_absolute_url()).content.decode()


def test_what_is_printed_is_as_immutable_as_the_rest(register):
    revision = factories.make_document(register).original
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(printed_group=NEW_NAME)
    revision.refresh_from_db()
    assert revision.printed_group == OLD_NAME


def test_a_revision_without_the_name_of_its_group_is_refused(register, held):
    document = factories.make_document(register)
    nameless = register.as_printed() | {"printed_group": ""}
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.create(
            document=document, kind="add", number=1, position=2, available_at=held.at, verdict="no_rule", **nameless
        )  # fmt: skip
    assert Revision.objects.count() == 1


def test_a_receipt_states_the_group_s_name_and_goes_on_matching_after_it_changed(register):
    factories.make_document(register)
    receipt = Receipt.objects.get()
    assert receipt.statement["group_name"] == OLD_NAME
    change_everything(register)
    assert list(receipts.differences(Receipt.objects.get())) == []


def test_the_page_and_the_cover_print_the_same_parts(client_of, register, saudi_delegate):
    document = factories.make_document(
        register, summary="A summary.", action_required="To note it.", references="Resolution 75"
    )
    client = client_of(saudi_delegate)
    page = client.get(document.get_absolute_url()).content.decode()
    cover = text_of(client.get(reverse("documents:cover", args=[document.path])))
    head = header_block.of(document, document.current)
    assert len(head.facts) == 7 and len(head.box) == 3
    for part in (*head.facts, *head.box):
        assert words(part.label) in cover
        for line in words(part.value).split("\n"):
            assert line in page and line in cover
    assert words(head.title.runs) in page and words(head.title.runs) in cover


def test_a_title_that_looks_like_markup_is_only_a_title(client_of, register, saudi_delegate):
    title = '<script>alert(1)</script> #panic("x") $'
    document = factories.make_document(register, title)
    client = client_of(saudi_delegate)
    assert "<script>alert" not in client.get(document.get_absolute_url()).content.decode()
    assert title in text_of(client.get(reverse("documents:cover", args=[document.path])))


def test_a_title_in_letters_that_no_font_has_does_not_stop_the_cover(client_of, register, saudi_delegate):
    document = factories.make_document(register, "On 𓀀 signs")
    response = client_of(saudi_delegate).get(reverse("documents:cover", args=[document.path]))
    assert response.status_code == 200 and "On � signs" in text_of(response)


def test_what_an_archive_does_not_state_stands_in_italics_and_the_rest_is_left_out(register):
    head = header_block.describe(
        group="G", meeting="M", place="", days=(None, None), symbol="", day=None, zone="UTC", kind="K",
        source="S", languages=[], title="T", title_language="",
    )  # fmt: skip
    assert words(head.meeting.value) == "M" and head.original is None and head.box == ()
    assert [run.marks for run in (*head.symbol.value, *head.date.value)] == ["i", "i"]
    assert head.title.language == "und"


# --- Rows of before ---------------------------------------------------------------------------------------------------


def forget_what_was_printed() -> None:
    """As the rows stood before the columns were there."""
    with as_owner() as cursor:
        cursor.execute(
            "ALTER TABLE documents_revision DROP CONSTRAINT a_revision_names_its_group_and_meeting"
        )
    past_the_triggers(
        "UPDATE documents_revision SET printed_group = '', printed_meeting = '', printed_place = '',"
        " printed_first_day = NULL, printed_last_day = NULL"
    )


def fill() -> None:
    with as_owner(), connection.schema_editor() as editor:
        import_module("cwg.documents.migrations.0004_printed_header").fill(apps, editor)


def test_rows_of_before_get_the_name_of_their_own_day_and_stay_closed(register, held):
    document = factories.make_document(register)
    instants = iter([held.at - timedelta(days=1), held.at, held.at + timedelta(microseconds=1)])
    rename(register.group, "A name of the very instant")
    rename(register.group, NEW_NAME)
    with without_triggers():
        for row in Group.history.filter(id=register.group_id).order_by("history_id").reverse()[:3][::-1]:
            Group.history.filter(pk=row.pk).update(history_date=next(instants))
        Group.history.filter(id=register.group_id, name=register.group.code).delete()
    Register.objects.update(title="Meeting of May", place="Riyadh")
    forget_what_was_printed()
    fill()
    revision = Revision.objects.get()
    assert revision.printed_group == "A name of the very instant"
    # From its receipt; the days from the register, for the journal tells of no move.
    assert (revision.printed_meeting, revision.printed_place) == ("Second meeting", "Geneva")
    assert (revision.printed_first_day, revision.printed_last_day) == (register.first_day, register.last_day)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.get(pk=document.pk).revisions.update(printed_group="x")


def test_a_row_older_than_the_history_gets_the_oldest_name_known(register, held):
    factories.make_document(register)
    rename(register.group, NEW_NAME)
    late = held.at + timedelta(days=1)
    with without_triggers():
        Group.history.filter(id=register.group_id).exclude(name__in=[OLD_NAME, NEW_NAME]).delete()
        Group.history.filter(id=register.group_id).update(history_date=late)
    forget_what_was_printed()
    fill()
    assert Revision.objects.get().printed_group == OLD_NAME


def test_without_any_history_today_s_name_is_all_that_is_known(register):
    factories.make_document(register)
    rename(register.group, NEW_NAME)
    with without_triggers():
        Group.history.all().delete()
    forget_what_was_printed()
    fill()
    assert Revision.objects.get().printed_group == NEW_NAME


def test_the_days_of_before_are_those_from_which_the_meeting_was_moved(register, held, secretary):
    from meetings import moving
    from meetings.models import Meeting

    factories.accredit(secretary, register.group, "secretariat", office=factories.make_office())
    meeting = Meeting.objects.create(register=register, opens_local=register.opens_at)
    factories.make_document(register)
    days = register.first_day, register.last_day
    held.forward(hours=1)
    later = (register.opens_at + timedelta(days=7)).replace(tzinfo=None)
    moving.confirm_move(
        meeting, later, choice=moving.Choice.KEEP, actor=secretary, reason="The hall is taken"
    )
    assert Register.objects.get().first_day == days[0] + timedelta(days=7)
    forget_what_was_printed()
    fill()
    revision = Revision.objects.get()
    assert (revision.printed_first_day, revision.printed_last_day) == days


def test_an_archive_that_states_no_meeting_has_no_days(register):
    Register.objects.update(place="")
    factories.make_document(Register.objects.get())
    forget = Revision.objects.get()
    assert (forget.printed_place, forget.printed_first_day, forget.printed_last_day) == ("", None, None)
    forget_what_was_printed()
    fill()
    again = Revision.objects.get()
    assert (again.printed_place, again.printed_first_day, again.printed_last_day) == ("", None, None)
