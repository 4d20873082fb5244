"""What the phone service sends, and what it must not: secrets, broken requests, a voice that fails, counting, what is kept."""

import datetime as dt
import json
import re
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.unit.phone.conftest import CALLER, at, body, no_phone
from utbud.channels.models import Reach
from utbud.formats.sound import Failed
from utbud.formats.speech import NoVoice
from utbud.inbox.models import Message
from utbud.phone import actions, queries, tasks
from utbud.phone.elks import Elks
from utbud.phone.models import PhoneCall, PhonePrompt, PhoneVisit
from utbud.phone.service import Call, Malformed, Result
from utbud.places.models import Place

SERVICE = queries.SERVICES[0]


def webhook(rest: str = "") -> str:
    return urlsplit(queries.start_address(SERVICE)).path + rest


def sent(**more: str) -> dict[str, str]:
    return {"callid": "c1", "direction": "incoming", "from": CALLER, "to": "+46846500450"} | more


class TestTheDoor:
    @pytest.mark.parametrize(
        "address",
        [
            "/api/telefon/",
            "/api/telefon/0/",
            f"/api/telefon/{'0' * 40}/",
            f"/api/telefon/{'0' * 40}/vanligt/ring/ja/",
            f"/api/telefon/{'0' * 40}/vanligt/svar/0/ring/fraga/",
        ],
    )
    def test_a_wrong_secret_is_not_found_and_does_nothing(self, client, elks, address):
        assert client.post(address, sent(result="1")).status_code == 404
        assert not Message.objects.exists()
        assert not PhoneCall.objects.exists()

    def test_the_secret_follows_the_installation(self, settings, db):
        before = queries.secret(SERVICE)
        assert re.fullmatch(r"[0-9a-f]{40}", before)
        settings.SECRET_KEY = "another-" * 8
        assert queries.secret(SERVICE) != before

    @pytest.mark.parametrize(
        ("after", "answers"),
        [
            (dt.timedelta(0), [200, 200]),
            (dt.timedelta(minutes=59), [200, 200]),
            (dt.timedelta(hours=1), [404, 200]),
        ],
    )
    @pytest.mark.parametrize("changed", [1, 2])
    def test_it_can_be_changed_and_the_old_one_holds_an_hour(
        self, client, site, elks, clock, changed, after, answers
    ):
        now = clock("2026-11-23 10:30")
        for number in range(changed):
            old = webhook()
            actions.new_secret(
                service=SERVICE, by=site.editor, now=now - (changed - 1 - number) * dt.timedelta(hours=2)
            )
        clock(f"{now + after:%Y-%m-%d %H:%M}")
        assert [client.post(address, sent()).status_code for address in (old, webhook())] == answers

    def test_the_secret_of_a_trial_opens_for_trials_alone(self, client, elks):
        address = f"/api/telefon/{queries.trial_secret(SERVICE)}/"
        assert [client.post(address, sent(callid=name)).status_code for name in ("c1", "prov-1")] == [
            404,
            200,
        ]
        assert not PhoneCall.objects.exists()

    @pytest.mark.database
    def test_sixty_forged_calls_are_one_wish_to_be_rung(self, client, elks):
        for number in range(60):
            client.post(webhook("vanligt/ring/ja/"), sent(callid=f"c{number}"))
        assert Message.objects.count() == 1

    @pytest.mark.parametrize("caller", ["+46900123456", "anonymous"])
    def test_nobody_is_rung_where_it_costs_extra(self, client, elks, caller):
        client.post(webhook("vanligt/ring/ja/"), sent() | {"from": caller})
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        "rest", ["vanligt/finns-inte/", "vanligt/ord/page:1/mer/", "fort/meny/", "vanligt/svar/x/meny/"]
    )
    def test_a_step_that_is_not_there(self, client, elks, rest):
        assert client.post(webhook(rest), sent()).status_code == 404

    def test_it_is_asked_by_post_only(self, client, elks):
        assert client.get(webhook()).status_code == 405

    @pytest.mark.parametrize("data", [{}, {"callid": ""}, {"callid": "c" * 201}, sent(direction="outgoing")])
    def test_what_the_service_never_sends_is_refused(self, client, elks, data):
        assert client.post(webhook(), data).status_code == 400
        assert not PhoneCall.objects.exists()

    def test_a_body_that_is_no_form_is_refused(self, client, elks):
        assert client.post(webhook(), b'{"callid": "c1"}', content_type="application/json").status_code == 400
        assert (
            client.post(
                webhook(), b"\xff\xfe\x00", content_type="application/x-www-form-urlencoded"
            ).status_code
            == 400
        )


