"""Subscribing: nobody without their own yes, nobody told of who is there, and forgotten when they stop."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.unit.channels.fakes.elks import Elks
from utbud.base import schedule
from utbud.base.dates import STOCKHOLM
from utbud.base.plain_language import readability
from utbud.channels.channel import Unavailable
from utbud.channels.models import ChannelSetup, Reach, Subscriber
from utbud.channels.subscribers import actions, queries
from utbud.people import actions as people
from utbud.people.models import ADMINISTRATOR, DESK, User
from utbud.places.models import LibrarySettings

pytestmark = [pytest.mark.django_db]
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
ANNA, NUMBER = "anna@example.org", "+46701740605"
BROKEN = "tests.unit.inbox.broken_mail.EmailBackend"


@pytest.fixture(autouse=True)
def _library(settings) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    LibrarySettings.objects.create(
        library_name="Biblioteket", phone="08-465 004 00", municipality="Exempelby kommun"
    )


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def letters() -> ChannelSetup:
    return ChannelSetup.objects.create(kind="newsletter", name="Nyhetsbrev", on=True)


@pytest.fixture
def texts() -> ChannelSetup:
    config = {"username": "env:NO", "password": "env:NO", "sender": "+46701740699"}
    return ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config=config)


@pytest.fixture
def maja() -> User:
    return User.objects.create_user("maja", first_name="Maja", last_name="Berg")


def asked(channel: ChannelSetup, address: str = ANNA, now: dt.datetime = NOW) -> Subscriber:
    actions.ask(channel=channel, address=address, now=now)
    return Subscriber.objects.get(channel=channel, address=address)


def subscribed(channel: ChannelSetup, address: str = ANNA, now: dt.datetime = NOW) -> Subscriber:
    row = asked(channel, address, now)
    Subscriber.objects.filter(pk=row.pk).update(confirmed_at=now, letter_due_at=None)
    row.refresh_from_db()
    return row


def link(letter) -> str:
    """The path of the link in a letter."""
    found = re.search(r"https?://\S+/prenumerera/\S+", letter.body)
    assert found
    return urlsplit(found[0]).path


def active() -> list[str]:
    return list(Subscriber.objects.active().values_list("address", flat=True))


def figures() -> dict[str, int]:
    return dict(Reach.objects.values_list("what", "count"))


def text(response) -> str:
    html = re.search(r"<main.*?</main>", response.content.decode(), re.S)
    assert html
    return " ".join(re.sub(r"<[^>]+>", " ", html.group()).split())


# --- asking and saying yes ----------------------------------------------------------------------


@pytest.mark.database
def test_a_yes_is_needed_and_the_letter_asks_for_it(letters) -> None:
    asked(letters)
    assert (actions.send_due_letters(NOW), actions.send_due_letters(NOW), active()) == (1, 0, [])
    (letter,) = mail.outbox
    assert (letter.to, letter.subject, "List-Unsubscribe" in letter.extra_headers) == (
        [ANNA],
        "Vill du ha brev från oss?",
        False,
    )
    assert "Länken fungerar i sju dagar." in letter.body
    with time_machine.travel(NOW + HOUR):
        page = Client().get(link(letter))
        assert (page.status_code, active()) == (200, [])  # a mail program that follows links says nothing
        done = Client(enforce_csrf_checks=True).post(link(letter))
    assert (done.status_code, text(done)[:5], active(), figures()) == (200, "Klart", [ANNA], {"joined": 1})


@pytest.mark.database
def test_yes_twice_is_once(letters) -> None:
    row = asked(letters)
    token = queries.confirm_path(row, NOW).split("/")[-2]
    for _ in range(2):
        actions.confirm(token=token, now=NOW)
    assert (active(), figures()) == ([ANNA], {"joined": 1})


@pytest.mark.parametrize(
    ("after", "works"), [(MINUTE, True), (7 * DAY - MINUTE, True), (7 * DAY, False), (30 * DAY, False)]
)
@pytest.mark.database
def test_the_link_lives_for_seven_days(letters, after: dt.timedelta, works: bool) -> None:
    path = queries.confirm_path(asked(letters), NOW)
    with time_machine.travel(NOW + after, tick=False):
        statuses = {Client().get(path).status_code, Client().post(path).status_code}
    assert (statuses, active()) == (({200}, [ANNA]) if works else ({404}, []))


@pytest.mark.parametrize("use", ["subscribe_confirm", "subscribe_stop"])
@pytest.mark.parametrize("wrong", ["1", "1.x", "nej", "1-1.AAAA"])
def test_a_made_up_link_does_nothing(letters, use: str, wrong: str) -> None:
    subscribed(letters)
    path = reverse(use, args=[wrong])
    assert (Client().get(path).status_code, Client().post(path).status_code, active()) == (404, 404, [ANNA])


def test_a_link_is_good_for_one_thing_and_one_person(letters) -> None:
    anna, karl = subscribed(letters), subscribed(letters, "karl@example.org")
    stop, confirm = queries.stop_path(anna), queries.confirm_path(anna, NOW)
    assert Client().post(stop.replace("sluta", "ja")).status_code == 404
    assert Client().post(confirm.replace("/ja/", "/sluta/")).status_code == 404
    assert Client().post(stop.replace(f"/{anna.pk}.", f"/{karl.pk}.")).status_code == 404
    assert sorted(active()) == [ANNA, "karl@example.org"]


@pytest.mark.parametrize(
    ("again", "sent"), [([MINUTE], 1), ([11 * MINUTE], 2), ([n * HOUR for n in range(1, 20)], 5)]
)
@pytest.mark.database
def test_nobody_can_be_flooded_by_someone_who_asks_for_them(letters, again: list, sent: int) -> None:
    asked(letters)
    actions.send_due_letters(NOW)
    for after in again:
        asked(letters, now=NOW + after)
        actions.send_due_letters(NOW + after)
    assert len(mail.outbox) == sent


@pytest.mark.parametrize(("after", "sent"), [(HOUR, 0), (DAY, 1)])
def test_whoever_subscribes_already_is_told_in_a_letter_and_nowhere_else(letters, after, sent: int) -> None:
    row = subscribed(letters)
    Subscriber.objects.filter(pk=row.pk).update(letter_sent_at=NOW)
    asked(letters, now=NOW + after)
    actions.send_due_letters(NOW + after)
    assert [letter.subject for letter in mail.outbox] == ["Du får redan våra brev"] * sent
    assert all("/prenumerera/sluta/" in letter.body for letter in mail.outbox)
    assert active() == [ANNA]


@pytest.mark.database
def test_a_letter_that_does_not_get_off_is_tried_again(letters, settings) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, BROKEN
    asked(letters)
    asked(letters, "karl@example.org")
    assert actions.send_due_letters(NOW) == 0
    settings.EMAIL_BACKEND = working
    assert (actions.send_due_letters(NOW), actions.send_due_letters(NOW + 6 * MINUTE)) == (1, 1)
    assert sorted(letter.to[0] for letter in mail.outbox) == [ANNA, "karl@example.org"]


@pytest.mark.database
def test_a_letter_that_another_process_holds_is_left(letters) -> None:
    row = asked(letters)
    Subscriber.objects.filter(pk=row.pk).update(claimed_at=NOW)
    asked(letters, now=NOW + MINUTE)
    assert (actions.send_due_letters(NOW + MINUTE), len(mail.outbox)) == (0, 0)
    asked(letters, now=NOW + HOUR)  # it was killed: whoever asks again gets theirs
    assert actions.send_due_letters(NOW + HOUR) == 1


def test_while_a_channel_is_off_nothing_is_sent(letters) -> None:
    asked(letters)
    ChannelSetup.objects.update(on=False)
    assert actions.send_due_letters(NOW) == 0


def test_by_text_it_is_asked_by_text(texts, monkeypatch) -> None:
    elks = Elks(monkeypatch)
    monkeypatch.setenv("NO", "right")
    elks.config |= {"username": "right"}
    try:
        asked(texts, NUMBER)
        assert (actions.send_due_letters(NOW), active()) == (1, [])
    finally:
        elks.close()
    assert elks.sent == [
        {
            "from": "+46701740699",
            "to": NUMBER,
            "message": "Vill du ha sms från Biblioteket? Svara JA. Har du inte bett om det behöver du inte göra något.",
        }
    ]


# --- stopping -----------------------------------------------------------------------------------


@pytest.mark.database
def test_one_click_stops_without_cookies_and_can_be_undone(letters, clock) -> None:
    path = queries.stop_path(subscribed(letters))
    asks = text(Client().get(path))
    assert (asks.startswith("Vill du sluta få brev?"), active()) == (True, [ANNA])
    for _ in range(2):  # RFC 8058, and the mail program tries again
        done = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
        assert (done.status_code, active()) == (200, [])
    assert (
        text(done) == "Du får inga fler brev Vi tar bort din adress om 30 dagar. Jag ångrar mig, skicka igen"
    )
    back = Client(enforce_csrf_checks=True).post(path, {"angra": "1"})
    assert (text(back).startswith("Du får brev igen"), active()) == (True, [ANNA])
    assert figures() == {"joined": 1, "stopped": 1}


def test_stopped_is_not_confirmed_again_by_an_old_letter(letters, clock) -> None:
    row = subscribed(letters)
    actions.stop(token=queries.stop_path(row).split("/")[-2], now=NOW)
    assert (Client().post(queries.confirm_path(row, NOW)).status_code, active()) == (404, [])


def test_whoever_never_said_yes_cannot_be_made_to_by_undo(letters, clock) -> None:
    path = queries.stop_path(asked(letters))
    Client().post(path)
    Client().post(path, {"angra": "1"})
    assert (active(), figures()) == ([], {})


def test_stopped_may_ask_again_and_must_say_yes_again(letters, clock) -> None:
    row = subscribed(letters)
    Client().post(queries.stop_path(row))
    asked(letters)
    assert (active(), actions.send_due_letters(NOW), mail.outbox[0].subject) == (
        [],
        1,
        "Vill du ha brev från oss?",
    )


# --- forgetting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "after", "left"),
    [
        ("asked", 7 * DAY - MINUTE, True),
        ("asked", 7 * DAY, False),
        ("active", 400 * DAY, True),
        ("stopped", 30 * DAY - MINUTE, True),
        ("stopped", 30 * DAY, False),
    ],
)
@pytest.mark.database
def test_addresses_are_kept_no_longer_than_they_are_needed(letters, state: str, after, left: bool) -> None:
    row = asked(letters) if state == "asked" else subscribed(letters)
    path = queries.stop_path(row)
    if state == "stopped":
        actions.stop(token=path.split("/")[-2], now=NOW)
    assert (actions.purge(NOW + after), Subscriber.objects.exists()) == (0 if left else 1, left)
    if not left:  # the link in an old letter still says that there is nothing more to do
        assert text(Client().post(path)).startswith("Du får inga fler brev Vi har inte kvar din adress.")


def test_only_forgetting_is_on_the_schedule() -> None:
    found = {
        entry.name.rpartition(".")[2]: entry.seconds
        for entry in schedule.entries()
        if ".subscribers." in entry.name
    }
    assert found == {"purge": 86400}


# --- the public pages ---------------------------------------------------------------------------


def stamp(page) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def post(clock, after: float = 10, **given: str):
    client = Client()
    shown = stamp(client.get("/prenumerera/"))
    clock.shift(after)
    return client.post("/prenumerera/", {"stamp": shown} | given)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (" Anna@Example.ORG ", ANNA),
        ("anna@example.org", ANNA),
        ("ANNA.EK@example.org", "anna.ek@example.org"),
    ],
)
def test_anyone_can_ask(letters, clock, address: str, kept: str) -> None:
    response = post(clock, address=address)
    assert (response.headers["Location"], Subscriber.objects.get().address) == (
        "/prenumerera/nu/e-post/",
        kept,
    )
    assert "Titta i din e-post" in text(Client().get(response.headers["Location"]))


@pytest.mark.parametrize(
    ("way", "address", "kept", "location"),
    [
        ("letters", ANNA, ANNA, "/prenumerera/nu/e-post/"),
        ("texts", "070-174 06 05", NUMBER, "/prenumerera/nu/sms/"),
        ("texts", "+46 70 174 06 05", NUMBER, "/prenumerera/nu/sms/"),
    ],
)
def test_with_two_ways_one_chooses(
    letters, texts, clock, way: str, address: str, kept: str, location: str
) -> None:
    channel = {"letters": letters, "texts": texts}[way]
    response = post(clock, channel=str(channel.pk), address=address)
    row = Subscriber.objects.get()
    assert (response.headers["Location"], row.channel, row.address) == (location, channel, kept)


@pytest.mark.parametrize("known", [True, False])
def test_the_answer_is_the_same_whoever_asks(letters, clock, known: bool) -> None:
    if known:
        subscribed(letters)
    response = post(clock, address=ANNA)
    assert (response.status_code, response.headers["Location"], response.cookies.output()) == (
        302,
        "/prenumerera/nu/e-post/",
        "",
    )


NO_EMAIL = "E-postadressen är inte hel. Den ska se ut så här: namn@exempel.se"
NO_MOBILE = "Skriv ett svenskt mobilnummer, till exempel 070-174 06 05."


@pytest.mark.parametrize(
    ("way", "address", "says"),
    [
        ("letters", "", "Skriv din e-postadress eller ditt mobilnummer."),
        ("letters", "anna", NO_EMAIL),
        ("letters", "070-174 06 05", NO_EMAIL),
        ("letters", '"a\\ b"@example.org', NO_EMAIL),
        ("texts", "anna@example.org", NO_MOBILE),
        ("texts", "08-465 004 00", NO_MOBILE),  # cannot get texts
        ("texts", "+47 40 00 00 00", NO_MOBILE),  # dear, and what frauds use
        ("texts", "112", NO_MOBILE),
        ("", ANNA, "Välj hur du vill ha det."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    letters, texts, clock, way: str, address: str, says: str
) -> None:
    channel = {"letters": str(letters.pk), "texts": str(texts.pk), "": ""}[way]
    page = post(clock, channel=channel, address=address)
    assert page.content.decode().count(says) == 2  # at the top and beside the field
    assert Subscriber.objects.count() == 0
    kept = address.replace("&", "&amp;").replace('"', "&quot;")
    assert not address or f'value="{kept}"' in page.content.decode()


@pytest.mark.parametrize(
    ("given", "after", "status"), [({"website": "x"}, 10, 200), ({}, 1, 200), ({"stamp": "x"}, 10, 200)]
)
def test_machines_get_no_further(letters, clock, given: dict, after: float, status: int) -> None:
    assert (post(clock, after, address=ANNA, **given).status_code, Subscriber.objects.count()) == (status, 0)


def test_the_sixth_in_an_hour_is_asked_to_ring(letters, clock) -> None:
    statuses = [post(clock, address=f"a{number}@example.org").status_code for number in range(6)]
    assert (statuses, Subscriber.objects.count()) == ([302] * 5 + [429], 5)


@pytest.mark.database
def test_texts_are_not_sent_without_end_whoever_asks(texts, clock, monkeypatch) -> None:
    monkeypatch.setattr("utbud.channels.subscribers.views.TEXTS_AN_HOUR", 2)
    statuses = [post(clock, address=f"070-174 06 {number:02}").status_code for number in (5, 6, 7)]
    assert (statuses, Subscriber.objects.count()) == ([302, 302, 429], 2)


@pytest.mark.parametrize(
    ("letters_on", "texts_on", "sender", "labels"),
    [
        (True, True, "+46701740699", ["Med e-post", "Med sms"]),
        (True, True, "Biblioteket", ["Med e-post"]),  # nobody can answer a name
        (False, True, "+46701740699", ["Med sms"]),
        (True, False, "+46701740699", ["Med e-post"]),
        (False, False, "+46701740699", []),
    ],
)
def test_only_what_is_on_is_offered(letters, texts, letters_on, texts_on, sender: str, labels: list) -> None:
    ChannelSetup.objects.filter(kind="newsletter").update(on=letters_on)
    ChannelSetup.objects.filter(kind="sms").update(on=texts_on, config=texts.config | {"sender": sender})
    assert [choice.label for choice in queries.choices()] == labels
    page = Client().get("/prenumerera/")
    assert (page.status_code, '<form method="post"' in page.content.decode()) == (200, bool(labels))
    assert "Ring 08-465 004 00 . Då hjälper vi dig, och du kan be om det på papper." in text(page)


def test_two_of_a_kind_are_told_apart_by_name(letters) -> None:
    ChannelSetup.objects.create(kind="newsletter", name="Podden", on=True)
    assert [choice.label for choice in queries.choices()] == ["Med e-post: Nyhetsbrev", "Med e-post: Podden"]


def test_with_nothing_on_nothing_can_be_posted(clock) -> None:
    assert (Client().post("/prenumerera/", {"address": ANNA}).status_code, Subscriber.objects.count()) == (
        200,
        0,
    )


def pages(letters) -> list[str]:
    row = asked(letters)
    return [
        "/prenumerera/", "/prenumerera/nu/e-post/", "/prenumerera/nu/sms/", queries.confirm_path(row, NOW), queries.stop_path(row),
        "/prenumerera/sluta/x/",
    ]  # fmt: skip


def test_every_page_is_easy_private_and_has_nothing_inline(letters, texts, clock) -> None:
    for path in pages(letters):
        response = Client().get(path)
        html = re.search(r"<main.*?</main>", response.content.decode(), re.S).group()
        visible = re.sub(r'<div class="unseen".*?</div>', "", html, flags=re.S)
        plain = re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|h1|h2|label|legend|button)>", ".\n", visible))
        assert re.findall(r"\sstyle=|<style|<script|\son[a-z]+=", html) == [], path
        assert readability(plain).lix <= 40, path
        assert "no-store" in response.headers["Cache-Control"], path
        if path != "/prenumerera/":
            assert (response.headers["X-Robots-Tag"], response.headers["Referrer-Policy"]) == (
                "noindex",
                "no-referrer",
            )
        assert ANNA not in html


def test_how_addresses_are_kept_stands_beside_the_form(letters) -> None:
    said = text(Client().get("/prenumerera/"))
    for piece in (
        "Exempelby kommun ansvarar för uppgifterna.",
        "I lagen heter det samtycke.",
        "Svarar du inte ja tar vi bort adressen efter 7 dagar. Slutar du tar vi bort den efter 30 dagar.",
        "Vi ser inte om du öppnar brevet",
        "vårt dataskyddsombud",
        "Integritetsskyddsmyndigheten, IMY.",
        "Vi ber aldrig om BankID eller lösenord.",
    ):
        assert piece in said


# --- staff --------------------------------------------------------------------------------------

SLIP = {"address": "Anna@example.org", "signed_on": "2026-11-20"}


@pytest.fixture
def staff(clock) -> Client:
    people.ensure_roles()
    user = User.objects.create_user("maja", first_name="Maja", last_name="Berg")
    user.groups.add(Group.objects.get(name=DESK))
    client = Client()
    client.force_login(user)
    return client


def test_a_signed_slip_is_a_yes(letters, staff) -> None:
    done = staff.post(reverse("subscribers_enter"), SLIP | {"channel": letters.pk}, follow=True)
    row = Subscriber.objects.get()
    assert (row.address, row.signed_on, str(row.entered_by), row.confirmed_at, active()) == (
        ANNA, dt.date(2026, 11, 20), "Maja Berg", NOW, [ANNA],
    )  # fmt: skip
    assert "anna@example.org är inlagd. Spara lappen." in done.content.decode()
    assert "Skrev under 20 november 2026, inlagd av Maja Berg" in text(done)
    assert (actions.send_due_letters(NOW), figures()) == (0, {"joined": 1})


@pytest.mark.parametrize("before", ["asked", "stopped"])
@pytest.mark.database
def test_a_slip_settles_what_was_open(letters, maja, before: str) -> None:
    row = asked(letters) if before == "asked" else subscribed(letters)
    if before == "stopped":
        actions.stop(token=queries.stop_path(row).split("/")[-2], now=NOW)
    actions.enter(channel=letters, address=ANNA, signed_on=NOW.date(), by=maja, now=NOW + DAY)
    assert (active(), actions.send_due_letters(NOW + DAY), actions.purge(NOW + 99 * DAY)) == ([ANNA], 0, 0)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"address": "anna"}, NO_EMAIL),
        (
            {"address": "karl@example.org"},
            "Den finns redan bland prenumeranterna. Du behöver inte göra något.",
        ),
        ({"signed_on": "2026-11-24"}, "Dagen har inte varit än."),
        ({"signed_on": ""}, "Välj dagen då personen skrev under."),
        ({"channel": ""}, "Välj vad personen vill ha."),
    ],
)
def test_what_is_wrong_with_a_slip_is_said(letters, staff, given: dict, says: str) -> None:
    subscribed(letters, "karl@example.org")
    page = staff.post(reverse("subscribers_enter"), SLIP | {"channel": letters.pk} | given)
    assert (page.content.decode().count(says), active()) == (2, ["karl@example.org"])


def test_somebody_is_forgotten_at_once_after_a_question(letters, staff) -> None:
    row = subscribed(letters)
    path = reverse("subscribers_remove", args=[row.pk])
    assert ("Det går inte att ångra" in text(staff.get(path)), active()) == (True, [ANNA])
    assert "anna@example.org är borttagen." in staff.post(path, follow=True).content.decode()
    assert (Subscriber.objects.exists(), figures()) == (False, {"stopped": 1})


@pytest.mark.parametrize(
    ("asked_for", "shown"),
    [
        ("", {"Maria", "070-174 06 05", "070-174 06 06"}),
        ("kanal=texts", {"070-174 06 05", "070-174 06 06"}),
        ("sok=mar", {"Maria"}),
        ("sok=070-174 06 05", {"070-174 06 05"}),
        ("sok=17406", {"070-174 06 05", "070-174 06 06"}),
        ("sok=0701740606&kanal=texts", {"070-174 06 06"}),
        ("kanal=letters&sok=070", set()),
        ("kanal=hej", {"Maria", "070-174 06 05", "070-174 06 06"}),
    ],
)
@pytest.mark.database
def test_the_list_can_be_searched(letters, texts, staff, asked_for: str, shown: set) -> None:
    subscribed(letters, "maria@example.org")
    for number in ("+46701740605", "+46701740606"):
        subscribed(texts, number)
    asked_for = asked_for.replace("texts", str(texts.pk)).replace("letters", str(letters.pk))
    page = staff.get(reverse("subscribers") + "?" + asked_for).content.decode()
    rows = re.findall(r"<li>\s*<strong>([^<]+)</strong>", page)
    assert {"Maria" if row == "maria@example.org" else row for row in rows} == shown


@pytest.mark.database
def test_the_list_has_numbers_and_pages(letters, staff) -> None:
    Subscriber.objects.bulk_create(
        Subscriber(
            channel=letters, address=f"a{n:03}@example.org", asked_at=NOW, confirmed_at=NOW if n else None
        )
        for n in range(60)
    )
    said = text(staff.get(reverse("subscribers")))
    assert "59 prenumeranter. En har inte svarat ja än." in said
    assert ("Sida 1 av 2" in said, "a010@example.org" in said, "a009@example.org" in said) == (
        True,
        True,
        False,
    )
    assert "a009@example.org" in text(staff.get(reverse("subscribers") + "?p=2"))


@pytest.mark.database
def test_the_list_asks_as_much_for_3_as_for_3000(letters, texts, staff) -> None:
    counts = []
    for upto in (3, 3000):
        have = Subscriber.objects.count()
        Subscriber.objects.bulk_create(
            Subscriber(
                channel=letters if n % 2 else texts,
                address=f"a{n}@example.org",
                asked_at=NOW,
                confirmed_at=NOW,
            )
            for n in range(have, upto)
        )
        staff.get(reverse("subscribers"))
        with CaptureQueriesContext(connection) as done:
            staff.get(reverse("subscribers"))
        counts.append(len(done))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["subscribers", "subscribers_enter", "subscribers_remove"])
def test_only_staff_see_who_subscribes(letters, page: str) -> None:
    row = subscribed(letters)
    path = reverse(page, args=[row.pk] if page == "subscribers_remove" else [])
    stranger = Client()
    nobody = Client()
    user = User.objects.create_user("utan", first_name="Utan", last_name="Roll")
    nobody.force_login(user)
    for client in (stranger, nobody):
        for response in (client.get(path), client.post(path, SLIP | {"channel": letters.pk})):
            assert (response.status_code, ANNA in response.content.decode()) == (302, False)
    assert active() == [ANNA]


def test_the_secret_address_is_shown_to_those_who_set_channels_up(letters, texts, staff) -> None:
    page = reverse("channels_change", args=[texts.pk])
    assert staff.get(page).status_code == 302
    admin = User.objects.create_user("adam")
    admin.groups.add(Group.objects.get(name=ADMINISTRATOR))
    client = Client()
    client.force_login(admin)
    assert queries.incoming_url(texts) in client.get(page).content.decode()
    assert "sms_url" not in client.get(reverse("channels_change", args=[letters.pk])).content.decode()


def test_to_is_what_an_adapter_can_send_to(letters, texts, settings) -> None:
    row = subscribed(letters)
    assert queries.to_of(row) == f"{ANNA} {settings.BASE_URL}{queries.stop_path(row)}"
    assert queries.to_of(subscribed(texts, NUMBER)) == NUMBER


def test_an_adapter_that_falls_over_does_not_stop_the_others(letters, texts, monkeypatch) -> None:
    def down(*_given: object, **_more: object) -> None:
        raise Unavailable("nere")

    monkeypatch.setattr("utbud.channels.adapters.sms.Sms.send", down)
    asked(texts, NUMBER, NOW - MINUTE)
    asked(letters)
    assert (actions.send_due_letters(NOW), [letter.to for letter in mail.outbox]) == (1, [[ANNA]])
