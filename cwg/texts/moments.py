"""Instants and days as runs, in the words that `cwg.look.instants` has for them and with what they name beside."""

from datetime import date, datetime, tzinfo

from cwg.look import instants

from .tree import Run, Runs, normal


def runs(moment: datetime | date, zone: str | tzinfo | None = None, style: str = "long") -> Runs:
    """An aware instant in that zone, or a day: "12 February 2009, 09:00" and "CET (UTC+01:00)", in the active language.

    `style` is one of `instants.STYLES`.
    """
    if not isinstance(moment, datetime):
        return (Run(instants.date_text(moment, style), moment=moment.isoformat()),)
    said, label = instants.instant_parts(moment, zone, style)
    named = instants.iso_utc(moment)
    if not label:
        return (Run(said, moment=named),)
    return normal((Run(f"{said} ", moment=named), Run(label, moment=named)))
