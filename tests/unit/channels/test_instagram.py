"""Instagram: a container, a wait, and a publishing; and what its answers mean."""

import pytest

from tests.unit.channels import examples
from tests.unit.channels.fakes import meta
from utbud.channels.adapters.instagram import Instagram
from utbud.channels.channel import Receipt, Refused, Unavailable, Unsure

KEY = "0b5c3a52-6e4f-4f7e-9a37-000000000001"
TEXT = "Veckans ord: «Kaka» – åäö & 100 % 🍪\n\nLäs mer på bibliotek.example.org/ord/kaka"


@pytest.fixture
def service(monkeypatch):
    fake = meta.Instagram(monkeypatch)
    yield fake
    fake.close()


@pytest.fixture
def channel(service):
    return Instagram(service.config)


@pytest.fixture
def post():
    return examples.post(examples.file("kort-kvadrat.jpg"))


def test_it_asks_for_room_makes_waits_and_publishes(service, channel, post):
    service.slow = 2

    receipt = channel.send(post, TEXT, key=KEY)

    assert service.posts == {receipt.reference: TEXT}
    assert service.made[receipt.reference] == {
        "image_url": "https://bibliotek.example.org/ord/kaka/kort-kvadrat.jpg",
        "caption": TEXT,
        "alt_text": "En kaka på ett fat.",
    }
    assert receipt.url == f"https://www.instagram.com/p/{receipt.reference}"
    container = next(iter(service.containers))
    assert [(asked.method, asked.path.removeprefix("/v26.0")) for asked in service.asked] == [
        ("GET", f"/{service.account}/content_publishing_limit"),
        ("POST", f"/{service.account}/media"),
        *[("GET", f"/{container}")] * 3,
        ("POST", f"/{service.account}/media_publish"),
        ("GET", f"/{receipt.reference}"),
    ]


def test_one_that_never_gets_ready_is_tried_later_and_nothing_is_out(service, channel, post):
    service.slow = 99
    with pytest.raises(Unavailable, match=r"Instagram blev inte klar med bilden i tid.") as caught:
        channel.send(post, TEXT, key=KEY)
    assert not isinstance(caught.value, Unsure)
    assert service.posts == {}


@pytest.mark.parametrize(
    ("says", "kind", "message"),
    [
        ("Error: Media upload has failed with error code 2207052", Refused, "Instagram: Bilden gick inte att hämta. Se efter att webbplatsen går att nå utifrån."),
        ("Error: Media upload has failed with error code 2207004", Refused, "Instagram: Bilden är för stor. Den får vara högst 8 MB."),
        ("Error: Media upload has failed with error code 2207053", Unavailable, "Instagram har problem just nu."),
        ("Error", Refused, "Instagram: Det togs inte emot (fel 0). Svaret var: «Error»"),
    ],
)  # fmt: skip
def test_a_container_that_fails(service, channel, post, says, kind, message):
    service.failure = says
    with pytest.raises(kind) as caught:
        channel.send(post, TEXT, key=KEY)
    assert str(caught.value).startswith(message)
    assert service.posts == {}


def test_a_full_day_is_found_out_before_anything_is_made(service, channel, post):
    service.used = 100
    with pytest.raises(Unavailable) as caught:
        channel.send(post, TEXT, key=KEY)
    assert str(caught.value) == "Instagram tar emot högst 100 inlägg om dagen, och så många har ni lagt ut."
    assert caught.value.retry_after == 3600
    assert service.containers == {}


