"""A morning at the desk: by keyboard, with a clock, without network, logged out, in two tabs. And the pages around it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import comes_true

DESK = "/admin/disken/"


@pytest.mark.parametrize(
    "path",
    [
        DESK,
        "/admin/disken/streck/",
        "/admin/disken/siffror/?fran=2025-01-01",
        "/admin/disken/kvar/",
        "/admin/disken/hjalp/inloggning/",
    ],
)
def test_the_pages_of_the_desk(visit, path):
    visit(path, by="disk")


@pytest.fixture
def count(make):
    """How many visits have been noted since it was asked for."""

    def now():
        lines = "from utbud.helpdesk.models import Visit; print('#', Visit.objects.counted().count())"
        return int(make(lines).rpartition("#")[2])

    before = now()
    return lambda: now() - before


def waiting(page):
    return page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('utbud-disken:')).length")


def all_is_sent(page):
    comes_true(page, "!Object.keys(localStorage).some(name => name.startsWith('utbud-disken:'))")


def test_a_morning_at_the_desk(page, login, keys, accessible, count):
    login("disk")
    page.goto(DESK)
    says, waits = page.locator("[data-says]"), page.locator("[data-waits]")
    page.keyboard.press("2")  # what
    expect(page.locator("[data-help-found] h3")).to_have_text("E-böcker och bibliotekets tjänster")
    page.keyboard.press("3")  # how long
    page.keyboard.press("Enter")  # done
    expect(says).to_contain_text("Noterat: E-böcker och bibliotekets tjänster, 15 min.")
    all_is_sent(page)
    says.get_by_role("button", name="Ångra").click()
    expect(says).to_have_text("Ångrat.")
    all_is_sent(page)
    assert count() == 0

    # A clock: begun, paused, ended. The same visit stands there when the page is opened again.
    page.get_by_role("checkbox", name="Inloggning och lösenord").check()
    page.get_by_role("button", name="Börja nu").click()
    row = page.locator("[data-going-list] li")
    row.get_by_role("button", name="Pausa").click()
    all_is_sent(page)
    page.reload()
    expect(row).to_contain_text("pausat efter 0 min")
    accessible()
    row.get_by_role("link", name="Mer").click()
    page.get_by_role("heading", name="Ett ärende till").wait_for()
    accessible()
    page.go_back()
    row.get_by_role("button", name="Klart").click()
    expect(row).to_have_count(0)
    all_is_sent(page)
    assert count() == 1

    page.line_was_broken = True  # Without network, in two tabs, of which one is closed.
    other = page.context.new_page()
    other.goto(DESK)
    comes_true(page, "caches.open('utbud-disken-1').then(kept => kept.keys()).then(keys => keys.length > 3)")
    page.context.set_offline(True)
    page.reload()  # a tablet throws away a tab that lies behind; the page opens as it was
    for tab in (page, other, page):
        tab.get_by_role("checkbox", name="Något annat").check()
        tab.get_by_role("radio", name="10 min").check()
        tab.get_by_role("button", name="Klart", exact=True).click()
    expect(waits).to_contain_text("3 väntar på att skickas. Nätet är borta.")
    other.close()
    page.context.clear_cookies()  # and somebody logs out meanwhile
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(waits).to_contain_text("3 väntar på att skickas. Du är utloggad. Logga in, så skickas det.")
    assert waiting(page) == 3
    page.context.add_cookies(keys("disk")["cookies"])
    page.evaluate("dispatchEvent(new Event('online'))")
    all_is_sent(page)
    expect(waits).to_be_empty()
    assert count() == 4
