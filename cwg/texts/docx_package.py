"""The package around a Word file's text: styles, numbering, footnotes, header, properties, relationships.

Written whole, with every entry dated alike and in a fixed order, so that the same text gives the same bytes. No date
and no author is written: they belong to the register, not to the file.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEADINGS = 6

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = f'xmlns:w="{_W}" xmlns:r="{_R}"'
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# A zip entry cannot be dated before 1980; every entry carries this instant.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_PARTS = ("document", "styles", "numbering", "footnotes", "settings", "header", "footer")
_LONGEST_PROPERTY = 255  # the package format's limit
# Word's tags, per language of the text: (attribute of w:lang, tag).
WORD_LANGUAGES = {
    "ar": ("bidi", "ar-SA"),
    "zh": ("eastAsia", "zh-CN"),
    "en": ("val", "en-GB"),
    "fr": ("val", "fr-FR"),
    "ru": ("val", "ru-RU"),
    "es": ("val", "es-ES"),
}
_SIZES = {1: 14, 2: 12}


@dataclass(frozen=True)
class Pieces:
    """The XML that depends on the text: paragraphs and tables, what they point to, and the properties."""

    title: str
    language: str
    rtl: bool
    body: str
    header: str
    footnotes: Sequence[str]
    numbering: str
    # Address -> relationship.
    links: Mapping[str, str]


def package(pieces: Pieces) -> bytes:
    """The .docx of `pieces`."""
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            _relationship("rId1", "officeDocument", "word/document.xml"),
            f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties"'
            ' Target="docProps/core.xml"/>',
        ),
        "docProps/core.xml": _properties(pieces),
        "word/document.xml": _part("document", f"<w:body>{pieces.body}{_section(pieces.rtl)}</w:body>"),
        "word/_rels/document.xml.rels": _document_relationships(pieces.links),
        "word/styles.xml": _part("styles", _styles(pieces.language)),
        "word/numbering.xml": _part("numbering", pieces.numbering),
        "word/footnotes.xml": _part("footnotes", _footnotes(pieces)),
        "word/settings.xml": _part("settings", _SETTINGS),
        "word/header.xml": _part("hdr", pieces.header),
        "word/footer.xml": _part("ftr", _PAGE_NUMBER),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    return made.getvalue()


_SETTINGS = (
    '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr><w:compat>'
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    "</w:compat>"
)


def field(code: str, shown: str, properties: str = "") -> str:
    """A field that Word computes anew; `shown` is what stands there until it does."""
    run = f"<w:r>{properties}"
    return (
        f'{run}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'{run}<w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        f'{run}<w:fldChar w:fldCharType="separate"/></w:r>'
        f'{run}<w:t xml:space="preserve">{escape(shown)}</w:t></w:r>'
        f'{run}<w:fldChar w:fldCharType="end"/></w:r>'
    )


_PAGE_NUMBER = (
    '<w:p><w:pPr><w:pStyle w:val="Header"/><w:jc w:val="center"/></w:pPr>'
    f'{field("PAGE", "1")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{field("NUMPAGES", "1")}</w:p>'
)  # fmt: skip


def _part(tag: str, content: str) -> str:
    return f"{_XML}<w:{tag} {_NAMESPACES}>{content}</w:{tag}>"


def _section(rtl: bool) -> str:
    """A4, margins of 2.5 cm, the header on top and the page number below."""
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="rIdheader"/>'
        '<w:footerReference w:type="default" r:id="rIdfooter"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1418" w:right="1418" w:bottom="1247" w:left="1418" w:header="709" w:footer="709"'
        f' w:gutter="0"/>{"<w:bidi/>" if rtl else ""}</w:sectPr>'
    )


def _size(points: int) -> str:
    return f'<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/>'


def _style(key: str, name: str, paragraph: str = "", run: str = "", *, based: str = "Normal") -> str:
    default = ' w:default="1"' if key == "Normal" else ""
    basis = f'<w:basedOn w:val="{based}"/>' if key != "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{key}"><w:name w:val="{name}"/>{basis}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _styles(language: str) -> str:
    tags = {"val": "en-GB", "eastAsia": "zh-CN", "bidi": "ar-SA"}
    attribute, tag = WORD_LANGUAGES[language]
    tags[attribute] = tag
    lang = " ".join(f'w:{name}="{value}"' for name, value in tags.items())
    fonts = 'w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="SimSun"'
    bold = "<w:b/><w:bCs/>"
    headings = "".join(
        _style(
            f"Heading{level}",
            f"heading {level}",
            f'<w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{level - 1}"/>',
            bold + _size(_SIZES.get(level, 11)),
        )
        for level in range(1, HEADINGS + 1)
    )
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts {fonts}/>{_size(11)}<w:lang {lang}/></w:rPr>"
        '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>'
        + _style("Normal", "Normal")
        + _style("Title", "Title", '<w:spacing w:after="240"/>', bold + _size(16))
        + headings
        + _style(
            "Annex",
            "Annex heading",
            '<w:keepNext/><w:pageBreakBefore/><w:outlineLvl w:val="0"/>',
            bold + _size(14),
        )
        + _style("Numbered", "Numbered paragraph")
        + _style("ListParagraph", "List Paragraph", '<w:spacing w:after="60"/>')
        + _style("TableText", "Table text", '<w:spacing w:before="40" w:after="40"/>', _size(10))
        + _style("Signature", "Signature", '<w:spacing w:before="480"/><w:jc w:val="center"/>')
        + _style("FootnoteText", "footnote text", "", _size(9))
        + _style("Header", "header", "", _size(9))
        + '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        '<w:rPr><w:color w:val="0B4A63"/><w:u w:val="single"/></w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
        '</w:tblCellMar></w:tblPr></w:style><w:style w:type="table" w:styleId="TableGrid">'
        '<w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/><w:tblPr>'
        f"<w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style>"
    )


def _footnotes(pieces: Pieces) -> str:
    bidi = "<w:bidi/>" if pieces.rtl else ""
    mark = (
        '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
        '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
    )
    notes = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/>{bidi}</w:pPr>{mark}{runs}</w:p>'
        "</w:footnote>"
        for number, runs in enumerate(pieces.footnotes, start=1)
    )
    return (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
        f"</w:footnote>{notes}"
    )


def _properties(pieces: Pieces) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(pieces.title[:_LONGEST_PROPERTY])}</dc:title><dc:language>{pieces.language}</dc:language>"
        "</cp:coreProperties>"
    )


def _content_types() -> str:
    kinds = {"document": "document.main"}
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_CONTENT}{kinds.get(part, part)}+xml"/>'
        for part in _PARTS
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}<Override'
        ' PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>"
    )


def _relationship(key: str, kind: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="{key}" Type="{_R}/{kind}" Target={quoteattr(target)}{mode}/>'


def _relationships(*each: str) -> str:
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(each)}</Relationships>'


def _document_relationships(links: Mapping[str, str]) -> str:
    own = [_relationship(f"rId{part}", part, f"{part}.xml") for part in _PARTS if part != "document"]
    return _relationships(
        *own, *(_relationship(key, "hyperlink", url, outside=True) for url, key in links.items())
    )
