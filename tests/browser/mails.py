"""The mails of the demo, as the secretariat reads them in the console."""

import re

from tests.browser.visitor import Visitor


def link_of(secretariat: Visitor, *, to: str, below: str) -> str:
    """The first link below that path in the latest mail to `to`, once the worker has sent one that has it."""
    for _again in range(40):
        secretariat.open(f"/console/notices/demomail/?q={to}")
        line = secretariat.page.locator("main tr", has_text=to)
        if line.count():
            line.first.get_by_role("link").first.click()
            secretariat.page.wait_for_load_state()
            link = re.search(rf"https?://\S+{re.escape(below)}[^\s\"<>]+", secretariat.page.content())
            if link:
                return link.group(0)
        secretariat.page.wait_for_timeout(1000)
    raise AssertionError(f"no mail to {to} with a link below {below}: {secretariat.words()[:500]}")
