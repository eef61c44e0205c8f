"""Requests of the Group, recorded in session as the secretariat records them: each once."""

from dataclasses import dataclass
from datetime import timedelta

from cwg.documents.models import Register
from cwg.members.models import MemberState, Office
from meetings import requests
from meetings.models import Addressee, Meeting, Request

from . import past
from .filing import SECRETARIAT, person


@dataclass(frozen=True)
class Asked:
    """A request of the Group: to whom (ISO codes or offices' codes), how long after the opening, the words."""

    addressees: tuple[str, ...]
    after: timedelta
    sitting: int
    item: str
    wording: str
    # Where it has a date: how long after the opening.
    due: timedelta | None = None


def ask(register: Register, asked: Asked, *, mails: bool = False) -> dict[str, Addressee]:
    """Record the request where that was not done before; its addressees by their codes. `mails`: they are told now."""
    meeting = Meeting.objects.get(register=register)
    found = Request.objects.filter(meeting=meeting, wording=asked.wording).first()
    if found is None:
        due_on = (register.opens_at + asked.due).date() if asked.due is not None else None
        with past.at_instant(register.opens_at + asked.after, mails=mails):
            found = requests.record(
                meeting,
                addressees=[_addressee(code) for code in asked.addressees],
                sitting=meeting.sittings.get(number=asked.sitting),
                item=asked.item,
                wording=asked.wording,
                due_on=due_on,
                actor=person(SECRETARIAT),
            )
    return {_code(each.who): each for each in found.addressees.select_related("slot", "state", "office")}


def _code(who: MemberState | Office) -> str:
    return who.iso3 if isinstance(who, MemberState) else who.code


def _addressee(code: str) -> MemberState | Office:
    return MemberState.objects.filter(iso3=code).first() or Office.objects.get(code=code)
