"""What residents and staff do, in Firefox and in WebKit (Safari's): old phones have one or the other.

``make test`` runs the few journeys that tell most, ``make browsers`` all of them: those marked ``browsers`` are left to it. The
same lines hold for both; where one of them cannot, the line says what a person meets instead.
"""

import datetime as dt
import re

import pytest

from tests.browser.conftest import GUARD
from tests.browser.elsewhere import Firefox, WebKit, Window, started
from tests.browser.test_captions import MAKE as CAPTIONS
from tests.browser.test_captions import SAID
from tests.browser.test_films import MAKE as FILMS
from tests.browser.test_films import OURS
from tests.browser.test_recording import MAKE as RECORDINGS
from tests.browser.test_recording import SCRIPT
from utbud.base import dates

pytestmark = pytest.mark.browser
whole_journey = pytest.mark.browsers
PHONES = {"Firefox": "070-174 06 61", "WebKit": "070-174 06 62"}
GUIDE = "/guider/prata-pa-skarm/"


@pytest.fixture(scope="session", params=[Firefox, WebKit], ids=lambda kind: kind.NAME)
def browser_elsewhere(request):
    with started(request.param) as browser:
        yield browser


@pytest.fixture
def window(browser_elsewhere, server):
    """A window of nobody's in one of the browsers."""
    window = Window(browser_elsewhere, server.url)
    window.become()
    return window


@pytest.fixture
def be(window, keys):
    """Make the window that of one of the demo's people."""
    return lambda name: window.become(keys(name)["cookies"])


def person(window):
    """Has had the page before her as long as a person must who fills in a form."""
    window.becomes(
        f"performance.now() - performance.getEntriesByType('navigation')[0].responseStart > {GUARD * 1000}"
    )


def has_been_read(window):
    """Have the page's sounds made, where the worker has not come to it, and look at it anew: now it knows its sentences."""
    for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
        assert (
            window.becomes("fetch(location.pathname + arguments[0]).then((one) => one.status)", name) == 200
        )
    window.open(window.path)


def has_recorded(window):
    """Wait until three seconds are recorded."""
    window.becomes("/ ([3-9]|[1-5]\\d) s/.test(document.querySelector('[data-recorder]').innerText)")


@pytest.fixture(scope="session")
def film(make):
    """A film of our own with captions and parts."""
    make(FILMS)


@pytest.fixture(scope="session")
def captions(make):
    """The address where captions are written beside a film."""
    said = make(f"SAID = {SAID!r}\n{CAPTIONS}")
    page = re.search(r"MADE (\d+)", said)[1]
    return f"/admin/film-och-ljud/{page}/text/"


@pytest.fixture(scope="session")
def workshops(make):
    """The workshops of three films and an episode that nobody has recorded."""
    said = make(f"SCRIPT = {SCRIPT!r}\n{RECORDINGS}")
    return [f"/admin/film-och-ljud/{pk}/" for pk in re.search(r"MADE (.+)", said)[1].split()]


# --- residents ----------------------------------------------------------------------------------------


def test_a_word_is_read_and_listened_to(window):
    window.open("/")
    window.follow("Läs och lyssna")
    window.becomes("document.querySelector('audio')")
    has_been_read(window)
    window.press("Lyssna")
    window.becomes("document.querySelector('audio').currentTime > 0.5 && document.querySelector('.now')")
    first = window.ask("return document.querySelector('.now').dataset.n")
    window.press("Nästa")
    window.becomes("document.querySelector('.now').dataset.n > arguments[0]", first)
    window.press("Pausa")
    window.becomes("document.querySelector('audio').paused")
    window.press("Långsammare")
    window.becomes(
        "document.querySelector('audio').currentSrc.endsWith('lyssna-langsamt.mp3') && !document.querySelector('audio').paused"
    )


def test_a_film_plays_with_captions_and_the_text_follows(window, film):
    window.open(OURS)
    window.ask("const film = document.querySelector('video'); film.muted = true; film.play(); return true")
    window.becomes("document.querySelector('video').currentTime > 2.2")
    assert window.ask("return document.querySelector('video').textTracks[0].mode") == "showing"
    window.becomes("document.querySelector('video').textTracks[0].activeCues.length === 1")
    window.becomes("document.querySelector('.line[aria-current]').innerText.includes('Rad nummer')")
    window.focus(".said .at")
    window.keys("Enter")
    window.becomes("document.querySelector('video').currentTime >= 20")
    window.becomes("document.querySelector('.line[aria-current]').innerText.includes('Rad nummer 1')")
    assert window.ask("return document.activeElement.matches('.said .at')")
    window.press("Långsammare")
    window.becomes("document.querySelector('video').playbackRate === 0.75")
    window.see("Filmen går långsammare.")
    window.follow("Sedan")
    window.becomes("document.querySelector('.parts [aria-current]').innerText.includes('Sedan')")


