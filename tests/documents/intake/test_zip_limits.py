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
        "..\\evil.xml",
        "word\\..\\..\\evil.xml",
        "C:/evil.xml",
        "C:\\evil.xml",
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


@pytest.mark.parametrize(
    "after", [b"\n", b"\r\n", bytes(8192), bytes(200_000), b"<!-- sent by a gateway -->", b"\n" * 70_000]
)
def test_what_stands_after_the_containers_end_is_no_damage(look, after):
    found = look(files.word_file("Whole.") + after)
    assert (found.refusals, found.text) == ((), "Whole.")


def test_what_stands_before_makes_it_another_type(look):
    assert codes(look(b"<html>" + files.word_file())) == ["mislabelled"]


@pytest.mark.parametrize("second", [files.word_file("Two."), files.zip_called_docx()])
def test_two_containers_in_one_file_are_refused(look, second):
    assert codes(look(files.word_file("One.") + second)) == ["zip_inconsistent"]


def test_a_second_directory_in_the_comment_is_refused(look):
    package = bytearray(files.word_file())
    end = package.rindex(b"PK\5\6")
    at = struct.unpack_from("<L", package, end + 16)[0]
    directory = bytes(package[at:end])
    record = bytearray(package[end:])
    struct.pack_into("<L", record, 16, end + 22)
    struct.pack_into("<H", package, end + 20, len(directory) + len(record))
    assert codes(look(bytes(package + directory + record))) == ["zip_inconsistent"]


def test_an_end_record_of_64_bits_beside_the_plain_one_is_taken(look):
    package = files.word_file()
    end = package.rindex(b"PK\5\6")
    count, length, offset = struct.unpack_from("<HLL", package, end + 10)
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    assert look(package[:end] + large + locator + package[end:]).accepted
    lying = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length - 46, offset)
    assert codes(look(package[:end] + lying + locator + package[end:])) == ["zip_inconsistent"]


@pytest.mark.parametrize("size", [20, 100])
def test_a_white_bitmap_is_no_bomb(look, size):
    picture = files.bitmap(size * 1024 * 1024)
    found = look(
        files.changed(files.word_file(), {"word/media/image1.bmp": picture}), memory_bytes=100 * 1024 * 1024
    )
    assert found.accepted


def test_what_only_begins_like_a_bitmap_is_a_bomb(look):
    content = b"BM" + bytes(100 * 1024 * 1024)
    assert codes(look(files.changed(files.word_file(), {"word/media/image1.bmp": content}))) == ["zip_ratio"]


def test_a_part_put_in_twice_with_the_same_content_is_one_part(look):
    package = files.word_file("Once.")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
        body = archive.read("word/document.xml")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = files.zip_file([*entries, ("word/document.xml", body)])
    found = look(twice)
    assert (found.refusals, found.text) == ((), "Once.")


def test_names_with_backslashes_folders_and_trash_are_taken(look):
    package = files.word_file("Text.")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        entries = [(name.replace("/", "\\"), archive.read(name)) for name in archive.namelist()]
    entries = [("word\\", b""), ("word/", b""), *reversed(entries), ("[trash]/0000.dat", bytes(10))]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            # As written: the constructor puts in its own slashes.
            written = zipfile.ZipInfo()
            written.filename = name
            archive.writestr(written, content)
    found = look(out.getvalue())
    assert (found.refusals, found.text) == ((), "Text.")


def test_what_a_mac_puts_beside_each_file_is_passed_over(look):
    """Compressed with the Finder after a look inside."""
    package = files.word_file("Text.")
    double = b"\0\5\x16\7\0\2\0\0Mac OS X        "
    names = files.names(package)
    beside = {
        "/".join(("__MACOSX", *name.split("/")[:-1], "._" + name.split("/")[-1])): double for name in names
    }
    found = look(files.changed(package, {**beside, "word/.DS_Store": b"\0\0\0\1Bud1"}))
    assert (found.refusals, found.text) == ((), "Text.")


def test_a_list_of_types_in_another_case_and_other_encodings_is_read(look):
    package = files.word_file("Text.")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        types = archive.read("[Content_Types].xml").decode()
        body = archive.read("word/document.xml").decode().partition("?>")[2]
    renamed = files.changed(package, {"[Content_Types].xml": None, "[content_types].XML": "\ufeff" + types})
    wide = files.changed(renamed, {"word/document.xml": body.encode("utf-16")})
    assert look(wide).text == "Text."


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
