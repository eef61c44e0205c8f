"""Files as the world sends them: honest ones and every hostile case of quality.md 16-22, as bytes.

Honest ones are made by real writers (python-docx, pypdf, typst); hostile ones are honest ones, changed.
"""

import io
import struct
import zipfile
import zlib

import docx
import pypdf
import typst
from pypdf.actions import JavaScript
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
COMPOUND_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCUMENT_RELS = "word/_rels/document.xml.rels"
HTML = (
    b"<!DOCTYPE html>\n<html><head><title>Contribution</title></head><body><script>1</script></body></html>"
)


# Honest files


def word_file(*paragraphs: str, title: str = "", author: str = "", comment_by: str = "") -> bytes:
    """A Word document as python-docx writes it."""
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = author
    for text in paragraphs or ("Saudi Arabia proposes the following.",):
        run = document.add_paragraph().add_run(text)
        if comment_by:
            document.add_comment(run, text="To be checked", author=comment_by, initials="X")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_file_with_body(body: str, **changes: str | bytes) -> bytes:
    """A Word document whose w:body holds the given XML (prefixes w, r, o, mc)."""
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{WORD}" xmlns:r="{RELATIONS}" '
        'xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<w:body>{body}</w:body></w:document>"
    )
    return changed(word_file(), {"word/document.xml": xml, **changes})


def pdf_file(text: str = "Saudi Arabia proposes the following.", pages: int = 1, title: str = "") -> bytes:
    """A PDF as typst writes it."""
    heading = f'#set document(title: "{title}")\n' if title else ""
    source = heading + "\n#pagebreak()\n".join([text] * pages)
    return typst.compile(source.encode(), format="pdf")


def pdf_writer(pages: int = 1) -> pypdf.PdfWriter:
    writer = pypdf.PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=595, height=842)
    return writer


def written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zip_file(entries: dict[str, str | bytes] | list[tuple[str, str | bytes]]) -> bytes:
    pairs = entries.items() if isinstance(entries, dict) else entries
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return out.getvalue()


def changed(package: bytes, changes: dict[str, str | bytes | None]) -> bytes:
    """The same package with entries replaced, added, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        entries: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    for name, content in changes.items():
        if content is None:
            entries.pop(name)
        else:
            entries[name] = content
    return zip_file(entries)


def names(package: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.namelist()


def unpacked(package: bytes) -> int:
    """The bytes of all entries."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def entry(package: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


def with_relation(
    package: bytes, kind: str, target: str, *, external: bool = True, part: str = DOCUMENT_RELS, **more: bytes
) -> bytes:
    """The package with one more relation of `part` (a .rels entry, made if it is not there)."""
    mode = ' TargetMode="External"' if external else ""
    relation = f'<Relationship Id="rIdX1" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>'
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = archive.namelist()
        xml = (
            archive.read(part).decode() if part in names else f'<Relationships xmlns="{PACKAGE_RELATIONS}"/>'
        )
    if xml.rstrip().endswith("/>"):
        xml = xml.rstrip()[:-2] + "></Relationships>"
    return changed(package, {part: xml.replace("</Relationships>", relation + "</Relationships>"), **more})


