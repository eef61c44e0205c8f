"""The workspace of the rules: read as sentences, entered in two steps, kept by those whose they are."""

import html

import pytest
from django.urls import reverse

from cwg.documents import rulebook
from cwg.documents.deadlines import TWENTY_FOUR_HOURS
from cwg.documents.models import DeadlineRule
from cwg.record.models import JournalEntry
from tests import factories

pytestmark = pytest.mark.django_db

LIST, NEW = "/rules/", "/rules/new/"


@pytest.fixture
def general(dg):
    return factories.twenty_four_hours()


@pytest.fixture
def entered(dg):
    return {
        "group": str(dg.pk),
        "kinds": ["contribution_action", "contribution_information"],
        "measured": "received",
        "offset": "12",
        "unit": "days",
        "effect": "flag",
        "source": "The Group, 3rd meeting",
        "replaces": "",
        "reason": "",
    }


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def read_back(answer) -> str:
    """What the page says it has read: the value that confirms exactly these terms."""
    page = text(answer)
    mark = 'name="read" value="'
    return page[page.index(mark) + len(mark) :].partition('"')[0]


def test_the_list_reads_the_rules_back_as_sentences(client_of, secretary, dg, general):
    page = text(client_of(secretary).get(LIST))
    assert (
        "must be available on the website not later than 24 hours before the opening of the meeting." in page
    )
    assert "A late one is kept as a draft. Source: Report of the Dedicated Group" in page
    assert "Replace for this group" in page
    # What binds every group is not offered to a secretariat.
    assert reverse("documents:rule-switch", args=[general.pk]) not in page


def test_a_rule_is_read_back_with_real_dates_before_it_is_saved(client_of, secretary, dg, held, entered):
    meeting = factories.make_register(dg, title="Third meeting", with_rule=False)
    client = client_of(secretary)
    shown = client.post(NEW, entered)
    assert shown.status_code == 200 and not DeadlineRule.objects.exists()
    page = text(shown)
    assert "Contributions must be received by the secretariat not later than 12 calendar days" in page
    assert f"{meeting.title} opens on Thursday, 12 March 2026, 10:00 CET" in page
    assert "Saturday, 28 February 2026, 23:59 CET" in page
    kept = client.post(NEW, entered | {"read": read_back(shown), "reason": "Agreed by the Group"})
    assert kept.status_code == 302
    rule = DeadlineRule.objects.get()
    assert (rule.name, rule.group) == ("Received 12 calendar days before the meeting", dg)


def test_terms_changed_after_they_were_read_back_are_read_back_again(client_of, secretary, dg, entered):
    client = client_of(secretary)
    read = read_back(client.post(NEW, entered))
    again = client.post(NEW, entered | {"read": read, "offset": "13", "reason": "Agreed"})
    assert again.status_code == 200 and not DeadlineRule.objects.exists()
    assert "You changed the terms" in text(again) and read_back(again) != read


def test_a_rule_is_not_saved_without_a_reason(client_of, secretary, dg, entered):
    client = client_of(secretary)
    answer = client.post(NEW, entered | {"read": read_back(client.post(NEW, entered))})
    assert answer.status_code == 400 and not DeadlineRule.objects.exists()
    assert "Say why." in text(answer)


def test_without_a_meeting_the_example_is_of_20_december(client_of, secretary, dg, held, entered):
    page = text(client_of(secretary).post(NEW, entered))
    assert "For a meeting opening on Sunday, 20 December 2026, 09:30 CET (UTC+01:00) in Geneva:" in page
    assert "Tuesday, 8 December 2026, 23:59 CET (UTC+01:00); binds contributions." in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"offset": "400"}, "1 to 180 days"),
        ({"offset": "0"}, "greater than or equal to 1"),
        ({"exempt_kinds": ["contribution_action"]}, "either bound by the rule or exempt"),
        ({"kinds": ["agenda"]}, "agenda is not one of the available choices"),
    ],
)
def test_a_wrong_rule_is_refused_at_once(client_of, secretary, dg, entered, wrong, words):
    answer = client_of(secretary).post(NEW, entered | wrong)
    assert answer.status_code == 400 and words in text(answer)
    assert not DeadlineRule.objects.exists()


def test_a_general_rule_is_replaced_for_one_group_by_name(client_of, secretary, dg, general, entered):
    client = client_of(secretary)
    begun = text(client.get(NEW, {"group": dg.pk, "replaces": general.pk}))
    assert f'<option value="{general.pk}" selected>' in begun
    terms = entered | {"replaces": str(general.pk)}
    shown = client.post(NEW, terms)
    assert "It takes the place of “24 hours before the start of the meeting” for this group" in text(shown)
    client.post(NEW, terms | {"read": read_back(shown), "reason": "Agreed"})
    assert DeadlineRule.objects.get(group=dg).replaces == general
    page = text(client.get(LIST))
    assert "Replaced for this group" in page
    assert "Replaced by “Received 12 calendar days before the meeting”." in page


def test_an_equal_rule_is_refused_by_name(client_of, secretary, dg, general, entered):
    same = entered | {"measured": "available", "offset": "24", "unit": "hours", "effect": "refuse_and_keep"}
    answer = client_of(secretary).post(NEW, same)
    assert answer.status_code == 400
    assert "This rule is there already, for every group: “24 hours before the start of the meeting”." in text(
        answer
    )
    assert DeadlineRule.objects.count() == 1


