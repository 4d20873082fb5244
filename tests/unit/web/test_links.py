"""Menus and footers link to pages that there are; what must be read as one is not broken."""

import datetime as dt
import re

import pytest
from django.template import Context, Template
from wagtail.models import Page
from wagtail.rich_text import RichText

from utbud.places.models import LibrarySettings, Opening, OpeningHours, Place
from utbud.web.context import LINKED
from utbud.web.models import LANGUAGES, InfoPage, LanguagesPage, StartPage
from utbud.web.weekdays import weekday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def about(site):
    page = InfoPage(title="Om oss", slug="om", body="<p>Vi finns.</p>", live=False)
    StartPage.objects.get().add_child(instance=page)
    return page


@pytest.mark.parametrize("address", ["/", "/hjalp/", "/nej/"])
def test_a_page_is_linked_to_from_the_day_it_is_published(client, about, publish, address):
    before = client.get(address).content.decode()
    publish(about)
    assert ('href="/om/"' in before, 'href="/om/"' in client.get(address).content.decode()) == (False, True)


def test_a_new_library_links_nowhere_in_vain(client, site):
    html = client.get("/").content.decode()
    led_to = [slug for slug in LINKED if f'href="/{slug}/"' in html]
    assert [client.get(f"/{slug}/").status_code for slug in led_to] == [200] * len(led_to)
    assert 'href="/hjalp-nagon-annan/"' not in html


def test_without_a_phone_nobody_is_asked_to_ring(client, site):
    library = LibrarySettings.load()
    library.phone = ""
    library.save()
    assert "Ring oss" not in client.get("/").content.decode()


def test_a_postal_code_is_never_broken(client, site):
    Place.objects.create(name="Huset", slug="huset", street="Vägen 123", postal_code="871 00", city="Byn")
    assert "Vägen 123, 871\u00a000 Byn" in client.get("/hjalp/").content.decode()
    shown = Template("{% load utbud_places %}{{ a|unbroken }}").render(Context({"a": "Vägen 1, 871 00 Byn"}))
    assert shown == "Vägen 1, 871\u00a000 Byn"


def test_a_later_page_of_the_archive_says_so_in_its_title(client, write, publish):
    from utbud.learning import queries

    for number in range(queries.PER_PAGE + 1):
        publish(write(f"Ord {number}"))
    titles = [
        client.get("/ord/", {"sida": number}).content.decode().split("<title>")[1].split("<")[0]
        for number in (1, 2)
    ]
    assert (", sida" in titles[0], ", sida 2" in titles[1]) == (False, True)


def test_the_foot_of_every_page_leads_to_how_we_care_for_what_we_know(client, about, publish):
    assert "/om/personuppgifter/" not in client.get("/nej/").content.decode()
    publish(about)
    page = InfoPage(
        title="Dina uppgifter", slug="personuppgifter", body="<p>Vi är rädda om dem.</p>", live=False
    )
    about.add_child(instance=page)
    publish(page)
    for address in ("/", "/hjalp/", "/nej/"):
        assert 'href="/om/personuppgifter/"' in client.get(address).content.decode()


def test_each_language_tells_where_and_when_one_can_come(client, site, publish):
    place = Place.objects.create(
        name="Huset", slug="huset", street="Vägen 1", postal_code="871 00", city="Byn"
    )
    for day in range(7):
        OpeningHours.objects.create(
            place=place, kind=Opening.DROP_IN, weekday=day, opens=dt.time(10), closes=dt.time(12)
        )
    said = {"en": "Monday", "ar": "الاثنين", "so": "Isniin", "ti": "ሰኑይ", "prs": "دوشنبه", "rom": "Måndag"}
    texts = [("text", {"code": code, "heading": "Help", "body": RichText("<p>Come.</p>")}) for code in said]
    StartPage.objects.get().get_children().filter(slug="sprak").delete()
    page = LanguagesPage(title="Språk", slug="sprak", texts=texts, live=False)
    StartPage.objects.get().add_child(instance=page)
    publish(page)
    html = client.get("/sprak/").content.decode()
    sections = html.split('<section class="tongue')[1:]
    told = [re.sub("<[^>]+>|\\s+", " ", one) for one in sections]
    for (code, monday), one in zip(said.items(), told, strict=True):
        assert "Huset , Vägen 1, 871 00 Byn" in one.replace("Huset,", "Huset ,"), code
        assert (monday in one, "10:00–12:00" in one) == (True, True) if code != "rom" else "10–12" in one, (
            code
        )


def test_every_language_we_know_the_days_of_has_seven():
    known = {code: [weekday(code, number) for number in range(7)] for code in LANGUAGES}
    assert {code for code, days in known.items() if not all(days)} == {"fit", "rom"}
    assert [code for code, days in known.items() if len(set(days)) != 7 and all(days)] == []


@pytest.mark.parametrize("typed", ["/om/", "/OM/", "/Om", "/oM/?q=1"])
def test_capitals_in_an_address_lead_to_the_page(client, about, publish, typed):
    publish(about)
    answer = client.get(typed, follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/om/")


@pytest.mark.parametrize("typed", ["/hjälp/", "/Hjalp", "/HJÄLP/"])
def test_an_address_that_no_editor_wrote_is_found_too(client, site, typed):
    assert client.get(typed).headers.get("Location") == "/hjalp/"


@pytest.mark.parametrize("typed", ["/OM/", "/Nej/", "/nej/"])
def test_capitals_lead_nowhere_where_there_is_nothing(client, about, typed):
    assert client.get(typed, follow=True).status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        "/om/lätt-svenska/",
        "/om/Lätt_Svenska",
        "/om/LATT-SVENSKA/",
        "/om/l%C3%A4tt%20svenska/",
        "/om/Lätt-Sven-Ska/",
        "/om/lattsvenska",
    ],
)
def test_swedish_letters_and_spaces_in_an_address_lead_to_the_page(client, about, publish, typed):
    publish(about)
    easy = InfoPage(title="Lätt svenska", slug="latt-svenska", body="<p>Hej.</p>")
    about.add_child(instance=easy)
    InfoPage.objects.filter(pk=easy.pk).update(live=True)
    assert client.get(typed).headers.get("Location") == "/om/latt-svenska/"
    answer = client.get("/om/latt-svensk/")
    assert answer.status_code == 404
    assert 'href="/om/latt-svenska/">Lätt svenska</a>' in answer.content.decode()
    assert "Menade du" not in client.get("/om/qqqq/").content.decode()


@pytest.mark.parametrize(
    ("typed", "leads", "offers"),
    [
        ("/film/", "/filmer/", []), ("/Film", "/filmer/", []), ("/fil/", None, []), ("/om/film/", None, []),
        ("/om/BankID/", None, ["/om/visa-bankid/", "/om/byt-bankid-nu/", "/filmer/bankid/"]), ("/filmer/Bank-ID/", "/filmer/bankid/", []),
    ],
)  # fmt: skip
def test_an_address_almost_right_leads_on(client, about, publish, typed, leads, offers):
    publish(about)
    films = Page.objects.get(slug="filmer")
    for parent, slug in ((about, "byt-bankid-nu"), (about, "visa-bankid"), (films, "bankid")):
        parent.add_child(instance=InfoPage(title=slug, slug=slug, body="<p>Hej.</p>"))
    Page.objects.update(live=True)
    answer = client.get(typed)
    assert answer.headers.get("Location") == leads
    main = answer.content.decode().partition("<main")[2].partition("<form")[0]
    assert re.findall('href="([^"]*)"', main) == offers