@pytest.mark.parametrize(
    ("code", "subcode", "kind", "says", "wait"),
    [
        (9, 2207042, Unavailable, "Instagram tar inte emot fler inlägg i dag.", 86400),
        (4, 0, Unavailable, "Instagram ber oss vänta.", 3600),
        (80002, 0, Unavailable, "Instagram ber oss vänta.", 3600),
        (-1, 2207001, Unsure, "Instagram har problem just nu.", 0),
        (-2, 2207003, Unavailable, "Instagram har problem just nu.", 0),
        (24, 2207008, Unavailable, "Instagram har problem just nu.", 0),
        (9007, 2207027, Unavailable, "Instagram har problem just nu.", 0),
        (2, 0, Unavailable, "Instagram har problem just nu.", 0),
        (4, 2207051, Refused, "Instagram: Inlägget togs för skräppost. Ändra texten, eller lägg ut den för hand.", None),
        (25, 2207050, Refused, "Instagram: Kontot är begränsat. Logga in i appen och gör det som den ber om.", None),
        (9004, 2207052, Refused, "Instagram: Bilden gick inte att hämta. Se efter att webbplatsen går att nå utifrån.", None),
        (36000, 2207004, Refused, "Instagram: Bilden är för stor. Den får vara högst 8 MB.", None),
        (36001, 2207005, Refused, "Instagram: Bildens format går inte. Det ska vara JPEG.", None),
        (36003, 2207009, Refused, "Instagram: Bildens form går inte. Den får varken vara för smal eller för bred.", None),
        (36004, 2207010, Refused, "Instagram: Texten är för lång, eller har fler än 30 taggar eller 20 omnämnda konton.", None),
        (190, 463, Refused, "Instagram: Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar.", None),
        (10, 0, Refused, "Instagram: Nyckeln saknar rätt att göra det här. Gör en ny med de rättigheter som står i kanalens beskrivning.", None),
    ],
)  # fmt: skip
def test_what_errors_mean(service, channel, post, code, subcode, kind, says, wait):
    service.answers = [meta.error(code, "nej", subcode)]

    with pytest.raises(kind) as caught:
        channel.send(post, TEXT, key=KEY)

    assert str(caught.value).removesuffix(" Svaret var: «nej»") == says
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after", None) == wait
    assert service.posts == {}


def test_a_container_whose_answer_is_lost_is_made_anew(service, channel, post, monkeypatch):
    monkeypatch.setattr(service, "decides", lambda asked: asked.path.endswith("/media"))
    service.lose = 1

    with pytest.raises(Unavailable) as caught:
        channel.send(post, TEXT, key=KEY)
    assert not isinstance(caught.value, Unsure)

    channel.send(post, TEXT, key=KEY)
    assert list(service.posts.values()) == [TEXT]


def test_a_publishing_whose_answer_is_lost_is_for_a_person(service, channel, post):
    service.lose = 1
    with pytest.raises(Unsure):
        channel.send(post, TEXT, key=KEY)
    assert list(service.posts.values()) == [TEXT]


def test_the_suggestion_has_an_address_to_read_a_number_and_tags(channel, post):
    assert channel.compose(post).text == (
        "Veckans digitala ord: Kaka\n\n"
        "En kaka är en liten fil som en webbplats sparar hos dig.\n\n"
        "Första stycket.\n\nAndra stycket.\n\n"
        "Läs mer på bibliotek.example.org/ord/kaka\n"
        "Har du frågor? Ring oss på 08-465 004 00.\n\n"
        "#internet #tryggpånätet"
    )


def test_a_long_text_is_cut_and_the_tail_is_whole(channel):
    long = examples.post(text="Det här är en mening om kakor. " * 100, tags=())

    text = channel.compose(long).text

    assert channel.count(text) <= 2200
    assert text.endswith(
        "kakor.\n\nLäs mer på bibliotek.example.org/ord/kaka\nHar du frågor? Ring oss på 08-465 004 00."
    )


