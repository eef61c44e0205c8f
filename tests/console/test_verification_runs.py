"""The page of the nightly verification: for auditors and the secretariat; findings only where all groups are theirs."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.documents import rulebook
from cwg.documents.deadlines import TWENTY_FOUR_HOURS
from cwg.members.models import Office, Role
from cwg.record import checks, signing, verify_receipt
from cwg.record.models import VerificationRun
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/console/verification/"
FINDING = "WG-WSIS-14/7: no receipt"


@pytest.fixture
def auditor(auditor, dg):
    """Of every group that there is."""
    return factories.accredit(auditor, dg.parent, Role.AUDITOR).person


@pytest.fixture
def secretary(secretary, dg):
    """Of every group that there is."""
    office = factories.make_office(Office.Kind.SECRETARIAT)
    return factories.accredit(secretary, dg.parent, Role.SECRETARIAT, office=office).person


@pytest.fixture
def nights(held, monkeypatch) -> list[VerificationRun]:
    """Two nights: all held; then one finding."""
    checks.note_outcome()
    held.forward(days=1)
    monkeypatch.setattr(
        checks, "_checks", {"I8 receipts": lambda: iter([FINDING]), "I2 numbers": lambda: iter(())}
    )
    checks.note_outcome()
    return list(VerificationRun.objects.order_by("at"))


def test_it_shows_the_last_night_check_by_check_and_the_nights_before(client_of, auditor, secretary, nights):
    for person in (auditor, secretary):
        content = client_of(person).get(PAGE).content.decode()
        for text in (
            "Not everything held.",
            "I8 receipts",
            "1 finding",
            FINDING,
            "I2 numbers",
            "Holds",
            "The last verification",
        ):
            assert text in content
        assert content.count("Did not hold") == 1


def test_an_earlier_night_has_its_page(client_of, auditor, nights):
    url = reverse("console:verification-run", args=[nights[0].pk])
    content = client_of(auditor).get(url).content.decode()
    assert "Everything held." in content and "An earlier verification" in content
    assert FINDING not in content
    assert client_of(auditor).get(reverse("console:verification-run", args=[10**6])).status_code == 404


def test_findings_are_not_told_to_who_does_not_oversee_every_group(client_of, auditor, nights):
    assert FINDING in client_of(auditor).get(PAGE).content.decode()
    factories.make_group("OTHER")
    content = client_of(auditor).get(PAGE).content.decode()
    assert FINDING not in content
    assert "1 finding" in content and "groups that are not yours" in content


def test_it_is_not_there_for_anybody_else(
    client_of, client, nights, chair, saudi_focal_point, administrator, auditor
):
    for url in (PAGE, reverse("console:portal-chain")):
        assert client_of(auditor).get(url).status_code == 200
        for person in (chair, saudi_focal_point, administrator):
            assert client_of(person).get(url).status_code == 404
        assert client.get(url).status_code == 302


def test_before_the_first_night_it_says_so(client_of, auditor):
    assert "Not verified yet" in client_of(auditor).get(PAGE).content.decode()


def test_thirty_nights_are_listed_in_as_many_queries_as_one(client_of, auditor, held, monkeypatch):
    monkeypatch.setattr(checks, "_checks", {})
    client, counts = client_of(auditor), []
    for nights in (1, 31):
        for _night in range(nights):
            held.forward(days=1)
            checks.note_outcome()
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            content = client.get(PAGE).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert content.count("/console/verification/") >= 30
    assert reverse("console:verification-run", args=[VerificationRun.objects.last().pk]) not in content


def export(client) -> bytes:
    return b"".join(client.get(reverse("console:portal-chain")).streaming_content)


def test_the_portals_own_chain_is_exported_and_verifies(client_of, auditor, tmp_path, capsys):
    signing.sign("cwg-test/1", {})
    (tmp_path / "chain").write_bytes(export(client_of(auditor)))
    (tmp_path / "keys").write_bytes(client_of(auditor).get("/.well-known/cwg-signing-keys.json").content)
    assert verify_receipt.main(["--keys", str(tmp_path / "keys"), "--chain", str(tmp_path / "chain")]) == 0
    assert "withheld" not in capsys.readouterr().out


def test_what_the_portals_chain_tells_of_another_group_is_withheld(client_of, auditor, dg, held):
    foreign = factories.make_group("OTHER")
    everything = factories.accredit("all@test.example", foreign, Role.AUDITOR).person
    for group in (dg, dg.parent):
        factories.accredit(everything, group, Role.AUDITOR)
    rules = {}
    keeper = factories.make_person("keeper@test.example")
    for group, hours in ((dg, 48), (foreign, 72)):
        factories.accredit(keeper, group, Role.SECRETARIAT, office=factories.make_office())
        rule = rulebook.row_of(replace(TWENTY_FOUR_HOURS, offset=hours), group)
        rules[group] = rulebook.keep(rule, actor=keeper, reason="for the test").name
    assert rules[foreign] in export(client_of(everything)).decode()
    content = export(client_of(auditor)).decode()
    assert rules[dg] in content and rules[foreign] not in content
    listed = client_of(auditor).get("/console/record/journalentry/").content.decode()
    assert rules[dg] in listed and rules[foreign] not in listed
