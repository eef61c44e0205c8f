"""The libraries of the image, as uv.lock has them."""

from urllib.parse import unquote

import locked
import pytest
from packaging import tags
from packaging.utils import parse_wheel_filename

from tests.compose_file import ROOT
from tests.dockerfiles import instructions


def test_they_are_those_of_the_portal_and_none_of_its_tests():
    found = locked.of_the_image()
    assert {"django", "psycopg", "psycopg-binary", "psycopg-pool", "boto3", "lxml", locked.PROJECT} <= set(
        found
    )
    assert not {"pytest", "ruff", "moto", "flask", "mkdocs", "colorama"} & set(found)
    for library in found.values():
        assert set(library.needs) <= set(found)
        assert library.distributions or library.name == locked.PROJECT


def test_a_file_is_one_that_the_image_could_install():
    urls = [file.url for file in locked.of_the_image()["lxml"].distributions]
    assert any("manylinux" in url and "x86_64" in url for url in urls)
    assert not any("macos" in url or "win_amd64" in url or "musllinux" in url for url in urls)


def test_their_python_is_the_one_of_the_image():
    last = [
        argument for word, argument in instructions(ROOT / ".docker/portal.Dockerfile") if word == "FROM"
    ][-1]
    assert last.startswith(f"python:{locked.python_of_the_image()}-")


@pytest.mark.parametrize("machine", locked.MACHINES)
def test_every_library_is_there_ready_made_for_the_images_python(machine: str):
    """The image has no compiler. Debian 12 has glibc 2.36."""
    version = tuple(map(int, python_of_the_image().split(".")))
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(36, 4, -1)]
    platforms += [f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"linux_{machine}"]
    fitting = {
        *tags.cpython_tags(version, platforms=platforms),
        *tags.compatible_tags(version, "cp", platforms),
    }
    for library in locked.of_the_image().values():
        files = [unquote(file.url.rpartition("/")[2]) for file in library.distributions]
        wheels = [parse_wheel_filename(name) for name in files if name.endswith(".whl")]
        assert library.name == locked.PROJECT or any(fitting & fits for *_, fits in wheels), library.name


def test_the_images_python_is_one_that_the_gate_and_its_workflow_try():
    version = python_of_the_image()
    assert version in (ROOT / ".ci/run").read_text().partition("for other in ")[2].partition(";")[0].split()
    assert f'"{version}"' in (ROOT / ".github/workflows/ci.yml").read_text()


def python_of_the_image() -> str:
    """Without its last number: `3.14`."""
    return locked.python_of_the_image().rpartition(".")[0]
