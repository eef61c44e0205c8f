"""One act of a page for every verb that locks a register or the portal's journal: whose, at which address, with what.

Each function asks for fixtures by name and returns (person, address, what the form sends).
"""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cwg.documents import objections, translations
from cwg.documents.models import DeadlineRule
from cwg.members.rights import rights_of
from cwg.notices.models import Event, Notice
from meetings import answers, deadline_changes, requests, sittings
from tests import drafts, factories

NO_SITTINGS = {"sittings-TOTAL_FORMS": "0", "sittings-INITIAL_FORMS": "0"}


def at(verb: str, meeting, *more) -> str:
    return reverse(f"meetings:{verb}", args=[meeting.register.slug, *more])


def submitting(asked):
    focal_point, meeting = asked("saudi_focal_point"), asked("meeting")
    draft = drafts.make_draft(meeting.register.group, meeting.register, by=focal_point)
    address = reverse("contributions:submit", args=[draft.pk])
    return focal_point, address, {"token": str(drafts.token_for(draft, focal_point))}


def withdrawing(asked):
    address = reverse("contributions:withdraw", args=[asked("document").pk])
    return asked("saudi_focal_point"), address, {"reason": 'Replaced by "another" one'}


def disclosing(asked):
    address = reverse("documents:disclosure", args=[asked("document").path])
    return asked("secretary"), address, {"disclosure": "public", "reason": "Asked for\nby <Council>"}


def translating(asked):
    secretary, document = asked("secretary"), asked("document")
    upload = SimpleUploadedFile("fr.pdf", factories.pdf_bytes("Le texte."), content_type=factories.PDF)
    text = document.current.pk
    rights = rights_of(secretary)
    translations.prepare(document, text, upload, language="fr", rights=rights, at=rights.at)
    address = reverse("documents:translations", args=[document.path])
    return secretary, f"{address}?text=original", {"language": "fr"}


def announcing(asked):
    prepared = factories.make_meeting(asked("dg"), 3, announced=False)
    return asked("secretary"), reverse("meetings:announce", args=[prepared.register.slug]), {}


def closing(asked):
    return asked("secretary"), reverse("meetings:close", args=[asked("in_session").register.slug]), {}


def taking_a_request_back(asked):
    secretary, meeting = asked("secretary"), asked("in_session")
    one = requests.record(
        meeting, addressees=[factories.make_state("SAU")], item="3", wording="A list.", actor=secretary
    )
    address = reverse("meetings:withdraw-request", args=[meeting.register.slug, one.pk])
    return secretary, address, {"reason": "Asked twice"}


def linking_an_answer(asked):
    secretary, meeting = asked("secretary"), asked("in_session")
    saudi_arabia = factories.make_state("SAU")
    one = requests.record(
        meeting,
        addressees=[saudi_arabia],
        item="3",
        wording="A report.",
        due_on=meeting.register.last_day + timedelta(days=60),
        actor=secretary,
    ).addressees.get()
    document = factories.make_document(factories.make_meeting(asked("dg"), 9).register)
    address = reverse("meetings:link-answer", args=[meeting.register.slug, one.request_id, one.pk])
    return secretary, address, {"document": str(document.pk)}


def _filed_for_saudi_arabia(asked):
    secretary, group = asked("secretary"), asked("dg")
    asked("held")
    draft = drafts.make_draft(group, factories.make_register(group), by=secretary, received=drafts.LETTER)
    document = drafts.submit(draft, secretary).receipt.revision.document
    return document, reverse("documents:objection", args=[document.path])


def objecting(asked):
    _document, address = _filed_for_saudi_arabia(asked)
    return asked("saudi_focal_point"), address, {"act": "object", "reason": "We sent <no> letter"}


def lifting_an_objection(asked):
    objector = asked("saudi_focal_point")
    document, address = _filed_for_saudi_arabia(asked)
    objections.make(document, rights=rights_of(objector), reason="We sent no letter")
    return objector, address, {"act": "lift_objection"}


RULE = {
    "kinds": "contribution_action",
    "measured": "received",
    "offset": "12",
    "unit": "days",
    "effect": "flag",
    "source": "The Group, 3rd meeting",
    "replaces": "",
    "reason": "Agreed",
}


def making_a_rule(asked):
    secretary, address = asked("secretary"), reverse("documents:rule-new")
    terms = RULE | {"group": str(asked("dg").pk)}
    shown = asked("client_of")(secretary).post(address, terms | {"reason": ""}).content.decode()
    return secretary, address, terms | {"read": shown.partition('name="read" value="')[2].partition('"')[0]}


def giving_the_rules_of_a_preset(asked):
    factories.twenty_four_hours()
    address = reverse("documents:rule-preset", args=["decision-556", asked("dg").slug])
    return asked("secretary"), address, {"reason": "Council Decision 556"}


def sending_a_mail_again(asked):
    event = Event.objects.create(
        kind="meeting_announced",
        key="k",
        group=asked("dg"),
        happened_at=asked("now"),
        expanded_at=asked("now"),
    )
    failed = Notice.objects.create(
        event=event,
        address="lost@test.example",
        status=Notice.Status.FAILED,
        due_at=asked("now"),
        last_error="refused",
        message_id="<lost@test.example>",
    )
    return asked("secretary"), reverse("today:send-again", args=[failed.pk]), {"reason": "Address corrected"}


def convening(asked):
    asked("held")
    data = {
        "group": str(asked("dg").pk),
        "ordinal": "3",
        "title": "3rd meeting",
        "date": "2026-06-22",
        "time": "09:30",
        "zone": "Europe/Zurich",
        "days": "1",
        "place": "Geneva",
    }
    return asked("secretary"), reverse("meetings:new"), data | NO_SITTINGS


