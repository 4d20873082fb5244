"""Feeds as other hosts write them, each kind reported in public of some podcast program (tests/cases)."""

import datetime as dt
from pathlib import Path

import pytest

from utbud.podcast import moving, notes
from utbud.podcast.actions import moving as actions
from utbud.podcast.models import Arrival, EpisodePage

CASES = Path(__file__).parents[2] / "cases"
FEED = "https://pod.example.org/feed"
SOUND = "https://pod.example.org/1.mp3"
NO_WORDS = "Beskrivningen saknas. Skriv en mening om avsnittet."
OUT = dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)


def case(name, address=FEED):
    return moving.read((CASES / f"{name}.xml").read_bytes(), address)


def made(item="", channel="", pub="Mon, 02 Mar 2026 06:00:00 +0100", sound=f'<enclosure url="{SOUND}" type="audio/mpeg"/>'):  # fmt: skip
    return (
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>Podd</title>{channel}<item><title>Ett</title><guid>g</guid>{sound}<pubDate>{pub}</pubDate>"
        f"{item}</item></channel></rss>"
    ).encode()


class TestAddresses:
    @pytest.mark.parametrize(
        ("given", "address"),
        [
            (SOUND, SOUND), (f" {SOUND}\n", SOUND), ("https://pod.example.org/1\n.mp3", SOUND), ("/1.mp3", SOUND), ("1.mp3", SOUND),
            ("//pod.example.org/1.mp3", SOUND), ("HTTPS://POD.example.org/1.mp3", "https://POD.example.org/1.mp3"),
            ("https://pod.example.org/Avsnitt 1.mp3", "https://pod.example.org/Avsnitt%201.mp3"),
            ("https://pod.example.org/Avsnitt%201.mp3", "https://pod.example.org/Avsnitt%201.mp3"),
            ("https://pod.example.org/å.mp3", "https://pod.example.org/%C3%A5.mp3"),
            ("https://pod.example.org/1.mp3?a=1&b=%20", "https://pod.example.org/1.mp3?a=1&b=%20"),
            ("http://podserver/1.mp3", ""), ("http://.../1.mp3", ""), ("ftp://pod.example.org/1.mp3", ""), ("https://[::1/1.mp3", ""), ("https://pod.example.org:99999/1.mp3", ""),
            ("javascript:alert(1)", ""), ("data:audio/mpeg;base64,x", ""), ("https://a.example.org/" + "x" * 2000, ""), ("", ""), (None, ""),
        ],
    )  # fmt: skip
    def test_an_address_is_made_such_that_it_can_be_fetched(self, given, address):
        assert moving.usable_address(given, FEED) == address

    @pytest.mark.parametrize(
        ("name", "sounds"),
        [
            ("pod02-relative", ["https://pod.example.org/ljud/1.mp3"]),
            ("pod38-trailing-space", [SOUND, SOUND]), ("pod39-leading-space", [SOUND, SOUND]), ("pod46-newline", [SOUND, SOUND]),
            ("pod40-inner-space", ["https://pod.example.org/Avsnitt%201.mp3", SOUND]), ("pod49-single-label", ["", SOUND]),
            ("pod26-url-space", ["https://pod.example.org/Avsnitt%201%20%E2%80%93%20%C3%A5%C3%A4%C3%B6.mp3"]),
            ("pod04-notype-noext", ["https://pod.example.org/spela?id=1"]), ("pod12-media-content", [SOUND]),
        ],
    )  # fmt: skip
    def test_the_sound_of_each_episode(self, name, sounds):
        assert [one.sound for one in case(name).episodes] == sounds

    def test_what_cannot_be_used_is_told_on_that_episode_alone(self):
        bad, good = case("pod49-single-label").episodes
        assert (bad.remarks, good.remarks) == (
            ("Ljudets adress går inte att använda: http://podserver/1.mp3",),
            (),
        )

    def test_a_relative_address_is_found_by_the_link_where_the_feeds_own_is_not_known(self):
        assert [one.sound for one in case("pod02-relative", "").episodes] == [
            "https://pod.example.org/ljud/1.mp3"
        ]

    def test_a_long_address_is_kept_whole(self):
        [one] = case("pod06-long-url").episodes
        assert (len(one.sound), one.sound[-12:]) == (648, "x" * 12)

    @pytest.mark.parametrize(
        ("sound", "found"),
        [
            ('<enclosure url="https://a.example.org/1" type="application/octet-stream"/>', "https://a.example.org/1"),
            ('<enclosure url="https://a.example.org/1" type="mp3"/>', "https://a.example.org/1"),
            ('<enclosure url="https://a.example.org/1.jpg" type="image/jpeg"/><enclosure url="https://a.example.org/1" type=""/>', "https://a.example.org/1"),
            ('<enclosure url="https://a.example.org/1" type=""/><enclosure url="https://a.example.org/2.mp3" type=""/>', "https://a.example.org/2.mp3"),
            ('<enclosure url="https://a.example.org/1" type=""/><enclosure url="https://a.example.org/2" type=""/>', ""),
            ('<enclosure url="https://a.example.org/1.pdf" type="application/pdf"/>', None),
            ('<enclosure url="https://a.example.org/1.jpg" type=""/>', None),
        ],
    )  # fmt: skip
    def test_what_may_be_the_sound(self, sound, found):
        assert [one.sound for one in moving.page(made(sound=sound)).episodes] == [found or ""]


