"""The menus: who registers, who sees, what is marked."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from cwg.look import nav


@pytest.fixture
def menus(monkeypatch):
    monkeypatch.setattr(nav, "_MENUS", {"main": {}, "user": {}})


def entries(path="/clock/", menu="main"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return list(nav.items(request, menu))


def test_entries_stand_in_order_and_the_present_page_is_marked(menus):
    nav.register("Sign in", "account_login", lambda request: True, 20)
    nav.register("Clock", "clock", lambda request: True, 10)
    assert [(each["label"], each["active"]) for each in entries()] == [("Clock", "page"), ("Sign in", "")]
    assert [each["active"] for each in entries("/clock/below/")] == ["true", ""]


def test_what_a_person_may_not_open_is_not_offered(menus):
    nav.register("Clock", "clock", lambda request: False)
    assert entries() == []


def test_the_usual_condition_wants_somebody_signed_in(menus):
    nav.register("Clock", "clock")
    assert entries() == []


def test_a_page_that_is_not_mounted_is_left_out(menus):
    nav.register("Nowhere", "no-such-page", lambda request: True)
    assert entries() == []


def test_registering_twice_replaces(menus):
    nav.register("Old", "clock", lambda request: True)
    nav.register("New", "clock", lambda request: True)
    assert [each["label"] for each in entries()] == ["New"]


def test_a_request_without_a_person_gets_no_menu(menus):
    nav.register("Clock", "clock", lambda request: request.user.is_authenticated)
    assert list(nav.items(RequestFactory().get("/"))) == []
