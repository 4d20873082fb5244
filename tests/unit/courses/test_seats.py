"""Seats: who gets one, who waits, who is offered, and what people are told."""

import datetime as dt

import pytest

from utbud.base import dates
from utbud.courses.actions import seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import Participant, Quota, Registration
from utbud.courses.queries import seats as queries
from utbud.notices.models import Notice

pytestmark = pytest.mark.database

REGISTERED, WAITING, OFFERED = Registration.REGISTERED, Registration.WAITING, Registration.OFFERED
Role = Participant.Role


def quota_of(run) -> Quota:
    return run.quotas.get()


def states(quota) -> list[str]:
    return list(Registration.objects.filter(quota=quota).order_by("pk").values_list("state", flat=True))


def counted_right(quota) -> bool:
    """The counter says what the rows say."""
    quota.refresh_from_db()
    rows = Registration.objects.filter(quota=quota).taking_seats()
    return quota.taken == sum(row.seat_count for row in rows)


class TestRegistering:
    @pytest.mark.parametrize(
        ("parties", "stand"),
        [
            ([1, 1, 1], [REGISTERED] * 3),
            ([1, 1, 1, 1], [REGISTERED] * 3 + [WAITING]),
            ([2, 2, 1], [REGISTERED, WAITING, WAITING]),  # the last would fit, but passes nobody
            ([4, 1], [WAITING, WAITING]),
            ([3], [REGISTERED]),
        ],
    )
    def test_parties_go_in_whole_or_wait(self, plan, join, parties, stand):
        quota = quota_of(plan(seats=3))
        for size in parties:
            join(quota, size=size)
        assert states(quota) == stand
        assert counted_right(quota)

    @pytest.mark.parametrize(
        ("ways", "stand"),
        [
            (["web", "web"], [REGISTERED, WAITING]),
            (["web", "web", "phone", "desk"], [REGISTERED, WAITING, REGISTERED, REGISTERED]),
            (["web", "web", "paper", "sms", "phone"], [REGISTERED, WAITING, REGISTERED, REGISTERED, WAITING]),
            (["phone", "phone", "phone", "web"], [REGISTERED] * 3 + [WAITING]),
        ],
    )
    def test_some_seats_are_kept_for_phone_and_desk(self, plan, join, ways, stand):
        quota = quota_of(plan(seats=3, kept=2))
        for way in ways:
            join(quota, way=way)
        assert states(quota) == stand
        assert counted_right(quota)

    def test_kept_seats_are_let_free_after_their_day(self, plan, join, now):
        quota = quota_of(plan(seats=3, kept=2, kept_until=now.date()))
        for _person in range(3):
            join(quota)
        assert states(quota) == [REGISTERED, WAITING, WAITING]
        assert seats.serve_lines(now) == 0
        assert seats.serve_lines(now + dt.timedelta(days=1)) == 2
        assert states(quota) == [REGISTERED, OFFERED, OFFERED]

    @pytest.mark.parametrize(
        ("people", "companions_take_seats", "taken"),
        [
            ([Role.PARTICIPANT], False, 1),
            ([Role.PARTICIPANT, Role.COMPANION], False, 1),
            ([Role.PARTICIPANT, Role.COMPANION], True, 2),
            ([Role.PARTICIPANT, Role.INTERPRETER], True, 1),
            ([Role.PARTICIPANT, Role.PARTICIPANT, Role.COMPANION, Role.INTERPRETER], True, 3),
        ],
    )
    def test_companions_and_interpreters(self, plan, join, people, companions_take_seats, taken):
        quota = quota_of(plan(seats=9, companions_take_seats=companions_take_seats))
        registration = join(quota, people=[Person("X", role) for role in people])
        assert registration.seat_count == taken
        assert counted_right(quota)

    def test_the_same_submission_is_one(self, plan, join):
        quota = quota_of(plan())
        first, second = join(quota, "Gerd", key="a"), join(quota, "Gerd", key="a")
        assert first == second
        assert quota.registrations.count() == 1

    def test_two_tabs_are_one_registration(self, plan, join):
        quota = quota_of(plan())
        first = join(quota, "Gerd Ek", contact="070-174 06 05", key="a")
        second = join(quota, "gerd ek", contact="+46 70 174 06 05", key="b")
        other = join(quota, "Ola Ek", contact="070-174 06 05", key="c")  # shares her phone
        assert (first == second, first == other) == (True, False)

    def test_staff_may_give_a_seat_though_it_is_full_and_say_why(self, plan, join):
        quota = quota_of(plan(seats=1))
        join(quota)
        registration = join(quota, way="phone", override_reason="Lovades plats i våras")
        assert (registration.state, registration.override_reason) == (REGISTERED, "Lovades plats i våras")
        quota.refresh_from_db()
        assert (quota.taken, quota.seats, quota.extra) == (2, 1, 1)
        assert registration.changes.get().note == "Lovades plats i våras"

    def test_without_an_end_everybody_has_a_seat(self, plan, join):
        quota = quota_of(plan(seats=None))
        for _person in range(5):
            join(quota, size=9)
        assert states(quota) == [REGISTERED] * 5

    @pytest.mark.parametrize(
        ("joining", "way", "days", "opens"),
        [
            ("open", "web", 0, True),
            ("open", "sms", 0, True),
            ("staff", "web", 0, False),
            ("staff", "phone", 0, True),
            ("none", "web", 0, False),
            ("none", "walkin", 0, True),
            ("open", "web", 7, False),  # it begins at 10 in a week
            ("open", "phone", 7, True),
            ("open", "phone", 8, False),
        ],
    )
    def test_until_when_and_how(self, plan, join, now, joining, way, days, opens):
        quota = quota_of(plan(joining=joining))
        at = now + dt.timedelta(days=days)
        try:
            join(quota, way=way, at=at)
        except seats.Closed:
            assert not opens
        else:
            assert opens

    def test_a_code_is_seven_figures_and_nobody_elses(self, plan, join):
        quota = quota_of(plan(seats=None))
        codes = [join(quota).code for _person in range(5)]
        assert len(set(codes)) == 5
        assert all(code.isdecimal() and len(code) == 7 and code[0] != "0" for code in codes)


