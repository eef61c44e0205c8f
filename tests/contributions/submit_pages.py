"""The pages of submission as somebody without script goes through them."""

import html
import re

from django.urls import reverse
from django.utils.html import strip_tags


def url(name, draft, *more):
    return reverse(f"contributions:{name}", args=[draft.pk, *more])


def plain(answer) -> str:
    """The words of a page, with single blanks."""
    return " ".join(html.unescape(strip_tags(answer.content.decode())).split())


def token_on(page) -> str:
    found = re.search(r'name="token" value="([0-9a-f-]{36})"', page.content.decode())
    assert found, "the preview shows no button"
    return found.group(1)


def previewed(browser, draft) -> str:
    """The token that the preview page gives out."""
    page = browser.get(url("preview", draft))
    assert page.status_code == 200
    return token_on(page)


def press_submit(browser, draft, token, **more):
    return browser.post(url("submit", draft), {"token": token} | more)
