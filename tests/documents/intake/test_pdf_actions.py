"""What a PDF may not do, and what its readers are told that it can do (quality.md 19 and 20)."""

import pytest

from tests import hostile_files, pdf_files

SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
LAUNCH = "<< /S /Launch /F (calc.exe) >>"
NAMED = "/Names << /JavaScript << /Kids [10 0 R] >> >>"
CHAIN = "/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [<< /S /Named /N /Print /Next 10 0 R >>] >>"
XFA = '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform>{}</subform></template></xdp:xdp>'


def codes(found):
    return [finding.code for finding in found]


def with_form(body, encoding="utf-8"):
    xml = XFA.format(body).encode(encoding)
    return pdf_files.pdf(
        catalog="/AcroForm << /Fields [] /XFA [(preamble) 10 0 R (template) 11 0 R] >>",
        objects={10: pdf_files.stream(b"<xdp>"), 11: pdf_files.stream(xml)},
    )


def link(action):
    return pdf_files.pdf(annotations=(f"/Subtype /Link /A {action}",))


AUTOMATIC = {
    "opening": pdf_files.pdf(catalog=f"/OpenAction {SCRIPT}"),
    "opening, by a writer": hostile_files.pdf_with_javascript(),
    "opening, after other actions": pdf_files.pdf(catalog=CHAIN, objects={10: SCRIPT}),
    "opening, in a stream": pdf_files.pdf(
        catalog="/OpenAction << /S /JavaScript /JS 10 0 R >>", objects={10: pdf_files.stream(b"app.alert(1)")}
    ),
    "opening, after blanks": pdf_files.pdf(
        catalog="/OpenAction << /S /JavaScript /JS 10 0 R >>",
        objects={10: pdf_files.stream(b" " * 5000 + b"app.alert(1)")},
    ),
    "opening, packed in a way we do not know": pdf_files.pdf(
        catalog="/OpenAction << /S /JavaScript /JS 10 0 R >>",
        objects={10: pdf_files.stream(b"app.alert(1)", "/Filter /Unheard")},
    ),
    "opening, with a film": pdf_files.pdf(
        catalog="/OpenAction << /S /Rendition /OP 0 /JS (app.alert\\(1\\)) >>"
    ),
    "scripts of the document": pdf_files.pdf(
        catalog=NAMED, objects={10: f"<< /Names [(first) {SCRIPT}] /Limits [(a) (z)] >>"}
    ),
    "closing": pdf_files.pdf(catalog=f"/AA << /WC {SCRIPT} >>"),
    "printing": pdf_files.pdf(catalog=f"/AA << /WP {SCRIPT} >>"),
    "a page": pdf_files.pdf(page=f"/AA << /O {SCRIPT} >>"),
    "a page, by a writer": hostile_files.pdf_with_hidden_javascript(),
    "an annotation that comes into view": pdf_files.pdf(
        annotations=(f"/Subtype /Screen /AA << /PV {SCRIPT} >>",)
    ),
    "a packed object": pdf_files.packed(pdf_files.parts(catalog=f"/OpenAction {SCRIPT}")),
}


@pytest.mark.parametrize("place", AUTOMATIC)
def test_a_script_that_runs_by_itself_is_refused(look_here, place):
    found = look_here(AUTOMATIC[place])
    assert codes(found.refusals) == ["pdf_javascript_on_opening"]
    assert "pdf_javascript" not in codes(found.findings)


@pytest.mark.parametrize(
    "catalog",
    [
        f"/Names << /JavaScript << /Kids [<< /Names [(a) {SCRIPT}] >> {'<< >> ' * 10_001}] >> >>",
        f"/OpenAction << /S /GoTo /Next [{SCRIPT} {'<< /S /GoTo >> ' * 10_001}] >>",
    ],
)
def test_a_script_is_not_hidden_by_more_than_is_looked_at(look_here, catalog):
    assert codes(look_here(pdf_files.pdf(catalog=catalog)).refusals) == ["timeout"]


@pytest.mark.parametrize(
    "annotation",
    [
        f"/Subtype /Link /A {SCRIPT}",
        f"/Subtype /Widget /FT /Btn /T (Button) /A {SCRIPT}",
        f"/Subtype /Widget /FT /Tx /T (Amount) /AA << /K {SCRIPT} /F {SCRIPT} /C {SCRIPT} >>",
        f"/Subtype /Widget /FT /Btn /T (Button) /AA << /U {SCRIPT} >>",
    ],
)
def test_a_script_that_needs_a_hand_is_told(look_here, annotation):
    found = look_here(pdf_files.pdf(annotations=(annotation,)))
    assert found.accepted
    assert [(finding.code, finding.severity) for finding in found.findings] == [("pdf_javascript", "warn")]