class TestTheLine:
    def test_whoever_leaves_gives_the_next_in_line_an_offer(self, plan, join, now):
        quota = quota_of(plan(seats=1))
        first, second, third = join(quota), join(quota), join(quota)
        seats.cancel(registration=first, way="web", now=now)
        assert states(quota) == ["cancelled", OFFERED, WAITING]
        assert counted_right(quota)
        second.refresh_from_db()
        assert second.offer_expires_at == now + dt.timedelta(hours=24)
        assert queries.place_in_line(third) == 1

    @pytest.mark.parametrize(
        ("contact", "hours"), [("070-174 06 05", 48), ("a@example.org", 24), ("Storgatan 1, Härnösand", 120)]
    )
    def test_whoever_has_only_a_phone_gets_longer(self, plan, join, now, contact, hours):
        quota = quota_of(plan(seats=1, days=(30,)))
        first = join(quota)
        second = join(quota, contact=contact, way="phone")
        seats.cancel(registration=first, way="web", now=now)
        second.refresh_from_db()
        assert second.offer_expires_at == now + dt.timedelta(hours=hours)

    @pytest.mark.parametrize(
        ("left", "until"),
        [
            ("2026-11-23 10:00", "2026-11-24 10:00"),
            ("2026-11-23 20:59", "2026-11-24 20:59"),
            ("2026-11-23 21:00", "2026-11-25 08:00"),
            ("2026-11-24 03:30", "2026-11-25 08:00"),
        ],
    )
    def test_nobody_is_told_or_has_to_answer_at_night(self, plan, join, left, until):
        at = dt.datetime.fromisoformat(left).replace(tzinfo=dates.STOCKHOLM)
        quota = quota_of(plan(seats=1))
        first, second = join(quota), join(quota)
        seats.cancel(registration=first, way="web", now=at)
        second.refresh_from_db()
        assert dates.local(second.offer_expires_at).strftime("%Y-%m-%d %H:%M") == until

    def test_a_party_waits_until_all_of_it_fits(self, plan, join, now):
        quota = quota_of(plan(seats=2))
        first, second = join(quota), join(quota)
        join(quota, size=2)
        join(quota)
        seats.cancel(registration=first, way="web", now=now)
        assert states(quota) == ["cancelled", REGISTERED, WAITING, WAITING]
        seats.cancel(registration=second, way="web", now=now)
        assert states(quota) == ["cancelled", "cancelled", OFFERED, WAITING]
        assert counted_right(quota)

    def test_an_offer_that_ends_never_comes_back(self, plan, join, now):
        quota = quota_of(plan(seats=1))
        first, second, third = join(quota), join(quota), join(quota)
        seats.cancel(registration=first, way="web", now=now)
        late = now + dt.timedelta(hours=25)
        assert seats.expire_offers(late) == 1
        assert states(quota) == ["cancelled", "expired", OFFERED]
        with pytest.raises(seats.NoOffer):
            seats.accept(registration=second, way="sms", now=late)
        seats.accept(registration=third, way="sms", now=late)
        assert (seats.expire_offers(late), states(quota)) == (0, ["cancelled", "expired", REGISTERED])
        assert counted_right(quota)

    def test_yes_twice_is_once(self, plan, join, now):
        quota = quota_of(plan(seats=1))
        first, second = join(quota), join(quota)
        seats.cancel(registration=first, way="web", now=now)
        for _time in range(2):
            assert seats.accept(registration=second, way="web", now=now).state == REGISTERED
        assert counted_right(quota)

    def test_leaving_twice_gives_one_seat_back(self, plan, join, now):
        quota = quota_of(plan(seats=2))
        first, _second, third, _fourth = [join(quota) for _person in range(4)]
        for _time in range(2):
            seats.cancel(registration=first, way="web", now=now)
        assert states(quota) == ["cancelled", REGISTERED, OFFERED, WAITING]
        third.refresh_from_db()
        seats.cancel(registration=third, way="web", now=now)  # says no to the offer
        assert states(quota) == ["cancelled", REGISTERED, "cancelled", OFFERED]
        assert counted_right(quota)

    def test_no_offer_lasts_past_the_start_and_none_is_made_after_it(self, plan, join, now):
        quota = quota_of(plan(seats=1, days=(1,)))
        first, second, _third = join(quota), join(quota, way="phone", contact="070-174 06 05"), join(quota)
        starts = quota.occasions.get().starts_at
        seats.cancel(registration=first, way="web", now=now)
        second.refresh_from_db()
        assert second.offer_expires_at == starts
        assert seats.expire_offers(starts) == 1
        assert states(quota) == ["cancelled", "expired", WAITING]
        assert seats.serve_lines(starts) == 0

    def test_staff_may_seat_somebody_past_the_line(self, plan, join, now, site):
        quota = quota_of(plan(seats=1))
        _first, _second, third = join(quota), join(quota), join(quota)
        seats.give_seat(registration=third, reason="Behövs som stöd", by=site.editor, now=now)
        assert states(quota) == [REGISTERED, WAITING, REGISTERED]
        quota.refresh_from_db()
        assert (quota.taken, quota.extra) == (2, 1)
        with pytest.raises(seats.NoLonger):
            seats.give_seat(registration=third, reason="Igen", by=site.editor, now=now)

    def test_whoever_does_not_come_lets_others_in(self, plan, join, now, site):
        quota = quota_of(plan(seats=1))
        first = join(quota)
        seats.free_no_show(registration=first, now=now, by=site.editor)
        assert join(quota, way="walkin", contact="").state == REGISTERED


