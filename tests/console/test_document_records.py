"""Documents in the console: no more is said of a document of the archive than is known."""

from datetime import UTC, date, datetime

import pytest

from cwg.documents import archive
from cwg.documents.archive import ArchivedDocument, ArchivedRegister

pytestmark = pytest.mark.django_db


@pytest.fixture
def archived(dg, secretary, held):
    register = archive.open_archive(
        dg,
        ArchivedRegister(
            slug="an-old-meeting",
            title="An old meeting",
            ordinal=14,
            place="Geneva",
            zone="Europe/Zurich",
            first_day=date(2009, 2, 11),
            last_day=date(2009, 2, 13),
            opens_at=datetime(2009, 2, 11, 8, 30, tzinfo=UTC),
        ),
        actor=secretary,
    )
    return archive.enter_archive(
        register, ArchivedDocument("doc-6", "information", known_as="Doc. 6"), actor=secretary
    )


@pytest.mark.parametrize("page", ["/console/documents/document/", "/console/documents/document/{pk}/change/"])
def test_the_time_nobody_measured_is_not_shown_and_the_title_nobody_states_is_named_so(
    client_of, archived, secretary, page
):
    content = client_of(secretary).get(page.format(pk=archived.pk)).content.decode()
    assert "Doc. 6" in content
    assert "2009, 09:30" not in content and "11 Feb 2009" not in content
