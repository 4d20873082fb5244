"""The line in the staff side: what callers hear, the figures, the setup, and the telephone without JavaScript."""

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission

from tests.unit.phone.conftest import PHONE, body, no_phone
from tests.unit.phone.test_line import BYE, HOURS, IS_IT, NUMBER, START
from utbud.base.plain_language import readability
from utbud.channels.models import Reach
from utbud.formats.speech import NoVoice
from utbud.inbox.models import Message
from utbud.phone import actions, queries
from utbud.phone.models import PhoneCall, PhoneSecret

LINE, TRIAL, TEXT = "/admin/telefon/", "/admin/telefon/prova/", "/admin/telefon/text/"
NEW = "/admin/telefon/ny-adress/"


@pytest.fixture
def staff(client, site, elks):
    client.force_login(site.editor)
    return client


def soup(answer) -> BeautifulSoup:
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize("address", [LINE, TRIAL, TEXT])
def test_it_is_for_staff(client, site, address):
    assert client.get(address).status_code == 302


def test_the_menu_leads_there(staff):
    assert "Telefonlinjen" in staff.get("/admin/").content.decode()


class TestThePage:
    def test_it_shows_each_step_with_its_sound_when_it_is_read_in(self, staff, clock):
        page = soup(staff.get(LINE))
        steps = page.select(".phone-steps > div")
        assert steps[0].dd.p.get_text(strip=True) == START
        assert len(page.select(".phone-steps audio")) == 1  # the word has its own
        actions.read_in_missing(clock("2026-11-23 10:30"))
        page = soup(staff.get(LINE))
        assert len(page.select(".phone-steps audio")) == len(steps)
        assert body(staff.get(page.select_one(".phone-steps audio")["src"]))[3:].decode() == START

    def test_making_nothing_and_asking_little(self, staff, read_in, django_assert_max_num_queries):
        staff.get(LINE)
        with django_assert_max_num_queries(40):
            staff.get(LINE)
        assert read_in == []

    def test_only_those_with_the_right_see_the_secret_and_change_it(self, staff, site, clock):
        page = soup(staff.get(LINE))
        assert (page.select_one("#phone-address"), page.select_one("form[action$='ny-adress/']")) == (
            None,
            None,
        )
        assert queries.secret(queries.SERVICES[0]) not in str(page)
        assert staff.post(NEW).status_code == 302
        assert not PhoneSecret.objects.exists()
        site.editor.user_permissions.add(Permission.objects.get(codename="change_phonesecret"))
        before = soup(staff.get(LINE)).select_one("#phone-address")["value"]
        staff.post(NEW)
        page = soup(staff.get(LINE))
        assert (
            page.select_one("#phone-address")["value"] == queries.start_address(queries.SERVICES[0]) != before
        )
        assert f"Den byttes 23 november 2026 10.30 av {site.editor}." in page.get_text()

    def test_it_tells_what_to_set(self, staff, site):
        site.editor.user_permissions.add(Permission.objects.get(codename="change_phonesecret"))
        page = soup(staff.get(LINE))
        assert page.select_one("#phone-address")["value"] == queries.start_address(queries.SERVICES[0])
        assert PHONE in page.select_one(".phone-setup").get_text()
        no_phone()
        assert "har inget telefonnummer" in soup(staff.get(LINE)).get_text()

    def test_the_figures_of_the_weeks(self, staff, elks):
        elks().ring("192")
        row = soup(staff.get(LINE)).select_one(".phone-table tbody tr")
        assert [cell.get_text() for cell in row.select("td")] == ["1", "1", "1", "0", "0"]

    def test_without_a_voice_it_says_so(self, staff, monkeypatch):
        def no_voice():
            raise NoVoice("tyst")

        monkeypatch.setattr("utbud.phone.staff_views.voice", no_voice)
        assert "Rösten fungerar inte" in soup(staff.get(LINE)).get_text()


