"""How a page of the secretariat carries out a verb: its refusal becomes a sentence on the form."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cwg.documents import deadlines, zones
from cwg.record.reasons import ReasonMissing

from . import (
    answers,
    calling_off,
    convening,
    correcting,
    deadline_changes,
    moving,
    planning,
    requests,
    sittings,
)

# What a verb says when it does not act: sentences for the person, shown on the form.
REFUSALS = (
    answers.CannotLink,
    calling_off.CannotCallOff,
    convening.CannotConvene,
    convening.CannotAnnounce,
    convening.CannotClose,
    correcting.CannotCorrect,
    deadline_changes.CannotChange,
    moving.CannotMove,
    planning.EntryRefused,
    sittings.CannotOpen,
    sittings.CannotUndo,
    requests.CannotRecord,
    requests.CannotWithdraw,
    ReasonMissing,
    zones.LocalTimeRefused,
)
ITEM_REFUSED = gettext_lazy("A deadline rule counts from an agenda item, and items have no times yet.")
form_page = require_http_methods(["GET", "HEAD", "POST"])


def carried_out(form, verb, *args, **kwargs):
    """The result of `verb`, or None with its refusal on `form`: at the field that it speaks of, where it names one."""
    try:
        return verb(*args, **kwargs)
    except REFUSALS as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, str(refusal))
    except zones.UnknownZone:
        form.add_error(None, _("That time zone is not known."))
    except deadlines.AnchorNotSupported:
        form.add_error(None, ITEM_REFUSED)
    except PermissionDenied as error:
        raise Http404 from error
    return None