def with_type(package: bytes, part: str, content_type: str, **more: str | bytes) -> bytes:
    """The package with one more part type, or another one for a part that has one."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        xml = archive.read("[Content_Types].xml").decode()
    override = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'
    if f'PartName="/{part}"' in xml:
        start = xml.index(f'<Override PartName="/{part}"')
        xml = xml[:start] + xml[xml.index("/>", start) + 2 :]
    return changed(package, {"[Content_Types].xml": xml.replace("</Types>", override), **more})


# 16: not what they say


def zip_called_docx() -> bytes:
    return zip_file({"a.txt": "hello", "b/c.txt": "there"})


def office_file(main_type: str, main: str, more: dict[str, str | bytes] | None = None) -> bytes:
    """A package of any Office program: a main part of that type, and nothing else but `more`."""
    rels = (
        f'<Relationships xmlns="{PACKAGE_RELATIONS}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
        f'Target="{main}"/></Relationships>'
    )
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{main_type}"/></Types>'
    )
    return zip_file({"[Content_Types].xml": types, "_rels/.rels": rels, main: "<a/>", **(more or {})})


def workbook(more: dict[str, str | bytes] | None = None) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return office_file(kind, "xl/workbook.xml", more)


def opendocument_text() -> bytes:
    return zip_file({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"})


def encrypted_pdf(algorithm: str = "RC4-128", user_password: str = "secret") -> bytes:
    writer = pdf_writer()
    writer.encrypt(user_password, owner_password="owner", algorithm=algorithm)
    return written(writer)


def compound_file(*names: str) -> bytes:
    """The head of an OLE container and a directory sector with the given stream names."""
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    return COMPOUND_HEADER.ljust(512, b"\0") + directory.ljust(512, b"\0")


def encrypted_word_file() -> bytes:
    return compound_file("Root Entry", "EncryptionInfo", "EncryptedPackage")


def word_97_file() -> bytes:
    return compound_file("Root Entry", "WordDocument", "1Table")


# 17: declarations


def doctype_in(part: str, address: str = "http://127.0.0.1:9/x") -> bytes:
    """A Word document with an external entity in one of its parts."""
    declaration = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]><x>&e;</x>'
    return changed(word_file(), {part: declaration})


def billion_laughs() -> bytes:
    lines = ['<!ENTITY l0 "lol">']
    lines += [f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10)]
    xml = f'<?xml version="1.0"?><!DOCTYPE x [{"".join(lines)}]><x>&l9;</x>'
    return changed(word_file(), {"customXml/item1.xml": xml})


# 18: bombs and lies


def bomb(unpacked: int = 100 * 1024 * 1024, name: str = "word/media/image1.bmp") -> bytes:
    """A Word document with one entry that unpacks a thousandfold, honest about its size."""
    return changed(word_file(), {name: bytes(unpacked)})


def many_bombs(count: int = 320, each: int = 1024 * 1024) -> bytes:
    """Each entry just too small for the limit of the ratio, all of them beyond the limit of the whole."""
    return changed(word_file(), {f"word/media/image{number}.bmp": bytes(each) for number in range(count)})


def many_entries(count: int = 100_000) -> bytes:
    """A Word document with very many empty entries, written by hand because zipfile takes its time."""
    return with_directory([(f"word/media/{number}", b"") for number in range(count)])


def with_directory(entries: list[tuple[str, bytes]], announced: int | None = None) -> bytes:
    """A plain zip of stored entries whose end record announces `announced` entries (at most 65,535)."""
    body, directory = [], []
    offset = 0
    for name, content in entries:
        raw = name.encode()
        crc = zlib.crc32(content)
        head = struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, len(content), len(content), len(raw), 0
        )
        body += [head, raw, content]
        directory.append(
            struct.pack(
                "<4s6H3L5H2L",
                *(b"PK\1\2", 20, 20, 0, 0, 0, 33, crc, len(content), len(content)),
                *(len(raw), 0, 0, 0, 0, 0, offset),
            )
            + raw
        )
        offset += len(head) + len(raw) + len(content)
    packed = b"".join(directory)
    count = min(len(entries) if announced is None else announced, 0xFFFE)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(packed), offset, 0)
    return b"".join(body) + packed + end


def lying_sizes(entry: str = "word/document.xml", says: int = 10) -> bytes:
    """A Word document in which both tables of the container state a wrong unpacked size for one entry."""
    package = bytearray(word_file("text " * 2000))
    name = entry.encode()
    local = package.index(b"PK\3\4", package.index(name) - 30)
    struct.pack_into("<L", package, local + 22, says)
    central = package.rindex(name) - 46
    assert package[central : central + 4] == b"PK\1\2"
    struct.pack_into("<L", package, central + 24, says)
    return bytes(package)


def two_sizes(entry: str = "word/document.xml") -> bytes:
    """A Word document whose central directory and local header disagree."""
    package = bytearray(word_file())
    central = package.rindex(entry.encode()) - 46
    struct.pack_into("<L", package, central + 24, 77)
    return bytes(package)


def overlapping_entries() -> bytes:
    """Two names for the same data, as in bombs that need no nesting."""
    package = bytearray(with_directory([("aaaa", b"x" * 50), ("bbbb", b"x" * 50)]))
    second = package.rindex(b"bbbb") - 46
    struct.pack_into("<L", package, second + 42, 10)
    return bytes(package)


def duplicate_entries() -> bytes:
    package = word_file()
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        entries: list[tuple[str, str | bytes]] = [(name, archive.read(name)) for name in archive.namelist()]
    return zip_file([*entries, ("WORD/Document.xml", b"<other/>")])


def named_entry(name: str) -> bytes:
    return changed(word_file(), {name: b"x"})


# 19: what runs


def bitmap(size: int) -> bytes:
    """A white picture without compression."""
    return b"BM" + struct.pack("<L", size) + b"\xff" * (size - 6)


def macros() -> bytes:
    package = with_relation(word_file(), "vbaProject", "vbaProject.bin", external=False)
    return with_type(
        package,
        "word/vbaProject.bin",
        "application/vnd.ms-office.vbaProject",
        **{"word/vbaProject.bin": compound_file("VBA")},
    )


def macro_enabled_main_part() -> bytes:
    return with_type(
        word_file(), "word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"
    )


def ole_object() -> bytes:
    package = with_relation(word_file(), "oleObject", "embeddings/oleObject1.bin", external=False)
    return changed(package, {"word/embeddings/oleObject1.bin": compound_file("Ole10Native")})


def embedded_unknown_package() -> bytes:
    return embedded(zip_called_docx())


def embedded(content: bytes, name: str = "sheet1.xlsx", kind: str = "package") -> bytes:
    """A Word document with a file inside, as an object."""
    package = with_relation(word_file(), kind, f"embeddings/{name}", external=False)
    return changed(package, {f"word/embeddings/{name}": content})


def chart_with_workbook(sheet: bytes | None = None) -> bytes:
    """A chart as Word writes it: its own workbook lies beside it."""
    package = with_type(
        word_file(),
        "word/charts/chart1.xml",
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
        **{"word/charts/chart1.xml": "<c/>", "word/embeddings/sheet1.xlsx": sheet or workbook()},
    )
    rels = "word/charts/_rels/chart1.xml.rels"
    return with_relation(package, "package", "../embeddings/sheet1.xlsx", external=False, part=rels)


def external_template(target: str = "http://template.example/evil.dotm") -> bytes:
    return with_relation(word_file(), "attachedTemplate", target, part="word/_rels/settings.xml.rels")


def template() -> bytes:
    return with_type(word_file(), "word/document.xml", MAIN_TYPE.replace("document.main", "template.main"))


# 20: PDF that can do more than be read


def pdf_with_javascript() -> bytes:
    writer = pdf_writer()
    writer.add_open_action(JavaScript("app.alert('hello');"))
    return written(writer)


def pdf_with_hidden_javascript() -> bytes:
    """The script hangs on a page's own action, not where the catalogue lists scripts."""
    writer = pdf_writer()
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(action)})
    return written(writer)


