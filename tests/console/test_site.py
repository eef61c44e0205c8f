"""Who enters the console, and what stands in it."""

import re
from html import unescape

import pytest
from django.apps import apps
from django.urls import reverse

from cwg.console.site import site
from cwg.members.models import MemberState
from cwg.members.rights import ADMINISTERED_MODELS
from tests import factories
from tests.console.conftest import SECRET

MODELS = sorted(f"{m._meta.app_label}_{m._meta.model_name}" for m in site._registry)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("who", ["secretary", "auditor"])
def test_each_list_opens_for_secretariat_and_auditor(name, who, request, document, client_of, settings):
    settings.DEMO = True
    person = request.getfixturevalue(who)
    assert client_of(person).get(reverse(f"console:{name}_changelist")).status_code == 200


@pytest.mark.parametrize("name", MODELS)
def test_an_administrator_sees_accounts_and_what_binds_all_groups(name, administrator, client_of, settings):
    settings.DEMO = True
    status = client_of(administrator).get(reverse(f"console:{name}_changelist")).status_code
    assert status == (200 if name.partition("_")[2] in ADMINISTERED_MODELS else 403)


@pytest.mark.parametrize("who", ["saudi_delegate", "saudi_focal_point", "chair", "bureau", "nobody"])
@pytest.mark.parametrize("path", ["/console/", "/today/", "/console/members/person/"])
def test_for_others_the_console_does_not_exist(who, path, request, client_of):
    assert client_of(request.getfixturevalue(who)).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/console/", "/console/login/", "/today/"])
def test_visitors_sign_in_at_the_portal(path, client, db):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_right_to_enter_ends_with_the_accreditation(secretary, client_of, now):
    client = client_of(secretary)
    assert client.get("/console/").status_code == 200
    role = secretary.accreditations.get()
    role.until = now
    role.save()
    assert client.get("/console/").status_code == 404


def test_the_menu_names_the_console_only_for_those_who_enter(secretary, saudi_delegate, client_of, dg):
    assert 'href="/console/"' in client_of(secretary).get("/").content.decode()
    assert 'href="/console/"' not in client_of(saudi_delegate).get("/").content.decode()


# --- Drafts ---------------------------------------------------------------------------------------------------------


def test_no_model_of_drafts_is_registered():
    names = {model._meta.app_label for model in site._registry}
    assert "contributions" not in names
    assert "sessions" not in names


@pytest.mark.parametrize(
    "model", [m._meta.model_name for m in apps.get_app_config("contributions").get_models()]
)
def test_addresses_of_drafts_do_not_exist(model, secretary, client_of):
    assert client_of(secretary).get(f"/console/contributions/{model}/").status_code == 404


def test_no_page_of_the_console_tells_a_draft(secretary, draft, document, client_of, settings, now):
    from contributions.models import DraftFile
    from cwg.documents import blobs

    settings.DEMO = True
    blob = blobs.keep_own(factories.pdf_bytes(SECRET), media_type=factories.PDF, at=now, text=SECRET)
    DraftFile.objects.create(
        contribution=draft,
        language="en",
        blob=blob,
        name="secret-name.pdf",
        uploaded_by=draft.created_by,
        uploaded_at=now,
    )
    client = client_of(secretary)
    pages = ["/console/", "/today/", f"/console/documents/blob/{blob.pk}/change/"]
    pages += [reverse(f"console:{name}_changelist") for name in MODELS]
    for page in pages:
        text = client.get(page).content.decode()
        assert SECRET not in text, page
        assert "secret-name" not in text, page
        assert str(draft.pk) not in text, page
    listed = client.get("/console/documents/blob/").content.decode()
    registered = document.original.versions.get().files.get().blob_id
    assert registered in listed
    # Whoever holds a file could tell by its hash that a delegation has it in a draft.
    assert blob.pk not in listed
    assert client.get(f"/console/documents/blob/{blob.pk}/change/").status_code == 404


def test_a_mail_about_a_draft_shows_only_where_it_failed(secretary, saudi_focal_point, client_of, dg, now):
    from cwg.notices.models import Event, Notice

    def notice(kind, status):
        event = Event.objects.create(kind=kind, key=f"{kind}:{status}", group=dg, happened_at=now)
        return Notice.objects.create(
            event=event,
            person=saudi_focal_point,
            address=f"{kind}-{status}@test.example",
            status=status,
            due_at=now,
            message_id=f"<{kind}-{status}@test.example>",
        )

    sent, failed = notice("submission_asked", "sent"), notice("submission_asked", "failed")
    ordinary = notice("meeting_announced", "sent")
    client = client_of(secretary)
    listed = client.get("/console/notices/notice/").content.decode()
    assert ordinary.address in listed
    assert failed.address in listed
    assert sent.address not in listed
    assert client.get(f"/console/notices/notice/{sent.pk}/change/").status_code == 404
    assert client.get(f"/console/notices/event/{sent.event_id}/change/").status_code == 404
    assert client.get(f"/console/notices/event/{ordinary.event_id}/change/").status_code == 200


# --- What is not visible does not exist ---------------------------------------------------------------------------


def rows_of_the_group(meeting, document, dg):
    return [
        ("meetings_meeting", meeting.pk),
        ("documents_document", document.pk),
        ("documents_register", meeting.register_id),
        ("members_group", dg.pk),
        ("members_accreditation", dg.accreditations.first().pk),
    ]


