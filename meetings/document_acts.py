"""The acts on documents, each as a sentence; `acts.py` says who reads their facts."""

from datetime import date

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cwg.documents import filed_for, verdicts
from cwg.documents.kinds import Kind
from cwg.documents.models import Document
from cwg.languages import LANGUAGE_NAMES
from cwg.look.instants import duration_text

from .act_words import Facts, with_reason
from .journal_names import Names


def _label(labels: type[TextChoices], code: str) -> str:
    """The label of a choice by its code; the code itself where an old entry has one that is gone."""
    try:
        return str(labels(code).label)
    except ValueError:
        return code


def _sources(facts: Facts, names: Names) -> str:
    return ", ".join(names.party(each) for each in facts["sources"])


def registered(facts: Facts, names: Names, person: str) -> str:
    came = facts.get("filed_for")
    said = {
        "symbol": facts["symbol"],
        "sources": _sources(facts, names),
        "timing": verdicts.words(facts["verdict"]).badge,
        "person": person,
    }
    if facts.get("same_bytes"):
        return _("%(symbol)s registered for %(sources)s by %(person)s; only its sponsors changed") % said
    if came:
        said["mark"] = filed_for.mark(
            names.listed(facts["sources"][0]),
            came["came_by"],
            date.fromisoformat(came["dated"]) if came["dated"] else None,
        )
        return _("%(symbol)s registered for %(sources)s by %(person)s (%(timing)s). %(mark)s") % said
    return _("%(symbol)s registered for %(sources)s by %(person)s (%(timing)s)") % said


def late(facts: Facts, names: Names, person: str) -> str:
    late_by = facts["late_by_microseconds"] / 1_000_000
    return _("%(kind)s of %(party)s not registered, %(time)s late under “%(rule)s”, sent by %(person)s") % {
        "kind": _label(Kind, facts["kind"]),
        # What the secretariat filed for others is told of whose name it bears, though it was the secretariat's affair.
        "party": names.party(facts["filed_for"] if "filed_for" in facts else facts["party"]),
        "time": duration_text(late_by) if late_by >= 1 else _("less than a second"),
        "rule": facts["rule"],
        "person": person,
    }


def withdrawn(facts: Facts, names: Names, person: str) -> str:
    if facts.get("reopens"):
        said = _(
            "%(symbol)s withdrawn by %(person)s; the request of the Group that it answered is open again"
        )
    else:
        said = _("%(symbol)s withdrawn by %(person)s")
    return with_reason(said % {"symbol": facts["symbol"], "person": person}, facts)


def disclosure(facts: Facts, names: Names, person: str) -> str:
    said = _("Disclosure of %(symbol)s changed from %(before)s to %(after)s by %(person)s") % {
        "symbol": facts["symbol"],
        "before": _label(Document.Disclosure, facts["before"]),
        "after": _label(Document.Disclosure, facts["after"]),
        "person": person,
    }
    return with_reason(said, facts)


def translation(facts: Facts, names: Names, person: str) -> str:
    said = {
        "language": LANGUAGE_NAMES[facts["language"]],
        "document": facts["symbol"] or facts["path"],
        "person": person,
    }
    if facts["replaces"]:
        return with_reason(_("%(language)s translation of %(document)s replaced by %(person)s") % said, facts)
    return _("%(language)s translation of %(document)s added by %(person)s") % said


def objected(facts: Facts, names: Names, person: str) -> str:
    said = {"symbol": facts["symbol"], "party": capfirst(names.party(facts["party"])), "person": person}
    return with_reason(
        _("%(party)s objects to %(symbol)s being registered in its name; recorded by %(person)s") % said,
        facts,
    )


def objection_lifted(facts: Facts, names: Names, person: str) -> str:
    said = {"symbol": facts["symbol"], "party": capfirst(names.party(facts["party"])), "person": person}
    return _("%(party)s took back its objection to %(symbol)s; recorded by %(person)s") % said


def archive_opened(facts: Facts, names: Names, person: str) -> str:
    return _("Archive register opened by %(person)s") % {"person": person}


def archived(facts: Facts, names: Names, person: str) -> str:
    return _("%(document)s entered into the archive by %(person)s") % {
        "document": facts["symbol"] or facts["path"],
        "person": person,
    }
