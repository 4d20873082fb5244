"""Joining a course on the web and seeing to one's own place: step by step, right and wrong, once and twice."""

import datetime as dt
import html
import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client

from utbud.base.plain_language import readability
from utbud.channels.models import ChannelSetup
from utbud.courses import join_views
from utbud.courses.actions import care, runs, seats
from utbud.courses.actions.seats import Full, Person
from utbud.courses.models import Participant, Registration, Run
from utbud.notices.models import Notice
from utbud.places.models import Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
PHONE = "070-174 06 05"
JOIN = "/kurser/ring-med-bild/anmalan/"
WHO = {"name": "Gerd Åberg", "contact": PHONE}
NEEDS = {"needs": [], "interpreter_language": "", "needs_text": "", "along": "", "along_name": ""}


@pytest.fixture(autouse=True)
def clock(time_machine, now):
    cache.clear()
    time_machine.move_to(now, tick=False)
    return time_machine


def words(answer):
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.S)[0]
    main = re.sub(r'<span class="nb">(.*?)</span>', r"\1", main)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def fields(answer):
    """What the page's form would send if nothing was written: hidden fields, and fields as they stand."""
    form = re.search(r'<form method="post".*?</form>', answer.content.decode(), re.S)[0]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        known = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if known.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        sent.setdefault(known["name"], []).append(html.unescape(known.get("value", "")))
    sent.pop("csrfmiddlewaretoken", None)
    return sent


class Visitor:
    """Somebody at the browser, who takes as long as people do."""

    def __init__(self, clock, run):
        self.clock, self.client, self.page = clock, Client(), None
        self.start(run)

    def start(self, run):
        self.page = self.client.get(f"{JOIN}?grupp={run.quotas.first().pk}")
        return self

    def send(self, button=None, **written):
        self.clock.shift(5)
        data = fields(self.page) | written | ({"till": button} if button else {})
        self.page = self.client.post(JOIN, data)
        return self

    def to_the_end(self, **written):
        """To the page where all is checked."""
        given = WHO | NEEDS | written
        self.send(name=given["name"], contact=given["contact"])
        if 'name="needs_text"' in self.page.content.decode():
            self.send(**{name: given[name] for name in NEEDS})
        return self

    @property
    def says(self):
        return words(self.page)


@pytest.fixture
def visit(clock, plan):
    """A visitor on the first page of a run that has three seats, or what is said."""

    def visit(run=None, **facts):
        return Visitor(clock, run or plan(**facts))

    return visit


class TestTheWholeWay:
    def test_with_a_phone_number_and_nothing_else(self, visit):
        someone = visit()
        assert "Vem är du?" in someone.says
        assert "Steg 1 av 3" in someone.says
        someone.send(**WHO)
        assert "Behöver du något av oss?" in someone.says
        someone.send()
        for part in ("Stämmer det här?", "Gerd Åberg", "070-174 06 05", "Det finns en plats till dig."):
            assert part in someone.says
        assert "Vi tar bort dem 3 månader efter kursen." in someone.says
        assert Registration.objects.count() == 0  # nothing is kept before it is sent
        someone.send()
        [mine] = Registration.objects.all()
        assert (someone.page.status_code, someone.page["Location"]) == (302, mine.path)
        assert (mine.state, mine.name, mine.contact, mine.came_by, mine.seat_count, mine.needs) == (
            "registered",
            "Gerd Åberg",
            "+46701740605",
            "web",
            1,
            [],
        )

    def test_needs_and_somebody_who_helps(self, visit):
        visit().to_the_end(
            needs=["hearing_loop", "interpreter"],
            interpreter_language="Arabiska",
            needs_text="Jag läser på läpparna",
            along="companion",
            along_name="Bo Ek",
        ).send()
        [mine] = Registration.objects.all()
        assert (mine.needs, mine.interpreter_language, mine.needs_text, mine.seat_count) == (
            ["hearing_loop", "interpreter", "companion"],
            "Arabiska",
            "Jag läser på läpparna",
            1,
        )
        assert list(mine.participants.values_list("name", "role")) == [
            ("Gerd Åberg", "participant"),
            ("Bo Ek", "companion"),
        ]

    @pytest.mark.parametrize(
        ("along", "takes", "seat_count"),
        [("companion", True, 2), ("companion", False, 1), ("participant", False, 2), ("", True, 1)],
    )
    def test_who_comes_along_takes_a_seat_or_not(self, visit, along, takes, seat_count):
        someone = visit(companions_take_seats=takes).to_the_end(along=along)
        says = "Det finns 2 platser till er." if seat_count == 2 else "Det finns en plats till dig."
        assert says in someone.says
        someone.send()
        assert Registration.objects.get().seat_count == seat_count

    def test_several_groups_are_chosen_between_first(self, plan, client, visit):
        plan(days=(7,))
        run = plan(days=(9,), fee=50)
        page = client.get(JOIN)
        assert "Steg 1 av 4" in words(page)
        assert "Onsdag 2 december klockan 10 till 12 Huvudbiblioteket. 50 kronor. 3 platser kvar." in words(
            page
        )
        someone = visit(run)
        someone.page = page
        assert "Välj vilken gång du vill komma." in someone.send().says
        someone.send(grupp=str(run.quotas.get().pk)).to_the_end().send()
        assert Registration.objects.get().quota.run == run

    def test_all_that_is_written_is_easy_to_read(self, visit):
        someone = visit()
        for page in (someone.says, someone.send(**WHO).says, someone.send().says):
            assert readability(page).lix < 40