@pytest.mark.parametrize(
    ("told", "result", "key"),
    [
        ({}, Result.NONE, ""),
        ({"result": "1"}, Result.KEY, "1"),
        ({"result": "#"}, Result.KEY, "#"),
        ({"result": ""}, Result.NONE, ""),
        ({"result": "12"}, Result.NONE, ""),
        ({"result": "²"}, Result.NONE, ""),
        ({"result": "failed", "why": "noinput"}, Result.FAILED, ""),
        ({"result": "busy"}, Result.FAILED, ""),
        ({"result": "success"}, Result.DONE, ""),
    ],
)
def test_what_46elks_tells(told, result, key):
    assert Elks().read(sent(**told)) == Call(
        reference="c1", caller=CALLER, called="+46846500450", result=result, key=key
    )


def test_a_call_without_a_name_is_malformed():
    with pytest.raises(Malformed):
        Elks().read({"from": CALLER})


@pytest.mark.parametrize("result", ["", "12", "²", "x" * 5000])
def test_an_answer_that_means_nothing_repeats_the_step(client, elks, result):
    answer = client.post(webhook("vanligt/svar/0/meny/"), sent(result=result)).json()
    assert answer["next"]["next"].endswith("/vanligt/svar/1/meny/")


class TestWithoutAVoice:
    @pytest.mark.parametrize("error", [NoVoice("tyst"), Failed("ffmpeg"), OSError("disken")])
    def test_a_person_answers_instead(self, client, elks, monkeypatch, caplog, error):
        def fails(saying, voice):
            raise error

        monkeypatch.setattr("utbud.phone.sayings.read_aloud", fails)
        answer = client.post(webhook(), sent())
        assert (answer.status_code, answer.json()) == (200, {"connect": "+46846500400"})
        assert client.post(webhook(), sent(to="+46846500400")).json() == {"hangup": "reject"}
        no_phone()
        assert client.post(webhook(), sent()).json() == {"hangup": "reject"}
        assert "could not speak" in caplog.text


@pytest.mark.database
class TestCounting:
    def counted(self) -> dict[tuple[str, str], int]:
        return {(row.what, row.item): row.count for row in Reach.objects.filter(way="phone")}

    def test_a_call_and_what_it_came_to_count_once_each(self, elks):
        elks(again=6).ring("1718")  # the same word twice, then another, at two paces
        assert self.counted() == {
            ("call", ""): 1,
            ("listened", "page:wifi"): 1,
            ("listened", "page:bankid"): 1,
        }

    @pytest.mark.parametrize(
        ("keys", "what"),
        [
            ("", {}),
            ("2727", {"hours": 1}),
            ("31", {"callback": 1}),
            ("3", {}),
            ("00", {"staff": 1}),
            ("55", {}),
        ],
    )
    def test_each_way(self, elks, keys, what):
        elks().ring(keys, answers="busy")
        assert self.counted() == {("call", ""): 1} | {(name, ""): number for name, number in what.items()}

    def test_two_calls_are_two(self, elks):
        elks(callid="c1").ring("2")
        elks(callid="c2").ring("2")
        assert self.counted() == {("call", ""): 2, ("hours", ""): 2}

    def test_staff_who_try_are_not_counted_and_ask_for_no_call(self, elks):
        call = elks(callid="prov-1").ring("31")
        assert "Det här är ett prov, så ingen ringer upp." in call.heard[-2]
        assert not Message.objects.exists()
        assert not PhoneCall.objects.exists()
        assert self.counted() == {}

    def test_no_number_is_kept_but_in_the_inbox(self, elks):
        elks().ring("131")
        kept = [
            str(row)
            for model in (PhoneCall, PhoneVisit, PhonePrompt, Reach)
            for row in model.objects.values()
        ]
        assert [row for row in kept if re.search(r"701740605|70-174|c0ffee", row)] == []

    def test_what_no_webhook_asks_for_again_is_forgotten(self, elks, clock):
        now = clock("2026-11-23 10:30")
        elks().ring("2")
        assert actions.forget_calls(now + dt.timedelta(days=6)) == 0
        assert actions.forget_calls(now + dt.timedelta(days=8)) == 1
        assert not PhoneVisit.objects.exists()
        assert self.counted() == {("call", ""): 1, ("hours", ""): 1}

    def test_weeks_are_summed_in_one_query(self, elks, clock, django_assert_num_queries):
        for number, day in enumerate(("2026-11-22", "2026-11-23", "2026-11-29", "2026-11-30")):
            clock(f"{day} 10:30")
            elks(callid=f"c{number}", again=2).ring("192")
        with django_assert_num_queries(1):
            weeks = queries.weeks(at("2026-12-01 12:00"))
        assert [(str(week.monday), week.calls, week.listened, week.hours) for week in weeks[:3]] == [
            ("2026-11-30", 1, 1, 1),
            ("2026-11-23", 2, 2, 2),
            ("2026-11-16", 1, 1, 1),
        ]
        assert len(weeks) == 8