def test_a_rule_is_changed_and_switched_off_and_on_with_reasons(client_of, secretary, dg, entered):
    row = rulebook.row_of(TWENTY_FOUR_HOURS, dg)
    rule = rulebook.keep(row, actor=secretary, reason="Agreed")
    client = client_of(secretary)
    page = reverse("documents:rule", args=[rule.pk])
    assert "24 hours before the start of the meeting" in text(client.get(page))
    terms = entered | {"seen": str(rulebook.version_of(rule))}
    shown = client.post(page, terms)
    assert client.post(page, terms | {"read": read_back(shown), "reason": "Longer"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.offset, rule.name) == (12, "Received 12 calendar days before the meeting")
    switch = reverse("documents:rule-switch", args=[rule.pk])
    assert client.post(switch, {"reason": ""}).status_code == 400
    for to, active in (("", False), ("on", True)):
        assert client.post(switch, {"reason": "Agreed", "to": to}).status_code == 302
        assert DeadlineRule.objects.get().active is active
    assert JournalEntry.objects.filter(act="deadline_rule").count() == 4


def test_what_somebody_else_changed_meanwhile_is_not_written_over(client_of, secretary, dg, entered):
    rule = rulebook.keep(rulebook.row_of(TWENTY_FOUR_HOURS, dg), actor=secretary, reason="Agreed")
    client, page = client_of(secretary), reverse("documents:rule", args=[rule.pk])
    terms = entered | {"seen": str(rulebook.version_of(rule))}
    read = read_back(client.post(page, terms))
    rule.offset = 72
    rulebook.keep(rule, actor=secretary, reason="Three days")
    answer = client.post(page, terms | {"read": read, "reason": "Longer"})
    assert answer.status_code == 400 and "Somebody changed this rule meanwhile" in text(answer)
    assert DeadlineRule.objects.get().offset == 72


@pytest.mark.parametrize("seen", ["²", "-", "1.5"])
def test_a_version_that_is_no_number_is_refused(client_of, secretary, dg, entered, seen):
    rule = rulebook.keep(rulebook.row_of(TWENTY_FOUR_HOURS, dg), actor=secretary, reason="Agreed")
    client, page = client_of(secretary), reverse("documents:rule", args=[rule.pk])
    read = read_back(client.post(page, entered | {"seen": str(rulebook.version_of(rule))}))
    answer = client.post(page, entered | {"seen": seen, "read": read, "reason": "Longer"})
    assert answer.status_code == 400
    assert DeadlineRule.objects.get().offset == 24


def test_the_pair_of_decision_556_is_two_clicks_away(client_of, secretary, dg, general):
    client = client_of(secretary)
    page = reverse("documents:rule-preset", args=["decision-556", dg.slug])
    assert page in text(client.get(LIST))
    shown = text(client.get(page))
    assert "Received 12 calendar days before the meeting (all documents)" in shown
    assert client.post(page, {"reason": "Council Decision 556"}).status_code == 302
    assert DeadlineRule.objects.filter(group=dg, active=True).count() == 2
    assert page not in text(client.get(LIST))  # what is there already is not offered again
    assert client.post(page, {"reason": "Once more"}).status_code == 400
    assert DeadlineRule.objects.filter(group=dg).count() == 2


def test_rules_for_every_group_are_the_administrators(client_of, administrator, secretary, dg, general):
    client = client_of(administrator)
    page = reverse("documents:rule", args=[general.pk])
    assert 'name="offset"' in text(client.get(page))
    switch = reverse("documents:rule-switch", args=[general.pk])
    assert client_of(secretary).post(switch, {"reason": "Mine"}).status_code == 404
    assert client_of(secretary).post(page, {"reason": "Mine"}).status_code == 404
    assert DeadlineRule.objects.get().active
    assert client.post(switch, {"reason": "Agreed"}).status_code == 302
    assert not DeadlineRule.objects.get().active


def test_rules_of_another_group_are_not_there(client_of, secretary, dg, general):
    elsewhere = factories.make_group("CWG-INTERNET")
    foreign = DeadlineRule.objects.create(
        group=elsewhere, name="A MARKER of theirs", offset=48, unit="hours", effect="flag", source="Theirs"
    )
    other = factories.accredit(
        "theirs@test.example", elsewhere, "secretariat", office=factories.make_office()
    ).person
    assert foreign.name in text(client_of(other).get(LIST))
    client = client_of(secretary)
    assert foreign.name not in text(client.get(LIST))
    for page in (
        reverse("documents:rule", args=[foreign.pk]),
        reverse("documents:rule-switch", args=[foreign.pk]),
    ):
        assert client.get(page).status_code == 404
    assert client.post(NEW, {"group": str(elsewhere.pk)}).status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number(client_of, secretary, dg, django_assert_num_queries, count):
    for offset in range(count):
        DeadlineRule.objects.create(
            group=dg, name=f"Rule {offset}", offset=offset + 1, unit="hours", effect="flag", source="X"
        )
    client = client_of(secretary)
    with django_assert_num_queries(5):
        client.get(LIST)
