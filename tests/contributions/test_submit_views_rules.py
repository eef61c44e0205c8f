"""Preview, late page, receipt and document name each rule with its own verdict, and say which one closes the door."""

from datetime import timedelta

import pytest

from contributions import drafting, sponsors
from contributions.models import Contribution
from cwg.documents import register as the_register
from cwg.documents import rulebook, rules
from cwg.documents.models import Receipt
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from tests import drafts, factories
from tests.contributions.submit_pages import plain, press_submit, previewed, token_on, url

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def pair(dg, register, secretary):
    """The group takes over Decision 556 and applies it to its announced meeting: 12 and 7 days, both only flag."""
    made = rulebook.apply_preset("decision-556", dg, actor=secretary, reason="Agreed")
    with the_register.acting_on(register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=secretary.pk, at=at, reason="Agreed")
    return made


@pytest.mark.parametrize(
    ("after", "flagged"), [(-MICROSECOND, False), (timedelta(), False), (MICROSECOND, True)]
)
def test_the_preview_names_each_rule_and_calls_nothing_late_that_will_be_accepted(
    browser, register, draft, pair, held, after, flagged
):
    received = pair[0]
    held.move_to(register.deadlines.in_force().get(rule=received).instant + after)
    page = plain(browser.get(url("preview", draft)))
    for line in register.deadlines.in_force():
        assert f"Deadline: {line.rule.name}" in page
    assert "What comes later is accepted, and marked late under this rule." in page
    assert "Binding What comes later is kept as a draft." in page
    words = f"Submitted now, it will be accepted, and marked late under “{received.name}”."
    assert (words in page) is flagged
    assert ("Would be accepted, and marked late" in page) is flagged
    assert "kept as draft" not in page


def test_an_accepted_late_document_tells_each_verdict_on_receipt_and_page(
    browser, register, draft, pair, held
):
    received = pair[0]
    held.move_to(register.deadlines.in_force().get(rule=received).instant + MICROSECOND)
    answer = press_submit(browser, draft, previewed(browser, draft))
    receipt = Receipt.objects.get()
    assert [(line["verdict"], line["binds"]) for line in receipt.statement["rules"]] == [
        ("late_flagged", True),
        ("in_time", False),
        ("in_time", False),
    ]
    page = plain(browser.get(receipt.revision.document.get_absolute_url()))
    assert f"{received.name} Binding Late, accepted" in page
    assert "24 hours before the start of the meeting In time" in page
    page = plain(browser.get(answer.url))
    assert f"{received.name}: Late, accepted; deadline" in page
    assert "24 hours before the start of the meeting: In time; deadline" in page
    assert "Matches the register" in plain(browser.get(answer.url))
    assert drafts.faults() == []


@pytest.mark.parametrize(("words", "accepted"), [("", True), ("One word more", False)])
def test_the_preview_of_sponsors_alone_says_late_that_it_will_be_accepted(
    browser, draft, saudi_focal_point, syrian_focal_point, deadline, held, words, accepted
):
    registered = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    change = drafting.begin_change(registered, "rev", rights=rights_of(saudi_focal_point), at=held.at)
    syria = factories.make_state("SYR")
    asked = sponsors.ask(change.pk, syria, rights=rights_of(saudi_focal_point), at=held.at)
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    Contribution.objects.filter(pk=change.pk).update(summary=words)
    held.move_to(deadline + MICROSECOND)
    page = browser.get(url("preview", change))
    assert ("Submitted now, it will be accepted, and marked late" in plain(page)) is accepted
    assert ("it would not be registered" in plain(page)) is not accepted
    assert ("This draft answers it" in plain(page) or "Hold for" in plain(page)) is False
    token = token_on(page) if accepted else drafts.token_for(change, saudi_focal_point)
    assert (f'action="{url("submit", change)}"' in page.content.decode()) is accepted
    press_submit(browser, change, token)
    assert registered.revisions.count() == (2 if accepted else 1)


def test_the_late_page_names_each_rule_and_the_door(browser, register, draft, pair, deadline, held):
    token = previewed(browser, draft)
    held.move_to(deadline + MICROSECOND)
    page = plain(press_submit(browser, draft, token))
    assert "24 hours before the start of the meeting Binding" in page
    for rule in pair:
        assert f"{rule.name} Would be accepted, and marked late" in page
    entry = JournalEntry.objects.get(act="late")
    assert [line["verdict"] for line in entry.facts["rules"]] == ["late_flagged", "late_flagged", "late_kept"]