class TestBackAndForth:
    def test_back_by_the_button_keeps_everything_also_what_is_wrong(self, visit):
        someone = visit().send(**WHO)
        someone.send("vem", needs_text="Sitter gärna längst fram")
        assert "Vem är du?" in someone.says
        source = someone.page.content.decode()
        assert 'value="Gerd Åberg"' in source
        assert "070-174 06 05" in source
        someone.send(name="Gerd Ek")
        assert "Sitter gärna längst fram" in someone.page.content.decode()
        someone.send().send()
        assert (Registration.objects.get().name, Registration.objects.get().needs_text) == (
            "Gerd Ek",
            "Sitter gärna längst fram",
        )

    def test_a_name_of_somebody_who_comes_along_is_not_dropped(self, visit):
        someone = visit().to_the_end(along="", along_name="Sara")
        assert "Du har skrivit vem som kommer med. Välj ett av svaren" in someone.says
        assert 'value="Sara"' in someone.page.content.decode()
        someone.send(along="participant")
        assert "Stämmer det här?" in someone.says

    @pytest.mark.parametrize(("button", "says"), [("vem", "Vem är du?"), ("behov", "Behöver du något")])
    def test_answers_can_be_changed_from_the_last_page(self, visit, button, says):
        someone = visit().to_the_end(needs=["wheelchair"], along="participant", along_name="Bo")
        someone.send(button)
        assert says in someone.says
        while "Stämmer det här?" not in someone.says:
            someone.send()
        assert "Plats för rullstol" in someone.says
        assert "Någon som också går kursen : Bo" in someone.says.replace("kursen:", "kursen :")

    def test_pressed_twice_it_is_one(self, visit):
        someone = visit().to_the_end()
        last = fields(someone.page)
        answers = [someone.client.post(JOIN, last) for _press in range(2)]
        assert len({answer["Location"] for answer in answers}) == 1
        assert Registration.objects.count() == 1

    def test_back_from_the_receipt_and_sent_again_it_is_one(self, visit):
        someone = visit().to_the_end()
        page = someone.page
        someone.send()
        someone.page = page
        someone.send()
        assert Registration.objects.count() == 1

    def test_in_two_tabs_it_is_one(self, visit, plan):
        run = plan()
        for _tab in range(2):
            visit(run).to_the_end().send()
        assert Registration.objects.count() == 1

    def test_the_browsers_own_back_finds_what_was_written(self, visit):
        """No-store would make the browser throw away a page that came by POST."""
        someone = visit().send(**WHO)
        assert someone.page["Cache-Control"] == "private, max-age=0"


