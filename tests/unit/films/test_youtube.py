"""Films that are on YouTube: any address of theirs, a channel's feed, and bringing films in once."""

import io
import re

import pytest
from PIL import Image as PillowImage
from wagtail.images.models import Image

from tests.unit.channels.fakes import HttpFake
from utbud.films import actions, staff_queries, youtube
from utbud.films.forms import LengthField, VideoField
from utbud.films.models import FilmPage

KEY = "dQw4w9WgXcQ"
CHANNEL = "UC" + "a1_-" * 5 + "zz"


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        KEY, f" {KEY} ", f"https://www.youtube.com/watch?v={KEY}", f"youtube.com/watch?v={KEY}&t=43s&list=PL1",
        f"https://m.youtube.com/watch?app=desktop&v={KEY}", f"http://youtu.be/{KEY}?si=abc", f"youtu.be/{KEY}",
        f"https://www.youtube.com/shorts/{KEY}", f"https://www.youtube.com/live/{KEY}?feature=share",
        f"https://www.youtube.com/embed/{KEY}", f"https://www.youtube-nocookie.com/embed/{KEY}?rel=0",
        f"https://music.youtube.com/watch?v={KEY}", f"HTTPS://WWW.YOUTUBE.COM/watch?v={KEY}",
    ],
)  # fmt: skip
def test_any_address_of_a_film(text):
    assert youtube.video_id(text) == KEY
    assert VideoField().clean(text) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "kort", "https://vimeo.com/12345678901", f"https://youtube.com.example.org/watch?v={KEY}", "https://youtu.be/",
        f"https://www.youtube.com/playlist?list={KEY}", "https://www.youtube.com/watch?v=abc", "https://[", "åäöåäöåäöåä",
        f"javascript:alert('{KEY}')", f"https://www.youtube.com/@{KEY}",
    ],
)  # fmt: skip
def test_what_is_no_film(text):
    with pytest.raises(youtube.Unclear, match="tryck Dela"):
        youtube.video_id(text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (CHANNEL, {"channel_id": CHANNEL}),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", {"channel_id": CHANNEL}),
        (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}", {"channel_id": CHANNEL}),
        ("youtube.com/user/biblioteket", {"user": "biblioteket"}),
        ("https://www.youtube.com/@biblioteket", "dess id"),
        ("@biblioteket", "dess id"),
        ("https://www.youtube.com/c/biblioteket", "dess id"),
        ("https://example.org/channel/" + CHANNEL, "ingen kanal på YouTube"),
        ("UCkort", "ingen kanal på YouTube"),
        ("", "ingen kanal på YouTube"),
    ],
)
def test_addresses_of_a_channel(text, query):
    if isinstance(query, dict):
        assert youtube.channel_query(text) == query
    else:
        with pytest.raises(youtube.Unclear, match=query):
            youtube.channel_query(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1:30", 90), ("0:05", 5), ("1:02:03", 3723), (" 12:00 ", 720), ("", None)],
)
def test_a_length_as_players_show_it(text, seconds):
    assert LengthField().clean(text) == seconds


@pytest.mark.parametrize(
    "text", ["1:5", "1:60", "-3", "1.30", "ett", "0", "0:00", "99:00:00", "1:2:3:4", "1e3"]
)
def test_what_is_no_length(text):
    with pytest.raises(Exception, match="till exempel 1:30"):
        LengthField().clean(text)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(90.0, "1:30"), (3723.0, "1:02:03"), (5.4, "0:05"), (None, None)]
)
def test_a_length_is_shown_as_it_is_written(seconds, shown):
    assert LengthField().prepare_value(seconds) == shown


# --- a feed ---------------------------------------------------------------------------------------


def entry(key, title, *, description="Så gör du. Steg för steg.", thumbnail="", more=""):
    return (
        f"<entry><id>yt:video:{key}</id><yt:videoId>{key}</yt:videoId><title>{title}</title>"
        f"<published>2026-03-02T08:00:00+00:00</published><media:group><media:title>{title}</media:title>"
        f'<media:content url="https://www.youtube.com/v/{key}?version=3" type="application/x-shockwave-flash"{more}/>'
        f'<media:thumbnail url="{thumbnail}" width="480" height="360"/>'
        f"<media:description>{description}</media:description></media:group></entry>"
    )


