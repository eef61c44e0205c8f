"""A list taken apart: whatever a spreadsheet or a mail makes of it, and every refusal in words."""

import pytest

from cwg.members.roster import reading
from cwg.members.roster.reading import NotReadable, read, text_of

WANTED = {
    "place": "FRA",
    "role": "Delegate",
    "name": "Martin, Claire",
    "address": "claire@delegation.example",
    "groups": "DG/WG-WSIS",
}


def lines(text: str) -> list[dict[str, str]]:
    return [line.cells for line in read(text).lines]


def one(text: str) -> reading.Line:
    (line,) = read(text).lines
    return line


# --- What is understood -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "FRA\tDelegate\tMartin, Claire\tclaire@delegation.example\tDG/WG-WSIS",
        "FRA;Delegate;Martin, Claire;claire@delegation.example;DG/WG-WSIS",
        'FRA,Delegate,"Martin, Claire",claire@delegation.example,DG/WG-WSIS',
        'FRA, Delegate, "Martin, Claire", claire@delegation.example, DG/WG-WSIS',
        '"FRA";"Delegate";"Martin, Claire";"claire@delegation.example";"DG/WG-WSIS"',
        "\ufeffFRA;Delegate;Martin, Claire;claire@delegation.example;DG/WG-WSIS\r\n",
        "\r\n\r\nFRA;Delegate;Martin, Claire;claire@delegation.example;DG/WG-WSIS\r\n;;;;\r\n",
    ],
)
def test_columns_are_parted_by_tabs_semicolons_or_commas(text):
    assert one(text).cells == WANTED


def test_semicolons_between_groups_do_not_make_columns_of_a_list_with_commas():
    line = one("FRA,Delegate,Claire,claire@delegation.example,DG;WG-WSIS;A;B;C;D")
    assert line.cells["groups"] == "DG;WG-WSIS;A;B;C;D" and not line.problems


@pytest.mark.parametrize(
    "text",
    [
        "E-Mail Address;Name;Member State;Role;Groups\nclaire@delegation.example;Martin, Claire;FRA;Delegate;DG/WG-WSIS",
        "NAME\tROLE\tSTATE OR OFFICE\te-mail\tgroup\nMartin, Claire\tDelegate\tFRA\tclaire@delegation.example\tDG/WG-WSIS",
    ],
)
def test_headings_stand_in_any_order(text):
    cells = one(text).cells
    assert cells["name"] == WANTED["name"] and cells["address"] == WANTED["address"]
    assert cells.get("place", cells.get("state")) == "FRA"


def test_the_headings_of_the_template_are_known():
    sheet = read(";".join(reading.HEADINGS) + "\nFRA;Delegate;Claire;claire@delegation.example;DG;fr")
    assert list(sheet.lines[0].cells) == list(reading.IN_ORDER) and not sheet.notes


def test_a_name_in_two_columns_is_put_together():
    cells = one(
        "First name,Last name,Country,Role,Email\nClaire,Martin,FRA,Delegate,c@delegation.example"
    ).cells
    assert cells["name"] == "Claire Martin"


def test_a_column_that_is_not_read_is_named():
    sheet = read("Name,Phone,State,Role,E-mail\nClaire,+41,FRA,Delegate,c@delegation.example")
    assert sheet.notes == ("The column “Phone” is not read.",)
    assert not sheet.lines[0].problems  # what is not read may begin like a formula


def test_lines_are_numbered_as_a_reader_counts_them():
    sheet = read(
        'Name,State,Role,E-mail\n\nA,FRA,Delegate,a@x.example\n"B\nC",FRA,Delegate,b@x.example\nD,FRA,Delegate,d@x.example'
    )
    assert [line.number for line in sheet.lines] == [3, 4, 6]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_files_in_unicode_are_read_with_a_mark_or_without(encoding):
    text = "FRA\tDelegate\tÉlodie مثال\tclaire@delegation.example"
    assert text_of(text.encode(encoding)).removeprefix("\ufeff") == text


# --- What is refused as a whole -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest of a spreadsheet", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0rest of an old spreadsheet", "CSV UTF-8"),
        ("FRA;Delegate;Élodie;e@x.example".encode("latin-1"), "accents would be lost"),
        (b"a" * (reading.MOST_BYTES + 1), "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(content, said):
    with pytest.raises(NotReadable, match=said):
        text_of(content)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line in the list"),
        (" \n;;;\n", "no line in the list"),
        ("Name;State;Role;E-mail\n", "no line below the headings"),
        ("Name;State;Role;Phone\nA;FRA;Delegate;1", "These headings are missing: E-mail address"),
        ("Name;Phone;Role\nA;1;Delegate", "These headings are missing: State or office, E-mail address"),
        ("Name;Name;State;Role;E-mail\nA;A;FRA;Delegate;a@x.example", "Two columns are headed “Name”"),
        (
            'FRA;Delegate;A;a@x.example\nFRA;Delegate;"B;b@x.example\nFRA;Delegate;C;c@x.example',
            "opened in line 2",
        ),
        ("x" * (reading.MOST_BYTES + 1), "larger than 1 MB"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_words(text, said):
    with pytest.raises(NotReadable, match=said):
        read(text)


def many(count: int) -> str:
    return "\n".join(f"FRA;Delegate;A;a{number}@x.example" for number in range(count))


def test_five_hundred_lines_are_read_and_one_more_is_too_many():
    assert len(read(many(reading.MOST_ROWS)).lines) == 500
    with pytest.raises(NotReadable, match=r"501 lines\. At most 500"):
        read(many(reading.MOST_ROWS + 1))


# --- What is wrong with a line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FRA;Delegate;a@x.example", "3 columns; it needs at least 4"),
        ("FRA Delegate a@x.example", "1 column; it needs at least 4"),
        ("Role;Name;State;E-mail\nDelegate;A;FRA", "3 columns; it needs at least 4"),
        ("FRA;Delegate;A;a@x.example;DG;fr;more", "7 columns, and only 6 are known"),
        ('FRA;Delegate;"A\nB";a@x.example', "Name: write this on one line"),
        ("FRA;Delegate;A\u2028B;a@x.example", "Name: write this on one line"),
        ("FRA;Delegate;A\x00B;a@x.example", "Name: this contains control characters"),
        ("FRA;Delegate;A\u202eB;a@x.example", "Name: this contains invisible characters"),
        ("FRA;Delegate;\u200b\u3164;a@x.example", "Name: this consists of invisible characters only"),
        ("FRA;Delegate;A;a@\u2066x.example", "E-mail address: this contains invisible characters"),
        ("=1+1;Delegate;A;a@x.example", "State or office: this begins like a formula"),
        ("FRA;Delegate;@SUM(A1);a@x.example", "Name: this begins like a formula"),
        ("FRA;Delegate;lodie\ufffd;a@x.example", "Name: a letter of this was lost"),
    ],
)
def test_what_no_cell_may_hold_is_said_of_its_line(text, said):
    (line, *_rest) = read(text).lines
    assert any(said in problem for problem in line.problems), line.problems


def test_every_wrong_cell_of_a_line_is_named():
    assert len(one("=1;-2;A\u202eB;a@x.example").problems) == 3


def test_what_is_shown_of_a_wrong_line_turns_nothing_around():
    cells = one("FRA;Delegate;A\u202eB\x00C;a@x.example").cells
    assert cells["name"] == "AB C"


def test_a_line_without_the_last_columns_is_whole():
    assert not one("FRA;Delegate;A;a@x.example").problems
    assert not one("Groups;Name;State;Role;E-mail;Language\nDG;A;FRA;Delegate;a@x.example").problems
