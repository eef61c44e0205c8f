"""The door as a visitor meets it: a browser behind a network address, the sign-in form, and what it answers."""

import html
import re

from django.test import Client

from tests.factories import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password} | more)


def signed_in(client):
    return "_auth_user_id" in client.session


def behind(network: str) -> Client:
    """A new browser at that network address."""
    return Client(REMOTE_ADDR=network)


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def without_its_own_words(answer, email):
    """The page without the token of its form and without what was typed."""
    text = answer.content.decode().replace(email, "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
