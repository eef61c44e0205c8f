"""The meeting behind an address, as this person may reach it, or 404; and the way back to it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cwg.members.requests import PortalRequest

from .models import Meeting


def meeting_or_404(request: PortalRequest, slug: str, meetings=None) -> Meeting:
    """The meeting of that address as this person sees it. Raises Http404."""
    meetings = Meeting.objects.all() if meetings is None else meetings
    return get_object_or_404(
        meetings.visible_to(request.rights).select_related("register__group"), register__slug=slug
    )


def own_meeting_or_404(request: PortalRequest, slug: str) -> Meeting:
    """The meeting of that address, for the secretariat of its group. Raises Http404 for everybody else."""
    own = Meeting.objects.filter(register__group_id__in=request.rights.secretariat_groups)
    return meeting_or_404(request, slug, own)


def trail_of(meeting: Meeting) -> list[tuple[str, str]]:
    """Breadcrumbs of a page below the meeting's."""
    return [(_("Meetings"), reverse("meetings:meetings")), (str(meeting), meeting.get_absolute_url())]
