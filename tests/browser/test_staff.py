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


def test_an_approved_text_is_not_changed_by_a_slip_of_the_hand(page, login):
    """The first key is asked about; «no» leaves the text, its caret and its approval as they were."""
    login("redaktor")
    page.goto("/admin/aret/2027/")
    row = page.locator("tr", has=page.locator('[data-stage="approved"]')).first
    row.get_by_role("link").first.click()
    expect(page.get_by_text("Godkänd, går ut")).to_be_visible()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    sentence = page.locator("[name=one_sentence]")
    was = sentence.input_value()
    sentence.press("x")
    explanation = page.locator(".public-DraftEditor-content").first
    before = explanation.inner_text()
    explanation.press("y")
    expect(sentence).to_have_value(was)
    assert explanation.inner_text() == before
    assert [("Vill du ändra?" in one) for one in asked] == [True, True]
