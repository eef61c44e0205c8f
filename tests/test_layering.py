"""Imports go down only (design 1). A string that names a model or a module counts as an import of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent

# From the ground up. Two rooms on one floor do not import each other, unless they stand in one set of `ROOMS`.
FLOORS: list[list[set[str]]] = [
    [
        {
            "cwg.record",
            "cwg.clock",
            "cwg.languages",
            "cwg.settings",
            "cwg.celery",
            "cwg.connections",
            "cwg.environment",
            "cwg.folding",
            "cwg.postgres",
            "cwg.version",
            "cwg",
        }
    ],
    [{"cwg.look"}],
    [{"cwg.members"}],
    [{"cwg.texts"}],
    [{"cwg.documents"}, {"cwg.notices"}],
    [{"meetings"}],
    [{"contributions"}],
    [{"cwg.home"}, {"cwg.operations"}, {"cwg.demo"}],
    [
        {
            "cwg.urls",
            "cwg.console",
            "cwg.bench",
            "cwg.wsgi",
            "cwg.gunicorn",
            "cwg.leaving",
            "cwg.liveness",
            "cwg.sign_in_queue",
            "cwg.upload_queue",
            "cwg.fair_line",
            "cwg.taking_up",
            "cwg.unread_bodies",
        }
    ],
]
ROOM = {
    name: (floor, room)
    for floor, rooms in enumerate(FLOORS)
    for room, names in enumerate(rooms)
    for name in names
}
# The settings name the apps and their classes; that is what settings are for.
EXEMPT = {"cwg.settings"}
OURS = re.compile(r"(cwg|meetings|contributions)(\.\w+)*")


def sources() -> list[Path]:
    return sorted(path for top in ("cwg", "meetings", "contributions") for path in (ROOT / top).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room a module stands in: "cwg.documents.models.file" is in "cwg.documents"."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "cwg" else parts[0]


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def model_room(label: str, model: str) -> str | None:
    try:
        return room_of(apps.get_model(label, model).__module__)
    except (LookupError, ValueError):
        return None


def named_in_text(text: str) -> str | None:
    """The room that a string reaches into: "documents.Document", "cwg.documents.storage.Storage"."""
    if not re.fullmatch(r"\w+(\.\w+)+", text):
        return None
    label, _, rest = text.partition(".")
    if "." not in rest and (room := model_room(label, rest)):
        return room if OURS.match(room) else None
    if OURS.fullmatch(text):
        parts = text.split(".")
        if is_module(".".join(parts[:2])):
            return room_of(text)
    return None


def imported(path: Path, module: str) -> Iterator[tuple[int, str]]:
    """Line and room of everything of ours that a file reaches for."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if OURS.fullmatch(alias.name):
                    yield node.lineno, room_of(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            if not OURS.fullmatch(base):
                continue
            for alias in node.names:
                # `from cwg import clock` names a room, `from cwg.documents import rules` a module in one.
                whole = f"{base}.{alias.name}"
                yield node.lineno, room_of(whole if is_module(whole) else base)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if room := named_in_text(node.value):
                yield node.lineno, room
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model":
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if len(words) == 2 and (room := model_room(*words)) and OURS.match(room):
                yield node.lineno, room


def upward(module: str, lines: Iterator[tuple[int, str]]) -> list[str]:
    own = room_of(module)
    floor, room = ROOM[own]
    wrong = []
    for line, other in lines:
        other_floor, other_room = ROOM[other]
        if other_floor > floor or (other_floor == floor and other_room != room):
            wrong.append(f"{module}:{line} reaches for {other}")
    return wrong


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_imports_go_down_only(path: Path):
    module = module_of(path)
    if module in EXEMPT:
        return
    assert room_of(module) in ROOM, (
        f"{module} stands on no floor: give it one in FLOORS and in design and docs"
    )
    assert upward(module, imported(path, module)) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("cwg.documents.page", "from meetings.models import Meeting"),
        ("cwg.documents.page", "import contributions.models"),
        ("cwg.documents.page", "def late():\n    from cwg.notices import outbox"),
        ("cwg.members.page", "from ..documents import models"),
        ("cwg.members.page", "from cwg.texts import blocks"),
        ("cwg.texts.page", "from cwg.documents.models import Document"),
        ("cwg.record.page", "owner = ForeignKey('members.Person')"),
        ("cwg.record.page", "apps.get_model('documents', 'Document')"),
        ("cwg.members.page", "import_string('cwg.documents.storage.documents')"),
        ("meetings.page", "from cwg.operations import health"),
    ],
)
def test_the_test_itself_sees_an_import_that_goes_up(tmp_path, module: str, text: str):
    path = tmp_path / "page.py"
    path.write_text(text)
    assert upward(module, imported(path, module))


def views_of(app: str) -> dict[str, Path]:
    """The modules that answer for the addresses of an app: those its urls.py imports, by their names."""
    urls = ROOT.joinpath(*app.split("."), "urls.py")
    found = {}
    for node in ast.walk(ast.parse(urls.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = ".".join(part for part in (app if node.level else "", node.module or "") if part)
            for name in (base, *(f"{base}.{alias.name}" for alias in node.names)):
                path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
                if name.startswith(f"{app}.") and path.is_file():
                    found[name] = path
    return found


def modules_imported(path: Path, module: str) -> Iterator[str]:
    package = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


APPS_WITH_PAGES = sorted(
    ".".join(path.relative_to(ROOT).parent.parts)
    for top in ("cwg", "meetings", "contributions")
    for path in (ROOT / top).rglob("urls.py")
    if path.parent != ROOT / "cwg"
)


@pytest.mark.parametrize("app", APPS_WITH_PAGES)
def test_view_modules_of_an_app_do_not_import_each_other(app: str):
    """What two of them need stands in a module with a name of its own."""
    views = views_of(app)
    assert views
    wrong = [
        f"{module} imports {other}"
        for module, path in views.items()
        for other in modules_imported(path, module)
        if other in views and other != module
    ]
    assert wrong == []


def test_the_view_modules_are_found_and_their_imports_too(tmp_path):
    assert {"contributions.draft_views", "contributions.submit_views"} <= set(views_of("contributions"))
    path = tmp_path / "page.py"
    for text in (
        "from . import draft_views",
        "from .draft_views import new",
        "import contributions.draft_views",
        "def late():\n    from contributions import draft_views",
    ):
        path.write_text(text)
        assert "contributions.draft_views" in modules_imported(path, "contributions.page")


def test_templates_and_addresses_are_no_imports(tmp_path):
    path = tmp_path / "page.py"
    path.write_text(
        "reverse('documents:document')\nrender(request, 'meetings/meeting.html')\nlabel = 'documents'"
    )
    assert upward("cwg.look.page", imported(path, "cwg.look.page")) == []