class TestWrong:
    @pytest.mark.parametrize(
        ("contact", "kept"),
        [
            ("0701740605", "+46701740605"),
            ("  070 - 174 06 05 ", "+46701740605"),
            ("+46 70 174 06 05", "+46701740605"),
            ("0046701740605", "+46701740605"),
            ("(08) 465 004 00", "+46846500400"),
            ("+47 22 22 55 55", "+4722225555"),
            ("Gerd@Example.ORG", "gerd@example.org"),
        ],
    )
    def test_contacts_that_are_understood(self, visit, contact, kept):
        visit().to_the_end(contact=contact).send()
        assert Registration.objects.get().contact == kept

    @pytest.mark.parametrize(
        ("contact", "says"),
        [
            ("", "Skriv ett telefonnummer eller en e-postadress, så att vi kan nå dig."),
            ("465 004 00", "Vi känner inte igen telefonnumret."),
            ("070-174", "Vi känner inte igen telefonnumret."),
            ("112", "Vi känner inte igen telefonnumret."),
            ("gerd@", "E-postadressen är inte hel."),
            ("Storgatan 1, Härnösand", "Skriv ett telefonnummer eller en e-postadress"),
            ("x" * 300, "Det blev för långt."),
        ],
    )
    def test_contacts_that_are_not(self, visit, contact, says):
        someone = visit().send(name="Gerd", contact=contact)
        assert says in someone.says
        assert "Allt du skrev finns kvar." in someone.says
        source = someone.page.content.decode()
        assert 'href="#id_contact"' in source
        assert 'id="id_contact_error"' in source
        assert 'value="Gerd"' in source
        assert "<title>Rätta:" in source

    @pytest.mark.parametrize(
        "name", ["Łukasz Żak", "李小龙", "محمد", "Åsa-Lena O'Brien", "Nguyễn Văn An", "Ö"]
    )
    def test_names_with_any_letters(self, visit, name):
        visit().to_the_end(name=f"  {name} ").send()
        assert Registration.objects.get().name == name

    @pytest.mark.parametrize(
        ("name", "says"),
        [("", "Skriv ditt namn"), ("  ", "Skriv ditt namn"), ("x" * 101, "Namnet är för långt")],
    )
    def test_names_that_are_none(self, visit, name, says):
        assert says in visit().send(name=name, contact=PHONE).says

    def test_scripts_are_text_wherever_they_stand(self, visit):
        bad = '"><script>alert(1)</script>'
        someone = visit().to_the_end(name=bad, needs_text=bad, along="participant", along_name=bad)
        pages = [someone.page.content.decode()]
        someone.send()
        pages.append(someone.client.get(someone.page["Location"]).content.decode())
        pages.append(someone.client.get(someone.page["Location"] + "andra/").content.decode())
        assert [page for page in pages if "<script>alert" in page] == []
        assert Registration.objects.get().name == bad

    def test_what_is_wrong_in_an_earlier_step_is_put_right_there(self, visit):
        """Nobody sends this by hand, but a page may be saved and changed."""
        someone = visit().to_the_end()
        someone.send(contact="fel", name="Gerd")
        assert "Vem är du?" in someone.says
        assert 'id="id_contact_error"' in someone.page.content.decode()
        assert Registration.objects.count() == 0

    @pytest.mark.parametrize("data", [{}, {"steg": "kolla"}, {"steg": "x"}, {"steg": "vem", "till": "x"}])
    def test_nonsense_is_met_with_a_page(self, plan, client, data):
        plan()
        assert client.post(JOIN, data).status_code == 200
        assert Registration.objects.count() == 0


class TestMachines:
    def test_the_field_that_only_machines_fill_in(self, visit):
        someone = visit().to_the_end()
        someone.send(website="http://spam.example")
        assert "Vi kunde inte ta emot det du skrev." in someone.says
        assert "Gerd Åberg" in someone.says
        someone.send()
        assert Registration.objects.count() == 1

    def test_faster_than_anyone_writes(self, visit, plan, client):
        run = plan()
        page = client.get(f"{JOIN}?grupp={run.quotas.get().pk}")
        data = fields(page) | WHO | {"steg": "kolla"}
        assert "Det gick lite för fort" in words(client.post(JOIN, data))
        assert Registration.objects.count() == 0

    def test_without_our_stamp(self, plan, client):
        run = plan()
        data = WHO | {"steg": "kolla", "grupp": str(run.quotas.get().pk)}
        assert "Sidan har varit öppen länge." in words(client.post(JOIN, data))
        assert Registration.objects.count() == 0

    def test_ten_an_hour_from_one_address_and_the_eleventh_rings(self, visit, plan, monkeypatch):
        assert join_views.PER_HOUR == 10
        monkeypatch.setattr(join_views, "PER_HOUR", 2)
        run = plan(seats=None)
        for number in range(2):
            visit(run).to_the_end(name=f"Person {number}").send()
        someone = visit(run).to_the_end(name="Person 11")
        someone.send()
        assert someone.page.status_code == 429
        assert "Ring oss på 08-465 004 00" in someone.says
        assert "Person 11" in someone.says
        assert Registration.objects.count() == 2


