"""/hjalp/: works for the one who reads it on paper, by ear or on an old phone."""

import datetime as dt
import json
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from utbud.base.dates import STOCKHOLM
from utbud.base.plain_language import readability
from utbud.places.models import (
    HELPS_NOT_WITH,
    HELPS_WITH,
    LibrarySettings,
    Opening,
    OpeningHours,
    Place,
    SpecialDay,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)


def place(name: str = "Huvudbiblioteket", order: int = 0, **more: object) -> Place:
    where = Place.objects.create(name=name, slug=name.lower(), kind=Place.Kind.MAIN, order=order, **more)
    for kind, opens, closes in (
        (Opening.OPEN, 10, 18),
        (Opening.UNSTAFFED, 8, 10),
        (Opening.DROP_IN, 13, 15),
    ):
        OpeningHours.objects.create(
            place=where, kind=kind, weekday=0, opens=dt.time(opens), closes=dt.time(closes)
        )
    return where


def page() -> str:
    with time_machine.travel(NOW, tick=False):
        return Client().get("/hjalp/").content.decode()


def main(html: str) -> str:
    found = re.search(r"<main.*?</main>", html, re.S)
    assert found
    return found.group()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_it_tells_when_where_and_whom_to_call() -> None:
    LibrarySettings.objects.create(phone="08-465 004 00")
    place(street="Storgatan 1", postal_code="871 31", city="Härnösand", accessibility="Ramp och dörröppnare.")
    SpecialDay.objects.create(date=dt.date(2026, 11, 25), closed=True, reason="Planeringsdag")
    text = words(main(page()))
    for said in (
        "Telefon: 08-465 004 00",
        "Nästa tid: I dag klockan 13–15 på Huvudbiblioteket",
        "Huvudbiblioteket Meröppet nu till klockan 10. Personal finns i dag klockan 10.",
        "Adress Storgatan 1, 871 31 Härnösand",
        "Så kommer du in Ramp och dörröppnare.",
        "Huvudbiblioteket: den här veckan, vecka 48",
        "Måndag 23 november (i dag) Öppet: 10–18 Hjälp utan att boka: 13–15 Meröppet: 8–10",
        "Onsdag 25 november Stängt Hjälp utan att boka: – Meröppet: – Planeringsdag",
    ):
        assert said in text


def test_a_place_with_drop_in_only_has_no_empty_column() -> None:
    place().hours.exclude(kind=Opening.DROP_IN).delete()
    html = main(page())
    assert re.findall(r'<th scope="col">([^<]+)</th>', html) == ["Dag", "Hjälp utan att boka"]


def test_the_phone_can_be_rung() -> None:
    LibrarySettings.objects.create(phone="08-465 004 00")
    place("Ramvik", phone="08-465 004 01")
    html = main(page())
    assert ('href="tel:+46846500400"' in html, 'href="tel:+46846500401"' in html) == (True, True)


def test_without_places_or_phone_it_is_still_a_page() -> None:
    text = words(main(page()))
    assert "Det här hjälper vi till med" in text
    assert ("Ring oss" in text, "Nästa tid" in text) == (False, False)


def test_a_bus_without_hours_shows_no_empty_table() -> None:
    Place.objects.create(name="Bokbussen", slug="bokbussen", kind=Place.Kind.BUS)
    html = main(page())
    assert ("<table" in html, "Här finns inga fasta tider." in html) == (False, True)


def test_places_that_are_put_away_are_not_shown() -> None:
    place(active=False)
    assert "Huvudbiblioteket" not in page()


def test_what_staff_write_is_shown_as_text() -> None:
    LibrarySettings.objects.create(helps_with="<script>alert(1)</script>\n\n  Wifi  ")
    place(about="<b>Välkommen</b>\nIn")
    html = main(page())
    assert re.search(
        r"<li><div[^>]*>&lt;script&gt;alert\(1\)&lt;/script&gt;</div></li><li><div[^>]*>Wifi</div></li>", html
    )
    assert "&lt;b&gt;Välkommen&lt;/b&gt;" in html


def test_no_inline_style_or_script() -> None:
    place()
    html = main(page())
    assert re.findall(r"\sstyle=|<style|<script|\son[a-z]+=", html) == []


def test_every_table_has_a_caption_and_headers() -> None:
    place()
    html = main(page())
    assert (html.count("<caption"), html.count('scope="col"'), html.count('scope="row"')) == (1, 4, 7)


