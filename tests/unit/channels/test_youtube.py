"""YouTube: uploads that survive a break, films that are never public without captions, and what errors mean."""

import datetime as dt

import pytest
import time_machine

from tests.unit.channels import examples
from tests.unit.channels.fakes import youtube
from utbud.channels import post as post_module
from utbud.channels.adapters import youtube as adapter
from utbud.channels.adapters.youtube import YouTube
from utbud.channels.channel import Receipt, Refused, Unavailable

KEY = "0b5c3a52-6e4f-4f7e-9a37-000000000001"
MARK = f"utbud-{KEY}"
TEXT = "En kaka är ett minne – åäö & 100 % 🍪\n\nLäs mer: https://bibliotek.example.org/ord/kaka/"
CLIP = bytes(range(256)) * 4096  # 1 MiB
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nEn kaka är ett minne.\n".encode()


@pytest.fixture
def service(monkeypatch):
    fake = youtube.YouTube(monkeypatch)
    yield fake
    fake.close()
    assert fake.complaints == []  # nothing was asked that the discovery document does not know


@pytest.fixture
def channel(service):
    return YouTube(service.config)


@pytest.fixture
def post():
    return examples.post(examples.file("klipp.mp4", CLIP), examples.file("klipp.vtt", CAPTIONS))


def steps(service):
    """What was asked for, without the login and what was only read."""
    return [
        (asked.method, asked.path)
        for asked in service.asked
        if asked.method != "GET" and asked.path != "/token"
    ]


def test_private_then_captions_then_open(service, channel, post):
    receipt = channel.send(post, TEXT, key=KEY)

    assert receipt == Receipt("film0000002", "https://www.youtube.com/watch?v=film0000002")
    assert steps(service) == [
        ("POST", "/upload/youtube/v3/videos"),
        ("PUT", "/session/1"),
        ("POST", "/upload/youtube/v3/captions"),
        ("PUT", "/session/3"),
        ("PUT", "/youtube/v3/videos"),
    ]
    assert (
        next(asked for asked in service.asked if asked.method == "POST" and "videos" in asked.path).json()[
            "status"
        ]["privacyStatus"]
        == "private"
    )
    assert service.files == {receipt.reference: CLIP}
    assert service.captions == {receipt.reference: {"sv": CAPTIONS}}
    assert service.videos[receipt.reference] == {
        "id": receipt.reference,
        "snippet": {
            "title": "Veckans digitala ord: Kaka",
            "description": TEXT,
            "tags": [MARK, "internet", "trygg på nätet"],
            "categoryId": "27",
            "defaultLanguage": "sv",
            "defaultAudioLanguage": "sv",
        },
        "status": {
            "privacyStatus": "public",
            "embeddable": True,
            "license": "youtube",
            "publicStatsViewable": True,
            "selfDeclaredMadeForKids": False,
            "uploadStatus": "processed",
        },
    }


@pytest.mark.parametrize(("privacy", "public"), [("public", 1), ("unlisted", 0), ("private", 0)])
def test_who_sees_it(service, post, privacy, public):
    channel = YouTube(service.config | {"who_sees": privacy})
    receipt = channel.send(post, TEXT, key=KEY)
    assert service.videos[receipt.reference]["status"]["privacyStatus"] == privacy
    assert len(service.posts) == public


# --- uploads that break -----------------------------------------------------------------------


