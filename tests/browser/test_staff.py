"""What staff type in Wagtail's forms stays what they typed."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("typed", ["1/12 2026", "1 december 2026", "1.12.2026", "3 dec", "snart"])
def test_the_calendar_leaves_a_typed_day_alone(page, login, typed):
    login("admin")
    page.goto("/admin/snippets/places/specialday/add/")
    field = page.get_by_label("Datum")
    field.click()
    page.keyboard.type(typed)
    page.get_by_label("Anledning").click()
    page.wait_for_timeout(200)  # the calendar closes
    expect(field).to_have_value(typed)
