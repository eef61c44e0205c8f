"""Bring the pages at the top of the repository into the site, where they lie beside those of docs/."""

from pathlib import Path

import list_indents
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
FROM_THE_TOP = (
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "NOTICE", ".github/CODE_OF_CONDUCT.md",
)  # fmt: skip


# A wide table is moved within itself, not the page with it.
STYLE = "table { display: block; overflow-x: auto; }\n"


def on_files(files, config):
    for name in FROM_THE_TOP:
        text = (ROOT / name).read_text().replace('src="docs/', 'src="')
        files.append(File.generated(config, Path(name).name, content=text))
    files.append(File.generated(config, "css/site.css", content=STYLE))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links as the repository has them lead to the page's place in the site, and lists hold together there as well."""
    for folder in ("docs/", ".github/", "../"):
        markdown = markdown.replace(f"]({folder}", "](")
    return list_indents.rewritten(markdown)
