"""What was typed into a form that could not be saved, because its person was signed out meanwhile or its page was too old.

It is kept for a day, for the person for whom the page was made and in the browser in which it was typed: nobody else is
shown it, whoever signs in there next, and no page of the console shows it. Nothing is done with it by itself: the person
sees it in the form again (`fill`), or in a list, and sends it or discards it. Files and secrets are not kept.
"""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm, MultiWidget
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cwg import clock

from . import devices
from .entry_models import KeptWords
from .models import Person

LIFETIME = timedelta(days=1)
# Of one person; the oldest make room.
MOST = 20
# In the address of a page: its form is to show what is kept under that number.
PARAMETER = "kept"
# In whatever form: what no row of the database may hold.
_SECRET = re.compile(r"password|token|secret|credential", re.IGNORECASE)


def is_secret(field: str) -> bool:
    """Whether a field of that name may hold what is for nobody's eyes."""
    return bool(_SECRET.search(field))


def keep(
    person_id: int,
    browser: uuid.UUID,
    *,
    address: str,
    page: str,
    words: Iterable[tuple[str, str]],
    files: Iterable[str] = (),
    why: KeptWords.Why,
    at: datetime,
) -> KeptWords | None:
    """Keep what was sent to `address` from `page`, as pairs of field and words; None where nobody could be shown it.

    Nothing is kept for a closed account, and no field that may hold a secret (`is_secret`). `at` is aware.
    """
    shown = [(_storable(name), _storable(value)) for name, value in words if not is_secret(name)]
    files = [_storable(name) for name in files]
    if not files and not any(value.strip() for _name, value in shown):
        return None
    with transaction.atomic():
        # The lock, so that two windows at once keep no more than the most.
        if not Person.objects.select_for_update().filter(pk=person_id, is_active=True).exists():
            return None
        held = KeptWords.objects.filter(person_id=person_id)
        same = held.filter(browser=browser, address=address, words=shown, files=files).first()
        if same is not None:
            same.kept_at, same.why, same.page = at, why, page
            same.save(update_fields=["kept_at", "why", "page"])
            return same
        newest = held.order_by("-kept_at", "-pk").values_list("pk", flat=True)[: MOST - 1]
        held.exclude(pk__in=list(newest)).delete()
        return KeptWords.objects.create(
            person_id=person_id,
            browser=browser,
            address=address,
            page=page,
            words=shown,
            files=files,
            why=why,
            kept_at=at,
        )


def _storable(words: str) -> str:
    return words.replace("\x00", "\ufffd")


def of(request: HttpRequest, number: str | uuid.UUID) -> KeptWords | None:
    """What is kept under that number, for whoever asks, in the browser that asks, if it is; alike for all others."""
    browser = devices.browser_of(request)
    if not request.user.is_authenticated or browser is None:
        return None
    try:
        pk = number if isinstance(number, uuid.UUID) else uuid.UUID(number)
    except ValueError:
        return None
    return _held(request.user, browser).filter(pk=pk).first()


def newest_of(person: Person, browser: uuid.UUID | None) -> KeptWords | None:
    """The last that was kept for `person` in that browser."""
    return _held(person, browser).order_by("-kept_at").first() if browser is not None else None


def _held(person: Person, browser: uuid.UUID):
    return KeptWords.objects.filter(person_id=person.pk, browser=browser, kept_at__gt=clock.now() - LIFETIME)


def fill(request: HttpRequest, form: BaseForm) -> None:
    """On the way back from sign-in: show what is kept in `form`, as it was typed.

    A form filled so is not bound: no view does anything with it, however it asks. Only what is sent anew is checked.
    """
    number = request.GET.get(PARAMETER, "")
    if request.method == "POST" or form.is_bound or not number:
        return
    kept = of(request, number)
    if kept is None:
        return
    sent = kept.as_sent()
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if isinstance(field.widget, MultiWidget) or is_secret(key):
            continue
        if not field.widget.value_omitted_from_data(sent, {}, key):
            form.initial[name] = field.widget.value_from_datadict(sent, {}, key)
            if key in sent and not field.widget.is_hidden:
                request._kept_words_are_shown = True  # type: ignore[attr-defined]
    if are_shown(request):
        messages.warning(request, sentence(kept))


def are_shown(request: HttpRequest) -> bool:
    """Whether the view that answered has filled its form with it."""
    return getattr(request, "_kept_words_are_shown", False)


def sentence(kept: KeptWords) -> str:
    """Why it was not saved, and what to do."""
    if kept.why == KeptWords.Why.SIGNED_OUT:
        said = _(
            "You were signed out before this could be saved. Your words are here: check them and save again."
        )
    else:
        said = _(
            "The page you sent this from was too old, so it was not saved. Your words are here: check them and save again."
        )
    if kept.files:
        chosen = _("Choose the file again: %(names)s.") % {"names": ", ".join(kept.files)}
        said = f"{said} {chosen}"
    return said


def forget_what_is_over() -> int:
    """Background work: delete what was kept for its day; returns how many."""
    return KeptWords.objects.filter(kept_at__lte=clock.now() - LIFETIME).delete()[0]