@pytest.mark.parametrize("part", [256 * 1024, 512 * 1024, 1024 * 1024, 8 * 1024 * 1024])
def test_a_film_goes_in_parts(service, channel, post, part, monkeypatch):
    monkeypatch.setattr(adapter, "PART", part)
    receipt = channel.send(post, TEXT, key=KEY)
    assert service.files == {receipt.reference: CLIP}
    assert steps(service).count(("PUT", "/session/1")) == max(1, len(CLIP) // part)


@pytest.mark.parametrize("broken", [[0], [1000], [256 * 1024], [1000, 2000, 0], [10**9]])
def test_after_a_break_it_goes_on_from_what_came(service, channel, post, broken, monkeypatch):
    monkeypatch.setattr(adapter, "PART", 512 * 1024)
    service.breaks = list(broken)

    receipt = channel.send(post, TEXT, key=KEY)

    assert service.files == {receipt.reference: CLIP}
    assert len(service.videos) == 1
    asking = [
        asked for asked in service.asked if asked.headers.get("Content-Range") == f"bytes */{len(CLIP)}"
    ]
    assert len(asking) == len(broken)


def test_the_last_answer_is_lost_but_the_film_is_there(service, channel, post):
    service.breaks = [len(CLIP)]
    receipt = channel.send(post, TEXT, key=KEY)
    assert list(service.videos) == [receipt.reference]


def test_too_many_breaks_and_a_new_try_starts_over(service, channel, post):
    service.breaks = [100] * 4
    with pytest.raises(Unavailable):
        channel.send(post, TEXT, key=KEY)
    assert service.videos == {}

    channel.send(post, TEXT, key=KEY)
    assert len(service.posts) == 1


def test_an_upload_that_is_forgotten_is_started_over_later(service, channel, post, monkeypatch):
    monkeypatch.setattr(service, "_take", lambda *_arguments: (404, None))
    with pytest.raises(Unavailable, match=r"Uppladdningen till YouTube avbröts. Vi börjar om."):
        channel.send(post, TEXT, key=KEY)


def test_an_upload_that_stands_still_is_given_up(service, channel, post, monkeypatch):
    monkeypatch.setattr(service, "_take", lambda *_arguments: (308, None))
    with pytest.raises(Unavailable, match=r"Uppladdningen till YouTube kommer inte vidare. Vi börjar om."):
        channel.send(post, TEXT, key=KEY)


# --- the same delivery again ------------------------------------------------------------------


def test_killed_after_any_step_a_second_try_gives_one_film(service, channel, post):
    for step in ("captions.insert", "videos.update"):
        service.answers = {step: youtube.error(403, "rateLimitExceeded")}
        with pytest.raises(Unavailable):
            channel.send(post, TEXT, key=KEY)
        assert service.posts == {}

    first = channel.send(post, TEXT, key=KEY)
    assert channel.send(post, TEXT, key=KEY) == first
    assert list(service.videos) == [first.reference]
    assert list(service.posts) == [first.reference]


def test_the_mark_is_found_among_many_and_another_delivery_is_another_film(service, channel, post):
    first = channel.send(post, TEXT, key=KEY)
    for number in range(130):
        service.videos[f"annan{number}"] = {
            "id": f"annan{number}",
            "snippet": {"title": "Annat", "description": ""},
            "status": {"privacyStatus": "private", "uploadStatus": "processed"},
        }

    assert channel.send(post, TEXT, key=KEY) == first
    assert channel.send(post, TEXT, key=KEY.replace("1", "2")) != first


@pytest.mark.parametrize("state", ["failed", "rejected", "deleted"])
def test_a_film_that_failed_is_not_the_one(service, channel, post, state):
    first = channel.send(post, TEXT, key=KEY)
    service.videos[first.reference]["status"]["uploadStatus"] = state
    assert channel.send(post, TEXT, key=KEY).reference != first.reference


def test_a_project_that_google_has_not_looked_at(service, channel, post):
    service.audited = False
    with pytest.raises(Refused, match=r"bara ni kan se den. Google måste först granska projektet."):
        channel.send(post, TEXT, key=KEY)
    service.audited = True

    channel.send(post, TEXT, key=KEY)
    assert len(service.videos) == len(service.posts) == 1


# --- what it says -----------------------------------------------------------------------------


def test_the_suggestion(channel, post):
    assert channel.compose(post).text == (
        "En kaka är en liten fil som en webbplats sparar hos dig.\n\n"
        "Första stycket.\n\nAndra stycket.\n\n"
        "Läs, lyssna eller skriv ut: https://bibliotek.example.org/ord/kaka/\n"
        "Har du frågor? Ring oss på 08-465 004 00."
    )


@pytest.mark.parametrize(
    ("changes", "text", "sent"),
    [
        ({"title": "A" * 78}, TEXT, {"title": "Veckans digitala ord: " + "A" * 78}),
        ({"title": "A" * 79}, TEXT, {"title": "A" * 79}),
        ({"title": "ord " * 30}, TEXT, {"title": "ord " * 24 + "ord…"}),
        ({"title": "<b>"}, "a < b > c", {"title": "Veckans digitala ord: ‹b›", "description": "a ‹ b › c"}),
        ({"tags": ("x" * 300, "y" * 300)}, TEXT, {"tags": [MARK, "x" * 300]}),
        ({"tags": ("", "en, två", "<tre>")}, TEXT, {"tags": [MARK, "en två", "‹tre›"]}),
        ({"tags": ("a b" * 50, "c d" * 50, "e f" * 60)}, TEXT, {"tags": [MARK, "a b" * 50, "c d" * 50]}),
        ({"language": "en"}, TEXT, {"defaultLanguage": "en", "defaultAudioLanguage": "en"}),
    ],
)
def test_what_youtube_would_not_take_is_made_to_fit(service, channel, post, changes, text, sent):
    receipt = channel.send(examples.post(*post.media, **changes), text, key=KEY)

    snippet = service.videos[receipt.reference]["snippet"]
    assert {name: snippet[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("names", "text", "stops"),
    [
        (["klipp.mp4", "klipp.vtt"], TEXT, []),
        (["klipp.mp4", "klipp.vtt"], "å" * 2500, []),
        (["klipp.mp4", "klipp.vtt"], "å" * 2501, ["Texten är 2 byte för lång. Korta den."]),
        (["klipp.mp4"], TEXT, ["Klippet saknar undertexter. En film får inte visas utan dem."]),
        (["film.mp4", "klipp.vtt"], TEXT, ["Filmen saknar undertexter. Den får inte visas utan dem."]),
        (["klipp.vtt", "kort.png"], TEXT, ["Här behövs en bild eller ett klipp, och det finns inget."]),
    ],
)  # fmt: skip
def test_what_stops(channel, names, text, stops):
    found = channel.remarks(examples.post(*map(examples.file, names)), text)
    assert [one.says for one in found if one.stops] == stops


def test_signs_that_are_changed_are_pointed_out(channel, post):
    assert [(one.says, one.stops) for one in channel.remarks(post, "a < b")] == [
        ("YouTube tar inte emot tecknen < och >. De byts mot ‹ och ›.", False)
    ]


@pytest.mark.parametrize("names", [[], ["klipp.mp4"], ["klipp.vtt"]])
def test_without_clip_or_captions_nothing_is_sent(service, channel, names):
    with pytest.raises(Refused, match=r"YouTube behöver ett klipp och dess undertexter."):
        channel.send(examples.post(*map(examples.file, names)), TEXT, key=KEY)
    assert service.asked == []


# --- films of our own ---------------------------------------------------------------------------

CHAPTERS = ((0.0, "Innan du börjar"), (12.4, "Öppna  appen"), (65.0, "Betala"))
STILL = b"\xff\xd8 en bild"


@pytest.fixture
def film_post():
    files = [("film.mp4", CLIP[::-1]), ("film.vtt", CAPTIONS), ("film.jpg", STILL), ("kort.png", b"kort")]
    return examples.post(
        *(examples.file(name, content) for name, content in files),
        kind="Digitala hörnan",
        title="Betala",
        chapters=CHAPTERS,
    )


def test_a_film_goes_before_a_clip_with_its_captions_its_still_and_its_parts(service, channel, film_post):
    post = examples.post(
        *film_post.media, examples.file("klipp.mp4"), examples.file("klipp.vtt"), chapters=CHAPTERS
    )
    receipt = channel.send(post, channel.compose(post).text, key=KEY)

    assert service.files == {receipt.reference: CLIP[::-1]}
    assert service.captions == {receipt.reference: {"sv": CAPTIONS}}
    assert service.stills == {receipt.reference: ("image/jpeg", STILL)}
    assert [path for _method, path in steps(service)] == [
        "/upload/youtube/v3/videos", "/session/1", "/upload/youtube/v3/captions", "/session/3",
        "/upload/youtube/v3/thumbnails/set", "/youtube/v3/videos",
    ]  # fmt: skip
    assert (
        "En kaka är en liten fil som en webbplats sparar hos dig.\n\n"
        "00:00 Innan du börjar\n00:12 Öppna appen\n01:05 Betala\n\nFörsta stycket."
    ) in service.videos[receipt.reference]["snippet"]["description"]


def test_a_clip_has_no_still_of_its_own(service, channel, post):
    channel.send(post, TEXT, key=KEY)
    assert service.stills == {}


@pytest.mark.parametrize(
    ("chapters", "lines"),
    [
        (CHAPTERS, "00:00 Innan du börjar\n00:12 Öppna appen\n01:05 Betala"),
        (((0, "a"), (10, "b"), (20, "c"), (3600, "d")), "00:00 a\n00:10 b\n00:20 c\n1:00:00 d"),
        (((0.9, "a"), (11, "b"), (21, "c")), "00:00 a\n00:11 b\n00:21 c"),  # told in whole seconds
        (((0, "a"), (10, "b")), ""),
        (((1, "a"), (11, "b"), (21, "c")), ""),
        (((0, "a"), (9, "b"), (21, "c")), ""),
        (((0, "a"), (20, "b"), (10, "c")), ""),
        ((), ""),
    ],
)
def test_only_parts_that_youtube_takes_are_told(chapters, lines):
    assert adapter.chapter_lines(chapters) == lines


def test_parts_that_are_left_out_are_pointed_out(channel, film_post):
    few = examples.post(*film_post.media, chapters=CHAPTERS[:2])
    [said] = [one for one in channel.remarks(few, TEXT) if "Delarna" in one.says]
    assert said.stops is False
    assert [one for one in channel.remarks(film_post, TEXT) if "Delarna" in one.says] == []


def test_a_film_is_read_in_parts_and_never_whole(service, channel, film_post, monkeypatch):
    monkeypatch.setattr(adapter, "PART", 256 * 1024)
    read = []
    whole = post_module.Media.read

    def noted(self):
        read.append(self.name)
        return whole(self)

    monkeypatch.setattr(post_module.Media, "read", noted)
    service.breaks = [1000, 70_000]
    receipt = channel.send(film_post, TEXT, key=KEY)
    assert service.files == {receipt.reference: CLIP[::-1]}
    assert read == ["film.vtt", "film.jpg"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "forbidden"),
        (400, "invalidImage"),
        (429, "uploadRateLimitExceeded"),
        (404, "videoNotFound"),
        (403, "quotaExceeded"),
    ],
)
def test_a_still_that_is_refused_stops_nothing(service, channel, film_post, status, reason):
    service.answers = {"thumbnails.set": youtube.error(status, reason)}
    receipt = channel.send(film_post, TEXT, key=KEY)
    assert service.stills == {}
    assert service.videos[receipt.reference]["status"]["privacyStatus"] == "public"