def correcting(asked):
    data = {"title": "The right title", "place": "Geneva", "days": "1", "seen": "0", "reason": "A typo"}
    return asked("secretary"), at("edit", asked("meeting")), data | NO_SITTINGS


def moving(asked):
    secretary, meeting = asked("secretary"), asked("meeting")
    opens = (meeting.opens_local + timedelta(days=7)).replace(hour=9, minute=0)
    asked_for = {"date": f"{opens:%Y-%m-%d}", "time": "09:00"}
    address = at("move", meeting)
    shown = asked("client_of")(secretary).get(address, asked_for)
    chosen = {f"rule-{rule.pk}": "move" for rule in DeadlineRule.objects.all()}
    return (
        secretary,
        address,
        {
            **asked_for,
            "seen": shown.context["proposal"].digest,
            "reason": "No hall",
            **chosen,
        },
    )


def changing_deadlines(asked):
    meeting = asked("meeting")
    rule = DeadlineRule.objects.get()
    return (
        asked("secretary"),
        at("deadlines", meeting),
        {
            "seen": deadline_changes.propose_deadlines(meeting).digest,
            f"rule-{rule.pk}": "end_here",
            "reason": "By correspondence",
        },
    )


def postponing(asked):
    return asked("secretary"), at("postpone", asked("meeting")), {"reason": "No hall"}


def cancelling(asked):
    return asked("secretary"), at("cancel", asked("meeting")), {"reason": "No hall", "confirmed": "on"}


def opening_a_sitting(asked):
    meeting, held = asked("meeting"), asked("held")
    first = meeting.sittings.create(number=1, starts_at=meeting.register.opens_at)
    held.move_to(meeting.register.opens_at + timedelta(minutes=20))
    opened = meeting.opens_local + timedelta(minutes=7)
    data = {"sitting": str(first.pk), "date": f"{opened:%Y-%m-%d}", "time": f"{opened:%H:%M}"}
    return asked("secretary"), at("open-sitting", meeting), data


def undoing_an_opening(asked):
    meeting, held, secretary = asked("meeting"), asked("held"), asked("secretary")
    first = meeting.sittings.create(number=1, starts_at=meeting.register.opens_at)
    held.move_to(meeting.register.opens_at + timedelta(minutes=20))
    sittings.open_sitting(meeting, first, actor=secretary)
    return secretary, at("undo-opening", meeting), {"sitting": str(first.pk), "reason": "The wrong meeting"}


def recording_a_request(asked):
    secretary, address = asked("secretary"), at("record-request", asked("in_session"))
    data = {
        "item": "7c",
        "addressees": f"state-{factories.make_state('SYR').pk}",
        "wording": "A list",
        "sitting": "",
        "due_on": "",
    }
    shown = asked("client_of")(secretary).post(address, data)
    return secretary, address, data | {"seen": shown.context["seen"]}


def removing_a_link(asked):
    secretary, address, data = linking_an_answer(asked)
    one = requests.Request.objects.get().addressees.get()
    document = factories.Document.objects.get(pk=data["document"])
    answers.link(one, document, actor=secretary)
    address = at("unlink-answer", one.request.meeting, one.request_id, one.pk)
    return secretary, address, data | {"reason": "It speaks of something else"}


# By the verb that locks, as the code names it.
ACTS = {
    "contributions.submission.submit": submitting,
    "contributions.withdrawing.withdraw": withdrawing,
    "cwg.documents.disclosure.change": disclosing,
    "cwg.documents.objections.lift": lifting_an_objection,
    "cwg.documents.objections.make": objecting,
    "cwg.documents.rulebook.apply_preset": giving_the_rules_of_a_preset,
    "cwg.documents.rulebook.keep": making_a_rule,
    "cwg.documents.translations.add": translating,
    "cwg.notices.resending._each": sending_a_mail_again,
    "meetings.answers.link": linking_an_answer,
    "meetings.answers.unlink": removing_a_link,
    "meetings.calling_off.cancel": cancelling,
    "meetings.calling_off.postpone": postponing,
    "meetings.convening.announce": announcing,
    "meetings.convening.close": closing,
    "meetings.convening.convene": convening,
    "meetings.correcting.correct": correcting,
    "meetings.deadline_changes.change_deadlines": changing_deadlines,
    "meetings.moving.confirm_move": moving,
    "meetings.requests.record": recording_a_request,
    "meetings.requests.withdraw": taking_a_request_back,
    "meetings.sittings.open_sitting": opening_a_sitting,
    "meetings.sittings.undo_opening": undoing_an_opening,
}
# What locks without a form of a page, and who meets the refusal.
ELSEWHERE = {
    "cwg.documents.archive.open_archive": "the demonstration",
    "cwg.documents.archive.enter_archive": "the demonstration",
    "cwg.documents.heads.publish": "a background job: its next round",
    "cwg.documents.reference.load": "a command",
    "cwg.documents.register.change_disclosure": "within `disclosure.change`, whose lock is taken before",
    "cwg.documents.register.withdraw": "within `withdrawing.withdraw`, whose lock is taken before",
    "cwg.operations.restoration.go_on": "a command, while web and worker are stopped",
    "cwg.record.seals.seal": "a background job: its next round",
    "cwg.record.signing.retire": "a command",
    "cwg.record.signing.sign": "a download, once for each key: `test_a_page_that_only_shows_is_loaded_again`",
}