def feed(*entries, name="Biblioteket"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{name}</title>{''.join(entries)}</feed>"
    ).encode()


def test_a_feed_is_read():
    name, [film] = youtube.read_feed(feed(entry(KEY, "Betala &amp; handla", more=' duration="75"')))
    assert (name, film.id, film.title, film.description, film.seconds) == (
        "Biblioteket", KEY, "Betala & handla", "Så gör du. Steg för steg.", 75.0,
    )  # fmt: skip
    assert film.published.isoformat() == "2026-03-02T08:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (feed(), []),
        (feed(entry("kort", "Fel")), []),
        (feed(entry(KEY, ""), entry(KEY, "Igen")), [KEY]),
        (feed("<entry><yt:videoId>" + KEY + "</yt:videoId></entry>"), [KEY]),
    ],
)
def test_an_odd_feed_gives_what_can_be_read(content, ids):
    assert [film.id for film in youtube.read_feed(content)[1]] == ids


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html><body>Consent</body></html>", b"<feed", b"\xff\xfe\x00", b"<rss/>",
        b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&a;</title></feed>',
    ],
)  # fmt: skip
def test_what_is_no_feed_is_said(content):
    with pytest.raises(youtube.Unclear):
        youtube.read_feed(content)


# --- bringing in -----------------------------------------------------------------------------------


class Tube(HttpFake):
    """YouTube's feeds and thumbnails. ``content`` is a feed by channel; ``status`` is said instead of one."""

    def __init__(self) -> None:
        super().__init__()
        picture = io.BytesIO()
        PillowImage.new("RGB", (480, 360), "teal").save(picture, "JPEG")
        self.content = {CHANNEL: feed()}
        self.picture, self.status = picture.getvalue(), 0

    def answer(self, asked):
        if asked.path.startswith("/vi/"):
            return 200, self.picture, {"Content-Type": "image/jpeg"}
        if self.status:
            return self.status, b"no"
        found = self.content.get(asked.query.get("channel_id", ""))
        return (200, found, {"Content-Type": "text/xml"}) if found is not None else (404, b"not found")


@pytest.fixture
def tube(monkeypatch):
    fake = Tube()
    monkeypatch.setattr(youtube, "FEED", f"{fake.url}/feeds/videos.xml")
    fetched = actions._fetched
    real = "https://i4.ytimg.com"

    def here(address, query, most):
        return fetched(address.replace(real, fake.url), query, most)

    monkeypatch.setattr(actions, "_fetched", here)
    fake.content[CHANNEL] = feed(
        entry(KEY, "Betala en räkning", thumbnail=f"{real}/vi/{KEY}/hqdefault.jpg"),
        entry(
            "abcdefghijk", "Ring med bild", description="http://exempel.example.org\n\nMer text &lt;b&gt;."
        ),
    )
    yield fake
    fake.close()


QUERY = {"channel_id": CHANNEL}
BOTH = {KEY, "abcdefghijk"}


