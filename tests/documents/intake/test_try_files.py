"""`./dev try-files`: counts, codes, seconds and memory of any folder of files."""

import csv
import io

import pytest

from cwg.documents.intake.__main__ import main
from tests import hostile_files as files


@pytest.fixture
def folder(tmp_path):
    """Two that are taken, one of them with something to tell; two that are refused; and one in a folder below."""
    for name, content in {
        "good.pdf": files.pdf_file("Proposal", pages=2),
        "carrier.pdf": files.pdf_with_embedded_file(),
        "empty.docx": b"",
        "page.html": b"<html>no PDF</html>",
        "below/good.docx": files.word_file("Proposal"),
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def test_it_counts_what_is_taken_and_refused_and_told_of(folder, capsys):
    assert main([str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("5 files: 3 taken, 2 refused\nRefused for:\n")
    assert "     1  empty\n" in said and "     1  not_docx_or_pdf\n" in said
    assert "     1  pdf_embedded_files (warn)\n" in said
    assert "Seconds to judge a file: median " in said and "Memory of a child: at most " in said
    assert "Their texts" not in said


def test_it_reads_the_texts_where_it_is_asked_to(folder, capsys):
    assert main([str(folder), "--read", "--at-once", "2"]) == 0
    assert "Their texts:\n       3  whole\n" in capsys.readouterr().out


def test_it_names_the_files_with_a_code(folder, capsys):
    assert main([str(folder), "--list", "pdf_embedded_files"]) == 0
    assert capsys.readouterr().out == f"{folder / 'carrier.pdf'}\n"
    assert main([str(folder), "--list", "nothing"]) == 0
    assert capsys.readouterr().out == ""


def test_it_gives_a_table_with_a_line_for_each_file(folder, capsys):
    assert main([str(folder), "--csv"]) == 0
    rows = {
        row["file"].rpartition("/")[2]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))
    }
    assert len(rows) == 5
    assert (rows["good.docx"]["kind"], rows["good.docx"]["taken"]) == ("docx", "yes")
    assert (rows["empty.docx"]["taken"], rows["empty.docx"]["refusals"]) == ("no", "empty")
    assert rows["carrier.pdf"]["findings"] == "pdf_embedded_files"


def test_without_a_folder_it_says_what_it_wants(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path / "none")])
    assert "is not a folder" in capsys.readouterr().err


def test_of_an_empty_folder_it_says_so(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "0 files: 0 taken, 0 refused\n"
