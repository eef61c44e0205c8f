"""A backup that an earlier release made is restored into this one, after everything else was lost."""

from dataclasses import replace

import pytest

from cwg.demo import current, texts
from cwg.demo.filing import draft, submit
from cwg.documents.models import Document, Register, Series
from cwg.operations import backup
from tests.operations.lost_database import verified
from tests.upgrade import recording
from tests.upgrade.recording import AUDITOR, signed_in
from tests.upgrade.released import Installation

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def filled(installation: Installation) -> Installation:
    """As docs/running.md has it. What the storage may have known besides is lost with it, and whoever restores says so."""
    manifest = backup.read_manifest(backup.latest(installation.backup))
    installation.manage("prepare_database", administers=True)
    lost = ["--lost-at", f"{backup.made_at(manifest):%Y-%m-%dT%H:%M:%S}"]
    accepted = ["--accept-unknown", "Nothing was issued after the backup."]
    installation.manage("restore", str(installation.backup), *lost, *accepted, owns=True)
    return installation


def test_everything_is_back_and_goes_on_after_the_last_number(portal: Installation):
    auditor = signed_in(AUDITOR)
    known = portal.release.facts["answers"]
    assert {address: recording.digest(auditor.get(address)) for address in known} == known

    register = Register.objects.get(pk=Document.objects.get(title=current.AGENDA.title).register_id)
    paper = replace(current.CHAIR, title="A paper after the restore")
    before = dict(Series.objects.filter(register=register).values_list("code", "last_number"))
    submit(draft(paper, register, [texts.docx(paper)]), paper.by)
    registered = Document.objects.get(title=paper.title)
    assert registered.number == before[registered.series.code] + 1
    assert verified()["holds"] is True