def pdf_with_embedded_file() -> bytes:
    writer = pdf_writer()
    writer.add_attachment("budget.xlsx", b"numbers")
    return written(writer)


def pdf_without_pages() -> bytes:
    return written(pdf_writer(pages=0))


def pdf_of_many_objects(count: int, text: str = "") -> bytes:
    """An honest file that is some work to look through: `count` links of a contents page, say."""
    writer = pdf_writer()
    for number in range(count):
        entry = {
            NameObject("/Title"): TextStringObject(f"{text} {number}"),
            NameObject("/At"): NumberObject(number),
        }
        writer._add_object(DictionaryObject(entry))
    return written(writer)


def pdf_with_endless_page() -> bytes:
    """Pages whose drawing takes far longer to read than anybody waits; the first one takes more than half a second."""
    writer = pdf_writer(pages=300)
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf " + b"(a) Tj 1 0 0 1 0 0 cm " * 150_000 + b"ET")
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    drawing = writer._add_object(stream.flate_encode())
    for page in writer.pages:
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = drawing
    return written(writer)


def pdf_with_note(author: str) -> bytes:
    writer = pdf_writer()
    writer.add_annotation(
        0,
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Text"),
                NameObject("/Rect"): pypdf.generic.ArrayObject([NumberObject(n) for n in (10, 10, 20, 20)]),
                NameObject("/T"): TextStringObject(author),
                NameObject("/Contents"): TextStringObject("check"),
            }
        ),
    )
    return written(writer)