class TestChangingAParty:
    @pytest.mark.parametrize(
        ("before", "after", "others", "works"),
        [(1, 2, 1, True), (1, 3, 1, False), (2, 1, 1, True), (3, 1, 0, True), (1, 3, 0, True)],
    )
    def test_more_only_if_they_fit(self, plan, join, now, before, after, others, works):
        quota = quota_of(plan(seats=3))
        registration = join(quota, size=before)
        for _person in range(others):
            join(quota)
        people = [Person(f"P{n}") for n in range(after)]
        if works:
            seats.change_party(registration=registration, people=people, way="web", now=now)
        else:
            with pytest.raises(seats.Full):
                seats.change_party(registration=registration, people=people, way="web", now=now)
        registration.refresh_from_db()
        assert registration.seat_count == (after if works else before)
        assert registration.participants.count() == (after if works else before)
        assert counted_right(quota)

    def test_fewer_lets_the_next_in(self, plan, join, now):
        quota = quota_of(plan(seats=2))
        pair = join(quota, size=2)
        join(quota)
        seats.change_party(registration=pair, people=[Person("En")], way="phone", now=now)
        assert states(quota) == [REGISTERED, OFFERED]

    def test_in_line_a_party_keeps_its_place(self, plan, join, now):
        quota = quota_of(plan(seats=1))
        join(quota)
        waiting = join(quota)
        seats.change_party(registration=waiting, people=[Person("A"), Person("B")], way="web", now=now)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.seat_count, queries.place_in_line(waiting)) == (WAITING, 2, 1)


