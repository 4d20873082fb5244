"""A show moves in from another host: its episodes keep their ids, nothing comes twice, nothing is half here."""

import datetime as dt
import http.server
import json
import threading
import uuid

import pytest
from django.urls import reverse

from tests.unit.podcast.conftest import tone
from utbud.channels.channel import Unavailable
from utbud.podcast import moving
from utbud.podcast.actions import moving as actions
from utbud.podcast.models import Arrival, EpisodePage, show_guid

ITEM = """<item><title>{title}</title>{guid}<pubDate>Tue, 03 Mar 2026 06:00:00 +0100</pubDate>
<description>&lt;p&gt;Vi talar om &lt;b&gt;nätet&lt;/b&gt;. Och lite &lt;a href="https://x.example.org"&gt;mer&lt;/a&gt;.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description>
<itunes:episode>{number}</itunes:episode><itunes:season>2</itunes:season>{more}</item>"""
SOUND = '<enclosure url="{base}/{name}.mp3" type="audio/mpeg" length="1"/>'
FEED = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Gamla podden</title>
<description>Om &amp;amp; kring.</description>{show}{items}</channel></rss>"""
VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Anna>Hej och välkomna.\n"


def item(base="https://old.example.org", name="ett", title="Ett", guid="id-1", number=1, more="", sound=True):
    made = (SOUND.format(base=base, name=name) if sound else "") + more
    return ITEM.format(title=title, guid=f"<guid>{guid}</guid>" if guid else "", number=number, more=made)


def feed(*items, show=""):
    return FEED.format(items="".join(items), show=show).encode()


class TestReading:
    def test_all_that_a_feed_says(self):
        more = (
            '<podcast:transcript url="https://old.example.org/a.txt" type="text/plain"/>'
            '<podcast:transcript url="https://old.example.org/a.srt" type="application/x-subrip"/>'
            '<podcast:transcript url="https://old.example.org/a.vtt" type="text/vtt"/>'
            '<podcast:chapters url="https://old.example.org/a.json" type="application/json+chapters"/>'
        )
        found = moving.read(
            feed(item(more=more), show="<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>")
        )
        [episode] = found.episodes
        assert (found.title, found.description, found.guid, found.remarks) == (
            "Gamla podden", "Om & kring.", "9b024349-ccf0-5f69-a609-6b82873eab3c", (),
        )  # fmt: skip
        assert (episode.guid, episode.title, episode.sound) == (
            "id-1",
            "Ett",
            "https://old.example.org/ett.mp3",
        )
        assert (episode.season, episode.number, episode.kind) == (2, 1, "full")
        assert episode.out == dt.datetime(2026, 3, 3, 5, tzinfo=dt.UTC)
        assert episode.transcript == "https://old.example.org/a.vtt"
        assert episode.chapters == "https://old.example.org/a.json"

    def test_without_ids_the_address_of_the_sound_is_the_id(self):
        found = moving.read(feed(item(guid=""), item(name="tva", guid="")))
        assert [one.guid for one in found.episodes] == [
            "https://old.example.org/ett.mp3",
            "https://old.example.org/tva.mp3",
        ]
        assert found.remarks == (
            "Avsnitt utan id: 2. Då är ljudfilens adress dess id, så som poddapparna gör.",
        )

    def test_of_two_with_the_same_id_the_first_is_taken(self):
        found = moving.read(feed(item(), item(title="Två")))
        assert [one.title for one in found.episodes] == ["Ett"]
        assert found.remarks == ("Några avsnitt har samma id. Av dem tar vi det som står först.",)

    def test_an_episode_without_sound_is_told(self):
        found = moving.read(feed(item(), item(guid="id-2", sound=False)))
        assert [one.remarks for one in found.episodes] == [(), ("Avsnittet har inget ljud i flödet.",)]

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "Det här är inget podd-flöde. Adressen brukar sluta på rss eller xml."),
            (
                b"<html><p>Hej</p></html>",
                "Det här är inget podd-flöde. Adressen brukar sluta på rss eller xml.",
            ),
            (b"\x89PNG\r\n", "Det här är inget podd-flöde. Adressen brukar sluta på rss eller xml."),
            (feed(), "Flödet har inget avsnitt med ljud. Är det verkligen en podd?"),
            (feed(item(sound=False)), "Flödet har inget avsnitt med ljud. Är det verkligen en podd?"),
        ],
    )
    def test_what_is_no_podcast(self, content, says):
        with pytest.raises(moving.NotAFeed, match="^" + says.replace("?", r"\?") + "$"):
            moving.read(content)

    def test_a_bomb_of_entities_is_not_set_off(self):
        bomb = (
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
            + b"x" * 1000
            + b'"><!ENTITY c "&b;&b;&b;&b;">]>'
        )
        found = moving.read(bomb + feed(item()).split(b"?>", 1)[1])
        assert [one.transcript for one in found.episodes] == [""]


@pytest.fixture
def old_host():
    """Another host: ``old_host.files[path] = bytes`` or (status, headers); its address is ``old_host.url``."""
    files, asked = {}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = files.get(self.path, (404, {}))
            status, headers, body = (200, {}, found) if isinstance(found, bytes) else (*found, b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_what):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.files, server.asked, server.url = files, asked, f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


@pytest.fixture
def bring(show, site, now):
    def bring(incoming, feed="https://old.example.org/rss", guids=None):
        wanted = guids or [one.guid for one in incoming.episodes]
        return actions.bring(show=show, feed=feed, incoming=incoming, guids=wanted, by=site.editor, now=now)

    return bring


@pytest.mark.database
class TestComing:
    def test_episodes_are_drafts_with_their_ids_and_days(self, bring, show):
        made = bring(moving.read(feed(item(name="tva", guid="id-2", title="Två", number=2), item())))
        assert [(one.guid, one.title, one.live, one.number, one.season) for one in made] == [
            ("id-2", "Två", False, 2, 2), ("id-1", "Ett", False, 1, 2),
        ]  # fmt: skip
        draft = made[0].get_latest_revision_as_object()
        assert draft.first_out == dt.datetime(2026, 3, 3, 5, tzinfo=dt.UTC)
        assert draft.one_sentence == "Vi talar om nätet."
        assert (
            draft.notes
            == '<p>Vi talar om <b>nätet</b>. Och lite <a href="https://x.example.org">mer</a>.</p>'
        )
        show.refresh_from_db()
        assert show.came_from == "https://old.example.org/rss"

    def test_twice_brings_nothing_twice(self, bring):
        incoming = moving.read(feed(item(), item(guid="id-2", name="tva")))
        assert [len(bring(incoming, guids=["id-1"])), len(bring(incoming)), len(bring(incoming))] == [1, 1, 0]
        assert EpisodePage.objects.count() == Arrival.objects.count() == 2

    def test_a_show_of_ours_keeps_the_id_it_has(self, bring, show):
        show.refresh_from_db()
        had = show.guid
        bring(moving.read(feed(item())))
        show.refresh_from_db()
        assert show.guid == had is not None

    @pytest.mark.parametrize(
        ("given", "becomes"),
        [
            ("9b024349-ccf0-5f69-a609-6b82873eab3c", uuid.UUID("9b024349-ccf0-5f69-a609-6b82873eab3c")),
            ("", show_guid("https://old.example.org/rss")),
            ("inget id", None),
        ],
    )
    def test_a_show_without_one_takes_that_of_the_old_feed(self, bring, show, given, becomes):
        type(show).objects.update(guid=None)
        show.guid = None
        bring(moving.read(feed(item(), show=f"<podcast:guid>{given}</podcast:guid>")))
        show.refresh_from_db()
        assert show.guid == becomes


class TestTheSound:
    @pytest.fixture
    def mp3(self, tmp_path):
        """Six seconds: each test has it evened out for real."""
        return tone(tmp_path / "sound.mp3", 6)

    @pytest.fixture
    def episode(self, bring, old_host, mp3):
        base = old_host.url
        old_host.files |= {"/ett.mp3": mp3, "/a.vtt": VTT.encode(), "/a.json": json.dumps(
            {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Början"}, {"startTime": 5, "toc": False, "title": "x"}]}
        ).encode()}  # fmt: skip
        more = (
            f'<podcast:transcript url="{base}/a.vtt" type="text/vtt"/>'
            f'<podcast:chapters url="{base}/a.json" type="application/json+chapters"/>'
        )
        return bring(moving.read(feed(item(base=base, more=more))))[0]

    def state(self, episode):
        row = Arrival.objects.get(episode=episode)
        return row.done_at is not None, row.tries, row.problem

    def draft(self, episode):
        return EpisodePage.objects.get(pk=episode.pk).get_latest_revision_as_object()

    def test_sound_text_and_chapters_come_to_the_draft(self, episode, now, site):
        actions.fetch_arrival(episode.pk, now=now)
        draft = self.draft(episode)
        assert self.state(episode) == (True, 1, "")
        assert (draft.asset.kind, draft.asset.name, draft.asset.is_ready) == ("sound", "ett.mp3", True)
        assert draft.captions == [[0.0, 2.0, "Hej och välkomna.", "Anna"]]
        assert draft.chapters == [[0.0, "Början"]]

    @pytest.mark.database
    def test_a_second_time_fetches_nothing(self, episode, old_host, now):
        actions.fetch_arrival(episode.pk, now=now)
        before = list(old_host.asked)
        actions.fetch_arrival(episode.pk, now=now)
        assert old_host.asked == before

    def test_what_staff_have_written_meanwhile_stays(self, episode, now, site):
        draft = self.draft(episode)
        draft.captions = [[0.0, 1.5, "Vår egen.", ""]]
        draft.save_revision(user=site.editor)
        actions.fetch_arrival(episode.pk, now=now)
        assert self.draft(episode).captions == [[0.0, 1.5, "Vår egen.", ""]]

    def test_a_text_that_is_broken_does_not_stop_the_sound(self, episode, old_host, now):
        old_host.files |= {"/a.vtt": b"\x00\x01", "/a.json": b"{"}
        actions.fetch_arrival(episode.pk, now=now)
        draft = self.draft(episode)
        assert (self.state(episode), draft.captions, draft.chapters) == ((True, 1, ""), [], [])
        assert Arrival.objects.get(episode=episode).remarks == [
            "Textversionen kom inte hel. Filen går inte att läsa.",
            "Kapitlen kom inte hela. Filen går inte att läsa.",
        ]

    def test_a_text_that_does_not_answer_is_asked_for_again_and_the_sound_is_kept(
        self, episode, old_host, now
    ):
        old_host.files["/a.vtt"] = (503, {})
        actions.fetch_arrival(episode.pk, now=now)
        assert self.state(episode) == (
            False, 1, "Ljudet har kommit. Textversion eller kapitel svarar inte än. Vi försöker igen.",
        )  # fmt: skip
        assert (self.draft(episode).asset.is_ready, self.draft(episode).chapters) == (True, [[0.0, "Början"]])
        old_host.files["/a.vtt"] = VTT.encode()
        actions.fetch_arrival(episode.pk, now=now)
        assert (self.state(episode), self.draft(episode).captions) == (
            (True, 2, ""),
            [[0.0, 2.0, "Hej och välkomna.", "Anna"]],
        )
        assert old_host.asked.count("/ett.mp3") == 1

    def test_a_text_that_never_answers_is_told_at_last(self, episode, old_host, now):
        old_host.files["/a.vtt"] = (503, {})
        for _time in range(actions.TRIES):
            actions.fetch_arrival(episode.pk, now=now)
        assert self.state(episode) == (True, 5, "")
        assert Arrival.objects.get(episode=episode).remarks == [
            "Textversionen kom inte hel. Den förra värden tar inte emot just nu (svar 503)."
        ]

    def test_of_chapters_the_good_ones_come(self, episode, old_host, now):
        rows = [{"startTime": "5", "title": "Fem"}, {"title": "ingen tid"}, {"startTime": None, "title": "x"}, 3, {"startTime": 0, "title": "Noll"}]  # fmt: skip
        old_host.files["/a.json"] = b"\xef\xbb\xbf" + json.dumps({"chapters": rows}).encode()
        actions.fetch_arrival(episode.pk, now=now)
        assert self.draft(episode).chapters == [[0.0, "Noll"], [5.0, "Fem"]]
        assert Arrival.objects.get(episode=episode).remarks == [
            "Kapitlen kom inte hela. En del gick inte att läsa och kom inte med."
        ]

    @pytest.mark.parametrize(
        ("answer", "state"),
        [
            ((404, {}), (False, 5, "Den förra värden tog inte emot det (svar 404). ")),
            ((503, {}), (False, 1, "Den förra värden tar inte emot just nu (svar 503).")),
            ((200, {"Content-Length": "900"}), (False, 1, "Den förra värden avbröt. Vi försöker igen.")),
            ((302, {"Location": "/ett.mp3"}), (False, 5, "Den förra värden skickar vidare för många gånger.")),
            ((302, {"Location": "file:///etc/passwd"}), (False, 5, "Den förra värden: adressen går inte att använda. Se över den.")),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_is_told_and_nothing_is_half_here(self, episode, old_host, now, answer, state):
        old_host.files["/ett.mp3"] = answer
        actions.fetch_arrival(episode.pk, now=now)
        assert (self.state(episode), self.draft(episode).asset) == (state, None)

    @pytest.mark.database
    def test_what_did_not_answer_is_asked_again_by_itself(self, episode, old_host, mp3, now):
        old_host.files["/ett.mp3"] = (503, {})
        actions.fetch_arrival(episode.pk, now=now)
        old_host.files["/ett.mp3"] = mp3
        assert actions.fetch_due(now) == 0
        assert actions.fetch_due(now + dt.timedelta(minutes=2)) == 1

    def test_too_large_is_refused(self, episode, now, monkeypatch):
        monkeypatch.setattr(actions, "LARGEST_SOUND", 1000)
        actions.fetch_arrival(episode.pk, now=now)
        assert self.state(episode) == (False, 5, "Filen hos den förra värden är större än vi tar emot.")

    def test_what_failed_for_good_is_fetched_once_more_when_asked(self, episode, old_host, mp3, now):
        old_host.files["/ett.mp3"] = (404, {})
        actions.fetch_arrival(episode.pk, now=now)
        old_host.files["/ett.mp3"] = mp3
        actions.try_again(arrival=Arrival.objects.get(episode=episode), now=now)
        actions.fetch_arrival(episode.pk, now=now)
        assert self.state(episode) == (True, 1, "")


class TestTheOldAddress:
    @pytest.mark.parametrize(
        ("status", "to", "sends"),
        [(301, "ours", True), (308, "ours", True), (302, "ours", False), (301, "https://x.example.org/", False), (200, "", False), (500, "", None)],
    )  # fmt: skip
    def test_whether_it_sends_apps_here_for_good(self, show, old_host, status, to, sends):
        show.came_from = f"{old_host.url}/rss"
        old_host.files["/rss"] = (status, {"Location": show.feed_url if to == "ours" else to} if to else {})
        assert actions.is_redirected(show) is sends

    def test_there_is_none(self, show):
        assert actions.is_redirected(show) is None


class TestPages:
    def test_paste_look_choose_and_fetch(self, client, site, show, old_host, mp3):
        client.force_login(site.editor)
        old_host.files |= {
            "/rss": feed(item(base=old_host.url), item(guid="id-2", sound=False)),
            "/ett.mp3": mp3,
        }
        url = reverse("podcast_move_in", args=[show.pk])
        looked = client.post(url, {"feed": f"{old_host.url}/rss"}).content.decode()
        assert "Gamla podden" in looked
        assert "kan inte hämtas." in looked
        assert "Avsnittet har inget ljud i flödet." in looked
        assert not EpisodePage.objects.exists()
        done = client.post(url, {"feed": f"{old_host.url}/rss", "guid": "id-1"}, follow=True).content.decode()
        assert "Ett avsnitt är ett utkast nu. Ljudet hämtas." in done
        assert show.feed_url in done

    @pytest.mark.parametrize(
        ("address", "says"),
        [
            ("", "Det här fältet är obligatoriskt"),
            (
                "inte en adress",
                "Det här är ingen adress. Kopiera den från den förra värden: den börjar på https.",
            ),
            ("{base}/nej", "Den förra värden tog inte emot det (svar 404). "),
            ("{base}/sida", "Det här är inget podd-flöde. Adressen brukar sluta på rss eller xml."),
        ],
    )
    def test_an_address_that_cannot_be_used(self, client, site, show, old_host, address, says):
        client.force_login(site.editor)
        old_host.files["/sida"] = b"<html></html>"
        answer = client.post(
            reverse("podcast_move_in", args=[show.pk]), {"feed": address.format(base=old_host.url)}
        )
        assert (answer.status_code, answer.context["form"].errors["feed"]) == (422, [says])

    def test_a_host_that_is_away(self, client, site, show, monkeypatch):
        client.force_login(site.editor)

        def away(*_what, **_how):
            raise Unavailable("Den förra värden svarar inte just nu.")

        monkeypatch.setattr(actions, "fetch", away)
        answer = client.post(
            reverse("podcast_move_in", args=[show.pk]), {"feed": "https://old.example.org/rss"}
        )
        assert answer.context["form"].errors["feed"] == ["Den förra värden svarar inte just nu."]