class TestTheTelephone:
    """A person without JavaScript: each press is a form."""

    def press(self, staff, page, result, **more):
        hidden = {field["name"]: field["value"] for field in page.select(".phone-box input[type=hidden]")}
        hidden.pop("csrfmiddlewaretoken")
        return soup(staff.post(TRIAL, hidden | {"result": result} | more))

    def heard(self, page) -> list[str]:
        return [said.get_text(strip=True) for said in page.select(".phone-heard p")]

    def test_a_whole_call(self, staff):
        page = self.press(staff, soup(staff.get(LINE)), "ring")
        assert self.heard(page) == [START]
        page = self.press(staff, page, "2")
        assert self.heard(page) == [HOURS]
        assert "väntar på att du trycker" in page.select_one("[data-state]").get_text()
        page = self.press(staff, self.press(staff, page, "9"), "3")
        assert self.heard(page) == NUMBER
        page = self.press(staff, page, "success")
        assert self.heard(page) == [IS_IT]
        page = self.press(staff, page, "1")
        assert "Det här är ett prov" in self.heard(page)[0]
        page = self.press(staff, page, "failed")
        assert self.heard(page) == [BYE]
        assert "Samtalet är slut" in page.select_one("[data-state]").get_text()
        assert not Message.objects.exists()
        assert not PhoneCall.objects.exists()
        assert not Reach.objects.exists()

    def test_each_sound_has_a_player_that_works(self, staff):
        page = self.press(staff, soup(staff.get(LINE)), "ring")
        (player,) = page.select(".phone-heard audio")
        answer = staff.get(player["src"])
        assert (answer.headers["Content-Type"], body(answer)[3:].decode()) == ("audio/mpeg", START)

    def test_the_words_of_a_reading_are_shown(self, staff):
        page = self.press(staff, self.press(staff, soup(staff.get(LINE)), "ring"), "1")
        page = self.press(staff, page, "success")
        assert self.heard(page) == ["Wifi. Wifi är ett ord.Mer om ordet."]

    def test_staff_answer_or_do_not(self, staff):
        page = self.press(staff, self.press(staff, soup(staff.get(LINE)), "ring"), "0")
        page = self.press(staff, page, "success")
        assert f"Här kopplas samtalet till {PHONE}" in page.get_text()
        assert self.heard(self.press(staff, page, "failed"))[0].startswith("Tyvärr kunde ingen svara")
        assert "Samtalet är slut" in self.press(staff, page, "success").select_one("[data-state]").get_text()

    def test_with_a_withheld_number(self, staff):
        page = self.press(staff, soup(staff.get(LINE)), "ring", hidden="1")
        assert page.select_one("#phone-hidden").has_attr("checked")
        page = self.press(staff, page, "3", hidden="1")
        assert self.heard(page)[0].startswith("Vi kan inte se ditt nummer.")

    @pytest.mark.parametrize("given", [{"result": "lagg-pa"}, {"result": "5"}, {}])
    def test_without_a_call_it_goes_back(self, staff, given):
        assert staff.post(TRIAL, given).url == LINE

    def test_by_get_it_goes_back(self, staff):
        assert staff.get(TRIAL).url == LINE

    @pytest.mark.parametrize(
        "address", ["/admin/", "/ord/", "https://example.org/", "/finns/inte/", "//x", "/api/telefon/0/"]
    )
    def test_it_asks_no_other_address(self, staff, address):
        assert staff.post(TRIAL, {"call": "prov-1", "next": address, "result": "1"}).status_code == 404

    def test_a_call_that_is_not_a_trial_is_never_made(self, staff):
        staff.post(
            TRIAL,
            {
                "call": "c0ffee",
                "next": f"/api/telefon/{queries.secret(queries.SERVICES[0])}/vanligt/ring/ja/",
                "result": "1",
            },
        )
        assert not Message.objects.exists()


class TestCaptions:
    def test_what_a_prompt_says(self, staff, elks):
        address = elks().ask(queries.start_address(queries.SERVICES[0]))["ivr"]
        assert staff.get(TEXT, {"ljud": address}).json() == {"text": START}

    @pytest.mark.parametrize(
        "address", ["", "/", f"/telefon/ljud/{'0' * 64}.mp3", "https://[", "/ord/annat/lyssna.mp3"]
    )
    def test_of_anything_else_nothing(self, staff, address):
        assert staff.get(TEXT, {"ljud": address}).json() == {"text": ""}


def test_all_that_is_said_is_plain(elks, clock):
    """LIX at most 40, no exclamation marks, no text that is not whole."""
    said = [
        saying.text
        for saying in queries.wanted(clock("2026-11-23 10:30")).values()
        if not saying.text.isdecimal()
    ]
    assert [text for text in said if re.search(r"!|%|  |\.\.", text)] == []
    assert readability(" ".join(said)).lix <= 40
