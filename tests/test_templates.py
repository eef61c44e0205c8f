"""What holds for every template."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Columns and values whose choices are an enum: a template asks a property of it, so that no value is written as text.
ENUMS = r"\.(status|verdict|standing|disclosure|revision_kind|effect|basis)"


def test_no_template_compares_a_choice_as_text():
    """A value that is renamed would turn such a comparison false, and nothing would fail."""
    compared = re.compile(rf"""{ENUMS}\s*(==|!=)\s*['"]|['"]\s*(==|!=)\s*[\w.]+{ENUMS}""")
    assert compared.search('{% if sponsorship.status == "left" %}')
    found = {
        f"{path.relative_to(TEMPLATES)}: {match.group()}"
        for path in TEMPLATES.rglob("*.*")
        for match in compared.finditer(path.read_text())
    }
    assert found == set()


def test_a_page_about_a_meeting_names_it_in_its_title():
    """Or two of them, open side by side, are both called "Move"."""
    unnamed = {}
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text()
        title = re.search(r"{% block title %}(.*?){% endblock(?: title)? %}", source)
        if re.search(r"page_head\.html.*? eyebrow=meeting\b", source) and "{{ meeting" not in title[1]:
            unnamed[str(path.relative_to(TEMPLATES))] = title[1]
    assert unnamed == {}
