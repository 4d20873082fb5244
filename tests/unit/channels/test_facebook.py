"""Facebook: what it is asked for, and what its answers mean."""

import pytest

from tests.unit.channels import examples
from tests.unit.channels.fakes import meta
from utbud.channels.adapters.facebook import Facebook
from utbud.channels.channel import Receipt, Refused, Unavailable, Unsure

KEY = "0b5c3a52-6e4f-4f7e-9a37-000000000001"
TEXT = "Veckans ord: «Kaka» – åäö & 100 % 🍪 <b>\n\nLäs mer: https://bibliotek.example.org/ord/kaka/"


@pytest.fixture
def service(monkeypatch):
    fake = meta.Facebook(monkeypatch)
    yield fake
    fake.close()


@pytest.fixture
def channel(service):
    return Facebook(service.config)


def test_a_picture_goes_with_its_text_and_its_description(service, channel):
    picture = examples.file("kort-kvadrat.jpg", b"\xff\xd8 en bild")

    receipt = channel.send(examples.post(picture), TEXT, key=KEY)

    assert service.posts == {receipt.reference: TEXT}
    assert service.pictures == {
        receipt.reference: {"source": b"\xff\xd8 en bild", "alt": "En kaka på ett fat."}
    }
    assert receipt.url == service.links[receipt.reference]


def test_without_a_picture_the_link_goes_along(service, channel):
    receipt = channel.send(examples.post(), TEXT, key=KEY)

    assert service.posts == {receipt.reference: TEXT}
    assert service.shared == {receipt.reference: examples.PLACE}


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["kort.png", "kort-kvadrat.png", "kort-kvadrat.jpg"], "kort-kvadrat.jpg"),
        (["kort.png", "kort-kvadrat.png"], "kort-kvadrat.png"),
        (["kort.png", "klipp.mp4"], "kort.png"),
    ],
)
def test_the_square_picture_goes_first(channel, names, chosen):
    assert channel.picture(examples.post(*map(examples.file, names))).name == chosen


def test_the_suggestion_says_it_all_and_how_to_reach_us(channel):
    assert channel.compose(examples.post()).text == (
        "Veckans digitala ord: Kaka\n\n"
        "En kaka är en liten fil som en webbplats sparar hos dig.\n\n"
        "Första stycket.\n\nAndra stycket.\n\n"
        "Läs, lyssna eller skriv ut: https://bibliotek.example.org/ord/kaka/\n"
        "Har du frågor? Ring oss på 08-465 004 00."
    )


@pytest.mark.parametrize(
    ("length", "stops"), [(63206, []), (63207, ["Texten är 1 tecken för lång. Korta den."])]
)
def test_the_limit(channel, length, stops):
    assert [one.says for one in channel.remarks(examples.post(), "å" * length) if one.stops] == stops


def test_a_picture_without_a_description_is_stopped(channel):
    found = channel.remarks(examples.post(examples.file("kort.png", alt=" ")), TEXT)
    assert [one.says for one in found] == ["Bilden saknar beskrivning för den som inte ser den."]


def test_a_post_that_is_out_can_be_corrected_twice(service, channel):
    receipt = channel.send(examples.post(), TEXT, key=KEY)

    assert channel.correct(receipt, examples.post(), "Rättat: å") == receipt
    assert channel.correct(receipt, examples.post(), "Rättat: å") == receipt
    assert service.posts == {receipt.reference: "Rättat: å"}


def test_what_is_gone_cannot_be_corrected(channel):
    with pytest.raises(
        Refused, match=r"Facebook: Det togs inte emot \(fel 100\)\. Svaret var: «Unsupported post request"
    ):
        channel.correct(Receipt("1_2"), examples.post(), TEXT)


def test_a_post_is_taken_back_and_a_second_time_does_no_harm(service, channel):
    receipt = channel.send(examples.post(), TEXT, key=KEY)

    channel.recall(receipt)
    channel.recall(receipt)

    assert service.posts == {}


def test_what_can_be_read_but_not_deleted_is_no_success(service, channel):
    receipt = channel.send(examples.post(), TEXT, key=KEY)
    service.answers = [meta.gone("DELETE", receipt.reference)]

    with pytest.raises(Refused, match="Unsupported delete request"):
        channel.recall(receipt)
    assert service.posts == {receipt.reference: TEXT}