class TestFull:
    def test_a_place_in_line_is_offered_before_anything_is_sent(self, visit, plan, join):
        run = plan(seats=1)
        join(run.quotas.get())
        someone = visit(run).to_the_end()
        assert "Det är fullt just nu. Du kan ställa dig i kö och får då plats 1 i kön." in someone.says
        assert "Ställ mig i kö" in someone.says
        someone.send()
        assert Registration.objects.last().state == "waiting"

    def test_a_group_that_fills_up_while_one_writes(self, visit, plan, join):
        run = plan(seats=1)
        someone = visit(run).to_the_end()
        assert "Det finns en plats till dig." in someone.says
        join(run.quotas.get())
        someone.send()
        assert "Platserna tog slut medan du skrev" in someone.says
        assert "Du är inte anmäld än." in someone.says
        assert "Gerd Åberg" in someone.says
        assert Registration.objects.count() == 1
        someone.send()
        assert Registration.objects.last().state == "waiting"

    def test_a_party_of_two_where_one_seat_is_left(self, visit):
        someone = visit(seats=1).to_the_end(along="participant")
        assert "Det finns bara en plats kvar, och ni är två." in someone.says
        someone.send()
        assert (Registration.objects.get().state, Registration.objects.get().seat_count) == ("waiting", 2)

    def test_nobody_is_put_in_line_who_was_not_asked(self, plan, join):
        quota = plan(seats=1).quotas.get()
        join(quota)
        with pytest.raises(Full):
            join(quota, may_wait=False)
        assert Registration.objects.count() == 1

    def test_it_begins_while_one_writes(self, visit, plan, clock, now):
        run = plan()
        someone = visit(run).to_the_end()
        clock.move_to(now + dt.timedelta(days=7, hours=1), tick=False)
        someone.send()
        assert "Här går det inte att anmäla sig just nu" in someone.says
        assert "08-465 004 00" in someone.says

    @pytest.mark.parametrize(
        "joining", [Run.Joining.NONE, Run.Joining.STAFF, Run.Joining.HOST, Run.Joining.ELSEWHERE]
    )
    def test_what_is_not_joined_here(self, plan, client, joining):
        from utbud.people.models import Organisation

        plan(joining=joining, host=Organisation.objects.create(name="Solrosen"), elsewhere="Ring dem.")
        assert "Här går det inte att anmäla sig just nu" in words(client.get(JOIN))

    def test_a_group_that_is_gone_leads_to_the_others(self, plan, client, site, now):
        off = plan(days=(8,))
        plan(days=(9,))
        runs.cancel_run(run=off, why="", by=site.editor, now=now)
        said = words(client.get(f"{JOIN}?grupp={off.quotas.get().pk}"))
        assert "Den gruppen går inte längre att anmäla sig till." in said
        assert "Onsdag 2 december" in said


# --- one's own place ----------------------------------------------------------------------------


@pytest.fixture
def mine(plan, join):
    """Gerd's registration, by phone number, with a place that has all it can have."""
    Place.objects.update(street="Storgatan 1", city="Härnösand", accessibility="Ramp.")
    run = plan(seats=3, note="Vi bjuder på kaffe.", fee=20)
    return join(run.quotas.get(), "Gerd Åberg", contact=PHONE)


