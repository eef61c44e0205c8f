"""An installation of an earlier release takes this one, as `docker compose up` does it: nothing is lost, and it goes on."""

import contextlib
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import resolve
from lxml import html

from cwg.demo import current, texts
from cwg.demo.filing import draft, submit
from cwg.demo.people import PASSWORD
from cwg.documents.models import Document, Receipt, Register, Series
from cwg.notices.models import Notice
from cwg.operations.database_roles import Login
from cwg.record import verify_receipt
from tests.operations.lost_database import verified
from tests.test_offers import links_of
from tests.upgrade import recording
from tests.upgrade.recording import AUDITOR, FOCAL_POINT, SECRETARIAT, signed_in
from tests.upgrade.released import Installation

pytestmark = pytest.mark.faults

WALKERS = (FOCAL_POINT, SECRETARIAT, AUDITOR, "administrator@demo.example")


@pytest.fixture(scope="module")
def filled(installation: Installation) -> Installation:
    """The steps of `roles` and `migrate` in docker-compose.yml, on what the release left."""
    installation.load_as_it_was()
    installation.manage("prepare_database", administers=True)
    installation.manage("migrate", "--no-input", owns=True)
    installation.manage("load_reference", owns=True)
    # What was due meanwhile, as the worker does it; mails of the demonstration leave nowhere.
    installation.manage("sweep", mode="demo")
    return installation


def unmet() -> dict[str, list[str]]:
    """What does not hold, by the name of the check."""
    return {check["name"]: check["found"] for check in verified()["checks"] if check["found"]}


def test_the_record_holds(portal: Installation):
    assert unmet() == {}


def test_a_supervisor_finds_it_ready_and_its_record_protected(portal: Installation):
    with contextlib.closing(Client(SERVER_NAME="localhost").get("/readyz")) as answer:
        found = answer.json()
    assert found["ready"] is True
    assert {"record", "restore"} & set(found["degraded"]) == set()
    assert {"record", "restore"} <= set(found["checks"])


def test_the_portal_owns_nothing_any_more(filled: Installation):
    with Login.of(filled.address).connect() as inside:
        owners = inside.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert owners == [("cwg_test_owner",)]


def test_what_it_signed_and_handed_out_is_the_same_byte_for_byte(portal: Installation):
    auditor = signed_in(AUDITOR)
    known = portal.release.facts["answers"]
    assert {address: recording.digest(auditor.get(address)) for address in known} == known
    assert any(address.startswith("/receipts/") for address in known)


def test_its_receipts_hold_outside(portal: Installation, tmp_path):
    auditor = signed_in(AUDITOR)
    keys = tmp_path / "keys.json"
    keys.write_bytes(auditor.get("/.well-known/cwg-signing-keys.json").content)
    statements = [address for address in portal.release.facts["answers"] if address.startswith("/receipts/")]
    for number, address in enumerate(statements):
        statement = tmp_path / f"{number}.json"
        statement.write_bytes(auditor.get(address).content)
        assert verify_receipt.main([str(statement), "--keys", str(keys)]) == verify_receipt.HOLDS, address


@pytest.mark.parametrize("email", WALKERS)
def test_its_pages_answer(portal: Installation, email: str):
    client = signed_in(email)
    # One page of each kind: what differs between two of them is no matter of the release.
    waiting, kinds, wrong = ["/"], {resolve("/").view_name}, []
    while waiting:
        url = waiting.pop(0)
        with contextlib.closing(client.get(url)) as answer:
            if answer.status_code not in (200, 302):
                wrong.append((url, answer.status_code))
            if (
                answer.status_code != 200
                or answer.streaming
                or not answer["Content-Type"].startswith("text/html")
            ):
                continue
            tree = html.document_fromstring(answer.content.decode())
        for link in links_of(tree, url):
            path = link.partition("?")[0]
            if (kind := resolve(path).view_name) not in kinds:
                kinds.add(kind)
                waiting.append(path)
    assert wrong == []
    assert len(kinds) > 15


def test_mail_that_had_failed_is_shown_with_its_reason(portal: Installation):
    assert Notice.objects.get(status=Notice.Status.FAILED).why == "no_mailbox"
    assert signed_in(SECRETARIAT).get("/mail/").status_code == 200


def test_whoever_had_a_password_signs_in_with_it(portal: Installation, settings):
    # As in production: the tests' own passwords are hashed the quick way.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    client = Client(SERVER_NAME="localhost")
    client.post("/accounts/login/", {"login": FOCAL_POINT, "password": PASSWORD})
    assert client.get("/me/").status_code == 200


def test_the_next_document_gets_the_next_number(portal: Installation):
    """A paper of the session, which no deadline judges: the data are of another day than the test."""
    register = Register.objects.get(pk=Document.objects.get(title=current.AGENDA.title).register_id)
    paper = replace(current.CHAIR, title="A paper after the upgrade")
    before = dict(Series.objects.filter(register=register).values_list("code", "last_number"))

    submit(draft(paper, register, [texts.docx(paper)]), paper.by)

    registered = Document.objects.get(title=paper.title)
    assert registered.number == before[registered.series.code] + 1
    receipt = Receipt.objects.get(revision__document=registered)
    assert signed_in(SECRETARIAT).get(f"/receipts/{receipt.code}/statement.json").status_code == 200
    assert unmet() == {}
