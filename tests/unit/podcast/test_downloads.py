"""Downloads as IAB 2.1 counts them, and nobody remembered."""

import datetime as dt
from types import SimpleNamespace

import pytest

from utbud.base.networks import network
from utbud.podcast import downloads, figures
from utbud.podcast.models import DailyDownloads, DailySalt, Enclosure, Listener

PHONE = "AppleCoreMedia/1.0.0.20G75 (iPhone; U; CPU OS 16_6 like Mac OS X; sv_se)"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SIZE, HEADER, SECONDS = 1_001_000, 1_000, 100  # 10 000 bytes a second after the header
MINUTE = HEADER + 60 * 10_000


# --- who asks, without a database ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "referer", "app"),
    [
        (PHONE, "", "Apple Podcasts"),
        ("Podcasts/1575.1.2 CFNetwork/1220.1 Darwin/20.3.0", "", "Apple Podcasts"),
        ("Spotify/8.6.4 Android/29 (SM-G973F)", "", "Spotify"),
        ("AntennaPod/3.4.0", "", "AntennaPod"),
        ("Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", "", "Overcast"),
        ("PocketCasts/1.0 (Pocket Casts Feed Parser; +http://pocketcasts.com/)", "", "Pocket Casts"),
        ("Podcast Addict - Dalvik/2.1.0 (Linux; U; Android 13)", "", "Podcast Addict"),
        (BROWSER, "", "Webbläsare"),
        (BROWSER, "http://localhost:8000/podd/ofiktion/ett/", "Vår egen sida"),
        (BROWSER, "https://other.example.org/", "Webbläsare"),
        ("NågotHeltNytt/1.0", "", "Annat"),
    ],
)
def test_what_somebody_listens_with(agent, referer, app, settings):
    settings.BASE_URL = "http://localhost:8000"
    assert downloads.app_of(agent, referer) == app


@pytest.mark.parametrize(
    ("agent", "is_bot"),
    [
        (PHONE, False),
        (BROWSER, False),
        ("AntennaPod/3.4.0", False),
        ("", True),
        ("Mozilla/5.0", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("facebookexternalhit/1.1", True),
        ("curl/8.5.0", True),
        ("python-requests/2.31", True),
        ("atc/1.0 watchOS/9.0 model/Watch6,1", True),
        ("Podcasts/1.0 (null) watchOS/10.1", True),
        ("Overcast/1.0 Podcast Sync (12 subscribers; feed-id=1)", True),
        ("Buzzsprout Importer", True),
        ("WhatsApp/2.23", True),
        ("GPTBot/1.0", True),
    ],
)
def test_programs_that_say_that_nobody_listens(agent, is_bot):
    assert downloads.is_bot(agent) == is_bot


@pytest.mark.parametrize(
    ("address", "cut"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("okänd", "okänd"),
    ],
)
def test_a_household_is_one(address, cut):
    assert network(address) == cut


@pytest.mark.parametrize(
    ("size", "header", "seconds", "enough"),
    [(SIZE, HEADER, 100, MINUTE), (300_000, 1_000, 20, 300_000), (1_000, 0, 0, 1_000)],
    ids=["long", "shorter than a minute", "no length"],
)
def test_how_much_a_download_is(size, header, seconds, enough):
    sound = SimpleNamespace(bytes=size, header_bytes=header, seconds=seconds)
    assert downloads.enough(sound) == enough


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ("", 1000),
        ("bytes=0-", 1000),
        ("bytes=0-99", 100),
        ("bytes=900-2000", 100),
        ("bytes=-50", 50),
        ("rubbish", 1000),
    ],
)
def test_how_much_is_asked_for(rf, asked, size):
    assert downloads.asked_for(rf.get("/", headers={"Range": asked}), 1000) == size


# --- counting ------------------------------------------------------------------------------------------------


@pytest.fixture
def sound(draft, now):
    return Enclosure.objects.create(
        episode=draft(), key="k", digest="a" * 64, file="x", bytes=SIZE, seconds=SECONDS, header_bytes=HEADER,
        lufs=-16, peak=-2, out_at=now,
    )  # fmt: skip