class TestTheReceipt:
    def test_says_all_one_needs_and_names_nobody(self, mine, client):
        mine.quota.run.course.bring = "Din telefon"
        mine.quota.run.course.save()
        Registration.objects.update(code="47110")
        answer = client.get(mine.path)
        said = words(answer)
        for part in (
            "Du har en plats", "Ring med bild", "47 110", "Måndag 30 november klockan 10 till 12",
            "Huvudbiblioteket Storgatan 1, Härnösand", "Ramp.", "Ta med: Din telefon", "Det kostar 20 kronor.",
            "Vi bjuder på kaffe.", "Får du förhinder? Ring 08-465 004 00 och säg koden 47 110.",
        ):  # fmt: skip
            assert part in said, part
        assert "Gerd" not in answer.content.decode()
        assert (answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == ("noindex", True)

    def test_in_line_it_says_which_place_and_what_happens_next(self, plan, join, client):
        quota = plan(seats=1).quotas.get()
        first, second = [
            join(quota, contact=contact) for contact in (PHONE, "070-174 06 06", "c@example.org")
        ][1:]
        assert "Du har plats 1 i kön. Blir det plats hör vi av oss till ditt telefonnummer." in words(
            client.get(first.path)
        )
        assert "Du har plats 2 i kön. Blir det plats får du ett brev med e-post." in words(
            client.get(second.path)
        )

    @pytest.mark.parametrize(("state", "seen"), [("registered", True), ("waiting", False)])
    def test_the_address_on_the_net_only_with_a_seat(self, plan, join, client, state, seen):
        mine = join(plan(place=None, online_url="https://example.org/mote").quotas.get())
        Registration.objects.update(state=state)
        assert ("https://example.org/mote" in client.get(mine.path).content.decode()) == seen

    def test_called_off_and_over(self, mine, client, site, now, clock):
        runs.cancel_run(run=mine.quota.run, why="Läraren är sjuk.", by=site.editor, now=now)
        said = words(client.get(mine.path))
        assert "Det är inställt" in said
        assert "Läraren är sjuk." in said
        assert "Avboka" not in said
        clock.move_to(now + dt.timedelta(days=8), tick=False)
        assert "Kursen har varit" in words(client.get(mine.path))

    def test_a_time_that_is_called_off_is_said(self, plan, join, client, site, now):
        run = plan(days=(7, 14))
        mine = join(run.quotas.get())
        runs.cancel_occasion(occasion=run.occasions.first(), why="Halka.", by=site.editor, now=now)
        assert "Måndag 30 november klockan 10 till 12 Inställt. Halka." in words(client.get(mine.path))

    @pytest.mark.parametrize("path", ["", "avboka/", "andra/"])
    def test_an_address_that_is_none_or_forgotten(self, mine, client, now, path):
        assert client.get(f"/kurser/anmalan/finnsinte/{path}").status_code == 404
        care.forget(registrations=[mine], now=now)
        assert client.get(mine.path + path).status_code == 404


class TestLeaving:
    def test_asked_first_then_done_and_how_to_come_back(self, mine, client):
        said = words(client.get(mine.path + "avboka/"))
        assert "Vill du avboka?" in said
        assert Registration.objects.get().state == "registered"
        answer = client.post(mine.path + "avboka/")
        assert answer["Location"] == mine.path
        said = words(client.get(mine.path))
        assert "Du är avbokad" in said
        assert "Anmäl dig igen" in said
        assert f"{JOIN}?grupp={mine.quota_id}" in client.get(mine.path).content.decode()

    def test_twice_is_once_and_the_seat_goes_back_once(self, mine, client):
        for _press in range(2):
            assert client.post(mine.path + "avboka/")["Location"] == mine.path
        mine.quota.refresh_from_db()
        assert mine.quota.taken == 0
        assert client.get(mine.path + "avboka/")["Location"] == mine.path

    def test_the_line_is_served(self, plan, join, client):
        quota = plan(seats=1).quotas.get()
        first, second = join(quota), join(quota)
        client.post(first.path + "avboka/")
        second.refresh_from_db()
        assert second.state == "offered"

    @pytest.mark.parametrize("what", ["over", "off", "noshow"])
    def test_what_cannot_be_left_is_left_as_it_is(self, mine, client, site, now, clock, what):
        if what == "off":
            runs.cancel_run(run=mine.quota.run, why="", by=site.editor, now=now)
        elif what == "noshow":
            seats.free_no_show(registration=mine, now=now, by=site.editor)
        else:
            clock.move_to(now + dt.timedelta(days=8), tick=False)
        before = Registration.objects.values().get()
        assert client.post(mine.path + "avboka/")["Location"] == mine.path
        assert Registration.objects.values().get() == before


class TestAnOffer:
    @pytest.fixture
    def offered(self, plan, join, now):
        quota = plan(seats=1).quotas.get()
        first, second = join(quota), join(quota, "Gerd", contact=PHONE)
        seats.cancel(registration=first, way="web", now=now)
        second.refresh_from_db()
        return second

    def test_yes_and_yes_again(self, offered, client):
        said = words(client.get(offered.path))
        assert "Det finns en plats till dig" in said
        assert "Svara senast onsdag 25 november klockan 10" in said
        for _press in range(2):
            assert client.post(offered.path + "ja/")["Location"] == offered.path
        assert "Du har en plats" in words(client.get(offered.path))

    def test_no_asks_first(self, offered, client):
        assert "Vill du tacka nej?" in words(client.get(offered.path + "avboka/"))
        client.post(offered.path + "avboka/")
        assert Registration.objects.get(pk=offered.pk).state == "cancelled"

    def test_too_late_is_said_even_before_the_clock_has_ended_it(self, offered, client, clock, now):
        clock.move_to(now + dt.timedelta(hours=49), tick=False)
        assert "Platsen gick vidare till nästa i kön" in words(client.get(offered.path))
        answer = client.post(offered.path + "ja/")
        assert answer.status_code == 409
        assert "Erbjudandet gäller inte längre." in words(answer)

    def test_there_is_nothing_to_say_yes_to_when_it_is_called_off(self, offered, client, site, now):
        runs.cancel_occasion(occasion=offered.quota.occasions.get(), why="", by=site.editor, now=now)
        assert "Ja, jag kommer" not in words(client.get(offered.path))
        assert client.post(offered.path + "ja/")["Location"] == offered.path
        offered.refresh_from_db()
        assert offered.state == "expired"

    def test_yes_is_never_said_by_looking(self, offered, client):
        assert client.get(offered.path + "ja/").status_code == 405


class TestTheParty:
    def save(self, client, mine, **written):
        page = client.get(mine.path + "andra/")
        data = fields(page)
        for person in Participant.objects.filter(registration=mine):
            data.setdefault(f"role_{person.pk}", [person.role])
        return client.post(mine.path + "andra/", data | written)

    def test_a_name_is_changed_and_somebody_is_added(self, mine, client):
        [person] = mine.participants.all()
        answer = self.save(client, mine, **{f"name_{person.pk}": " Gerd  Ek ", "more": "1"})
        assert answer["Location"] == mine.path + "?andrat"
        assert "Ändringen är sparad." in words(client.get(answer["Location"]))
        assert list(mine.participants.values_list("name", flat=True)) == ["Gerd Ek", ""]
        assert "Ni har 2 platser" in words(client.get(mine.path))

    def test_pressed_twice_it_is_done_once(self, mine, client):
        page = client.get(mine.path + "andra/")
        [person] = mine.participants.all()
        data = fields(page) | {"more": "1", f"role_{person.pk}": "participant"}
        answers = [client.post(mine.path + "andra/", data) for _press in range(2)]
        assert [answer["Location"] for answer in answers] == [mine.path + "?andrat"] * 2
        assert mine.participants.count() == 2

    def test_somebody_else_changed_it_meanwhile(self, mine, client, site, now):
        page = client.get(mine.path + "andra/")
        [person] = mine.participants.all()
        seats.change_party(
            registration=mine, people=[Person("Gerd"), Person("Bo")], way="phone", by=site.editor, now=now
        )
        answer = client.post(
            mine.path + "andra/", fields(page) | {"more": "1", f"role_{person.pk}": "participant"}
        )
        assert answer.status_code == 409
        assert "Anmälan har ändrats sedan du öppnade sidan." in words(answer)
        assert 'value="Bo"' in answer.content.decode()

    def test_fewer_lets_seats_go(self, mine, client):
        self.save(client, mine, more="1")
        first, second = mine.participants.all()
        self.save(client, mine, **{f"gone_{second.pk}": "on"})
        mine.refresh_from_db()
        assert (mine.seat_count, mine.participants.get()) == (1, first)

    def test_more_than_there_is_room_for(self, mine, client):
        answer = self.save(client, mine, more="3")
        assert answer.status_code == 409
        assert "Det finns bara plats för 2 till." in words(answer)
        assert mine.participants.count() == 1

    @pytest.mark.parametrize(
        ("more", "says"),
        [("många", "Skriv en siffra"), ("-1", "Skriv 0 eller mer"), ("99", "Så många kan vi inte ta emot")],
    )
    def test_numbers_that_are_none(self, mine, client, more, says):
        assert says in words(self.save(client, mine, more=more))

    def test_nobody_is_no_party(self, mine, client):
        self.save(client, mine, more="1")
        gone = {f"gone_{person.pk}": "on" for person in mine.participants.all()}
        assert "Ska ingen komma?" in words(self.save(client, mine, **gone))
        assert mine.participants.count() == 2


class TestFindingIt:
    FIND = "/kurser/min-anmalan/"

    @pytest.fixture
    def known(self, mine):
        Registration.objects.update(code="47110")
        return SimpleNamespace(path=mine.path)

    @pytest.mark.parametrize("code", ["47110", "47 110", " 4 7 1 1 0", "47-110"])
    @pytest.mark.parametrize("contact", [PHONE, "+46701740605", "0701740605"])
    def test_by_code_and_contact(self, known, client, code, contact):
        assert client.post(self.FIND, {"code": code, "contact": contact})["Location"] == known.path

    def test_wrong_code_and_wrong_contact_are_answered_alike(self, known, client):
        wrong = [
            words(client.post(self.FIND, {"code": code, "contact": contact}))
            for code, contact in [("47111", PHONE), ("47110", "070-174 06 99"), ("47110", "x@example.org")]
        ]
        assert len(set(wrong)) == 1
        assert "Vi hittar ingen anmälan med den koden och den kontakten." in wrong[0]

    @pytest.mark.parametrize(
        ("code", "contact", "says"),
        [
            ("", PHONE, "Skriv din kod."),
            ("471", PHONE, "Koden är sju siffror"),
            ("47110", "", "Skriv telefonnumret eller e-postadressen"),
            ("47110", "12", "Vi känner inte igen telefonnumret."),
        ],
    )
    def test_what_is_not_whole(self, known, client, code, contact, says):
        assert says in words(client.post(self.FIND, {"code": code, "contact": contact}))

    def test_one_that_was_never_given_a_contact_is_not_found_by_nothing(self, known, client):
        Registration.objects.update(contact="", contact_kind="")
        assert client.post(self.FIND, {"code": "47110", "contact": PHONE}).status_code == 200


class TestWhatOneHasSaid:
    """The receipt repeats it, and it is changed there."""

    @pytest.fixture
    def said(self, plan, join):
        return join(
            plan(seats=3).quotas.get(),
            "Gerd",
            contact=f"{PHONE} (dottern Eva)",
            needs=["interpreter", "companion"],
            needs_text="Sitta nära",
            interpreter_language="arabiska",
        )

    def test_the_receipt_repeats_needs_and_how_we_reach_them_without_telling_others(self, said, client):
        told = words(client.get(said.path))
        assert "Du behöver Tolk: arabiska, Någon följer med mig, Sitta nära" in told
        assert "telefonnumret som slutar på 06 05" in told
        assert PHONE not in told
        assert "Eva" not in told

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("gerd@example.org", ("email", "gerd@example.org", "")),
            ("0701740606 (dottern Eva)", ("phone", "+46701740606", "dottern Eva")),
            ("0701740606 eller 08-465 004 10", ("phone", "+46701740606", "08-465 004 10")),
        ],
    )
    def test_another_way_to_be_reached(self, said, client, written, kept):
        for _press in range(2):
            answer = client.post(f"{said.path}kontakt/", {"contact": written})
            assert answer["Location"] == said.path + "?andrat"
        said.refresh_from_db()
        assert (said.contact_kind, said.contact, said.contact_note) == kept
        assert said.changes.filter(what="corrected", way="web").count() == 1

    def test_the_way_we_had_is_told_that_it_is_another_now(self, said, client, monkeypatch):
        monkeypatch.setenv("ELKS_KEY", "right")
        known = {"username": "env:ELKS_KEY", "password": "env:ELKS_KEY", "sender": "Bibblan", "link": "nej"}
        ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config=known)
        client.post(f"{said.path}kontakt/", {"contact": "gerd@example.org"})
        [told] = Notice.objects.filter(about=said.about, kind="contact")
        assert (told.address, told.way) == ("+46701740605", "sms")
        assert told.text.startswith(f"Du får inte längre besked om {said.quota.run.course.title} hit.")
        assert "Var det inte du? Ring oss på" in told.text
        assert said.code not in told.text
        client.post(
            f"{said.path}kontakt/", {"contact": "gerd@example.org (Eva)"}
        )  # the same way, with a note
        assert Notice.objects.filter(about=said.about, kind="contact").count() == 1

    @pytest.mark.parametrize(
        ("path", "data"), [("behov/", {"needs_text": "Nära"}), ("kontakt/", {"contact": "gerd@example.org"})]
    )
    def test_too_many_changes_from_one_address_are_answered_as_too_many(
        self, said, client, monkeypatch, path, data
    ):
        monkeypatch.setattr(join_views, "CHANGES_PER_HOUR", 0)
        answer = client.post(said.path + path, data)
        assert answer.status_code == 429
        assert "Ring oss på" in words(answer)
        assert said.changes.count() == 1  # that they came

    @pytest.mark.parametrize(("contact", "says"), [("08-465 004 33", True), ("gerd@example.org", False)])
    def test_who_wants_us_to_write_is_told_where_we_can_only_ring(self, said, client, contact, says):
        client.post(f"{said.path}behov/", {"needs": ["in_writing"]})
        client.post(f"{said.path}kontakt/", {"contact": contact})
        assert ("Dit kan vi bara ringa." in words(client.get(said.path))) is says

    def test_a_way_that_is_none_is_told_and_kept_in_the_field(self, said, client):
        answer = client.post(f"{said.path}kontakt/", {"contact": "ring min dotter"})
        assert "Skriv ett telefonnummer eller en e-postadress" in words(answer)
        assert 'value="ring min dotter"' in answer.content.decode()
        said.refresh_from_db()
        assert said.contact == "+46701740605"

    def test_other_needs_and_the_party_is_left_as_it_is(self, said, client):
        page = client.get(f"{said.path}behov/").content.decode()
        assert 'value="arabiska"' in page
        asked = {"needs": ["hearing_loop"], "needs_text": " Nära  dörren "}
        assert client.post(f"{said.path}behov/", asked)["Location"] == said.path + "?andrat"
        said.refresh_from_db()
        assert (said.needs, said.needs_text) == (["hearing_loop", "companion"], "Nära dörren")
        assert client.post(f"{said.path}behov/", {})["Location"] == said.path + "?andrat"
        said.refresh_from_db()
        assert (said.needs, said.needs_text, said.interpreter_language) == (["companion"], "", "")

    def test_an_interpreter_speaks_a_language(self, said, client):
        answer = client.post(f"{said.path}behov/", {"needs": ["interpreter"]})
        assert "Skriv vilket språk tolken ska kunna" in words(answer)
        client.post(f"{said.path}behov/", {"interpreter_language": "finska"})
        said.refresh_from_db()
        assert said.needs_words == ["Tolk: finska", "Någon följer med mig"]

    @pytest.mark.parametrize("path", ["behov/", "kontakt/"])
    def test_what_has_ended_is_not_changed(self, said, client, now, path):
        seats.cancel(registration=said, way="web", now=now)
        assert client.get(said.path + path)["Location"] == said.path


@pytest.mark.parametrize(
    ("seats_in_all", "others", "says"),
    [
        (4, 0, "Det finns bara plats för 3 till."),
        (2, 0, "Det finns bara plats för en till."),
        (1, 0, "Det finns inte plats för fler."),
        (1, 1, "Det finns inte plats för fler."),
    ],
)
def test_too_many_is_told_beside_the_field_with_how_many_fit(plan, join, client, seats_in_all, others, says):
    quota = plan(seats=seats_in_all).quotas.get()
    mine = join(quota, "Gerd", contact=PHONE)
    for _other in range(others):
        join(quota)
    page = client.get(mine.path + "andra/")
    [person] = mine.participants.all()
    answer = client.post(
        mine.path + "andra/", fields(page) | {"more": "5", f"role_{person.pk}": "participant"}
    )
    assert answer.status_code == 409
    html = answer.content.decode()
    assert says in html[html.index('id="id_more_error"') :].split("</p>")[0]
    assert 'value="5"' in html
