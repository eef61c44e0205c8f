import io
import struct
import time
import zipfile

import pytest

from tests import hostile_files as files


def codes(inspection):
    return [finding.code for finding in inspection.refusals]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (files.bomb, "zip_ratio"),
        (files.many_bombs, "zip_unpacked"),
        (files.many_entries, "zip_entries"),
        (files.lying_sizes, "zip_lying_size"),
        (files.two_sizes, "zip_lying_size"),
        (files.overlapping_entries, "zip_overlap"),
        (files.duplicate_entries, "zip_duplicate_entry"),
    ],
)
def test_a_container_that_floods_or_lies_is_refused_at_once_in_little_memory(look, make, code):
    content = make()
    began = time.monotonic()
    # Far less memory than any of these files would unpack to.
    assert codes(look(content, memory_bytes=100 * 1024 * 1024)) == [code]
    assert time.monotonic() - began < 3


def test_a_bomb_that_states_a_small_size_is_stopped_while_reading(look):
    package = bytearray(files.bomb())
    name = b"word/media/image1.bmp"
    local, central = package.index(name) - 30, package.rindex(name) - 46
    struct.pack_into("<L", package, local + 22, 1000)
    struct.pack_into("<L", package, central + 24, 1000)
    assert codes(look(bytes(package), memory_bytes=100 * 1024 * 1024)) == ["zip_lying_size"]


def test_a_directory_that_announces_few_entries_and_holds_many_is_refused(look):
    entries = [(f"word/media/{number}", b"") for number in range(100_000)]
    assert codes(look(files.with_directory(entries, announced=5))) == ["zip_entries"]
    assert codes(look(files.with_directory(entries[:50], announced=5))) == ["zip_inconsistent"]


def test_the_limit_of_entries_itself_is_taken_and_one_more_is_not(look):
    package = files.word_file()
    count = len(zipfile.ZipFile(io.BytesIO(package)).namelist())
    assert look(package, zip_entries=count).accepted
    assert codes(look(package, zip_entries=count - 1)) == ["zip_entries"]


def test_the_limit_of_the_unpacked_size_itself_is_taken_and_one_byte_more_is_not(look):
    package = files.word_file()
    unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(package)).infolist())
    assert look(package, unpacked_bytes=unpacked).accepted
    assert codes(look(package, unpacked_bytes=unpacked - 1)) == ["zip_unpacked"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "/etc/passwd",
        "word\\evil.xml",
        "C:/evil.xml",
        "word//evil",
        "a\nb",
        "a\u202eb",
        "x" * 600,
        ".",
    ],
)
def test_a_forbidden_name_inside_is_refused(look, name):
    assert codes(look(files.named_entry(name))) == ["zip_bad_name"]


def test_names_in_any_script_inside_are_taken(look):
    assert look(files.named_entry("word/media/图片 рис.bin")).accepted


def test_a_damaged_entry_is_refused(look):
    package = bytearray(files.word_file("a unique paragraph " * 50))
    at = package.index(b"word/document.xml") + 300
    package[at : at + 40] = bytes(40)
    assert codes(look(bytes(package))) in (["zip_damaged"], ["zip_lying_size"], ["xml_malformed"])


def test_bytes_before_or_after_the_container_are_refused(look):
    assert codes(look(files.word_file() + b"<html>")) == ["zip_inconsistent"]
    # What is before makes it another type altogether.
    assert codes(look(b"<html>" + files.word_file())) == ["mislabelled"]


def test_an_entry_that_the_directory_does_not_list_is_refused(look):
    package = files.word_file()
    end = package.rindex(b"PK\5\6")
    at = struct.unpack_from("<L", package, end + 16)[0]
    hidden = files.with_directory([("word/hidden.xml", b"<a/>")])
    hidden = hidden[: hidden.index(b"PK\1\2")]
    spoiled = bytearray(hidden + package)
    end += len(hidden)
    struct.pack_into("<L", spoiled, end + 16, at + len(hidden))
    central = at + len(hidden)
    while spoiled[central : central + 4] == b"PK\1\2":
        name, extra, note = struct.unpack_from("<3H", spoiled, central + 28)
        offset = struct.unpack_from("<L", spoiled, central + 42)[0]
        struct.pack_into("<L", spoiled, central + 42, offset + len(hidden))
        central += 46 + name + extra + note
    assert codes(look(bytes(spoiled))) == ["zip_inconsistent"]


def test_an_encrypted_entry_is_refused(look):
    package = bytearray(files.word_file())
    package[package.rindex(b"word/document.xml") - 46 + 8] |= 1
    assert codes(look(bytes(package))) == ["docx_encrypted"]


def test_a_container_written_as_a_stream_is_taken(look):
    class Unseekable(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_arguments):
            raise OSError

        def tell(self):
            raise OSError

    out = Unseekable()
    source = zipfile.ZipFile(io.BytesIO(files.word_file()))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            # Sizes follow the data, and stand in the 64-bit form.
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(source.read(name))
    assert look(out.getvalue()).accepted


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_cut_file_is_refused_as_cut(look, share):
    package = files.word_file()
    assert codes(look(package[: int(len(package) * share)])) == ["truncated"]