def test_another_groups_secretariat_sees_no_row_of_this_one(
    meeting, document, dg, secretary, other_secretary, client_of
):
    theirs, ours = client_of(other_secretary), client_of(secretary)
    for name, pk in rows_of_the_group(meeting, document, dg):
        page = reverse(f"console:{name}_change", args=[pk])
        assert ours.get(page).status_code == 200, name
        assert theirs.get(page).status_code == 404, name
        assert page not in theirs.get(reverse(f"console:{name}_changelist")).content.decode()
        assert theirs.post(page, {"reason": "x"}).status_code in (403, 404), name


@pytest.mark.parametrize("pk", ["999999999", "abc", "99999999999999999999999999", "%2e%2e", "-1"])
@pytest.mark.parametrize(
    "name", ["members_person", "documents_document", "members_invitation", "documents_blob"]
)
def test_a_row_that_is_not_there_is_404(pk, name, secretary, client_of):
    page = reverse(f"console:{name}_changelist")
    assert client_of(secretary).get(f"{page}{pk}/change/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "unknown=1",
        "p=abc",
        "p=99999",
        "is_active__exact=perhaps",
        "o=x.y",
        "_to_field=password",
        "person__password=x",
    ],
)
def test_unknown_or_malformed_filters_are_400(query, secretary, client_of):
    status = client_of(secretary).get(f"/console/members/person/?{query}").status_code
    assert status in (200, 400)
    if query != "o=x.y":
        assert status == 400


@pytest.mark.parametrize(
    "question",
    [
        "members/person/?password__startswith=a",
        "members/person/?calendar_secret__regex=^Q",
        "documents/blob/?text__icontains=secret",
        "documents/blob/?inspection__isnull=False",
        "notices/event/?facts__contribution__startswith=4",
        "notices/demomail/?text__icontains=draft",
        "documents/document/?register__contributions__title__startswith=a",
        "documents/document/?kind__regex=(a*)*b",
        "documents/document/csv/?changes__title__startswith=a",
    ],
)
def test_a_list_answers_only_the_filters_it_offers(question, secretary, auditor, client_of, settings):
    settings.DEMO = True
    for person in (secretary, auditor):
        assert client_of(person).get(f"/console/{question}").status_code == 400


@pytest.mark.parametrize(
    "question",
    [
        "members/person/?is_active__exact=1",
        "members/accreditation/?role__exact=delegate&in_force=yes",
        "documents/document/?register__id__exact={register}&withdrawn_at__isempty=1",
        "documents/blob/?scan__exact=clean",
        "notices/notice/?status__exact=failed&event__kind=meeting_moved",
        "meetings/meeting/?register__group__id__exact={group}",
        "record/journalentry/?act=convened",
    ],
)
def test_the_filters_a_list_offers_are_answered(question, meeting, secretary, client_of):
    query = question.format(register=meeting.register_id, group=meeting.register.group_id)
    assert client_of(secretary).get(f"/console/{query}").status_code == 200


def test_every_filter_shown_beside_a_list_is_answered(meeting, document, secretary, client_of, settings):
    settings.DEMO = True
    client = client_of(secretary)
    for name in MODELS:
        page = reverse(f"console:{name}_changelist")
        shown = client.get(page).content.decode()
        for link in set(re.findall(r'href="(\?[^"]+)"', shown)):
            assert client.get(page + unescape(link)).status_code == 200, (page, link)


def test_lists_take_the_same_queries_for_three_rows_as_for_one(
    secretary, meeting, document, client_of, django_assert_max_num_queries, settings
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.DEMO = True
    client = client_of(secretary)

    def counts() -> dict[str, int]:
        found = {}
        for page in [*(reverse(f"console:{name}_changelist") for name in MODELS), "/today/"]:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(page).status_code == 200
            found[page] = len(queries)
        return found

    client.get("/console/")
    before = counts()
    for number, iso3 in enumerate(("FRA", "LVA"), 3):
        actor = factories.accredit_once(
            f"focal.{iso3.lower()}@test.example", meeting.register.group, "focal_point", iso3
        )
        factories.make_document(
            meeting.register, f"Of {iso3}", actor=actor, sources=(factories.state_source(iso3),)
        )
        factories.make_meeting(meeting.register.group, number)
    after = counts()
    assert {page: n for page, n in after.items() if n > before[page]} == {}


def test_nothing_can_be_deleted(secretary, auditor, document, client_of):
    client = client_of(secretary)
    for path in (
        f"/console/documents/document/{document.pk}/delete/",
        "/console/members/memberstate/1/delete/",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path, {"post": "yes"}).status_code == 404
    answer = client.post(
        "/console/documents/document/",
        {"action": "delete_selected", "_selected_action": document.pk, "post": "yes"},
    )
    assert answer.status_code == 403
    document.refresh_from_db()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(method, secretary, client_of):
    assert getattr(client_of(secretary), method)("/console/members/person/").status_code == 405


def test_a_change_without_a_token_of_the_form_is_403(secretary, client_of, dg):
    state = factories.make_state("FRA")
    client = client_of(secretary, enforce_csrf_checks=True)
    answer = client.post(f"/console/members/memberstate/{state.pk}/change/", {"short_en": "X", "reason": "x"})
    assert answer.status_code == 403
    assert MemberState.objects.get(pk=state.pk).short_en == "France"
