"""The libraries of the image, as uv.lock has them."""

import locked

from tests.test_containers import ROOT, instructions


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