@whole_journey
def test_a_guide_is_followed_step_by_step(window):
    window.open(GUIDE)
    has_been_read(window)
    window.press("Om det inte blir så här")
    window.becomes("document.querySelector('details.wrong').open")
    window.press("Lyssna")
    window.becomes("document.querySelector('audio').currentTime > 0.5 && document.querySelector('.now')")
    window.press("Pausa")
    window.follow("Visa ett steg i taget")
    window.see("Steg 1 av", "h1")
    steps = int(window.ask("return document.querySelector('h1').innerText.split(' ').pop()"))
    for number in range(2, steps + 1):
        window.follow("Nästa steg")
        window.see(f"Steg {number} av {steps}", "h1")
    window.follow("Klart")
    window.becomes("location.hash === '#klart'")


@whole_journey
@pytest.mark.parametrize(
    ("asked", "found"), [("bankidd", "BankID"), ("lösennord", "Lösenord"), ("öppettider", "Öppet")]
)
def test_search_finds_what_was_meant(window, asked, found):
    window.open("/")
    window.write("Sök", asked)
    window.keys("Enter")
    window.see(found)


def test_a_course_is_joined_and_cancelled(window):
    window.open("/kurser/ta-fina-bilder-och-hitta-dem-igen/")
    window.follow("Anmäl dig")
    window.becomes("location.pathname.endsWith('/anmalan/')")
    window.press("Fortsätt")
    window.see("Skriv ditt namn", ".error-summary")
    assert window.ask("return document.activeElement.matches('.error-summary')")
    window.write("Ditt namn", "Vera Provsson")
    window.write("Telefon eller e-post", PHONES[window.name])
    window.press("Fortsätt")
    window.choose("Hörslinga")
    window.press("Fortsätt")
    window.see("Stämmer det här?", "h1")
    window.back()
    window.becomes(
        "[...document.querySelectorAll('input:checked')].some((one) => one.labels[0].innerText === 'Hörslinga')"
    )
    window.press("Fortsätt")
    window.see("Stämmer det här?", "h1")
    person(window)
    window.press("Anmäl mig")
    window.see("Du har en plats", "h1")
    window.follow("Avboka")
    window.becomes("location.pathname.endsWith('/avboka/')")
    window.press("Ja, avboka")
    window.see("avbokad", "body")


@whole_journey
def test_a_screen_goes_round_and_keeps_itself(window):
    window.open("/skarm/huvudbiblioteket/?alltid")
    window.becomes("/^\\d\\d\\.\\d\\d$/.test(document.querySelector('.tv-clock').innerText)")
    first = window.ask("return document.querySelector('h1').innerText")
    assert window.ask("return document.fonts.ready.then(() => document.fonts.check('20px Atkinson'))")
    window.becomes("navigator.serviceWorker.ready.then(() => caches.has('skarm-1'))")
    window.becomes("document.querySelector('h1').innerText !== arguments[0]", first)  # after twenty seconds


# --- staff --------------------------------------------------------------------------------------------


@whole_journey
def test_a_word_is_written_recorded_sent_and_approved(window, be):
    title = f"Surfzon i {window.name}"
    window.open("/admin/login/")
    window.write("Användarnamn", "redaktor")
    window.write("Lösenord", "digitalt-utbud-demo")
    window.press("Logga in")
    window.see("Idag")
    window.open("/admin/aret/")
    window.follow("Skriv ett nytt ord")
    window.write("Ordet", title)
    window.write("En mening som alla förstår", "En surfzon är en plats där du kan nå internet gratis.")
    window.click('[data-contentpath="explanation"] [contenteditable=true]')
    window.keys(*"Du hittar surfzoner här.")
    window.see("LIX", "[data-plain-language]")

    # The editor's own recorder: in Firefox it makes WebM, in WebKit MP4.
    window.press("Ljud")
    window.press("Spela in")
    has_recorded(window)
    window.press("Stopp")
    window.press("Använd")
    window.becomes("document.querySelector('input[name=recording]').value")

    window.press("Skicka för godkännande")
    window.becomes("location.pathname.startsWith('/admin/godkanna/sida/')")
    window.press("Skicka för godkännande")
    window.see("väntar nu på godkännande", "body")
    be("utgivare")
    window.open("/admin/godkanna/")
    window.follow(title)
    window.choose("Godkänn")
    window.press("Svara")
    window.see("godkänd och publicerad", "body")
    window.become()
    window.open(f"/ord/surfzon-i-{window.name.lower()}/")
    window.see(title, "h1")
    window.ask("document.querySelector('audio').load()")
    window.becomes("document.querySelector('audio').duration > 1")