class TestWhatIsTold:
    def told(self, registration):
        return [
            (notice.kind, notice.way, notice.state)
            for notice in Notice.objects.filter(about=registration.about).order_by("pk")
        ]

    def test_by_mail(self, plan, join, now):
        quota = quota_of(plan(seats=1))
        first, second = join(quota), join(quota)
        seats.cancel(registration=first, way="web", now=now)
        assert self.told(first) == [("receipt", "email", "stopped"), ("left", "email", "waiting")]
        assert self.told(second) == [("receipt", "email", "waiting"), ("offer", "email", "waiting")]
        text = Notice.objects.get(about=second.about, kind="offer").text
        assert "Nu finns det plats för dig på Ring med bild." in text
        assert "Måndag 30 november klockan 10 till 12, Huvudbiblioteket." in text
        assert "Säg ja senast tisdag 24 november klockan 10." in text
        assert second.path in text

    @pytest.mark.parametrize(
        ("seat", "says"),
        [
            ("registered", "Du är avbokad från"), ("accepted", "Du är avbokad från"), ("given", "Du är avbokad från"),
            ("waiting", "Du står inte längre i kön till"), ("offered", "Du står inte längre i kön till"),
        ],
    )  # fmt: skip
    def test_who_had_no_seat_has_none_to_be_cancelled_from(
        self, plan, join, now, site, client, time_machine, seat, says
    ):
        quota = quota_of(plan(seats=1))
        first = join(quota)
        mine = first if seat == "registered" else join(quota)
        if seat == "given":
            seats.give_seat(registration=mine, reason="Lovat", by=site.editor, now=now)
        elif seat in ("offered", "accepted"):
            seats.cancel(registration=first, way="web", now=now)
        if seat == "accepted":
            seats.accept(registration=mine, way="web", now=now)
        seats.cancel(registration=mine, way="web", now=now)
        assert f"{says} Ring med bild." in Notice.objects.get(about=mine.about, kind="left").text
        time_machine.move_to(now, tick=False)
        shown = client.get(mine.path).content.decode()
        assert [title in shown for title in ("Du är avbokad", "Du står inte längre i kön")] == [
            "avbokad" in says,
            "kön" in says,
        ]

    def test_whoever_has_a_phone_and_no_texts_is_rung_only_when_it_matters(self, plan, join, now):
        quota = quota_of(plan(seats=1))
        first = join(quota, way="phone", contact="08-465 004 10")
        second = join(quota, way="phone", contact="08-465 004 11")
        seats.cancel(registration=first, way="phone", now=now)
        assert self.told(first) == []
        assert self.told(second) == [("offer", "call", "to_do")]

    def test_a_party_without_contact_is_told_nothing(self, plan, join):
        registration = join(quota_of(plan()), way="host", contact="")
        assert self.told(registration) == []
