"""Requests of the Group as pages show them: each addressee with where it stands, and how the request stands in sum."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cwg.documents.models import Document
from cwg.look.instants import date_text, instant_text
from cwg.members.rights import Rights

from .models import Addressee, Meeting, Request, Standing

# How many addressees, or documents, a line of a list names before it counts the others.
NAMED = 4
# More addressees than this are folded on the page of their request, by where they stand.
READ_AT_ONCE = 12
# What is awaited first.
IN_ORDER = (
    Standing.OVERDUE,
    Standing.AWAITED,
    Standing.ANSWERED,
    Standing.ENDED,
    Standing.NOTED,
    Standing.WITHDRAWN,
)
# How much of its wording heads a request.
TITLE_WORDS, TITLE_LENGTH = 14, 120


@dataclass(frozen=True)
class AddresseeLine:
    """One addressee on a page."""

    addressee: Addressee
    standing: Standing

    @property
    def answer(self) -> Document | None:
        return self.addressee.answer

    @property
    def words(self) -> str:
        """Where it stands, and until when an answer is awaited: "Awaited until 27 November 2026"."""
        if self.standing is not Standing.AWAITED:
            return str(self.standing.label)
        due_on = self.addressee.request.due_on
        if due_on is None:
            return _("Awaited until the meeting closes")
        return _("Awaited until %(day)s") % {"day": date_text(due_on)}


@dataclass(frozen=True)
class RequestLine:
    """One request on a page, with all its addressees."""

    request: Request
    addressees: tuple[AddresseeLine, ...]

    @property
    def names(self) -> str:
        """Whom it is addressed to; where they are many, the first ones and how many others."""
        return names(line.addressee for line in self.addressees)

    @property
    def title(self) -> str:
        """What its page is headed with, and lists call it: its wording on one line, cut where it is long."""
        words = Truncator(self._on_one_line).words(TITLE_WORDS)
        return Truncator(words).chars(TITLE_LENGTH)  # some languages write no spaces

    @property
    def is_whole_in_title(self) -> bool:
        """Whether the title is the wording itself, word for word."""
        return self.title == self.request.wording

    @property
    def _on_one_line(self) -> str:
        return " ".join(self.request.wording.split())

    @property
    def is_open(self) -> bool:
        """Whether an answer of somebody is still awaited: it can be withdrawn."""
        return any(line.standing.is_open for line in self.addressees)

    @property
    def is_overdue(self) -> bool:
        return any(line.standing.is_overdue for line in self.addressees)

    @property
    def answers(self) -> list[Document]:
        """The documents that answer it, each once; not those that were withdrawn since and answer no more."""
        found = (line.answer for line in self.addressees if line.standing.is_answered)
        return list(dict.fromkeys(answer for answer in found if answer is not None))

    @property
    def first_answers(self) -> list[Document]:
        """As many of them as a line of a list names."""
        return self.answers[:NAMED]

    @property
    def further_answers(self) -> int:
        """How many there are beside `first_answers`."""
        return len(self.answers[NAMED:])

    @property
    def is_long(self) -> bool:
        """Whether it has too many addressees to be read at once."""
        return len(self.addressees) > READ_AT_ONCE

    @property
    def by_standing(self) -> list[tuple[Standing, list[AddresseeLine]]]:
        """The addressees by where they stand, what is awaited first; no standing in which there is nobody."""
        found = [(each, [line for line in self.addressees if line.standing is each]) for each in IN_ORDER]
        return [(standing, lines) for standing, lines in found if lines]

    @property
    def summary(self) -> str:
        """ "2 of 3 answered"; the standing itself where all that still counts stand alike. Withdrawn ones do not count."""
        counting = self._counting
        if self._stands_alike:
            return counting[0].words
        answered = sum(line.standing.is_answered for line in counting)
        said = {"answered": answered, "asked": len(counting)}
        if self.is_overdue:
            return _("Overdue: %(answered)d of %(asked)d answered") % said
        return _("%(answered)d of %(asked)d answered") % said

    @property
    def says_until_when(self) -> bool:
        """Whether `summary` names the day it is due, which then nothing beside it repeats."""
        return self._stands_alike and self._counting[0].standing is Standing.AWAITED

    @property
    def _counting(self) -> list[AddresseeLine]:
        lines = list(self.addressees)
        return [line for line in lines if line.standing is not Standing.WITHDRAWN] or lines

    @property
    def _stands_alike(self) -> bool:
        counting = self._counting
        alike = len({line.standing for line in counting}) == 1
        return alike and (len(counting) == 1 or not counting[0].standing.is_open)


def names(addressees: Iterable[Addressee]) -> str:
    """Their names, in the order in which they were recorded; where they are many, the first ones and how many others."""
    return and_others(addressee.who.name for addressee in addressees)


def names_in_text(addressees: Iterable[Addressee]) -> str:
    """As `names`, within a sentence."""
    return and_others(addressee.who.in_text for addressee in addressees)


def and_others(found: Iterable[str]) -> str:
    """These names one after the other; after the first `NAMED` only how many others there are."""
    listed = list(found)
    others = len(listed) - NAMED
    if others <= 1:  # one name is as short as "1 other"
        return ", ".join(listed)
    return ngettext("%(names)s and %(count)d other", "%(names)s and %(count)d others", others) % {
        "names": ", ".join(listed[:NAMED]),
        "count": others,
    }


def answer_words(addressee: Addressee) -> str:
    """The document that came, in plain words; with the instant of its withdrawal where it is withdrawn."""
    answer = addressee.answer
    if answer is None or answer.withdrawn_at is None:
        return str(answer or "")
    at = instant_text(answer.withdrawn_at, addressee.request.meeting.zone, "short")
    return _("%(document)s (withdrawn %(instant)s)") % {"document": answer, "instant": at}


def line_of(request: Request, at: datetime) -> RequestLine:
    """`request`, with its meeting and its addressees at hand, as it stands at the aware instant `at`."""
    return RequestLine(
        request, tuple(AddresseeLine(one, one.standing_at(at)) for one in _addressees_of(request))
    )


def _addressees_of(request: Request) -> Iterator[Addressee]:
    for one in request.addressees.all():
        one.request = request
        yield one


def of_meeting(meeting: Meeting, at: datetime) -> list[RequestLine]:
    """What a meeting requested, in the order of the record: two queries however many they are."""
    found = meeting.requests.select_related("sitting").prefetch_related(
        Prefetch("addressees", Addressee.objects.select_related(*Addressee.ANSWERED_WITH))
    )
    lines = []
    for request in found:
        request.meeting = meeting
        lines.append(line_of(request, at))
    return lines


def asked_of(rights: Rights, **where: object) -> list[AddresseeLine]:
    """What is asked of the parties the person works for and not answered yet, what is due first in front.

    What the meeting in session waits for comes before what has a date. Of meetings that the person sees.
    """
    found = (
        Addressee.objects.awaited()
        .worked_for_by(rights)
        .filter(request__meeting__in=Meeting.objects.visible_to(rights), **where)
        .shown()
        .order_by("request__due_on", "request__recorded_at", "pk")
    )
    lines = [AddresseeLine(one, one.standing_at(rights.at)) for one in found]
    return sorted(lines, key=lambda line: line.addressee.request.due_on is not None)