def test_a_still_that_is_too_large_is_left_out(service, channel, film_post, monkeypatch):
    monkeypatch.setattr(adapter, "STILL_MOST", 3)
    channel.send(film_post, TEXT, key=KEY)
    assert service.stills == {}


def test_killed_after_any_step_a_film_is_one_film(service, channel, film_post):
    for step in ("captions.insert", "thumbnails.set", "videos.update"):
        service.answers = {step: (503, {"error": {}})}
        with pytest.raises(Unavailable):
            channel.send(film_post, TEXT, key=KEY)
        assert service.posts == {}
    receipt = channel.send(film_post, TEXT, key=KEY)
    assert list(service.posts) == list(service.videos) == [receipt.reference]


def test_a_film_that_storage_has_lost_goes_nowhere(service, channel, film_post):
    from django.core.files.storage import default_storage

    default_storage.delete(film_post.file("film.mp4").stored)
    with pytest.raises(Refused, match=r"Filmen finns inte kvar bland våra filer."):
        channel.send(film_post, TEXT, key=KEY)
    assert service.asked == []


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["film.mp4", "film.vtt"], ""),
        (["klipp.mp4"], ""),
        (
            ["film.vtt", "kort.png"],
            "Det finns ingen film att lägga ut, eller så ligger den redan på YouTube.",
        ),
    ],
)
def test_what_is_on_youtube_already_is_declined(channel, names, says):
    assert channel.declines(examples.post(*map(examples.file, names))) == says


