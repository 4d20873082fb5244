"""What is read aloud and is no material of its own: /hjalp/, pages of text, other languages, a guide's step (rule 19)."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from utbud.base.dates import STOCKHOLM
from utbud.formats import speech
from utbud.formats.content import Aloud, reading
from utbud.formats.models import Rendition
from utbud.places.models import LibrarySettings, OpeningHours, Place
from utbud.publishing import files
from utbud.web import tasks
from utbud.web.models import LANGUAGES, LISTEN, InfoPage, LanguagesPage

pytestmark = pytest.mark.django_db
SOUNDS = ("lyssna.mp3", "lyssna-langsamt.mp3")


@pytest.fixture
def info(site, now):
    """Put out a page of text: ``info("om", lead=…)``, or one under another."""

    def info(
        slug, *, under=None, body="<p>Vi hjälper dig. Kom in.</p><h2>Så gör du</h2><ul><li>Ring.</li></ul>"
    ):
        page = InfoPage(title="Om oss", slug=slug, lead="Vi finns här.", body=body, live=True)
        (under or site.start).add_child(instance=page)
        page.save_revision()
        return page

    return info


@pytest.fixture
def languages(site):
    """The page in other languages: two that there is a voice for, and one that there is none for."""
    texts = [
        ("text", {"code": code, "heading": "Help", "body": "<p>Call 08-465 004 00. Come in.</p>"})
        for code in ("en", "fi", "so")
    ]
    page = LanguagesPage.objects.first()
    if page is None:
        page = LanguagesPage(title="Språk", slug="sprak", texts=texts)
        site.start.add_child(instance=page)
    page.texts = texts
    page.live = True
    page.save()
    return page


def numbers(html):
    """The numbers of what is marked while it is read, as they stand, within each text."""
    return [int(number) for number in re.findall(r'data-n="(\d+)"', html)]


def listen(client, address):
    """Take the sound at ``address`` to its end: its name."""
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/mpeg"), address
    assert b"".join(answer.streaming_content)
    for file in answer._resource_closers:  # close() would end the connection that the test is in
        file()
    return answer["ETag"]


def heard(client, address):
    """The page when its sounds are made, and how many sentences its player then knows."""
    for name in SOUNDS:
        listen(client, address + name)
    html = client.get(address).content.decode()
    return html, [len(marks.split()) for marks in re.findall(r'data-(?:slow-)?marks="([^"]+)"', html)]


def test_pages_of_text_and_of_help_are_read_with_each_sentence_marked(info, client):
    about = info("om")
    info("latt-svenska", under=about)
    for address in ("/om/", "/om/latt-svenska/", "/hjalp/"):
        html, marks = heard(client, address)
        assert numbers(html) == list(range(len(numbers(html)))), address
        assert marks == [len(numbers(html))] * 2, address
    assert Rendition.objects.count() == 4  # two pages say the same, and are read once


def test_a_changed_text_is_read_anew_and_the_same_never(info, client):
    about = info("om")
    tags = [listen(client, "/om/lyssna.mp3") for _twice in range(2)]
    InfoPage.objects.filter(pk=about.pk).update(lead="Vi finns i huset.")
    tags.append(listen(client, "/om/lyssna.mp3"))
    assert [tags.index(tag) for tag in tags] == [0, 0, 2]


def test_languages_are_read_where_there_is_a_voice_each_by_itself(
    languages, client, django_assert_num_queries
):
    for code in ("en", "fi"):
        listen(client, f"/sprak/{code}/lyssna.mp3")
    assert client.get("/sprak/so/lyssna.mp3").status_code == 404
    html = client.get("/sprak/").content.decode()
    english, finnish, somali = html.split('<section class="tongue')[1:]
    assert ("Listen" in english, "Kuuntele" in finnish, "lyssna.mp3" in somali) == (True, True, False)
    assert numbers(english) == [0, 1, 2, 3]
    assert re.search(r'data-marks="[\d. ]+" data-slow-marks=""', english)
    with django_assert_num_queries(1):
        files.players([(one, "") for one in languages.read_aloud().values()])


def test_every_language_with_a_voice_has_words_for_its_buttons():
    assert set(LISTEN) == (set(speech.VOICES) - {"sv"}) & set(LANGUAGES) - {"smj", "ti"}
    for code in LISTEN:
        assert speech.narrate([], speech.voice(language=code), language=code).rate > 0
    with pytest.raises(speech.NoVoice):
        speech.voice(language="so")


def test_in_other_languages_nothing_is_spelled_in_swedish():
    assert speech.spoken("Call 08-465 004 00 & ask.", "en") == "Call 0 8, 4 6 5, 0 0 4, 0 0 ask."


def test_what_is_read_is_made_in_the_background_when_it_is_approved(languages):
    files.make_read_aloud.call(revision_id=languages.save_revision().pk)
    assert Rendition.objects.count() == 4


def test_help_is_read_in_before_anybody_listens_and_before_what_it_says_is_another(db, time_machine):
    """Nothing is asked for of the page: the schedule sees that its words have no sound, now or in a quarter of an hour."""
    monday = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
    place = Place.objects.create(name="Huset", slug="huset", kind=Place.Kind.MAIN)
    OpeningHours.objects.create(place=place, weekday=0, opens=dt.time(10), closes=dt.time(12))
    chosen = LibrarySettings.load()
    chosen.phone, chosen.main_place = "08-465 004 00", place
    chosen.save()
    lacked = []
    for minutes in (0, 1, 50, 61):  # it opens at the hour
        time_machine.move_to(monday + dt.timedelta(minutes=minutes), tick=False)
        lacked.append(tasks.wake(timezone.now()))
    assert lacked == [4, 0, 2, 0]
    assert Rendition.objects.count() == 4  # before it opens and after, each calm and slow


@pytest.mark.parametrize(
    "address",
    ["/finns-inte/lyssna.mp3", "/lyssna.mp3", "/om/annat.mp3", "/sprak/lyssna.mp3", "/ord/lyssna.mp3"],
)
def test_what_is_not_read(info, languages, client, address):
    info("om")
    assert client.get(address).status_code == 404


def test_a_sentence_is_said_as_it_is_numbered(info):
    item = info("om").as_item()
    said = [sentence.text for sentence in reading(Aloud(item=item).item)]
    assert said == ["Om oss.", "Vi finns här.", "Vi hjälper dig.", "Kom in.", "Så gör du", "Ring."]