def test_ids_are_unique() -> None:
    for number in range(3):
        place(f"Plats{number}", order=number)
    ids = re.findall(r'\sid="([^"]+)"', page())
    assert len(ids) == len(set(ids))


def test_it_is_easy_to_read() -> None:
    LibrarySettings.objects.create(phone="08-465 004 00")
    html = re.sub(r"<table.*?</table>", "", main(page()), flags=re.S)
    text = re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|h1|h2|dt|dd)>", ".\n", html))
    assert readability(text).lix <= 40


@pytest.mark.parametrize("text", [HELPS_WITH, HELPS_NOT_WITH])
def test_the_lists_are_easy_to_read(text: str) -> None:
    assert readability(text.replace("\n", ".\n")).lix <= 40


def test_the_same_number_of_questions_for_1_and_3_places() -> None:
    asked = []
    page()  # what is kept for the next page is there
    for number in range(3):
        place(f"Plats{number}", order=number)
        with CaptureQueriesContext(connection) as done:
            page()
        asked.append(len(done))
    assert asked[0] == asked[2]


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (
            "2026-11-23 09:00",
            "Ingen svarar just nu. En människa svarar i dag klockan 10.",
        ),  # open without staff
        ("2026-11-23 12:00", "En människa svarar nu, till klockan 18."),
        ("2026-11-23 22:00", "Ingen svarar just nu. En människa svarar måndag 30 november klockan 10."),
        ("2026-12-24 12:00", "Ingen svarar just nu. En människa svarar på måndag klockan 10."),  # a holiday
    ],
)
@pytest.mark.parametrize("address", ["/hjalp/", "/samarbeta/"])
def test_the_phone_has_hours_on_every_page(when: str, says: str, address: str) -> None:
    LibrarySettings.objects.create(phone="08-465 004 00")
    place()
    moment = dt.datetime.fromisoformat(when).replace(tzinfo=STOCKHOLM)
    with time_machine.travel(moment, tick=False):
        html = Client().get(address).content.decode()
    foot = html[html.index('<aside class="reach"') :]
    assert says in words(foot)
    assert ('href="/samarbeta/"' in foot, 'href="/hjalp/#utan-att-prata"' in foot) == (True, True)
    assert (says in words(main(html))) == (address == "/hjalp/")


def test_who_does_not_hear_or_speak_has_ways_of_their_own() -> None:
    LibrarySettings.objects.create(phone="08-465 004 00", email="fraga@example.org")
    html = main(page())
    [section] = re.findall(r'<section aria-labelledby="utan-att-prata">.*?</section>', html, re.S)
    assert re.findall(r'href="([^"]+)"', section) == [
        "/samarbeta/?vill=skriva",
        "mailto:fraga@example.org",
        "https://texttelefoni.se/",
        "https://bildtelefoni.net/",
        "https://www.teletal.se/",
    ]
    assert "Säg vårt nummer: 08-465 004 00." in words(section)
    assert "teckenspråkstolk" in section


def test_search_engines_read_the_hours_of_each_day_of_the_week_holidays_too() -> None:
    where = Place.objects.create(
        name="Filialen", slug="filialen", kind=Place.Kind.BRANCH, street="Storgatan 1"
    )
    OpeningHours.objects.create(place=where, weekday=0, opens=dt.time(10), closes=dt.time(18))
    OpeningHours.objects.create(place=where, weekday=1, opens=dt.time(10), closes=dt.time(18))
    SpecialDay.objects.create(place=where, date=dt.date(2026, 11, 24), closed=True, reason="Studiedag")
    with time_machine.travel(NOW, tick=False):
        said = Client().get("/hjalp/").content.decode()
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', said, re.DOTALL)[0])
    [library] = [one for one in data["@graph"] if one["name"] == "Filialen"]
    assert (library["@type"], library["address"]["streetAddress"]) == ("Library", "Storgatan 1")
    hours = [
        (one["dayOfWeek"].rpartition("/")[2], one["opens"], one["closes"], one["validFrom"])
        for one in library["openingHoursSpecification"]
    ]
    assert len(hours) == 7
    assert hours[:2] == [
        ("Monday", "10:00", "18:00", "2026-11-23"),
        ("Tuesday", "00:00", "00:00", "2026-11-24"),
    ]