def test_never_more_than_thirty_tags_by_ourselves(channel):
    many = examples.post(tags=tuple(f"tagg{number}" for number in range(40)))
    assert channel.compose(many).text.count("#") == 30


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("å" * 2200, []),
        ("å" * 2201, ["Texten är 1 tecken för lång. Korta den."]),
        ("🍪" * 1101, ["Texten är 2 tecken för lång. Korta den."]),
        ("#tagg " * 30, []),
        ("#tagg " * 31, ["Texten har fler än 30 taggar. Ta bort några."]),
        ("@konto " * 21, ["Texten nämner fler än 20 konton. Ta bort några."]),
        ("fraga@bibliotek.example.org " * 21, []),
        (" ", ["Texten är tom. Skriv något, eller ta tillbaka förslaget."]),
    ],
)
def test_limits(channel, post, text, stops):
    assert [one.says for one in channel.remarks(post, text) if one.stops] == stops


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://bibliotek.example.org/ord/kaka/kort-kvadrat.jpg", True),
        ("http://bibliotek.example.org/ord/kaka/kort-kvadrat.jpg", False),
        ("https://localhost/kort-kvadrat.jpg", False),
        ("http://localhost:8000/kort-kvadrat.jpg", False),
        ("https://127.0.0.1/kort-kvadrat.jpg", False),
        ("https://10.0.0.5/kort-kvadrat.jpg", False),
        ("https://[::1]/kort-kvadrat.jpg", False),
        ("https://server.local/kort-kvadrat.jpg", False),
        ("https://intranet/kort-kvadrat.jpg", False),
    ],
)
def test_the_picture_must_be_where_instagram_can_fetch_it(channel, url, fine):
    found = channel.remarks(examples.post(examples.file("kort-kvadrat.jpg", url=url)), TEXT)
    says = f"Instagram kan inte hämta bilden från {url}. Webbplatsen måste ha en öppen adress med https."
    assert [(one.says, one.stops) for one in found] == ([] if fine else [(says, True)])


@pytest.mark.parametrize("names", [[], ["kort-kvadrat.png", "kort.png"]])
def test_without_a_jpeg_nothing_is_sent(service, channel, names):
    without = examples.post(*map(examples.file, names))

    assert [one.says for one in channel.remarks(without, TEXT) if one.stops] == [
        "Här behövs en bild eller ett klipp, och det finns inget."
    ]
    with pytest.raises(Refused, match=r"Instagram behöver en bild, och det finns ingen."):
        channel.send(without, TEXT, key=KEY)
    assert service.asked == []


@pytest.mark.parametrize("alt", ["En kaka. " * 200, "å" * 1500])
def test_a_long_description_is_cut_to_what_is_taken(service, channel, alt):
    receipt = channel.send(examples.post(examples.file("kort-kvadrat.jpg", alt=alt)), TEXT, key=KEY)
    cut = service.made[receipt.reference]["alt_text"]
    assert 900 < len(cut) <= 1000
    assert alt.startswith(cut.rstrip("…"))


def test_taken_back_and_a_second_time_does_no_harm(service, channel, post):
    receipt = channel.send(post, TEXT, key=KEY)

    channel.recall(receipt)
    channel.recall(receipt)

    assert service.posts == {}


def test_a_key_without_the_right_to_take_back_says_so(service, channel, post):
    receipt = channel.send(post, TEXT, key=KEY)
    service.answers = [meta.error(10, "Application does not have permission for this action")]

    with pytest.raises(Refused, match="Nyckeln saknar rätt att göra det här"):
        channel.recall(receipt)


def test_a_caption_cannot_be_changed(channel, post):
    assert Instagram.can_correct is False
    with pytest.raises(NotImplementedError):
        channel.correct(Receipt("1"), post, TEXT)


def test_the_test_reads_the_name_and_says_what_it_did_not_prove(service, channel):
    assert channel.test() == (
        "Nyckeln når kontot @exempelbiblioteket. Inget lades ut, så provet visar inte att nyckeln får göra inlägg "
        "eller ta bort dem."
    )
    assert {asked.method for asked in service.asked} == {"GET"}


def test_what_must_be_filled_in():
    assert Instagram({}).missing() == ["Kontots nummer", "Nyckel"]
    assert [one.name for one in Instagram.requires if one.secret] == ["token"]
