"""A course from the first seat to the figures, as people do it: on the web, by phone, by text, through an association.

Nobody here has an e-mail address. The clock is driven where a person would wait for days: the reminders are asked for as of
the right morning, the occasion is moved to today, and the purge is asked for as of the first day after the months that the library keeps names.
"""

import datetime as dt
import json
import re
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from utbud.base import dates

pytestmark = pytest.mark.browser

COURSE = "Känn dig trygg på nätet"
VERA, RUT, ALI, GUN = "08-465 004 51", "070-174 06 51", "+46701740652", "08-465 004 53"
SEATS = 8  # one by web, two by phone, one by text, four for an association

# Run in the program itself, with the clock as an argument.
TEXTS_COME_IN = """
from utbud.channels.models import ChannelSetup
from utbud.channels.subscribers.queries import incoming_url
channel = ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config={"sender": "+46701740699"})
said = incoming_url(channel)
"""
REMIND_AND_LET_THE_DAY_COME = """
from django.utils import timezone
from utbud.courses.actions import day
from utbud.courses.models import Occasion, Registration
from utbud.notices.models import Notice
occasion = Occasion.objects.get(quota=QUOTA)
morning = day.remind_at(occasion, "call") + dt.timedelta(minutes=5)
day.remind_due(morning)
day.remind_due(morning)
day.remind_due(morning + dt.timedelta(hours=1))
names = dict(Registration.objects.filter(quota=QUOTA).values_list("pk", "name"))
rows = Notice.objects.filter(kind=f"reminder-{occasion.pk}").values_list("about", flat=True)
now = timezone.now()
Occasion.objects.filter(pk=occasion.pk).update(starts_at=now - dt.timedelta(hours=1), ends_at=now - dt.timedelta(minutes=1))
said = [sorted(names[int(about.partition(":")[2])] for about in rows), occasion.pk]
"""
COUNT = """
from django.utils import timezone
from utbud.courses.models import Occasion, Registration
from utbud.courses.queries.figures import figures
def count():
    day = timezone.localtime(Occasion.objects.get(quota=QUOTA).starts_at).date()
    lines = figures(first=day, last=day, now=timezone.now()).lines
    one = next(line.numbers for line in lines if line.occasion.quota_id == QUOTA)
    return {name: dict(value) if isinstance(value, dict) else value for name, value in one.__dict__.items()}
"""
PURGE = (
    COUNT
    + """
from utbud.courses.actions import care
from utbud.inbox.actions import months_before
from utbud.places import queries as places
before, over = count(), Occasion.objects.get(quota=QUOTA).ends_at
later = over
while months_before(later, places.course_months()) <= over:
    later += dt.timedelta(days=1)
care.purge(later)
rows = Registration.objects.filter(quota=QUOTA)
left = {one.name + one.contact + one.code for one in rows} | {p.name for one in rows for p in one.participants.all()}
said = [before, count(), sorted(left)]
"""
)


@pytest.fixture
def inside(make):
    """What ``said`` is after some lines run in the program, with the site's own data."""

    def inside(lines, quota=0):
        told = make(f"import datetime as dt, json\nQUOTA = {quota}\n{lines}\nprint('SAID', json.dumps(said))")
        return json.loads(told.split("SAID ", 1)[1])

    return inside


@pytest.fixture
def text(page):
    """Send a text message as 46elks tells of it; the answer that goes back."""

    def text(address, number, message):
        path = urlsplit(address).path
        answer = page.request.post(
            path, form={"id": f"{number}-{message}", "from": number, "to": "+46701740699", "message": message}
        )
        assert answer.status == 200, answer.status
        return answer.text()

    return text


@pytest.fixture
def staff(page, login):
    """The desk as one who works there meets it."""

    def plan(day):
        page.goto("/admin/kurser/ny/")
        page.get_by_label("Kurs", exact=True).select_option(label=COURSE)
        page.get_by_label("Plats", exact=True).select_option(label="Huvudbiblioteket i Härnösand")
        page.get_by_label("Första dagen").fill(day.isoformat())
        page.get_by_label("Börjar").fill("10:00")
        page.get_by_label("Slutar").fill("12:00")
        page.get_by_label("Antal platser").fill(str(SEATS))
        page.get_by_label("Platser som webben lämnar kvar").fill("2")
        page.get_by_role("button", name="Visa datumen").click()
        page.get_by_role("button", name=re.compile("^Planera")).click()
        link = page.locator("main a[href*='grupp=']").first
        expect(link).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("KURS ")  # no text channel is on
        return int(re.search(r"grupp=(\d+)", link.get_attribute("href"))[1])

    def register(quota, name, contact, size):
        page.goto(f"/admin/kurser/anmal/?grupp={quota}")
        page.get_by_label("Namn", exact=True).fill(name)
        page.get_by_label("Telefon, e-post eller postadress").fill(contact)
        page.get_by_label("Hur många kommer").fill(str(size))
        page.get_by_label("Hur många kommer").press("Enter")
        expect(page.locator("main")).to_contain_text("Läs upp koden")
        return re.search(r"\b(\d{3} \d\d \d\d)\b", page.locator("main").inner_text())[1]

    return SimpleNamespace(plan=plan, register=register)


