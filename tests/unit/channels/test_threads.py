"""Threads: a short text in two steps, and what its answers mean."""

import pytest

from tests.unit.channels import examples
from tests.unit.channels.fakes import meta
from utbud.channels.adapters.threads import Threads
from utbud.channels.channel import Receipt, Refused, Unavailable, Unsure

KEY = "0b5c3a52-6e4f-4f7e-9a37-000000000001"
TEXT = "Veckans ord: «Kaka» – åäö & 100 % 🍪\n\nhttps://bibliotek.example.org/ord/kaka/"


@pytest.fixture
def service(monkeypatch):
    fake = meta.Threads(monkeypatch)
    yield fake
    fake.close()


@pytest.fixture
def channel(service):
    return Threads(service.config)


@pytest.mark.parametrize(
    ("names", "made"),
    [
        ([], {"media_type": "TEXT", "text": TEXT}),
        (["klipp.mp4"], {"media_type": "TEXT", "text": TEXT}),
        (
            ["kort.png", "kort-kvadrat.jpg"],
            {
                "media_type": "IMAGE",
                "text": TEXT,
                "image_url": "https://bibliotek.example.org/ord/kaka/kort-kvadrat.jpg",
                "alt_text": "En kaka på ett fat.",
            },
        ),
    ],
)
def test_with_and_without_a_picture(service, channel, names, made):
    service.slow = 1

    receipt = channel.send(examples.post(*map(examples.file, names)), TEXT, key=KEY)

    assert service.made == {receipt.reference: made}
    assert receipt.url == f"https://www.threads.com/@exempelbiblioteket/post/{receipt.reference}"
    assert [
        (asked.method, asked.path.rsplit("/", 1)[-1]) for asked in service.asked if asked.method == "POST"
    ] == [
        ("POST", "threads"),
        ("POST", "threads_publish"),
    ]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Kaka", 4),
        ("åäö ÅÄÖ é – «»", 14),
        ("🍪", 4),
        ("👩🏽‍🏫", 15),  # woman, skin tone, joiner, school
        ("🇸🇪", 8),
        ("❤️", 6),
        ("1️⃣ 12 #1 *", 15),
        ("Kaka 🍪🍪 å", 15),
        ("a\u0308", 2),
        ("", 0),
    ],
)
def test_an_emoji_counts_as_its_bytes(channel, text, length):
    assert channel.count(text) == length


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("å" * 500, []),
        ("å" * 501, ["Texten är 1 tecken för lång. Korta den."]),
        ("å" * 496 + "🍪", []),
        ("å" * 497 + "🍪", ["Texten är 1 tecken för lång. Korta den."]),
    ],
)
def test_the_limit(channel, text, stops):
    assert [one.says for one in channel.remarks(examples.post(), text) if one.stops] == stops


def test_a_long_text_is_cut_and_the_link_is_whole(channel):
    text = channel.compose(examples.post(lead="En mening om kakor. " * 40)).text
    assert channel.count(text) <= 500
    assert text.endswith("kakor.\n\nhttps://bibliotek.example.org/ord/kaka/")


def test_a_picture_must_be_where_threads_can_fetch_it(channel):
    picture = examples.file("kort.png", url="http://localhost:8000/kort.png")
    assert [(one.says, one.stops) for one in channel.remarks(examples.post(picture), TEXT)] == [
        ("Threads kan inte hämta bilden från http://localhost:8000/kort.png. Webbplatsen måste ha en öppen adress med https.", True)
    ]  # fmt: skip


def test_a_full_day_is_found_out_before_anything_is_made(service, channel):
    service.used = 250
    with pytest.raises(Unavailable, match="Threads tar emot högst 250 inlägg om dagen"):
        channel.send(examples.post(), TEXT, key=KEY)
    assert service.containers == {}


@pytest.mark.parametrize(
    ("says", "message"),
    [
        (
            "FAILED_DOWNLOADING_IMAGE",
            "Threads: Det togs inte emot (fel 0). Svaret var: «FAILED_DOWNLOADING_IMAGE»",
        ),
        ("UNKNOWN", "Threads: Det togs inte emot (fel 0). Svaret var: «UNKNOWN»"),
    ],
)
def test_a_container_that_fails(service, channel, says, message):
    service.failure = says
    with pytest.raises(Refused) as caught:
        channel.send(examples.post(), TEXT, key=KEY)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (190, Refused, "Threads: Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar. Svaret var: «nej»"),
        (10, Refused, "Threads: Nyckeln saknar rätt att göra det här. Gör en ny med de rättigheter som står i kanalens beskrivning. Svaret var: «nej»"),
        (100, Refused, "Threads: Det togs inte emot (fel 100). Svaret var: «nej»"),
        (368, Refused, "Threads: Kontot har spärrats för en tid. Logga in och se efter varför. Svaret var: «nej»"),
        (4, Unavailable, "Threads ber oss vänta."),
        (2, Unavailable, "Threads har problem just nu."),
        (1, Unsure, "Threads har problem just nu."),
    ],
)  # fmt: skip
def test_what_errors_mean(service, channel, code, kind, says):
    service.answers = [meta.error(code, "nej")]
    with pytest.raises(kind) as caught:
        channel.send(examples.post(), TEXT, key=KEY)
    assert str(caught.value) == says
    assert type(caught.value) is kind
    assert service.posts == {}


def test_a_publishing_whose_answer_is_lost_is_for_a_person(service, channel):
    service.lose = 1
    with pytest.raises(Unsure):
        channel.send(examples.post(), TEXT, key=KEY)
    assert list(service.posts.values()) == [TEXT]


def test_taken_back_and_a_second_time_does_no_harm(service, channel):
    receipt = channel.send(examples.post(), TEXT, key=KEY)

    channel.recall(receipt)
    channel.recall(receipt)

    assert service.posts == {}


def test_it_cannot_be_changed(channel):
    assert Threads.can_correct is False
    with pytest.raises(NotImplementedError):
        channel.correct(Receipt("1"), examples.post(), TEXT)


def test_the_test_reads_the_name_and_says_what_it_did_not_prove(service, channel):
    assert channel.test() == (
        "Nyckeln hör till profilen @exempelbiblioteket. Inget lades ut, så provet visar inte att nyckeln får göra "
        "inlägg eller ta bort dem."
    )
    assert {asked.method for asked in service.asked} == {"GET"}


def test_an_old_key(service):
    with pytest.raises(Refused, match="Nyckeln gäller inte längre"):
        Threads({"token": "old"}).test()
    assert Threads({}).missing() == ["Nyckel"]


def test_the_key_is_renewed(channel, monkeypatch):
    asked = {}

    class Answer:
        def json(self):
            return {"access_token": "en ny nyckel", "token_type": "bearer", "expires_in": 5183944}

    def call(method, url, **options):
        asked.update(method=method, path=url.rsplit("/", 1)[1], params=options["params"])
        return Answer()

    monkeypatch.setattr("utbud.channels.adapters.threads.call", call)
    assert channel.renew() == {"token": "en ny nyckel"}
    assert (asked["method"], asked["path"]) == ("GET", "refresh_access_token")
    assert asked["params"]["grant_type"] == "th_refresh_token"
