"""Asking, offering, reporting: what people meet, when all goes well and when it does not."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from utbud.base.dates import STOCKHOLM
from utbud.base.plain_language import readability
from utbud.inbox import actions
from utbud.inbox.models import Message
from utbud.people.models import User
from utbud.places.models import LibrarySettings

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
GOOD = {"kind": "question", "name": "Anna Ek", "contact": "070-174 06 05", "text": "Hur lånar jag e-böcker?"}
CONTACT, REPORT = "/samarbeta/", "/tillganglighet/rapportera/"
# What each form needs beyond what is the same for both
NEEDS = {CONTACT: GOOD, REPORT: {name: value for name, value in GOOD.items() if name != "kind"}}


@pytest.fixture(autouse=True)
def _library() -> None:
    LibrarySettings.objects.create(
        library_name="Biblioteket",
        phone="08-465 004 00",
        municipality="Exempelby kommun",
        email="x@example.org",
    )


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def stamp(html: str) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', html)
    assert found
    return found[1]


def send(clock, path: str = CONTACT, client: Client | None = None, after: float = 10, **given: str):
    client = client or Client()
    html = client.get(path).content.decode()
    clock.shift(after)
    return client.post(path, NEEDS[path] | {"stamp": stamp(html)} | given)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def main(html: str) -> str:
    found = re.search(r"<main.*?</main>", html, re.S)
    assert found
    return found.group()


def test_a_question_becomes_something_to_answer_and_a_receipt(clock) -> None:
    response = send(clock)
    message = Message.objects.get()
    assert (message.kind, message.name, message.contact, message.text, message.came_by) == (
        "question",
        "Anna Ek",
        "+46701740605",
        "Hur lånar jag e-böcker?",
        "web",
    )
    assert (response.status_code, response.headers["Location"]) == (302, f"/samarbeta/tack/{message.code}/")


@pytest.mark.parametrize(
    ("vill", "title", "first", "given", "kept"),
    [
        ("uppringd", "Be oss ringa upp dig", "contact", {"contact": "070-174 06 05"}, ("+46701740605", "Vill bli uppringd.")),
        ("uppringd", "Be oss ringa upp dig", "contact", {"contact": "070-174 06 05", "text": "Om e-post"}, ("+46701740605", "Vill bli uppringd. Om e-post")),
        ("uppringd", "Be oss ringa upp dig", "contact", {"contact": "a@example.org"}, "Dit kan vi inte ringa."),
        ("uppringd", "Be oss ringa upp dig", "contact", {"contact": ""}, "Skriv ditt telefonnummer"),
        ("skriva", "Skriv till oss", "text", {"contact": "a@example.org", "text": "Hej"}, ("a@example.org", "Vill ha svar skriftligt. Hej")),
        ("skriva", "Skriv till oss", "text", {"contact": "070-174 06 05", "text": "Hej"}, "Dit kan vi bara ringa."),
        ("annat", "Fråga oss eller samarbeta med oss", "kind", GOOD, ("+46701740605", GOOD["text"])),
    ],
)  # fmt: skip
def test_what_one_chose_is_what_the_page_is_about(clock, vill, title, first, given, kept) -> None:
    client, path = Client(), f"{CONTACT}?vill={vill}"
    html = main(client.get(path).content.decode())
    assert f"<h1>{title}</h1>" in html
    assert re.findall(r'name="(contact|kind|text|name)"', html)[0] == first
    assert readability(text(html)).lix <= 40
    clock.shift(10)
    answer = client.post(path, {"name": "Anna", "stamp": stamp(html)} | given)
    if isinstance(kept, str):
        assert (Message.objects.count(), kept in answer.content.decode()) == (0, True)
        return
    assert answer.status_code == 302
    message = Message.objects.get()
    assert ((message.contact, message.text), message.kind) == (kept, "question")
    promise = "Vi svarar med" if "@" in message.contact else "Vi ringer dig"
    assert promise in client.get(answer.headers["Location"]).content.decode()


def test_a_report_is_of_its_own_kind(clock) -> None:
    send(clock, REPORT, page_address="/ord/bankid/", text="Jag vill ha texten i punktskrift.")
    message = Message.objects.get()
    assert (message.kind, message.page_address) == ("accessibility", "/ord/bankid/")


def test_the_report_knows_the_page_one_came_from() -> None:
    html = Client().get(REPORT, {"sida": '/ord/bankid/"><script>'}).content.decode()
    assert 'value="/ord/bankid/&quot;&gt;&lt;script&gt;"' in html


@pytest.mark.parametrize(
    ("kind", "contact", "thanks", "promise"),
    [
        (
            "question",
            "070-174 06 05",
            "Tack, vi har fått din fråga",
            "Vi ringer dig senast måndag 30 november.",
        ),
        (
            "offer",
            "anna@example.org",
            "Tack, vi har fått ditt förslag",
            "Vi svarar med e-post senast måndag 30 november.",
        ),
    ],
)
def test_the_receipt_says_what_happens_and_by_when(
    clock, kind: str, contact: str, thanks: str, promise: str
) -> None:
    response = Client().get(send(clock, kind=kind, contact=contact).headers["Location"])
    said = text(main(response.content.decode()))
    assert said.startswith(f"{thanks} {promise}")
    assert "Har du bråttom? Ring 08-465 004 00 ." in said
    assert f"Ditt ärende har nummer {Message.objects.get().pk}. Det kom in måndag 23 november 2026." in said
    assert (response.headers["X-Robots-Tag"], "no-store" in response.headers["Cache-Control"]) == (
        "noindex",
        True,
    )


def test_the_receipt_names_nobody(clock) -> None:
    said = Client().get(send(clock).headers["Location"]).content.decode()
    assert [word for word in ("Anna", "070", "4670", "e-böcker") if word in said] == []


def test_the_receipt_lives_on_after_the_answer_and_the_purge(clock) -> None:
    address = send(clock).headers["Location"]
    message, maja = Message.objects.get(), User.objects.create_user("maja")
    actions.answer(message=message, note="Ringde.", by=maja, now=NOW)
    assert "Det är besvarat." in Client().get(address).content.decode()
    actions.purge(NOW + dt.timedelta(days=400))
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("code", ["1", "x" * 22, "../1", "%00"])
def test_a_guessed_receipt_is_not_found(code: str) -> None:
    assert Client().get(f"/samarbeta/tack/{code}/").status_code == 404


def test_sent_twice_it_is_one_message_and_the_same_receipt(clock) -> None:
    client = Client()
    given = stamp(client.get(CONTACT).content.decode())
    clock.shift(10)
    answers = [client.post(CONTACT, GOOD | {"stamp": given}).headers["Location"] for _ in range(8)]
    assert (len(set(answers)), Message.objects.count()) == (1, 1)


def test_back_and_a_changed_text_is_a_new_message(clock) -> None:
    client = Client()
    given = stamp(client.get(CONTACT).content.decode())
    clock.shift(10)
    for said in ("Först så", "Eller så här"):
        client.post(CONTACT, GOOD | {"stamp": given, "text": said})
    assert set(Message.objects.values_list("text", flat=True)) == {"Först så", "Eller så här"}


ERRORS = [
    ("kind", "", "Välj om du har en fråga eller vill samarbeta."),
    (
        "kind",
        "accessibility",
        "Välj ett giltigt alternativ. accessibility finns inte bland tillgängliga alternativ.",
    ),
    ("name", "", "Skriv ditt namn, så att vi vet vem vi svarar."),
    ("name", "   ", "Skriv ditt namn, så att vi vet vem vi svarar."),
    ("name", "a" * 101, "Namnet är för långt. Skriv högst 100 tecken."),
    ("contact", "", "Skriv ett telefonnummer eller en e-postadress, så att vi kan svara dig."),
    (
        "contact",
        "465 004 00",
        "Vi känner inte igen telefonnumret. Skriv det med riktnummer, till exempel 08-465 004 00.",
    ),
    ("contact", "anna@", "E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se"),
    ("contact", "1" * 300, "Det blev för långt. Skriv bara ett telefonnummer eller en e-postadress."),
    ("text", "", "Skriv några ord om vad du vill, så att vi kan hjälpa dig."),
    (
        "text",
        "å" * 20_000,
        "Texten är för lång: 20000 tecken. Korta den till 4 000. Vi frågar om vi vill veta mer.",
    ),
    ("text", "a\x00b", "Null-tecken är inte tillåtna."),
]


@pytest.mark.parametrize(("field", "value", "says"), ERRORS)
def test_an_error_stands_beside_the_field_and_at_the_top(clock, field: str, value: str, says: str) -> None:
    html = send(clock, **{field: value}).content.decode()
    summary, form = main(html).split("<form", 1)
    target = "id_kind_0" if field == "kind" else f"id_{field}"
    assert f'<li><a href="#{target}">{says}</a></li>' in summary
    assert f'id="id_{field}_error">{says}</p>' in form
    assert f'id="{target}"' in form
    assert 'role="alert" tabindex="-1" autofocus' in summary
    assert "<title>Rätta: Fråga oss" in html
    assert Message.objects.count() == 0


@pytest.mark.parametrize(("field", "value", "says"), [row for row in ERRORS if row[0] != "kind"])
def test_what_was_typed_is_kept(clock, field: str, value: str, says: str) -> None:
    html = send(clock, **{field: value}).content.decode()
    given = {name: kept for name, kept in (GOOD | {field: value}).items() if "\x00" not in kept}
    assert f">\n{given['text']}</textarea>" in html if "text" in given else True
    assert re.search(r'value="question"[^>]*checked', html)
    for name in ("name", "contact"):
        assert f'value="{given[name]}"' in html or not given[name].strip()


def test_errors_are_tied_to_their_fields(clock) -> None:
    html = send(clock, contact="hej").content.decode()
    field = re.search(r'<input[^>]*name="contact"[^>]*>', html)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_contact_helptext id_contact_error"' in field[0]


def test_4000_characters_fit_whatever_line_breaks_the_browser_sends(clock) -> None:
    send(clock, text="a\r\n" * 2000)  # 6,000 on the wire, 4,000 as people count
    assert len(Message.objects.get().text) == 3999  # the last line break is stripped


def test_scripts_are_text(clock) -> None:
    html = send(clock, name="<script>alert(1)</script>", contact="hej").content.decode()
    assert "<script>alert(1)" not in html
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in html


@pytest.mark.parametrize("path", [CONTACT, REPORT])
def test_too_fast_keeps_the_text_and_can_be_sent_again(clock, path: str) -> None:
    client = Client()
    response = send(clock, path, client, after=1)
    html = response.content.decode()
    assert "Det gick lite för fort för oss." in html
    assert f">\n{GOOD['text']}</textarea>" in html
    clock.shift(3)
    assert client.post(path, NEEDS[path] | {"stamp": stamp(html)}).status_code == 302


@pytest.mark.parametrize("path", [CONTACT, REPORT])
def test_a_machine_gets_no_further(clock, path: str) -> None:
    response = send(clock, path, website="https://example.org")
    assert (response.status_code, Message.objects.count()) == (200, 0)
    assert "https://example.org" not in response.content.decode()  # the hidden field is empty again


def test_the_sixth_in_an_hour_is_asked_to_ring(clock) -> None:
    statuses = [send(clock, text=f"Fråga {number}").status_code for number in range(6)]
    assert (statuses, Message.objects.count()) == ([302] * 5 + [429], 5)
    html = send(clock, text="Fråga 7").content.decode()
    assert "Ring oss på 08-465 004 00, så hjälper vi dig." in html
    assert ">\nFråga 7</textarea>" in html


def test_a_form_that_is_wrong_does_not_count(clock) -> None:
    for _ in range(9):
        send(clock, contact="hej")
    assert send(clock).status_code == 302


@pytest.mark.parametrize("path", [CONTACT, REPORT])
def test_how_personal_data_is_kept_stands_beside_the_form(path: str) -> None:
    said = text(main(Client().get(path).content.decode()))
    for piece in (
        "Exempelby kommun ansvarar för uppgifterna.",
        "I lagen heter det allmänt intresse.",
        "Vi tar bort namn, kontakt och text 6 månader efter att du har fått svar.",
        "Det du skickar kan bli en allmän handling.",
        "vårt dataskyddsombud",
        "Integritetsskyddsmyndigheten, IMY.",
    ):
        assert piece in said


@pytest.mark.parametrize("path", [CONTACT, REPORT])
def test_the_page_is_easy_to_read_and_has_nothing_inline(path: str) -> None:
    html = main(Client().get(path).content.decode())
    assert re.findall(r"\sstyle=|<style|<script|\son[a-z]+=", html) == []
    visible = re.sub(r'<div class="unseen".*?</div>', "", html, flags=re.S)
    plain = re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|h1|h2|label|legend|button)>", ".\n", visible))
    assert readability(plain).lix <= 40


@pytest.mark.parametrize("path", [CONTACT, REPORT])
def test_every_field_has_a_label_and_ids_are_unique(path: str) -> None:
    html = Client().get(path).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    fields = re.findall(r'<(?:input|textarea)[^>]*\sid="([^"]+)"', main(html))
    assert [field for field in fields if f'for="{field}"' not in html] == []


def test_pages_with_a_form_are_never_kept_by_anyone(clock) -> None:
    assert "no-store" in Client().get(CONTACT).headers["Cache-Control"]


def test_without_a_token_of_our_own_nothing_is_taken_in(clock) -> None:
    client = Client(enforce_csrf_checks=True)
    assert send(clock, client=client).status_code == 403
    assert Message.objects.count() == 0
