"""How long a text message is, what it says, and what 46elks is told."""

import pytest

from tests.unit.channels.fakes.elks import Elks
from utbud.channels import sms
from utbud.channels.adapters.sms import Sms
from utbud.channels.channel import Refused, Unavailable, Unsure
from utbud.channels.post import Post

POST = Post(
    item="page:1", version="v", kind="Veckans digitala ord", title="BankID",
    lead="BankID är en legitimation i telefonen.", text="Lång förklaring.", url="https://bibliotek.example.org/ord/bankid/",
    sender="Biblioteket", phone="08-465 004 00",
)  # fmt: skip
WORDS = (
    "Veckans digitala ord: BankID. BankID är en legitimation i telefonen.\n\n"
    "Ring 08-465 004 00 om du vill veta mer. Svara STOPP för att sluta."
)


@pytest.fixture
def elks(monkeypatch):
    fake = Elks(monkeypatch)
    yield fake
    fake.close()


def channel(**config: str) -> Sms:
    return Sms({"username": "u1234", "password": "right", "sender": "+46701740699"} | config)


# --- how long -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "segments", "length"),
    [
        ("", 0, 0),
        ("å" * 160, 1, 160),
        ("å" * 161, 2, 161),
        ("a" * 306, 2, 306),
        ("a" * 307, 3, 307),
        ("a" * 459, 3, 459),
        ("€" * 80, 1, 160),  # two each
        ("€" * 81, 2, 153 + 10),  # 76 in the first: a pair is not parted, one septet is left empty
        ("a" * 152 + "€" + "a" * 10, 2, 153 + 12),
        ("–" * 70, 1, 160),  # UCS-2
        ("–" * 71, 2, 153 + 10),
        ("–" * 134, 2, 306),
        ("–" * 135, 3, 309),
        ("😀" * 35, 1, 160),  # two UTF-16 units each
        ("😀" * 36, 2, 153 + 14),  # 33 in the first, 3 in the second: 6 of 67 units
        ("a" * 100 + "á", 2, 153 + 78),  # one sign makes the whole of it UCS-2: 67 + 34
    ],
)
def test_a_text_is_as_many_messages_as_the_standard_says(text: str, segments: int, length: int) -> None:
    assert (sms.segments(text), sms.length(text)) == (segments, length)


@pytest.mark.parametrize("sign", ["a", "€", "–", "😀"])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_has_room_is_what_fits(sign: str, most: int) -> None:
    for count in range(1, 500):
        text = sign * count
        assert (sms.length(text) <= sms.room(most)) == (sms.segments(text) <= most), count


def test_swedish_is_no_dearer() -> None:
    assert sms.outside("åäöÅÄÖéÉüÜ§€@£ÆæØø\n!?&%/()=+-.,:;'\"<>{}[]~|\\^") == []
    assert sms.outside("á–“”…’ '«»\u00a0ç😀à") == [
        "á",
        "–",
        "“",
        "”",
        "…",
        "’",
        "«",
        "»",
        "\u00a0",
        "ç",
        "😀",
    ]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("”Hej” – sa hon…", '"Hej" - sa hon...'),
        ("det’s «så»", 'det\'s "så"'),
        ("Ámál, café, Škoda, naïv, Łódź", "Amal, café, Skoda, naiv, Lodz"),
        ("a\u00a0b\u2009c\tд", "a b c д"),
        ("mjukt\u00adbindestreck\u200b", "mjuktbindestreck"),
        ("½ kopp\r\n• salt", "1/2 kopp\n- salt"),
        ("a\u030a är å", "å är å"),  # decomposed
        ("😀", "😀"),
        ("ﬁlm", "film"),
    ],
)
def test_typography_is_written_plainly(text: str, plain: str) -> None:
    assert sms.normalise(text) == plain
    assert sms.normalise(plain) == plain


# --- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "tail"),
    [
        ({}, "Ring 08-465 004 00 om du vill veta mer. Svara STOPP för att sluta."),
        ({"sender": "Biblioteket"}, "Ring 08-465 004 00 om du vill veta mer. Ring också om du vill sluta."),
        (
            {"link": "Ja"},
            "Ring 08-465 004 00 om du vill veta mer. Svara STOPP för att sluta. https://bibliotek.example.org/ord/bankid/",
        ),
    ],
)
def test_it_says_how_to_know_more_and_how_to_stop(config: dict, tail: str) -> None:
    text = channel(**config).compose(POST).text
    assert text == f"Veckans digitala ord: BankID. BankID är en legitimation i telefonen.\n\n{tail}"
    assert [remark.says for remark in channel(**config).remarks(POST, text)] == []


@pytest.mark.parametrize(
    ("most", "limit"), [("1", 160), ("2", 306), ("3", 459), ("", 306), ("x", 306), ("0", 160), ("99", 918)]
)
def test_the_library_says_how_long_it_may_be(most: str, limit: int) -> None:
    assert channel(most=most).limit() == limit


@pytest.mark.parametrize("most", ["1", "2"])
def test_what_is_too_long_loses_whole_sentences_and_never_the_end(most: str) -> None:
    lead = "BankID är en legitimation – i telefonen. " * 12
    made = channel(most=most)
    fitted = made.compose(Post(**(POST.__dict__ | {"lead": lead.strip()})))
    assert sms.segments(fitted.text) <= int(most)
    assert fitted.text.endswith("Svara STOPP för att sluta.")
    assert (bool(fitted.cut), sms.outside(fitted.text)) == (True, [])