class TestWhatIsSaid:
    def test_an_episode_without_a_description_comes_with_a_remark(self):
        assert [one.remarks for one in case("pod36-no-description").episodes] == [(NO_WORDS,), ()]

    @pytest.mark.parametrize(
        ("text", "yes"),
        [("true", True), ("True", True), ("yes", True), ("explicit", True), (" YES ", True), ("1", True), ("no", False), ("false", False), ("clean", False), ("", False)],
    )  # fmt: skip
    def test_coarse_language_is_said_in_many_words(self, text, yes):
        tag = f"<itunes:explicit>{text}</itunes:explicit>"
        found = moving.read(made(item=tag, channel=tag))
        assert (found.explicit, found.episodes[0].explicit) == (yes, yes)

    def test_coarse_language_in_a_real_feed(self):
        found = case("pod05-explicit-true")
        assert (found.explicit, [one.explicit for one in found.episodes]) == (True, [True] * 4)

    @pytest.mark.parametrize(
        ("pub", "out"),
        [
            ("Mon, 02 Mar 2026 06:00:00 CET", OUT), ("Mon, 02 Mar 2026 07:00:00 EET", OUT), ("Mon, 02 Mar 2026 05:00:00 GMT", OUT),
            ("Mon, 02 Mar 2026 05:00:00 WET", OUT), ("Mon, 02 Mar 2026 00:00:00 EST", OUT), ("Mon, 02 Mar 2026 06:00:00 +0100", OUT),
            ("Wed, 01 Jul 2026 07:00:00 CEST", dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)),
            ("Wed, 01 Jul 2026 06:00:00 BST", dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)),
            ("1772427600", None), ("Thu, 01 Jan 1970 00:00:00 +0000", None), ("Mon, 02 Mar 2226 06:00:00 +0100", None), ("i våras", None), ("", None),
        ],
    )  # fmt: skip
    def test_when_it_came_out(self, pub, out):
        [one] = moving.read(made(pub=pub)).episodes
        assert (one.out, "Dagen då det kom ut saknas." in one.remarks) == (out, out is None)

    @pytest.mark.parametrize(
        ("item", "summary"),
        [
            ("<description>lång text om ord</description><itunes:summary>kort</itunes:summary>", "lång text om ord"),
            ("<itunes:summary>kort</itunes:summary><description>lång text om ord</description>", "lång text om ord"),
            ("<description>kort</description><itunes:summary>lång text om ord</itunes:summary>", "lång text om ord"),
            ("<description>en längre text om ord</description><content:encoded>hela</content:encoded>", "hela"),
            ("<content:encoded> </content:encoded><description>kort</description>", "kort"),
        ],
    )  # fmt: skip
    def test_the_richest_description_is_taken_in_whatever_order(self, item, summary):
        assert moving.read(made(item=item)).episodes[0].summary == summary

    @pytest.mark.parametrize(
        ("transcripts", "found", "remark"),
        [
            ([("sv", "vtt"), ("en", "vtt")], "sv.vtt", False), ([("en", "vtt"), ("sv", "srt")], "sv.srt", False),
            ([("en", "vtt"), ("", "srt")], ".srt", False), ([("en", "vtt")], "", True), ([("sv-SE", "vtt")], "sv-SE.vtt", False), ([("", "plain")], "", False),
        ],
    )  # fmt: skip
    def test_the_text_in_the_shows_language(self, transcripts, found, remark):
        kinds = {"vtt": "text/vtt", "srt": "application/x-subrip", "plain": "text/plain"}
        item = "".join(
            f'<podcast:transcript url="/{language}.{kind}" type="{kinds[kind]}"{f" language={chr(34)}{language}{chr(34)}" if language else ""}/>'
            for language, kind in transcripts
        )
        [one] = moving.read(made(item=item, channel="<language>sv-se</language>"), FEED).episodes
        assert one.transcript == (f"https://pod.example.org/{found}" if found else "")
        assert ("Textversionen är på ett annat språk och kommer inte med." in one.remarks) is remark

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("podf-lang", ("https://pod.example.org/t.vtt", "", "")),
            ("podf-relT", ("https://pod.example.org/t.vtt", "https://pod.example.org/c.json", "")),
            ("pod19-transcript-relative", ("https://pod.example.org/t/1.vtt", "https://pod.example.org/c/1.json", "")),
            ("pod21-oldns", ("https://pod.example.org/1.vtt", "", "917393e3-1b1e-5cef-ace4-edaa54e1f810")),
        ],
    )  # fmt: skip
    def test_text_chapters_and_the_shows_id_in_real_feeds(self, name, found):
        show = case(name)
        assert (show.episodes[0].transcript, show.episodes[0].chapters, show.guid) == found


