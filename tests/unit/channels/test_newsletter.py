"""The letter, as a real mail server gets it."""

import pytest

from tests.unit.channels.fakes.mail import Mail
from utbud.channels.adapters.newsletter import Newsletter
from utbud.channels.channel import Refused, Unavailable, Unsure
from utbud.channels.post import Post

POST = Post(
    item="page:1", version="v", kind="Veckans digitala ord", title="BankID", lead="BankID är en legitimation.",
    text="Du har den i telefonen.\n\nMed den visar du <vem> du är.", url="https://bibliotek.example.org/ord/bankid/",
    sender="Härnösands bibliotek", phone="08-465 004 00",
)  # fmt: skip
STOP = "https://bibliotek.example.org/prenumerera/sluta/12.abc/"
KEY = "8d1f0a52-6b1c-4f0e-9d63-0a8f3e1b7c55"


@pytest.fixture
def server(monkeypatch, settings):
    settings.DEFAULT_FROM_EMAIL = "digitalt@bibliotek.example.org"
    fake = Mail(monkeypatch)
    yield fake
    fake.close()


def send(text: str | None = None, *, to: str = f"anna@example.org {STOP}", key: str = KEY, **config: str):
    channel = Newsletter(config)
    return channel.send(POST, channel.compose(POST).text if text is None else text, key=key, to=to)


def test_the_letter_can_be_read_answered_and_stopped(server) -> None:
    receipt = send(reply_to="fraga@example.org")
    (letter,) = server.letters
    assert {name: letter[name] for name in (
        "From", "To", "Subject", "Reply-To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id",
        "Auto-Submitted",
    )} == {
        "From": "Härnösands bibliotek <digitalt@bibliotek.example.org>",
        "To": "anna@example.org",
        "Subject": "Veckans digitala ord: BankID",
        "Reply-To": "fraga@example.org",
        "Message-ID": f"<{KEY}@bibliotek.example.org>",
        "List-Unsubscribe": f"<{STOP}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<nyhetsbrev.bibliotek.example.org>",
        "Auto-Submitted": "auto-generated",
    }  # fmt: skip
    assert receipt.reference == letter["Message-ID"]


def test_both_forms_say_the_same(server) -> None:
    send()
    letter = server.letters[0]
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    plain, page = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.splitlines() == [
        "BankID", "", "BankID är en legitimation.", "", "Du har den i telefonen.", "", "Med den visar du <vem> du är.", "",
        "Läs mer, lyssna eller skriv ut: https://bibliotek.example.org/ord/bankid/", "", "-- ",
        "Härnösands bibliotek, 08-465 004 00", "Du får brevet för att du har bett om det. Vill du sluta? Gå till den här sidan:",
        STOP, "",
    ]  # fmt: skip
    for said in (
        '<html lang="sv">',
        "<h1",
        "<p>Du har den i telefonen.</p>",
        "<p>Med den visar du &lt;vem&gt; du är.</p>",
        '<a href="https://bibliotek.example.org/ord/bankid/" rel="nofollow">',
        f'<a href="{STOP}">Sluta få brev</a>',
    ):
        assert said in page
    assert [word for word in ("<img", "<table", "<script", "src=", "url(") if word in page] == []


def test_what_is_no_mailing_has_nothing_to_stop(server) -> None:
    send("Är det du?", to="anna@example.org")
    letter = server.letters[0]
    assert (letter["List-Unsubscribe"], letter["List-Id"], "sluta" in letter.as_string()) == (
        None,
        None,
        False,
    )


@pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@example.org", "+46701740605"])
def test_an_address_that_is_none_never_leaves(server, address: str) -> None:
    with pytest.raises(Refused, match=r"E-postadressen är inte hel\."):
        send(to=address)
    assert server.letters == []


def test_a_title_cannot_add_headers(server) -> None:
    post = Post(
        **(POST.__dict__ | {"title": "Ord\nBcc: alla@example.org", "sender": "Bib\r\nBcc: x@example.org"})
    )
    Newsletter({}).send(post, "Hej", key=KEY, to="anna@example.org")
    letter = server.letters[0]
    assert (letter["Bcc"], letter["Subject"]) == (None, "Veckans digitala ord: Ord Bcc: alla@example.org")


@pytest.mark.parametrize(
    ("wrong", "raised", "says", "came"),
    [
        ({"refuse": "No such user"}, Refused, "E-postservern tar inte emot brevet: 550 5.1.1 No such user", 0),
        ({"down": 1}, Unavailable, "E-postservern tar inte emot just nu (svar 421).", 0),
        ({"sender_refused": "553 5.7.1 Who are you"}, Unavailable, "E-postservern tar inte emot brev från vår adress (svar 553).", 0),
        ({"full": True}, Unavailable, "E-postservern tar inte emot just nu (svar 452).", 0),
        ({"hang_up": True}, Unavailable, "E-postservern svarade inte. Inget gick iväg.", 0),
        ({"mumble": b""}, Unsure, "E-postservern svarade något som inte går att förstå. Brevet kan ha gått fram.", 1),
        ({"lose": 1}, Unsure, "E-postservern tystnade mitt i. Brevet kan ha gått fram.", 1),
        ({"hang": 1}, Unsure, "E-postservern tystnade mitt i. Brevet kan ha gått fram.", 1),
    ],
)  # fmt: skip
def test_never_later_and_perhaps_are_told_apart(
    server, wrong: dict, raised: type, says: str, came: int
) -> None:
    for name, value in wrong.items():
        setattr(server, name, value)
    with pytest.raises(raised) as error:
        send()
    assert (type(error.value), str(error.value), len(server.letters)) == (raised, says, came)


def test_no_server_is_later(server) -> None:
    server.close()
    with pytest.raises(Unavailable) as error:
        send()
    assert type(error.value) is Unavailable


def test_the_test_is_a_letter(server) -> None:
    assert Newsletter({}).test(to="anna@example.org") == (
        "E-postservern tog emot ett brev till anna@example.org. Se efter att det kommer fram."
    )
    assert server.letters[0]["Subject"] == "Ett prov från biblioteket"
    with pytest.raises(Refused, match="Skriv en e-postadress"):
        Newsletter({}).test()


def test_without_a_server_staff_are_told(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    said = [remark.says for remark in Newsletter({}).remarks(POST, "Hej")]
    assert said == ["Ingen e-postserver är inställd. Breven sparas som filer och når ingen."]
    assert "sparades som en fil" in Newsletter({}).test(to="anna@example.org")
    assert len(list(tmp_path.iterdir())) == 1