@pytest.mark.django_db
def test_a_channel_that_declines_gets_nothing_and_stops_nothing(service, now):
    from utbud.channels import actions, queries, vault
    from utbud.channels.models import ChannelSetup

    kept = {
        name: vault.lock(value) if name != "client_id" else value for name, value in service.config.items()
    }
    ChannelSetup.objects.create(kind="youtube", name="Vår kanal", on=True, config=kept)
    post = examples.post(examples.file("film.vtt", CAPTIONS), examples.file("kort.png"))
    [seen] = queries.preflight(post, {})
    assert (seen.declined, seen.stops, seen.text) == (True, False, "")
    assert actions.plan(post=post, texts={}) == []


# --- errors -----------------------------------------------------------------------------------

TO_MIDNIGHT = 22 * 3600 - 60 + 300  # from 02:01 in California, and five minutes


@pytest.mark.parametrize(
    ("step", "status", "reason", "kind", "says", "wait"),
    [
        ("videos.insert", 403, "quotaExceeded", Unavailable, "Dagens utrymme hos YouTube är slut. Det fylls på i morgon.", TO_MIDNIGHT),
        ("channels.list", 403, "quotaExceeded", Unavailable, "Dagens utrymme hos YouTube är slut. Det fylls på i morgon.", TO_MIDNIGHT),
        ("videos.insert", 400, "uploadLimitExceeded", Unavailable, "YouTube tar inte emot fler filmer från er i dag.", 86400),
        ("videos.insert", 403, "rateLimitExceeded", Unavailable, "YouTube ber oss vänta.", 60),
        ("videos.insert", 429, "", Unavailable, "YouTube ber oss vänta.", 60),
        ("videos.insert", 401, "authError", Refused, "YouTube: Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar.", None),
        ("videos.insert", 401, "youtubeSignupRequired", Refused, "YouTube: Kontot har ingen kanal på YouTube. Skapa en först.", None),
        ("videos.insert", 403, "insufficientPermissions", Refused, "YouTube: Nyckeln saknar rätt att göra det här. Gör en ny med rätten youtube.force-ssl.", None),
        ("videos.insert", 403, "forbidden", Refused, "YouTube: Kontot får inte göra det här. Se efter att det är er kanal.", None),
        ("videos.insert", 403, "accessNotConfigured", Refused, "YouTube: YouTube Data API är inte påslaget i ert projekt hos Google.", None),
        ("videos.insert", 403, "authenticatedUserAccountSuspended", Refused, "YouTube: Kontot är avstängt. Logga in och se efter varför.", None),
        ("videos.insert", 400, "invalidTitle", Refused, "YouTube: Titeln godtas inte. Den får vara högst 100 tecken.", None),
        ("videos.insert", 400, "invalidDescription", Refused, "YouTube: Texten godtas inte. Den får vara högst 5000 byte.", None),
        ("videos.insert", 400, "invalidTags", Refused, "YouTube: Ämnesorden godtas inte. De får vara högst 500 tecken ihop.", None),
        ("videos.insert", 400, "somethingNew", Refused, "YouTube: Det togs inte emot (svar 400).", None),
    ],
)  # fmt: skip
def test_what_errors_mean(service, channel, post, step, status, reason, kind, says, wait):
    service.answers = {step: youtube.error(status, reason, "no")}

    with (
        time_machine.travel(dt.datetime(2026, 11, 23, 10, 1, tzinfo=dt.UTC), tick=False),
        pytest.raises(kind) as caught,
    ):
        channel.send(post, TEXT, key=KEY)

    assert str(caught.value).removesuffix(" Svaret var: «no»") == says
    assert getattr(caught.value, "retry_after", None) == wait
    assert service.videos == {}


