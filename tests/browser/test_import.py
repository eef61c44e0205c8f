"""Many people at once: the secretariat pastes a list, sees what would come of it, and goes on with what is good."""

import pytest

from tests.browser import soundness
from tests.browser.visitor import Visit

pytestmark = pytest.mark.browser

LIST = """State or office;Role;Name;E-mail address;Groups;Language
FRA;Delegate;Claire Martin {who};claire.{who}@delegation.example;;fr
المملكة العربية السعودية;Delegate;أحمد الغامدي;ahmad.{who}@delegation.example
Saudi Arabai;Delegate;<b>Somebody</b>;=1+1
"""


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_checked_confirmed_and_told(visit: Visit, scripts: bool):
    who = "script" if scripts else "plain"
    person = visit("secretariat", java_script_enabled=scripts)
    page = person.open("/people/")
    person.follow("Import a list")
    page.locator("textarea[name=list]").fill(LIST.format(who=who))
    page.get_by_label("Group of lines that name none").select_option(index=1)
    person.press("Check the list")
    said = person.words()
    assert "Did you mean Saudi Arabia (SAU)?" in said and "begins like a formula" in said
    assert f"claire.{who}@delegation.example" in said and "<b>Somebody</b>" in said
    if scripts:
        assert soundness.faults_of(person) == []
    person.press("Go on with the 2 good lines")
    assert person.path().startswith("/people/import/") and person.path() != "/people/import/"
    assert "Invited 2 Left out 1" in person.words()
    if scripts:
        assert soundness.faults_of(person) == []
    with page.expect_download() as taken:
        person.follow("Download as CSV")
    assert "'=1+1" in taken.value.path().read_text("utf-8-sig")
    person.follow(f"Claire Martin {who}")
    assert f"claire.{who}@delegation.example" in person.words()