@whole_journey
def test_the_desk_plans_a_course_and_joins_somebody_by_phone(window, be):
    be("disk")
    day = dates.local(dt.datetime.now(dt.UTC)).date() + dt.timedelta(days=9)
    window.open("/admin/kurser/ny/")
    window.pick("Kurs", "Känn dig trygg på nätet")
    window.pick("Plats", "Biblioteket i Ramvik")
    window.pick("Första dagen", day.isoformat())
    window.pick("Börjar", "10:00")
    window.pick("Slutar", "12:00")
    window.write("Antal platser", "8")
    window.press("Visa datumen")
    window.press("Planera")
    window.see("KURS ")
    group = window.ask("return document.querySelector('main').innerText.match(/KURS (\\d+)/)[1]")
    window.open(f"/admin/kurser/anmal/?grupp={group}")
    name = f"Rut i {window.name}"
    window.write("Namn", name)
    window.write("Telefon, e-post eller postadress", PHONES[window.name])
    window.press("Anmäl")
    window.see("Läs upp koden")
    window.open("/admin/kurser/sok/")
    window.write("Namn, telefon, kod eller kurs", name)
    window.keys("Enter")
    window.see(PHONES[window.name])


def begin(window, workshop, *modes):
    window.open(f"{workshop}spela-in/")
    for mode in modes:
        window.choose(mode)
    window.press("Gör redo")
    window.press("Börja spela in")


@whole_journey
def test_the_camera_is_recorded_or_one_is_told_that_it_cannot_be(window, be, workshops):
    be("redaktor")
    begin(window, workshops[0], "Kameran")
    if window.name == "WebKit":  # Debian's WebKitGTK says that it records pictures, and gives none
        window.see("webbläsaren kan inte spela in", "[data-state]")
        return
    has_recorded(window)
    window.press("Stoppa")
    window.becomes("Number.isFinite(document.querySelector('[data-result]').duration)")
    window.press("Använd inspelningen")
    window.see("Filen är inne. Nu bearbetas den.")
    window.see("Klar,")


@whole_journey
def test_sound_is_recorded_and_used(window, be, workshops):
    be("redaktor")
    begin(window, workshops[3])
    has_recorded(window)
    window.press("Stoppa")
    window.becomes("Number.isFinite(document.querySelector('[data-result]').duration)")
    window.press("Använd inspelningen")
    window.see("Filen är inne. Nu bearbetas den.")


@whole_journey
def test_captions_are_put_right_by_keyboard(window, be, captions):
    be("redaktor")
    window.open(captions)
    if window.ask("return !document.querySelector('#text-2')"):  # the other browser has been here
        window.press("Gör av manuset")
    window.becomes("document.querySelector('#text-2')?.value === arguments[0]", SAID[2])
    window.focus("#text-1")
    window.keys("Control+Home", *["ArrowRight"] * 11, "Alt+d")
    window.see("Raden är delad i två.", "[data-status]")
    assert window.ask("return document.activeElement.id") == "text-2"
    window.keys("Alt+ArrowUp", "Alt+j")
    window.becomes("document.querySelectorAll('[data-row]').length === 3")
    window.keys("Alt+t")
    window.see("Rad 2 är borttagen. Ångra tar tillbaka den.", "[data-status]")
    window.keys("Alt+u")
    window.becomes("document.querySelectorAll('[data-row]').length === 3")
    window.keys("Alt+p")
    window.becomes(
        "document.querySelector('video').currentTime > 2 && document.querySelector('video').paused"
    )
    window.keys("Alt+k", *"Ladda ner")
    assert window.ask("return document.activeElement.id") == "chapter-text-0"
    window.keys("Control+s")
    window.see("Sparat", "[data-saved]")
    window.open(captions)
    window.becomes("document.querySelector('#chapter-text-0').value === 'Ladda ner'")
