"""The tables of docs/ name what there is, and all of it."""

import ast
import importlib
import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml

from cwg.notices import kinds

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PROSE = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "README.md"]
APPS = ("cwg", "meetings", "contributions")
# Made on first use, or by whoever runs a command that the text describes.
NOT_IN_THE_REPOSITORY = re.compile(r"\.(run|venv|tools)/|tests/matrix\.proposed\.csv|/tmp/|base_url/")


def section(page: str, heading: str) -> str:
    text = (DOCS / page).read_text()
    return text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]


def first_cells(table: str) -> list[str]:
    """The first cell of each row, without head and ruler."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [line.split("|")[1].strip() for line in lines[2:]]


def in_code(text: str) -> list[str]:
    """What stands in backticks, without the examples that stand between fences or are indented."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def exists(path: str) -> bool:
    """A path from the top, or one that is said to lie in a folder named before ("archive.py")."""
    return (ROOT / path).exists() or (("/" not in path) and bool(files_named(path)))


@cache
def files_named(name: str) -> list[Path]:
    tops = (*APPS, "templates", "static", "tests", "docs", ".ci", ".docker")
    return [path for top in tops for path in (ROOT / top).rglob(name)]


def resolves(name: str) -> bool:
    """A dotted name from the top: "cwg.record.checks", "cwg.notices.models.Event"."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


# --- What is named exists -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path):
    named = {
        word
        for code in in_code(page.read_text())
        for word in re.findall(r"(?<![\w./:-])(?:[\w.-]+/)*[\w-]+\.(?:py|csv|md|html|css|js|svg|yml|typ)\b(?![\w/])", code)
        if not NOT_IN_THE_REPOSITORY.search(word)
    }  # fmt: skip
    # Pages about templates and tests name them from their own folders.
    missing = {
        word for word in named if not any(exists(f"{top}{word}") for top in ("", "templates/", "tests/"))
    }
    assert missing == set()


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_module_and_name_of_ours_that_a_page_names_is_there(page: Path):
    named = {
        code.removesuffix("()")
        for code in in_code(page.read_text())
        if re.fullmatch(rf"({'|'.join(APPS)})(\.\w+)+(\(\))?", code)
    }
    units = {path.name for path in (ROOT / ".systemd").iterdir()}
    assert {name for name in named - units if not resolves(name)} == set()


@pytest.mark.parametrize("page", ["architecture.md", "notices.md"])
def test_every_verb_that_is_named_by_its_module_alone_is_there(page: str):
    """ "submission.submit": a module of that name has it, in whichever app."""
    named = {
        code
        for code in in_code((DOCS / page).read_text())
        if re.fullmatch(r"[a-z_]+\.(?!py$|md$|csv$)\w+", code) and code.split(".")[0] not in APPS
    }
    assert named

    def is_there(name: str) -> bool:
        stem, _, attribute = name.partition(".")
        places = [*files_named(f"{stem}.py"), *(path.parent for path in files_named("__init__.py"))]
        modules = [
            ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for path in places
            if path.stem == stem and path.relative_to(ROOT).parts[0] in APPS
        ]
        return any(resolves(f"{module}.{attribute}") for module in modules)

    assert {name for name in named if not is_there(name)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_folder_of_ours_that_a_page_names_is_there(page: Path):
    named = {
        word
        for code in in_code(page.read_text())
        for word in re.findall(rf"^((?:{'|'.join(APPS)}|templates|tests|static|docs)/[\w/]*)$", code)
    }
    assert {word for word in named if not (ROOT / word).exists()} == set()


def test_the_picture_of_the_floors_shows_every_app():
    from django.conf import settings

    picture = section("architecture.md", "One picture")
    ours = [name for name in settings.INSTALLED_APPS if name.split(".")[0] in APPS]
    assert len(ours) > 5
    for name in ours:
        assert re.search(rf"\b{name.replace('.', '/')}/", picture), name


def test_the_picture_of_the_floors_shows_every_room():
    from tests.test_layering import ROOM

    picture = section("architecture.md", "One picture").split("\n\nImports run")[0]
    names = {room.rpartition(".")[2] for room in ROOM} - {"cwg"}
    assert {name for name in names if not re.search(rf"\b{name}\b", picture)} == set()
    assert {path.stem for path in (ROOT / "cwg").glob("*.py")} - {"__init__"} <= names
    assert {path.parent.name for path in (ROOT / "cwg").glob("*/__init__.py")} <= names


def test_the_path_of_a_request_leads_through_every_middleware_of_ours_in_order():
    from cwg import settings

    table = "".join(first_cells(section("architecture.md", "The path of a request")))
    ours = [name.rpartition(".")[2] for name in settings.MIDDLEWARE if name.split(".")[0] in APPS]
    assert re.findall(r"`(\w+Middleware)`", table) == ours


def test_the_copies_off_the_machine_leave_out_no_volume_unsaid():
    volumes = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"])
    assert volumes - set(in_code(section("running.md", "If the whole machine is lost"))) == set()


# --- Registries -----------------------------------------------------------------------------------------------


def registries() -> set[str]:
    """Modules of ours with a list that others add to when they start: called by a `ready()`, or by what it calls."""
    found = set()
    for path in (path for top in APPS for path in (ROOT / top).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            # One parameter at least: what is registered. `register()` alone registers its module elsewhere.
            if (
                isinstance(node, ast.FunctionDef)
                and re.fullmatch(r"register(_requests)?|on_\w+", node.name)
                and node.args.args
                and [argument.arg for argument in node.args.args] != ["checks"]
            ):
                found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


def test_every_registry_stands_in_the_table():
    table = " ".join(first_cells(section("architecture.md", "One picture")))
    assert len(registries()) > 5
    assert {name for name in registries() if name not in table} == set()


# --- Mails ----------------------------------------------------------------------------------------------------


def test_the_table_of_mails_has_every_kind_and_no_other():
    cells = first_cells(section("notices.md", "Kinds"))
    named = [name for cell in cells for name in in_code(cell)]
    assert sorted(named) == sorted(kinds.names())


# --- The look -------------------------------------------------------------------------------------------------


def test_every_component_is_listed_and_every_listed_one_is_there():
    there = {path.name for path in (ROOT / "templates/components").glob("*.html")}
    cells = re.findall(r"^\|([^|]*components/[^|]*)\|", (DOCS / "look.md").read_text(), re.MULTILINE)
    listed = {name for cell in cells for name in re.findall(r"(?:components/|`)(\w+\.html)", cell)}
    # `page_head` and `breadcrumbs` stand in the example of a page.
    listed |= set(re.findall(r'"components/(\w+\.html)"', (DOCS / "look.md").read_text()))
    assert there - listed == set()
    assert listed - there == set()


def test_every_style_sheet_is_listed():
    listed = re.findall(r"`(\w+\.css)`", section("look.md", "Colours and type"))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "static/css").glob("*.css"))


def test_every_icon_of_a_template_is_in_the_sprite():
    sprite = (ROOT / "static/vendor/bootstrap-icons/sprite.svg").read_text()
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
    }
    assert used and used - there == set()


# --- What a newcomer is told ----------------------------------------------------------------------------------


def test_every_command_of_dev_that_a_page_names_is_one():
    from tests.test_dev import dev

    known = set(re.findall(r"^  \./dev ([a-z]+)", dev("--help").stdout, re.MULTILINE))
    named = {name for page in PROSE for name in re.findall(r"\./dev ([a-z]+)", page.read_text())}
    assert named - known == set()


def test_every_page_is_in_the_site_and_told_of_in_the_readme():
    nav = yaml.safe_load((ROOT / ".ci/mkdocs.yml").read_text())["nav"]
    listed = {name for entry in nav for value in entry.values() for name in (value if isinstance(value, list) else [value])}  # fmt: skip
    readme = (ROOT / "README.md").read_text()
    for page in PAGES:
        assert page.name in listed
        assert f"(docs/{page.name})" in readme, page.name


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        assert target.startswith("https://") or (page.parent / target).exists(), target


# --- What the machines of a public project read ------------------------------------------------------------------


def test_the_workflow_runs_the_gate_and_every_python_that_is_promised():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    jobs = workflow["jobs"]
    assert ".ci/run" in [step.get("run") for step in jobs["gate"]["steps"]]
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    lowest = int(re.fullmatch(r">=3\.(\d+)", promised)[1])
    others = [int(version.partition(".")[2]) for version in jobs["pythons"]["strategy"]["matrix"]["python"]]
    # The lowest is the gate's own; above it without a gap.
    assert others == list(range(lowest + 1, 15))
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("name", [".github/renovate.json", ".devcontainer/devcontainer.json"])
def test_files_that_only_services_read_can_be_read(name: str):
    assert json.loads((ROOT / name).read_text())


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_forms_and_workflows_can_be_read(path: Path):
    assert yaml.safe_load(path.read_text())


def test_libraries_come_from_public_addresses_only():
    hosts = set(re.findall(r'"https?://([^/"]+)', (ROOT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