@pytest.mark.parametrize(
    "answer", [(400, b"<html>"), (403, {"error": "no"}), (404, ["?"]), (400, {"error": {"errors": []}})]
)
def test_an_error_that_cannot_be_read_is_a_refusal(service, channel, post, answer):
    service.answers = {"videos.insert": answer}
    with pytest.raises(Refused, match=rf"^YouTube: Det togs inte emot \(svar {answer[0]}\)\.$"):
        channel.send(post, TEXT, key=KEY)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            {"refresh_token": "1//old"},
            "Nyckeln till YouTube gäller inte längre. Hämta en ny refresh token och lägg in den.",
        ),
        ({"client_id": "annan"}, "Google känner inte igen klienten. Se över klient-id och hemlighet."),
        ({"client_secret": "annan"}, "Google känner inte igen klienten. Se över klient-id och hemlighet."),
    ],
)
def test_keys_that_do_not_fit(service, wrong, says):
    with pytest.raises(Refused) as caught:
        YouTube(service.config | wrong).test()
    assert str(caught.value) == says


def test_a_login_whose_answer_is_lost_is_just_tried_again(service, channel, post, monkeypatch):
    monkeypatch.setattr(service, "decides", lambda asked: asked.path == "/token")
    service.lose = 1
    with pytest.raises(Unavailable) as caught:
        channel.send(post, TEXT, key=KEY)
    assert type(caught.value) is Unavailable