@pytest.mark.parametrize(
    ("code", "more", "kind", "says", "wait"),
    [
        (190, {}, Refused, "Facebook: Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar. Svaret var: «nej»", None),
        (102, {}, Refused, "Facebook: Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar. Svaret var: «nej»", None),
        (10, {}, Refused, "Facebook: Nyckeln saknar rätt att göra det här. Gör en ny med de rättigheter som står i kanalens beskrivning. Svaret var: «nej»", None),
        (200, {"status": 403}, Refused, "Facebook: Nyckeln saknar rätt att göra det här. Gör en ny med de rättigheter som står i kanalens beskrivning. Svaret var: «nej»", None),
        (368, {}, Refused, "Facebook: Kontot har spärrats för en tid. Logga in och se efter varför. Svaret var: «nej»", None),
        (506, {}, Refused, "Facebook: Samma text ligger redan ute. Svaret var: «nej»", None),
        (100, {}, Refused, "Facebook: Det togs inte emot (fel 100). Svaret var: «nej»", None),
        (100, {"error_user_msg": "Bilden är trasig"}, Refused, "Facebook: Det togs inte emot (fel 100). Svaret var: «Bilden är trasig»", None),
        (1, {}, Unsure, "Facebook har problem just nu.", 0),
        (100, {"status": 200}, Refused, "Facebook: Det togs inte emot (fel 100). Svaret var: «nej»", None),
        (2, {}, Unavailable, "Facebook har problem just nu.", 0),
        (100, {"is_transient": True}, Unavailable, "Facebook har problem just nu.", 0),
        (4, {}, Unavailable, "Facebook ber oss vänta.", 3600),
        (17, {}, Unavailable, "Facebook ber oss vänta.", 3600),
        (32, {"status": 403}, Unavailable, "Facebook ber oss vänta.", 3600),
        (341, {}, Unavailable, "Facebook ber oss vänta.", 3600),
        (613, {}, Unavailable, "Facebook ber oss vänta.", 3600),
        (80001, {}, Unavailable, "Facebook ber oss vänta.", 3600),
    ],
)  # fmt: skip
def test_what_errors_mean(service, channel, code, more, kind, says, wait):
    service.answers = [meta.error(code, "nej", **more)]

    with pytest.raises(kind) as caught:
        channel.send(examples.post(), TEXT, key=KEY)

    assert str(caught.value) == says
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after", None) == wait
    assert service.posts == {}


def test_the_wait_is_what_facebook_says_in_minutes(service, channel):
    usage = '{"1029384756": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]}'
    status, body = meta.error(80001, "nej")[:2]
    service.answers = [(status, body, {"X-Business-Use-Case-Usage": usage})]

    with pytest.raises(Unavailable) as caught:
        channel.send(examples.post(), TEXT, key=KEY)

    assert caught.value.retry_after == 19 * 60


@pytest.mark.parametrize("answer", [(400, b"<html>"), (404, {"error": "no"}), (400, ["?"])])
def test_an_error_that_cannot_be_read_is_a_refusal(service, channel, answer):
    service.answers = [answer]
    with pytest.raises(Refused, match=r"^Facebook: Det togs inte emot \(fel 0\)\.$"):
        channel.send(examples.post(), TEXT, key=KEY)


@pytest.mark.parametrize(
    "answer", [(200, b"<html>"), (200, {}), (200, ["?"]), (500, b""), (502, b""), (504, b"")]
)
def test_an_answer_that_says_nothing_leaves_it_to_a_person(service, channel, answer):
    service.answers = [answer]
    with pytest.raises(Unsure):
        channel.send(examples.post(), TEXT, key=KEY)


def test_a_quiet_no_is_a_no(service, channel):
    receipt = channel.send(examples.post(), TEXT, key=KEY)
    for what in (
        lambda: channel.correct(receipt, examples.post(), "Rättat"),
        lambda: channel.recall(receipt),
    ):
        service.answers = [(200, {"success": False})]
        with pytest.raises(Refused, match=r"^Facebook: Det togs inte emot"):
            what()
    assert service.posts == {receipt.reference: TEXT}


def test_the_key_is_not_repeated_in_a_message(service, channel):
    service.config["token"] = "EAAB-wrong"
    with pytest.raises(Refused, match=r"Malformed access token …»$"):
        Facebook(service.config).send(examples.post(), TEXT, key=KEY)


def test_a_post_that_is_out_is_out_though_its_address_cannot_be_had(service, channel, monkeypatch):
    monkeypatch.setattr(service, "node", lambda *_arguments: meta.error(2, "down"))

    receipt = channel.send(examples.post(), TEXT, key=KEY)

    assert receipt.url == f"https://www.facebook.com/{receipt.reference}"


def test_the_test_reads_the_name_and_says_what_it_did_not_prove(service, channel):
    assert channel.test() == (
        "Nyckeln hör till sidan «Biblioteket i Exempelstad». "
        "Inget lades ut, så provet visar inte att nyckeln får göra inlägg."
    )
    assert service.posts == {}
    assert {asked.method for asked in service.asked} == {"GET"}


def test_a_persons_key_is_not_the_pages(service, channel):
    service.holder = {"id": "7", "name": "Kim"}
    with pytest.raises(
        Refused, match=r"Nyckeln hör till «Kim» och inte till sidan. Hämta sidans egen nyckel."
    ):
        channel.test()


def test_what_must_be_filled_in():
    assert Facebook({}).missing() == ["Sidans nummer", "Sidans nyckel"]
    assert [one.name for one in Facebook.requires if one.secret] == ["token"]