class TestIds:
    def test_the_same_id_in_several_items(self):
        found = case("pod08-same-guid")
        assert [(one.guid, one.title) for one in found.episodes] == [
            ("a-1", "Ett"), ("https://pod.example.org/2.mp3", "Två"), ("https://pod.example.org/3.mp3", "Tre"),
        ]  # fmt: skip
        assert [len(one.remarks) for one in found.episodes] == [1, 2, 2]

    def test_the_oldest_keeps_a_shared_id_however_the_feed_grows(self):
        def item(name, day):
            return (
                f'<item><title>{name}</title><guid>x</guid><enclosure url="https://a.example.org/{name}.mp3" type="audio/mpeg"/>'
                f"<pubDate>Mon, {day:02} Mar 2026 06:00:00 +0100</pubDate></item>"
            )

        def ids(*items):
            feed = f'<rss version="2.0"><channel><title>P</title>{"".join(items)}</channel></rss>'
            return {one.title: one.guid for one in moving.read(feed.encode()).episodes}

        before = ids(item("b", 9), item("a", 2))
        assert before == {"a": "x", "b": "https://a.example.org/b.mp3"}
        assert ids(item("c", 16), item("b", 9), item("a", 2)).items() >= before.items()


class TestText:
    @pytest.mark.parametrize(
        ("html", "written"),
        [
            ("Rad ett.<br/><br/>Rad två: <a href='https://x.example.org'>länk</a><br>00:00 Början", '<p>Rad ett.</p><p>Rad två: <a href="https://x.example.org">länk</a></p><p>00:00 Början</p>'),
            ("<div>div ett</div><div>div två</div><blockquote>citat</blockquote>", "<p>div ett</p><p>div två</p><p>citat</p>"),
            ("<p>Innehåll:</p><ul><li>Ett</li><li>Två</li></ul><ol><li>Först</li></ol><h3>Rubrik</h3>", "<p>Innehåll:</p><ul><li>Ett</li><li>Två</li></ul><ol><li>Först</li></ol><p>Rubrik</p>"),
            ("Rad ett\nRad två\n\nRad tre", "<p>Rad ett</p><p>Rad två</p><p>Rad tre</p>"),
            ("<p>En\nrad</p>", "<p>En rad</p>"), ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a</p><p>b</p>"),
            ("<p>Hej<script>x()</script> <a href='javascript:x()'>du</a> &lt;b&gt;</p>", "<p>Hej du &lt;b&gt;</p>"), ("", ""),
        ],
    )  # fmt: skip
    def test_lines_and_blocks_part_the_text(self, html, written):
        assert notes.notes(notes.blocks(html)) == (written, True)

    def test_of_a_long_text_whole_sentences_come_as_far_as_there_is_room(self):
        [one] = case("pod11-plain-description").episodes
        written, whole = notes.notes(notes.blocks(one.summary))
        assert not whole
        assert 3300 < len(written) <= notes.NOTES
        assert written.endswith("läser.</p>")
        assert one.remarks == ("Texten om avsnittet är längre än det finns rum för. Slutet kommer inte med.",)