@pytest.mark.parametrize(
    ("config", "text", "says", "stops"),
    [
        ({"most": "3"}, WORDS.replace("BankID är", "BankID – är"), "Skriv enklare tecken, annars kostar sms:et mer: – → -", False),
        ({"most": "3"}, WORDS + " 😀", "De här tecknen gör att sms:et kostar mer. Ta bort dem om du kan: 😀", False),
        (
            {"most": "3"}, WORDS.replace("08-465 ", "08-465\u00a0"),
            "Det finns mellanslag eller dolda tecken av en ovanlig sort. Skriv om dem, annars kostar sms:et mer.", False,
        ),
        ({}, WORDS + " www.example.org", "Det står en länk i texten. Ta bort den, eller slå på länkar för kanalen.", True),
        ({"link": "ja"}, WORDS + " https://example.org", None, False),
        ({"sender": "Bibblan"}, WORDS, "Det går inte att svara på ett sms från ett namn. Be läsaren ringa i stället.", True),
        ({}, "BankID är bra.", "Det står inte hur man slutar. Lägg till: Svara STOPP för att sluta.", False),
        ({"most": "1"}, WORDS + "x" * 30, "Texten är 6 tecken för lång. Korta den.", True),
    ],
)  # fmt: skip
def test_staff_are_told(config: dict, text: str, says: str | None, stops: bool) -> None:
    found = [(remark.says, remark.stops) for remark in channel(**config).remarks(POST, text)]
    assert found == ([(says, stops)] if says else [])


@pytest.mark.parametrize(
    ("price", "text", "words"),
    [
        ("", "a", "1 sms till var och en"),
        ("0,55", "a", "1 sms till var och en, ungefär 0,55 kronor"),
        ("0.55", "a" * 161, "2 sms till var och en, ungefär 1,10 kronor"),
        ("gratis", "😀" * 40, "2 sms till var och en"),
    ],
)
def test_the_price_is_the_librarys_own(price: str, text: str, words: str) -> None:
    assert channel(price=price).price(text) == words


@pytest.mark.parametrize(
    ("price", "recipients", "words"),
    [
        ("", 214, "2 sms till var och en. Tillsammans 428 sms"),
        ("0,55", 214, "2 sms till var och en, ungefär 1,10 kronor. Tillsammans 235,40 kronor"),
        ("0,55", 1, "2 sms till var och en, ungefär 1,10 kronor"),
        ("0,55", 0, "2 sms till var och en, ungefär 1,10 kronor"),
    ],
)
def test_the_price_of_all_is_seen_before_approval(price: str, recipients: int, words: str) -> None:
    assert channel(price=price).price("a" * 161, recipients) == words


# --- 46elks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["+46701740699", "Biblioteket"])
def test_a_text_is_sent(elks, sender: str) -> None:
    receipt = channel(sender=sender).send(POST, WORDS, key="k", to="+46701740605")
    assert elks.sent == [{"from": sender, "to": "+46701740605", "message": WORDS}]
    assert elks.posts == {receipt.reference: WORDS}


@pytest.mark.parametrize(
    ("config", "to", "says"),
    [
        ({}, "0701740605", "Det är inget telefonnummer att skicka till."),
        ({}, "", "Det är inget telefonnummer att skicka till."),
        ({}, "anna@example.org", "Det är inget telefonnummer att skicka till."),
        (
            {"sender": "Stadsbiblioteket"}, "+46701740605",
            "Avsändaren går inte att använda. Skriv ett nummer som +46701740605 eller 3 till 11 bokstäver.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_never_leaves(elks, config: dict, to: str, says: str) -> None:
    with pytest.raises(Refused) as no:
        channel(**config).send(POST, WORDS, key="k", to=to)
    assert (str(no.value), elks.asked) == (says, [])


def test_a_wrong_password_says_so(elks) -> None:
    with pytest.raises(Refused, match="släpper inte in oss"):
        channel(password="wrong").send(POST, WORDS, key="k", to="+46701740605")


def test_without_money_it_waits(elks) -> None:
    elks.money = 100
    with pytest.raises(Unavailable, match="Pengarna är slut på kontot hos 46elks") as later:
        channel().send(POST, WORDS, key="k", to="+46701740605")
    assert (type(later.value), later.value.retry_after, elks.posts) == (Unavailable, 3600, {})


def test_what_46elks_refuses_is_said_with_its_words(elks) -> None:
    elks.refuse = 'Invalid "to" number'
    with pytest.raises(Refused, match='Invalid "to" number'):
        channel().send(POST, WORDS, key="k", to="+46701740605")


def test_down_is_later_and_lost_is_unsure(elks) -> None:
    elks.down, elks.lose = 1, 1
    with pytest.raises(Unavailable) as later:
        channel().send(POST, WORDS, key="k", to="+46701740605")
    assert (type(later.value), later.value.retry_after) == (Unavailable, 7)
    with pytest.raises(Unsure):
        channel().send(POST, WORDS, key="k", to="+46701740605")
    assert len(elks.posts) == 1  # it went all the same


@pytest.mark.parametrize("to", ["", "+46701740605", "070-174 06 05"])
def test_the_test_asks_for_the_account_and_sends_nothing(elks, to: str) -> None:
    said = channel().test(to=to)
    assert said.startswith("46elks släpper in oss. På kontot finns 100,00 SEK.")
    assert ("godkänner avsändaren och numret" in said) == bool(to)
    assert (elks.posts, elks.money) == ({}, 1_000_000)


def test_the_test_tells_of_a_number_that_cannot_be(elks) -> None:
    with pytest.raises(Refused, match='Invalid "to" number'):
        channel().test(to="+1234567")