class TestSound:
    @pytest.fixture
    def address(self, elks) -> str:
        elks().ring("")
        return f"/telefon/ljud/{PhonePrompt.objects.first().key}.mp3"

    def test_ranges_and_unchanged(self, client, address):
        part = client.get(address, headers={"range": "bytes=0-2"})
        assert (part.status_code, body(part)) == (206, b"ID3")
        same = client.get(address, headers={"if-none-match": part.headers["ETag"]})
        assert same.status_code == 304

    @pytest.mark.parametrize("address", [f"/telefon/ljud/{'0' * 64}.mp3", "/telefon/ljud/x.mp3"])
    def test_unknown(self, client, db, address):
        assert client.get(address).status_code == 404

    def test_a_file_that_has_gone(self, client, address):
        for prompt in PhonePrompt.objects.all():
            default_storage.delete(str(prompt.file))
        assert client.get(address).status_code == 404


@pytest.mark.database
class TestUpkeep:
    def test_the_schedule_has_what_is_missing_read_in_a_part_at_a_time(
        self, elks, clock, read_in, monkeypatch
    ):
        now, parts, read = clock("2026-11-23 10:30"), [], actions.read_in_missing

        def part(now, *, at_most):
            parts.append(read(now, at_most=at_most))
            return parts[-1]

        monkeypatch.setattr(actions, "read_in_missing", part)
        missing = [tasks.wake(now) for _minute in range(2)]  # tests do jobs at once
        assert missing == [
            len(read_in),
            0,
        ]  # one part has the next come, and nobody waits for the next minute
        assert (len(parts) > 1, max(parts)) == (True, tasks.AT_ONCE)
        assert "Välkommen" in read_in[1].text  # what is said first is read in first

    def test_what_is_asked_of_the_database_does_not_grow_with_the_places(
        self, elks, django_assert_num_queries
    ):
        def asked() -> int:
            queries.coming(at("2026-11-23 10:30"))  # what is kept between requests is kept
            with CaptureQueries() as asked:
                queries.coming(at("2026-11-23 10:30"))
            return len(asked)

        before = asked()
        for number in range(10):
            Place.objects.create(name=f"Filial {number}", slug=f"f{number}", kind=Place.Kind.BRANCH)
        assert asked() == before

    def test_unused_files_go_and_used_ones_stay(self, elks, clock, settings):
        now = clock("2026-11-23 10:30")
        actions.read_in_missing(now)
        in_use = PhonePrompt.objects.count()
        PhonePrompt.objects.create(
            key="a" * 64, file=default_storage.save("phone/aa/old.mp3", ContentFile(b"x")), text="Gammalt", bytes=1,
            seconds=1, used_at="2026-09-01",
        )  # fmt: skip
        PhonePrompt.objects.update(used_at="2026-09-01")
        default_storage.save("phone/bb/orphan.mp3", ContentFile(b"x"))
        assert actions.prune(now) == 1  # an orphan may be one that is just being made
        assert PhonePrompt.objects.count() == in_use
        assert actions.prune(now + dt.timedelta(days=365)) >= 1
        assert not default_storage.exists("phone/bb/orphan.mp3")

    def test_two_processes_that_read_in_the_same_keep_one_file(self, elks, clock, monkeypatch):
        now, saying = clock("2026-11-23 10:30"), actions.Saying(("Hej.",))
        first = actions.read_in(key="b" * 64, saying=saying, now=now)
        again = actions.read_in(key="b" * 64, saying=saying, now=now)
        assert (first.pk, str(first.file)) == (again.pk, str(again.file))
        assert default_storage.listdir("phone/bb")[1] == [f"{'b' * 64}.mp3"]


def CaptureQueries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


def test_an_answer_is_what_46elks_takes(client, elks):
    """The whole of one answer, as it goes over the wire."""
    answer = client.post(webhook(), sent())
    assert answer.headers["Content-Type"] == "application/json"
    key = PhonePrompt.objects.get().key
    base = queries.start_address(SERVICE)
    assert json.loads(answer.content) == {
        "ivr": f"{base.split('/api/')[0]}/telefon/ljud/{key}.mp3",
        "digits": 1,
        "timeout": 10,
        "repeat": 3,
        "next": f"{base}vanligt/svar/0/start/",
    }