@pytest.fixture
def pages(monkeypatch):
    """What stands at each address: bytes, or an exception."""
    there = {}

    def fetch(url, path, *, most):
        found = there.get(url, actions.CannotMove("Den förra värden tog inte emot det (svar 404). "))
        if isinstance(found, Exception):
            raise found
        path.write_bytes(found)
        return url

    monkeypatch.setattr(actions, "fetch", fetch)
    return there


class TestPaged:
    def page(self, number, following="", rel="next"):
        link = (
            f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{rel}" href="{following}"/>'
            if following
            else ""
        )
        return (
            f'<rss version="2.0"><channel><title>P</title>{link}<item><title>{number}</title><guid>{number}</guid>'
            f'<enclosure url="https://a.example.org/{number}.mp3" type="audio/mpeg"/></item></channel></rss>'
        ).encode()

    @pytest.mark.parametrize("rel", ["next", "prev-archive"])
    def test_all_pages_come(self, pages, rel):
        pages |= {
            FEED: self.page(3, "/2", rel),
            "https://pod.example.org/2": self.page(2, "/1", rel),
            "https://pod.example.org/1": self.page(1),
        }
        found = actions.look(FEED)
        assert ([one.guid for one in found.episodes], found.remarks) == (["3", "2", "1"], ())

    def test_a_feed_that_goes_round_ends(self, pages):
        pages |= {FEED: self.page(2, "/1"), "https://pod.example.org/1": self.page(1, "/feed")}
        found = actions.look(FEED)
        assert ([one.guid for one in found.episodes], found.remarks) == (["2", "1"], ())

    def test_a_page_that_does_not_answer_is_told(self, pages):
        pages[FEED] = self.page(2, "/1")
        found = actions.look(FEED)
        assert [one.guid for one in found.episodes] == ["2"]
        assert found.remarks == ("En sida av flödet gick inte att läsa. Äldre avsnitt kan saknas.",)

    def test_more_pages_than_are_read_are_told(self, pages, monkeypatch):
        monkeypatch.setattr(actions, "MOST_PAGES", 1)
        pages |= {FEED: self.page(2, "/1"), "https://pod.example.org/1": self.page(1)}
        assert actions.look(FEED).remarks == (
            "Flödet har fler sidor än vi kunde läsa. Äldre avsnitt kan saknas.",
        )
        assert case("pod01-paged").remarks == (
            "Flödet har fler sidor än vi kunde läsa. Äldre avsnitt kan saknas.",
        )


class TestComing:
    @pytest.fixture
    def bring(self, show, site, now):
        def bring(found):
            return actions.bring(
                show=show,
                feed=FEED,
                incoming=found,
                guids={one.guid for one in found.episodes},
                by=site.editor,
                now=now,
            )

        return bring

    @pytest.mark.parametrize("path", sorted(CASES.glob("pod*.xml")), ids=lambda path: path.stem)
    def test_every_episode_with_a_sound_comes(self, bring, path):
        found = moving.read(path.read_bytes(), FEED)
        made = bring(found)
        assert len(made) == sum(bool(one.sound) for one in found.episodes) > 0
        assert {row.sound for row in Arrival.objects.all()} == {
            one.sound for one in found.episodes if one.sound
        }

    def test_one_without_a_description_is_a_draft_with_an_empty_sentence(self, bring):
        made = bring(case("pod36-no-description"))
        drafts = [EpisodePage.objects.get(pk=one.pk).get_latest_revision_as_object() for one in made]
        assert {one.guid: one.one_sentence for one in drafts} == {"a-1": "", "b": "Om ord."}
        assert {row.episode.guid: row.remarks for row in Arrival.objects.all()} == {
            "a-1": [NO_WORDS],
            "b": [],
        }

    def test_what_cannot_be_saved_of_one_stops_no_other(self, bring, monkeypatch):
        from django.core.exceptions import ValidationError

        draft = actions._draft

        def sometimes(show, one, by, now):
            if one.guid == "b":
                raise ValidationError("nej")
            return draft(show, one, by, now)

        monkeypatch.setattr(actions, "_draft", sometimes)
        assert [one.guid for one in bring(case("pod36-no-description"))] == ["a-1"]