# --- what is out ------------------------------------------------------------------------------


def test_a_correction_changes_the_words_and_wipes_nothing(service, channel, post):
    receipt = channel.send(post, TEXT, key=KEY)
    before = dict(service.videos[receipt.reference]["snippet"])

    for _turn in range(2):
        corrected = examples.post(*post.media, title="Kakor", version="b2")
        assert channel.correct(receipt, corrected, "Rättat å") == receipt

    assert service.videos[receipt.reference]["snippet"] == before | {
        "title": "Veckans digitala ord: Kakor",
        "description": "Rättat å",
    }
    assert service.posts == {receipt.reference: "Veckans digitala ord: Kakor\n\nRättat å"}
    assert channel.send(post, TEXT, key=KEY) == receipt


def test_what_is_gone_cannot_be_corrected(channel, post):
    with pytest.raises(Refused, match=r"YouTube: Filmen finns inte längre."):
        channel.correct(Receipt("film9999999"), post, TEXT)


def test_taken_back_and_a_second_time_does_no_harm(service, channel, post):
    receipt = channel.send(post, TEXT, key=KEY)

    channel.recall(receipt)
    channel.recall(receipt)

    assert service.videos == {}


def test_the_test_reads_the_name_and_says_what_it_did_not_prove(service, channel):
    assert channel.test() == (
        "Nycklarna hör till kanalen «Exempelbiblioteket». Ingen film lades upp, så provet visar inte att Google har "
        "granskat projektet. Innan dess kan bara ni se filmerna."
    )
    assert steps(service) == []


def test_an_account_without_a_channel(service, channel):
    service.channel = False
    with pytest.raises(Refused, match=r"YouTube: Kontot har ingen kanal på YouTube. Skapa en först."):
        channel.test()


def test_what_must_be_filled_in():
    assert YouTube({}).missing() == ["Klient-id", "Klientens hemlighet", "Nyckel (refresh token)"]
    assert [one.name for one in YouTube.requires if one.secret] == ["client_secret", "refresh_token"]


def test_the_choices_are_youtubes_own():
    known = youtube.discovery()["schemas"]["VideoStatus"]["properties"]["privacyStatus"]["enum"]
    setting = next(one for one in YouTube.requires if one.name == "who_sees")
    assert sorted(value for value, _label in setting.choices) == sorted(known)
    assert YouTube({}).config["who_sees"] == "public"


@pytest.mark.parametrize(
    ("name", "query", "body", "wrong"),
    [
        ("videos.delete", {"id": "1"}, None, []),
        ("videos.delete", {}, None, ["id is missing"]),
        ("videos.delete", {"id": "1", "part": "id"}, None, ["unknown parameter part"]),
        ("videos.update", {"part": "status"}, {"status": {"privacyStatus": "open"}}, ["Video.status.privacyStatus is not one of ['public', 'unlisted', 'private']"]),
        ("videos.update", {"part": "status"}, {"status": {"embeddable": "true"}}, ["Video.status.embeddable is not boolean"]),
        ("videos.update", {"part": "snippet"}, {"snippet": {"text": "x", "tags": [1]}}, ["Video.snippet has no text", "Video.snippet.tags[] is not string"]),
        ("channels.list", {"part": "snippet", "mine": "yes", "maxResults": "ten"}, None, ["maxResults is no number", "mine is not true or false"]),
    ],
)  # fmt: skip
def test_the_stand_in_minds_the_discovery_document(name, query, body, wrong):
    assert youtube.against_method(name, query, body) == wrong
