from types import SimpleNamespace

from tests import matrix_proposals
from tests.matrix_world import ROLES

MATRIX = [
    "route,object,method,anonymous",
    "home:home,,GET,login",
    "meetings:meeting,announced,GET,login",
    "meetings:move,announced,POST,login",
    "record:journal,,GET,404",
]


def report(*properties: tuple[str, str]) -> SimpleNamespace:
    return SimpleNamespace(user_properties=list(properties))


def test_a_corrected_row_takes_the_place_of_the_old_one():
    lines = matrix_proposals.merged(MATRIX, ["home:home,,GET,200"])
    assert lines == [MATRIX[0], "home:home,,GET,200", *MATRIX[2:]]


def test_a_new_row_stands_behind_its_address_or_its_room_or_at_the_end():
    second = "meetings:meeting,foreign,GET,404"
    kin = "meetings:close,announced,POST,login"
    stranger = "agenda:agenda,,GET,login"
    lines = matrix_proposals.merged(MATRIX, [second, kin, stranger])
    assert lines == [*MATRIX[:3], second, MATRIX[3], kin, MATRIX[4], stranger]


def test_cells_that_hold_stay_as_they_were_written():
    written = dict.fromkeys(ROLES, "200|302")
    found = dict.fromkeys(ROLES, "302") | {ROLES[0]: "404"}
    assert matrix_proposals.corrected(written, found) == written | {ROLES[0]: "404"}


def test_rows_are_gathered_from_the_reports_once_each():
    row = (matrix_proposals.PROPERTY, "home:home,,GET,200")
    assert matrix_proposals.proposed_in([report(row), report(("seed", "1"), row), report()]) == [row[1]]


def test_what_is_written_is_the_whole_matrix_with_the_proposals(tmp_path, monkeypatch):
    monkeypatch.setattr(matrix_proposals, "PROPOSED", tmp_path / "matrix.proposed.csv")
    before = matrix_proposals.FILE.read_text()
    row = before.splitlines()[1].rsplit(",", 1)[0] + ",999"
    written = matrix_proposals.write([row]).read_text()
    assert written == before.replace(before.splitlines()[1], row)
    assert matrix_proposals.FILE.read_text() == before