@pytest.mark.django_db
class TestBringingIn:
    def test_drafts_with_title_text_and_a_picture_of_our_own(self, tube, site, now):
        brought = actions.bring_in(query=QUERY, chosen=BOTH, by=site.editor, now=now)
        first, second = brought.films
        draft = first.get_latest_revision_as_object()
        assert (draft.live, draft.title, draft.one_sentence, draft.about, draft.youtube_id) == (
            False, "Betala en räkning", "Så gör du.", "<p>Så gör du. Steg för steg.</p>", KEY,
        )  # fmt: skip
        with draft.drawing.file.open() as kept:
            assert kept.read() == tube.picture
        assert draft.drawing_alt == ""  # a person describes it: approval is stopped until then
        assert "drawing_alt" in {one.field for one in draft.problems() if one.stops}
        assert (second.one_sentence, second.about, second.drawing) == (
            "Ring med bild", "<p>http://exempel.example.org</p><p>Mer text &lt;b&gt;.</p>", None,
        )  # fmt: skip
        assert (brought.without_picture, brought.already) == (1, 0)

    def test_twice_makes_nothing_twice(self, tube, site, now):
        actions.bring_in(query=QUERY, chosen={KEY}, by=site.editor, now=now)
        again = actions.bring_in(query=QUERY, chosen=BOTH, by=site.editor, now=now)
        assert (len(again.films), again.already) == (1, 1)
        assert actions.bring_in(query=QUERY, chosen=BOTH, by=site.editor, now=now).films == []
        assert (FilmPage.objects.count(), Image.objects.count()) == (2, 1)

    def test_two_who_bring_in_the_same_at_once(self, tube, site, now, monkeypatch):
        """The other was done between our looking and our making."""
        found = actions.look_at(QUERY)
        actions.bring_in(query=QUERY, chosen=BOTH, by=site.colleague, now=now)
        monkeypatch.setattr(actions, "look_at", lambda _query: found)
        late = actions.bring_in(query=QUERY, chosen=BOTH, by=site.editor, now=now)
        assert (late.films, late.already, FilmPage.objects.count()) == ([], 2, 2)

    def test_only_what_was_chosen(self, tube, site, now):
        brought = actions.bring_in(
            query=QUERY, chosen={"abcdefghijk", "finns-inte1"}, by=site.editor, now=now
        )
        assert [film.title for film in brought.films] == ["Ring med bild"]

    def test_an_address_that_is_changed_in_a_draft_is_known(self, tube, site, now):
        [film] = actions.bring_in(query=QUERY, chosen={KEY}, by=site.editor, now=now).films
        draft = film.get_latest_revision_as_object()
        draft.youtube_id = "abcdefghijk"
        draft.save_revision(user=site.editor)
        assert set(staff_queries.known_ids()) == BOTH

    @pytest.mark.parametrize(
        ("status", "content", "says"),
        [
            (404, None, "YouTube har ingen sådan kanal."),
            (400, None, "YouTube har ingen sådan kanal."),
            (503, None, "YouTube tar inte emot just nu (svar 503)."),
            (403, None, "YouTube släpper inte in oss."),
            (0, b"<html/>", "YouTube svarade med något annat än ett flöde."),
            (0, b"<feed", "YouTubes flöde gick inte att läsa."),
            (0, b"<a>" + b"x" * 5_000_000, "YouTube svarade med något som är för stort."),
        ],
    )
    def test_when_youtube_says_something_else(self, tube, site, status, content, says):
        tube.status = status
        if content is not None:
            tube.content[CHANNEL] = content
        with pytest.raises(actions.FilmError, match=re.escape(says)):
            actions.look_at(QUERY)
        assert FilmPage.objects.count() == 0

    def test_when_youtube_does_not_answer(self, tube):
        tube.close()
        with pytest.raises(actions.FilmError, match="YouTube svarar inte just nu"):
            actions.look_at(QUERY)

    @pytest.mark.parametrize("picture", [b"", b"<html>", b"\xff\xd8\xff\xe0 cut off"])
    def test_a_picture_that_is_none_is_left_out(self, tube, site, now, picture):
        tube.picture = picture
        brought = actions.bring_in(query=QUERY, chosen={KEY}, by=site.editor, now=now)
        assert ([film.drawing for film in brought.films], brought.without_picture) == ([None], 1)

    @pytest.mark.parametrize(
        "address",
        [
            "http://i.ytimg.com/vi/x.jpg",
            "https://example.org/vi/x.jpg",
            "https://127.0.0.1/x",
            "https://ytimg.com.example.org/x",
            "file:///etc/passwd",
        ],
    )
    def test_a_picture_is_fetched_from_youtube_alone(self, tube, site, now, address, monkeypatch):
        tube.content[CHANNEL] = feed(entry(KEY, "Betala", thumbnail=address))
        asked = []
        fetched = actions._fetched
        monkeypatch.setattr(actions, "_fetched", lambda *given: asked.append(given[0]) or fetched(*given))
        actions.bring_in(query=QUERY, chosen={KEY}, by=site.editor, now=now)
        assert [one for one in asked if "feeds" not in one] == []