def test_a_script_that_hangs_nowhere_is_told_because_readers_differ_in_where_they_look(look_here):
    found = look_here(pdf_files.pdf(objects={10: SCRIPT}))
    assert found.accepted
    assert codes(found.findings) == ["pdf_javascript"]


def test_a_list_of_scripts_without_any_is_nothing(look_here):
    found = look_here(pdf_files.pdf(catalog="/Names << /JavaScript << /Names [] >> >>"))
    assert (found.refusals, found.findings) == ((), ())
    found = look_here(pdf_files.pdf(catalog="/OpenAction << /S /JavaScript /JS () >>"))
    assert (found.refusals, found.findings) == ((), ())


@pytest.mark.parametrize("action", ["/S /GoTo /D [3 0 R /Fit]", "/S /Named /N /Print", "/S /GoTo /D (Annex)"])
def test_a_file_that_opens_at_a_place_or_prints_is_taken(look_here, action):
    found = look_here(pdf_files.pdf(catalog=f"/OpenAction << {action} >>"))
    assert (found.refusals, found.findings) == ((), ())


@pytest.mark.parametrize(
    ("action", "code", "target"),
    [
        (LAUNCH, "pdf_launch", "calc.exe"),
        ("<< /S /Launch /Win << /F (cmd.exe) /P (/c dir) >> >>", "pdf_launch", "cmd.exe"),
        ("<< /S /Launch /F << /Type /Filespec /UF (Annex 1.docx) /F (x) >> >>", "pdf_launch", "Annex 1.docx"),
        ("<< /S /Launch >>", "pdf_launch", "?"),
        (
            "<< /S /SubmitForm /F << /FS /URL /F (https://forms.example/in) >> >>",
            "pdf_submit_form",
            "https://forms.example/in",
        ),
        ("<< /S /ImportData /F (data.fdf) >>", "pdf_import_data", "data.fdf"),
    ],
)
@pytest.mark.parametrize(
    "place", ["opening", "a click", "another button", "after a link", "the outline", "a field", "no place"]
)
def test_launching_sending_and_importing_are_refused_wherever_they_hang(
    look_here, action, code, target, place
):
    content = {
        "opening": lambda: pdf_files.pdf(catalog=f"/OpenAction {action}"),
        "a click": lambda: link(action),
        "another button": lambda: pdf_files.pdf(annotations=(f"/Subtype /Widget /AA << /D {action} >>",)),
        "after a link": lambda: link(f"<< /S /GoTo /D [3 0 R /Fit] /Next {action} >>"),
        "the outline": lambda: pdf_files.pdf(
            catalog="/Outlines << /First 11 0 R >>",
            objects={10: action, 11: "<< /Title (One) /First << /Title (Two) /A 10 0 R >> >>"},
        ),
        "a field": lambda: pdf_files.pdf(
            catalog="/AcroForm << /Fields [<< /T (a) /Kids [<< /T (b) /AA << /C 10 0 R >> >>] >>] >>",
            objects={10: action},
        ),
        "no place": lambda: pdf_files.pdf(objects={10: action}),
    }[place]()
    found = look_here(content)
    assert [(each.code, each.data["target"]) for each in found.refusals] == [(code, target)]
    assert target in found.refusals[0].sentence()


@pytest.mark.parametrize(
    "action",
    [
        r"<< /S /GoToR /F (\\\\server\\share\\a.pdf) /D [0 /Fit] >>",
        r"<< /S /GoToR /F << /Type /Filespec /F (//server/share/a.pdf) >> /D [0 /Fit] >>",
        r"<< /S /GoToE /F (//server/share/a.pdf) /D [0 /Fit] >>",
        r"<< /S /URI /URI (file://server/share/a.docx) >>",
        r"<< /S /URI /URI (FILE:\\\\server\\share\\a.docx) >>",
        r"<< /S /URI /URI (\\\\server\\share) >>",
        r"<< /S /URI /URI (file:////server/share/a.docx) >>",
        r"<< /S /URI /URI (smb://server/share) >>",
        r"<< /S /Thread /F (//server/a.pdf) /D 0 >>",
        r"<< /S /Rendition /R << /S /MR /C << /S /MCD /D (\\\\server\\film.mp4) >> >> >>",
    ],
)
@pytest.mark.parametrize("place", ["opening", "a click"])
def test_a_place_in_somebodys_network_is_refused(look_here, action, place):
    content = link(action) if place == "a click" else pdf_files.pdf(catalog=f"/OpenAction {action}")
    found = look_here(content)
    assert codes(found.refusals) == ["pdf_network_share"]
    assert "server" in found.refusals[0].sentence()