def join(page, person, quota, name, contact, *, along=""):
    """Join on the web, one thing a page."""
    page.goto(f"/kurser/kann-dig-trygg-pa-natet/anmalan/?grupp={quota}")
    page.get_by_label("Namn").fill(name)
    page.get_by_label(re.compile("telefon", re.I)).fill(contact)
    page.get_by_role("button", name="Fortsätt").click()
    if along:
        page.get_by_label(along).check()
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stämmer det här?")
    person()


def code_on(page):
    """The code on a receipt."""
    return page.locator(".code .number").inner_text().strip()


def test_a_course_without_an_e_mail_address(page, login, staff, inside, text, accessible, person):
    texts = inside(TEXTS_COME_IN)
    day = dates.local(dt.datetime.now(dt.UTC)).date() + dt.timedelta(days=6)

    # Staff plan it …
    login("disk")
    quota = staff.plan(day)
    accessible()
    run_page = page.url

    # … a resident joins on the web with a phone number only …
    join(page, person, quota, "Vera Provsson", VERA)
    accessible()
    page.get_by_role("button", name="Anmäl mig").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har en plats")
    accessible()
    receipt = page.url

    # … two who share a mobile are put in by whoever answers the phone …
    code = staff.register(quota, "Rut Provlund", RUT, 2)
    accessible()

    # … a third by text …
    answer = text(texts, ALI, f"KURS {quota} Ali Provberg")
    assert "Du har en plats på" in answer, answer

    # … and an association takes four seats without names. Then it is full.
    page.goto(run_page)
    page.get_by_role("link", name="Platser för en förening").click()
    page.get_by_label("Förening eller partner").select_option(label="Hyresgästerna i kvarteret Blåmesen")
    page.get_by_label("Antal platser").fill("4")
    page.get_by_label("Telefon, e-post eller postadress").fill("08-465 004 55")
    accessible()
    page.get_by_role("button", name="Håll platserna").click()
    expect(page.locator("main")).to_contain_text("Har 4 platser.")
    accessible()

    # A party of two waits.
    join(page, person, quota, "Gun Provgren", GUN, along="Ja, någon som också vill gå kursen")
    expect(page.locator("main")).to_contain_text("plats 1 i kön")
    page.get_by_role("button", name="Ställ mig i kö").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du står i kö")
    accessible()
    waiting = code_on(page)

    # Somebody cancels by text: whoever has the number and the code. The two are offered the seats …
    figures = code.replace(" ", "")
    assert "Vi hittar ingen" in text(texts, ALI, f"AVBOKA {figures}")
    assert "Du är avbokad" in text(texts, "+46701740651", f"AVBOKA {figures}")
    page.goto("/admin/besked/")
    expect(page.locator("main")).to_contain_text("Gun Provgren")  # a landline: staff ring

    # … and say yes by the code.
    page.goto("/kurser/min-anmalan/")
    accessible()
    page.get_by_label("Din kod").fill(waiting)
    page.get_by_label("Telefon eller e-post").fill(GUN)
    page.get_by_role("button", name="Visa min anmälan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Det finns 2 platser till er")
    accessible()
    page.get_by_role("button", name="Ja, jag kommer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ni har 2 platser")

    # All who come are reminded, once. Then the day is here: who came, and who did not.
    reminded, occasion = inside(REMIND_AND_LET_THE_DAY_COME, quota)
    assert reminded == [
        "Ali Provberg",
        "Gun Provgren",
        "Hyresgästerna i kvarteret Blåmesen",
        "Vera Provsson",
    ]
    page.goto(f"/admin/kurser/tillfalle/{occasion}/")
    accessible()
    everyone = page.get_by_role("radio", name="Kom", exact=True)
    expect(everyone).to_have_count(SEATS)
    for number in range(SEATS - 1):
        everyone.nth(number).check()
    page.get_by_role("radio", name="Kom inte", exact=True).nth(SEATS - 1).check()
    page.get_by_role("button", name="Spara", exact=True).last.click()
    expect(page.locator("main")).to_contain_text("7 kom, 1 kom inte, 0 vet vi inte")
    accessible()

    # How it went, told by one without a name, and by one on paper.
    page.get_by_role("link", name="Utvärdering").click()
    evaluation_page = page.url
    address = page.locator("main a[href*='/kurser/utvardering/']").get_attribute("href")
    page.goto(address)
    accessible()
    page.get_by_label("Jag klarade det själv").check()
    page.get_by_label("Bra", exact=True).check()
    person()
    page.get_by_role("button", name="Skicka").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tack")
    accessible()
    page.goto(evaluation_page)
    page.get_by_role("radio", name="Inte än").check()
    page.get_by_role("button", name="Lägg in och ta nästa").click()
    expect(page.locator("main")).to_contain_text("2 svar.")
    accessible()

    # When the months have passed nobody's name is left, and the figures are the same.
    before, after, names = inside(PURGE, quota)
    assert before == after
    assert names == [""]
    told = {name: before[name] for name in ("held", "seats", "registrations", "people", "left", "came", "no_shows", "answers")}  # fmt: skip
    assert told == {
        "held": 1, "seats": SEATS, "registrations": 5, "people": 10, "left": 1, "came": 7, "no_shows": 1, "answers": 2,
    }  # fmt: skip
    assert before["ways"] == {"web": 2, "phone": 1, "sms": 1, "host": 1}
    assert before["tasks"] == {"self": 1, "notyet": 1}
    page.goto(receipt)
    expect(page.locator("main")).not_to_contain_text("Vera")