def counted():
    return sum(DailyDownloads.objects.values_list("count", flat=True))


HOUR = dt.timedelta(hours=1)
ME, SHE = "192.0.2.1", "192.0.2.2"


@pytest.mark.database
@pytest.mark.parametrize(
    ("parts", "downloads_counted"),
    [
        ([(0, ME, PHONE, SIZE)], 1),
        ([(0, ME, PHONE, MINUTE - 1)], 0),
        ([(0, ME, PHONE, MINUTE)], 1),
        ([(0, ME, PHONE, 2), (0, ME, PHONE, MINUTE - 2)], 1),
        ([(0, ME, PHONE, SIZE), (1, ME, PHONE, SIZE), (23, ME, PHONE, SIZE)], 1),
        ([(0, ME, PHONE, SIZE), (24, ME, PHONE, SIZE)], 2),
        ([(0, ME, PHONE, SIZE // 2), (25, ME, PHONE, SIZE // 2)], 0),
        ([(13, ME, PHONE, SIZE // 2), (15, ME, PHONE, SIZE // 2)], 1),
        ([(13, ME, PHONE, SIZE), (36, ME, PHONE, SIZE)], 1),
        ([(0, ME, PHONE, SIZE), (0, SHE, PHONE, SIZE)], 2),
        ([(0, ME, PHONE, SIZE), (0, ME, BROWSER, SIZE)], 2),
        ([(0, "2001:db8::1", PHONE, SIZE), (0, "2001:db8::2", PHONE, SIZE)], 1),
        ([(0, ME, PHONE, 0)], 0),
    ],
    ids=[
        "the whole", "a byte too little", "just a minute", "a probe and the rest", "again the same day", "again the next day",
        "halves a day apart", "across midnight in Greenwich", "the whole, and again across midnight", "two addresses",
        "two programs", "one household", "nothing sent",
    ],
)  # fmt: skip
def test_a_table_of_listeners(sound, now, parts, downloads_counted):
    for hours, address, agent, sent in parts:
        downloads.note(sound=sound, address=address, agent=agent, sent=sent, now=now + hours * HOUR)
    assert counted() == downloads_counted


@pytest.mark.database
def test_a_day_is_a_day_in_stockholm_and_an_app_has_its_own_row(sound):
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)  # 00.30 on the 24th
    downloads.note(sound=sound, address=ME, agent=PHONE, sent=SIZE, now=late)
    downloads.note(sound=sound, address=ME, agent="AntennaPod/3", sent=SIZE, now=late)
    assert list(DailyDownloads.objects.order_by("app").values_list("day", "app", "count")) == [
        (dt.date(2026, 11, 24), "AntennaPod", 1),
        (dt.date(2026, 11, 24), "Apple Podcasts", 1),
    ]


@pytest.mark.database
def test_no_address_is_stored_and_salts_live_two_days(sound, now):
    for day in range(4):
        downloads.note(sound=sound, address=ME, agent=PHONE, sent=SIZE, now=now + day * 24 * HOUR)
        days = sorted(DailySalt.objects.values_list("day", flat=True))
        assert len(days) <= 2
    rows = [str(value) for row in Listener.objects.values() for value in row.values()]
    assert [text for text in rows if ME in text or "Apple" in text] == []
    assert len(set(Listener.objects.values_list("hashed", flat=True))) == 4  # each day another name
    assert downloads.purge(now + 7 * 24 * HOUR) == 6
    assert (Listener.objects.count(), DailySalt.objects.count(), counted()) == (0, 0, 4)


@pytest.mark.database
def test_the_same_listener_of_two_episodes_cannot_be_seen_to_be_one(sound, draft, now):
    other = Enclosure.objects.create(
        episode=draft("Annat"), key="k", digest="b" * 64, file="x", bytes=SIZE, seconds=SECONDS, header_bytes=HEADER,
        lufs=-16, peak=-2,
    )  # fmt: skip
    for one in (sound, other):
        downloads.note(sound=one, address=ME, agent=PHONE, sent=SIZE, now=now)
    assert len(set(Listener.objects.values_list("hashed", flat=True))) == 2


# --- over HTTP -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "headers", "status", "times"),
    [
        ("get", {}, 200, 1),
        ("head", {}, 200, 0),
        ("get", {"Range": "bytes=0-1"}, 206, 0),
        ("get", {"Range": "bytes=0-"}, 206, 1),
        ("get", {"Range": "bytes=99999999-"}, 416, 0),
        ("get", {"If-None-Match": "*"}, 304, 0),
        ("get", {"User-Agent": "Googlebot/2.1"}, 200, 0),
        ("get", {"Sec-Purpose": "prefetch"}, 200, 0),
        ("get", {"Cookie": "sessionid=abc"}, 200, 0),
    ],
    ids=["all", "HEAD", "two bytes", "all as a range", "past the end", "not changed", "a bot", "ahead", "staff"],
)  # fmt: skip
def test_what_counts_of_what_is_asked(client, episode, method, headers, status, times):
    one = episode()
    answer = getattr(client, method)(
        f"{one.public_path}{one.out_sound().name}", headers={"User-Agent": PHONE} | headers
    )
    if answer.streaming:
        b"".join(answer.streaming_content)  # it is closed when it is read
    assert (answer.status_code, counted()) == (status, times)


def test_what_nginx_sends_is_counted_by_what_was_asked_for(client, episode, settings, monkeypatch):
    from utbud.base import files

    monkeypatch.setattr(files, "PIECE", 1000)
    settings.NGINX_FILES = "/stored/"
    one = episode()
    address = f"{one.public_path}{one.out_sound().name}"
    probe = client.get(address, headers={"User-Agent": PHONE, "Range": "bytes=0-1"})
    first = counted()
    client.get(address, headers={"User-Agent": PHONE})
    assert (probe.has_header("X-Accel-Redirect"), first, counted()) == (True, 0, 1)


def test_a_fault_in_the_counting_never_reaches_the_listener(client, episode, monkeypatch, caplog):
    def broken(**_what):
        raise RuntimeError("räknaren är sönder")

    monkeypatch.setattr(downloads, "note", broken)
    one = episode()
    answer = client.get(f"{one.public_path}{one.out_sound().name}", headers={"User-Agent": PHONE})
    assert len(b"".join(answer.streaming_content)) == one.out_sound().bytes
    assert "was not counted" in caplog.text


# --- figures ---------------------------------------------------------------------------------------------------


def test_figures_before_anybody_has_listened(client, site, show):
    client.force_login(site.editor)
    assert "Ingen har lyssnat än" in client.get("/admin/podd/siffror/").content.decode()


@pytest.mark.database
def test_figures_and_their_file(client, site, sound, now, django_assert_num_queries):
    downloads.note(sound=sound, address=ME, agent=PHONE, sent=SIZE, now=now)
    downloads.note(sound=sound, address=SHE, agent="=Overcast/3", sent=SIZE, now=now)
    day = dt.date(2026, 11, 23)
    with django_assert_num_queries(4):
        found = figures.figures(day, day)
    assert (found.total, found.days, found.episodes[0].name, found.episodes[0].all_time) == (
        2, ((day, 2),), "Om lösenord – Podden Ofiktion", 2,
    )  # fmt: skip
    client.force_login(site.editor)
    page = client.get("/admin/podd/siffror/", {"manad": "2026-11"}).content.decode()
    assert "Om lösenord – Podden Ofiktion" in page
    rows = (
        client.get("/admin/podd/siffror/nedladdningar.csv", {"manad": "2026-11"})
        .content.decode()
        .splitlines()
    )
    assert rows == [
        "\ufeffPodd;Avsnitt;Dag;App;Nedladdningar",
        "Podden Ofiktion;Om lösenord;2026-11-23;Annat;1",
        "Podden Ofiktion;Om lösenord;2026-11-23;Apple Podcasts;1",
    ]


def test_figures_are_for_staff(client, db):
    assert client.get("/admin/podd/siffror/").status_code == 302