def test_the_base_of_all_addresses_may_not_be_in_somebodys_network_either(look_here):
    found = look_here(pdf_files.pdf(catalog="/URI << /Base (file://server/share/) >>"))
    assert codes(found.refusals) == ["pdf_network_share"]


@pytest.mark.parametrize("body", ["<event><script>x</script></event>", "<x:script a='1'/>", "<submit/>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_form_with_scripts_is_refused(look_here, body, encoding):
    assert codes(look_here(with_form(body, encoding)).refusals) == ["pdf_xfa_script"]


def test_a_form_that_cannot_be_unpacked_is_refused(look_here):
    form = {10: pdf_files.stream(b"<xdp>", "/Filter /Unheard")}
    found = look_here(pdf_files.pdf(catalog="/AcroForm << /Fields [] /XFA 10 0 R >>", objects=form))
    assert codes(found.refusals) == ["pdf_xfa_script"]


def test_a_form_without_scripts_is_taken(look_here):
    found = look_here(with_form("<field name='description'><value/></field>"))
    assert (found.refusals, found.findings) == ((), ())


def test_links_to_the_web_are_counted_and_others_are_not(look_here):
    web = tuple(
        f"/Subtype /Link /A << /S /URI /URI ({each}) >>" for each in ("https://itu.int", "http://a.example/b")
    )
    others = tuple(
        f"/Subtype /Link /A << /S {each} >>"
        for each in (
            "/URI /URI (mailto:cwg@itu.example)",
            "/GoTo /D [3 0 R /Fit]",
            "/GoToR /F (Annex.pdf) /D [0 /Fit]",
            "/URI /URI (file:///C:/Users/me/Annex.docx)",
            "/URI /URI (file:////Users/me/Annex.docx)",
        )
    )
    found = look_here(pdf_files.pdf(annotations=(*web, *others)))
    assert [(each.code, each.data) for each in found.findings] == [("external_links", {"count": 2})]
    assert found.accepted


def test_all_that_has_to_go_is_said_at_once(look_here):
    found = look_here(
        pdf_files.pdf(catalog=f"/OpenAction {SCRIPT}", annotations=(f"/Subtype /Link /A {LAUNCH}",)), "a.pdf"
    )
    assert codes(found.refusals) == ["pdf_javascript_on_opening", "pdf_launch"]


def test_the_places_from_which_readers_start_something_are_looked_at_however_little_time_there_is(look_here):
    outline = pdf_files.pdf(catalog=f"/Outlines << /First << /Title (One) /A {LAUNCH} >> >>")
    for content in (AUTOMATIC["scripts of the document"], link(LAUNCH), AUTOMATIC["a page"], outline):
        assert look_here(content, walk_seconds=0.000_001).refusals
    found = look_here(hostile_files.pdf_with_embedded_file(), walk_seconds=0.000_001)
    assert "pdf_embedded_files" in codes(found.findings)


def test_embedded_files_are_told_with_their_names(look_here):
    found = look_here(hostile_files.pdf_with_embedded_file())
    assert found.accepted
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("pdf_embedded_files", "warn")
    assert finding.data == {"count": 1, "names": ["budget.xlsx"]}


def test_a_file_attached_to_a_page_is_told_and_its_name_may_be_a_path(look_here):
    carried = r"/FS << /Type /Filespec /F (\\\\server\\budget.xlsx) /EF << /F 10 0 R >> >>"
    found = look_here(
        pdf_files.pdf(
            annotations=(f"/Subtype /FileAttachment {carried}",),
            objects={10: pdf_files.stream(b"numbers", "/Type /EmbeddedFile")},
        ),
        "a.pdf",
    )
    assert found.accepted
    assert [(each.code, each.data["count"]) for each in found.findings] == [
        ("pdf_embedded_files", 1),
        ("comments", 1),
    ]
