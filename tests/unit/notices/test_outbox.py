"""What is said to one person: once, the way they can be reached, and a person is asked where nobody else knows."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from tests.unit.notices.conftest import EMAIL, HOME, LANDLINE, MINUTE, MOBILE, raising, send
from utbud.base import schedule
from utbud.channels import actions as channels
from utbud.channels.adapters.sms import Sms
from utbud.channels.channel import Refused, Unavailable, Unsure
from utbud.channels.models import ChannelSetup
from utbud.inbox.contact import Contact, ContactKind
from utbud.notices import actions, queries
from utbud.notices.models import Notice, Way

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY = dt.timedelta(days=1)


def states(**which):
    return list(Notice.objects.filter(**which).order_by("pk").values_list("state", flat=True))


def seen(notice):
    notice.refresh_from_db()
    return notice


# --- which way ------------------------------------------------------------------------------------

FOREIGN = Contact(ContactKind.PHONE, "+4790123456")
WAYS = {  # contact: (with a channel that works, without)
    MOBILE: (Way.SMS, Way.CALL),
    FOREIGN: (Way.CALL, Way.CALL),
    LANDLINE: (Way.CALL, Way.CALL),
    EMAIL: (Way.EMAIL, Way.EMAIL),
    HOME: (Way.LETTER, Way.LETTER),
}


@pytest.mark.parametrize(("contact", "ways"), WAYS.items())
def test_the_way_is_the_one_that_reaches_them(contact, ways, texting):
    assert queries.way_for(contact) == ways[0]
    for broken in ({"on": False}, {"on": True, "config": texting.config | {"sender": ""}}):
        ChannelSetup.objects.filter(pk=texting.pk).update(**broken)
        assert queries.way_for(contact) == ways[1]
    texting.delete()
    assert queries.way_for(contact) == ways[1]


@pytest.mark.parametrize(
    ("contact", "state"), [(MOBILE, "waiting"), (EMAIL, "waiting"), (LANDLINE, "to_do"), (HOME, "to_do")]
)
def test_what_goes_by_itself_waits_and_the_rest_is_to_do(tell, texting, contact, state, now):
    notice = tell(contact)
    assert (notice.state, notice.address, notice.contact) == (state, contact.value, contact)
    assert (notice.made_at, notice.due_at, notice.expires_at) == (now, now, None)


def test_who_can_answer_a_text(texting):
    assert queries.means().answers
    ChannelSetup.objects.update(config=texting.config | {"sender": "Bibliotek"})
    assert not queries.means().answers
    ChannelSetup.objects.update(on=False)
    assert not queries.means().answers


# --- telling --------------------------------------------------------------------------------------


def test_the_same_again_is_the_same_row(tell, texting):
    first = tell()
    assert tell(text="Något annat.", name="Bo") == first
    assert Notice.objects.get().text == "Du har en plats på kursen."
    others = [tell(version="2"), tell(kind="reminder"), tell(about="registration:13"), tell(EMAIL)]
    assert len({first.pk, *(one.pk for one in others)}) == 5


def test_the_same_again_is_the_same_row_when_the_way_has_changed(tell, texting):
    text = tell()
    channels.turn(setup=texting, on=False, now=text.made_at)
    assert tell() == text


def test_it_is_gone_when_the_transaction_is(tell, texting):
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


LINKS = ["Se https://b.example.org", "Se HTTP://b.example.org", "Se www.example.org"]


@pytest.mark.parametrize("text", LINKS)
def test_no_link_in_a_text_or_a_call(tell, texting, text):
    for contact in (MOBILE, LANDLINE):
        with pytest.raises(ValueError, match="no link"):
            tell(contact, text=text)
    assert (tell(EMAIL, text=text).text, tell(HOME, text=text).text) == (text, text)
    ChannelSetup.objects.update(config=texting.config | {"link": "ja"})
    assert tell(MOBILE, text=text).way == Way.SMS
    with pytest.raises(ValueError, match="no link"):
        tell(LANDLINE, text=text)


def test_a_text_is_written_in_signs_that_cost_no_more(tell, texting):
    assert tell(text=" Tisdag 10–12 … ”välkommen” ").text == 'Tisdag 10-12 ... "välkommen"'
    assert tell(EMAIL, text=" Tisdag 10–12 ").text == "Tisdag 10–12"


@pytest.mark.parametrize("text", ["", "  \n"])
def test_something_must_be_said(tell, text):
    with pytest.raises(ValueError, match="say something"):
        tell(EMAIL, text=text)


def test_long_names_and_subjects_are_cut(tell):
    notice = tell(EMAIL, name="N" * 300, subject="Rad\nett " + "s" * 300)
    assert (len(notice.name), len(notice.subject), notice.subject[:8]) == (100, 200, "Rad ett ")


# --- sending --------------------------------------------------------------------------------------


def test_a_text_goes_once_to_its_number(tell, texting, elks, now):
    notice = tell()
    assert (send(now), send(now + MINUTE)) == (1, 0)
    assert [(form["to"], form["from"], form["message"]) for form in elks.sent] == [
        ("+46701740605", "+46701740699", "Du har en plats på kursen.")
    ]
    notice = seen(notice)
    assert (notice.state, notice.sent_at, notice.attempts, notice.claimed_at) == ("sent", now, 1, None)
    assert notice.reference in elks.posts


def test_a_letter_by_mail_says_who_it_is_from_and_where_to_answer(tell, mail, site, now, library):
    tell(EMAIL, subject="Du har en plats", text="Hej Anna.\n\nDu har en plats.")
    assert send(now) == 1
    (letter,) = mail.letters
    assert (letter["To"], letter["Subject"], letter["Reply-To"]) == (
        "anna@example.org",
        "Du har en plats",
        "fraga@example.org",
    )
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"].startswith("Provbiblioteket <")
    assert (letter["List-Unsubscribe"], letter["List-Id"]) == (None, None)  # a letter, and no mailing
    said = letter.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Hej Anna.\n\nDu har en plats." in said
    assert said.strip().endswith("Provbiblioteket, 08-465 004 00")


@pytest.fixture
def library(db):
    from utbud.places.models import LibrarySettings

    row = LibrarySettings.load()
    row.library_name, row.phone, row.email = "Provbiblioteket", "08-465 004 00", "fraga@example.org"
    row.save()
    return row


def test_nothing_goes_before_its_time_or_after(tell, texting, elks, now):
    later = tell(due_at=now + MINUTE)
    short = tell(kind="offer", expires_at=now + 2 * MINUTE, due_at=now + 2 * MINUTE)
    assert send(now) == 0
    assert send(now + 2 * MINUTE) == 1
    assert len(elks.sent) == 1
    actions.settle(now + 2 * MINUTE)
    assert (seen(later).state, seen(short).state, short.error, short.too_late) == (
        "sent",
        "stopped",
        "Hann inte fram i tid.",
        True,
    )


def test_what_becomes_too_late_during_a_round_is_not_sent(tell, texting, elks, now):
    notice = tell(expires_at=now + MINUTE)
    assert actions.send_due(now, clock=lambda: now + MINUTE) == 0
    assert (seen(notice).state, elks.sent) == ("stopped", [])


@pytest.mark.parametrize("contact", [LANDLINE, HOME])
def test_a_call_and_a_letter_are_not_sent_by_themselves(tell, contact, now):
    tell(contact)
    assert (send(now + DAY), states()) == (0, ["to_do"])


def test_a_channel_turned_off_makes_it_a_call(tell, texting, elks, now):
    notice = tell()
    channels.turn(setup=texting, on=False, now=now)
    assert (send(now), elks.sent) == (0, [])
    notice = seen(notice)
    assert (notice.way, notice.state, notice.attempts, notice.error) == (
        "call", "to_do", 0, "Det gick inte att skicka sms. Kanalen är avstängd.",
    )  # fmt: skip


def test_a_service_that_is_down_is_left_alone_and_tried_again(tell, texting, elks, now):
    elks.down = 1
    first, second = tell(), tell(version="2")
    assert send(now) == 0
    assert (seen(first).state, first.due_at, first.attempts) == ("waiting", now + MINUTE, 1)
    assert seen(second).attempts == 0
    assert send(now + MINUTE) == 2
    assert (seen(first).state, first.error, first.first_tried_at) == ("sent", "", now)


def test_mail_goes_though_texts_do_not(tell, texting, elks, mail, now):
    elks.down = 1
    tell(), tell(EMAIL)
    assert send(now) == 1
    assert states() == ["waiting", "sent"]


def test_after_many_tries_a_person_is_asked(tell, texting, monkeypatch, now):
    monkeypatch.setattr(Sms, "send", raising(Unavailable("46elks svarar inte just nu.")))
    notice, at, tries = tell(), now, []
    for _ in range(20):
        send(at)
        tries.append(at - now)
        if seen(notice).state != "waiting":
            break
        at = notice.due_at
    assert [round(after / MINUTE) for after in tries] == [0, 1, 3, 8, 23, 83, 263, 623]
    assert (notice.state, notice.error) == ("refused", "46elks svarar inte just nu. Vi har försökt 8 gånger.")


CAME_TO = {
    "refused": (Refused("Numret finns inte."), "refused", "Numret finns inte."),
    "the answer was lost": (Unsure("46elks svarar inte just nu."), "unsure", "46elks svarar inte just nu."),
    "our own mistake": (ZeroDivisionError(), "unsure", "Något gick fel hos oss (ZeroDivisionError)."),
}


@pytest.mark.parametrize("case", CAME_TO)
def test_what_does_not_come_through_is_put_before_a_person(tell, texting, monkeypatch, now, case):
    error, state, why = CAME_TO[case]
    monkeypatch.setattr(Sms, "send", raising(error))
    notice = tell()
    assert send(now) == 0
    assert (seen(notice).state, notice.error, notice.claimed_at) == (state, why, None)
    assert list(queries.for_a_person(now)) == [notice]
    assert send(now + DAY) == 0  # never again by itself
    assert notice.attempts == seen(notice).attempts == 1


def test_a_mistake_before_the_service_is_called_is_no_doubt(tell, texting, monkeypatch, now):
    monkeypatch.setattr(queries, "sms_channel", raising(ZeroDivisionError()))
    notice = Notice.objects.create(
        about="a",
        kind="b",
        version="c",
        way="sms",
        address="+46701740605",
        text="Hej.",
        state="waiting",
        made_at=now,
        due_at=now,
    )
    send(now)
    assert seen(notice).state == "refused"


def test_a_lost_answer_over_the_wire_is_asked_about(tell, texting, elks, now):
    elks.lose = 1
    notice = tell()
    send(now)
    assert (seen(notice).state, len(elks.sent)) == ("unsure", 1)


def test_an_address_that_is_not_there(tell, mail, now):
    mail.refuse = "No such user"
    notice = tell(EMAIL)
    send(now)
    assert seen(notice).state == "refused"
    assert "550" in notice.error


# --- killed ---------------------------------------------------------------------------------------


def test_what_a_killed_process_held_is_asked_about_and_never_sent_again(
    tell, texting, elks, monkeypatch, now
):
    with monkeypatch.context() as killed:
        killed.setattr(Sms, "send", raising(SystemExit()))
        notice = tell()
        with pytest.raises(SystemExit):
            send(now)
    assert seen(notice).state == "sending"
    assert (actions.settle(now + MINUTE), seen(notice).state) == (0, "sending")  # the lease
    assert (actions.settle(now + 2 * MINUTE), seen(notice).state) == (1, "unsure")
    assert (send(now + DAY), elks.sent) == (0, [])


def test_a_slow_process_does_not_overrule_what_was_settled(tell, texting, elks, monkeypatch, now):
    notice = tell()
    slow = Sms.send

    def settled_meanwhile(*arguments, **named):
        actions.settle(now + 2 * MINUTE)
        return slow(*arguments, **named)

    monkeypatch.setattr(Sms, "send", settled_meanwhile)
    send(now)
    assert (seen(notice).state, len(elks.sent)) == ("unsure", 1)


def test_what_is_due_goes_once_by_its_own_way(tell, texting, elks, now):
    tell()
    assert (actions.ways_due(now), actions.send_due(now, by="email"), len(elks.sent)) == (["sms"], 0, 0)
    assert (actions.send_due(now, by="sms"), len(elks.sent)) == (1, 1)
    assert (actions.ways_due(now), actions.send_due(now, by="sms"), len(elks.sent)) == ([], 0, 1)


def test_what_runs_by_itself():
    mine = {entry.name: entry.seconds for entry in schedule.entries() if ".notices." in entry.name}
    assert mine == {"utbud.notices.actions.settle": 60}


# --- stopping and forgetting ----------------------------------------------------------------------


def test_what_waits_is_stopped_and_the_rest_is_left(tell, texting, elks, now):
    sent = tell(version="0")
    send(now)
    rows = [tell(), tell(LANDLINE), tell(HOME), tell(kind="offer")]
    other = tell(about="registration:13")
    assert actions.stop(about="registration:12", kinds=["receipt"], why="Platsen är avbokad.", now=now) == 3
    assert [seen(one).state for one in [sent, *rows, other]] == [
        "sent",
        "stopped",
        "stopped",
        "stopped",
        "waiting",
        "waiting",
    ]
    assert (rows[0].error, rows[0].stopped_at, rows[0].too_late) == ("Platsen är avbokad.", now, False)
    assert actions.stop(about="registration:12", why="Platsen är avbokad.", now=now) == 1
    assert actions.stop(about="registration:12", why="Platsen är avbokad.", now=now) == 0
    assert send(now) == 1  # the other's
    assert tell() == rows[0]  # told again, it does not come back
    assert seen(rows[0]).state == "stopped"


MEANWHILE = {
    "it came through": (None, "sent"),
    "it would have been tried again": (Unavailable("Svarar inte."), "stopped"),
    "it was refused": (Refused("Numret finns inte."), "stopped"),
    "nobody knows": (Unsure("Svarar inte."), "unsure"),
}


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("case", MEANWHILE)
def test_stopped_while_it_is_sent(tell, texting, elks, monkeypatch, now, site, case, forgotten):
    error, state = MEANWHILE[case]
    notice, real = tell(), Sms.send

    def stopped_meanwhile(*arguments, **named):
        actions.stop(about="registration:12", why="Avbokad.", now=now)
        if forgotten:
            actions.forget(about="registration:12", now=now)
        if error:
            raise error
        return real(*arguments, **named)

    monkeypatch.setattr(Sms, "send", stopped_meanwhile)
    send(now)
    assert seen(notice).state == state
    if forgotten:
        assert (notice.name, notice.address, notice.text, notice.error, notice.reference) == (
            "",
            "",
            "",
            "",
            "",
        )
    elif state == "unsure":
        actions.settle_unsure(notice=notice, went_out=False, by=site.editor, now=now)
        assert (seen(notice).state, send(now + DAY)) == ("stopped", 0)


def test_a_held_notice_that_was_forgotten_is_settled_without_words(tell, texting, monkeypatch, now):
    monkeypatch.setattr(Sms, "send", raising(SystemExit()))
    notice = tell()
    with pytest.raises(SystemExit):
        send(now)
    actions.forget(about="registration:12", now=now)
    assert actions.settle(now + 2 * MINUTE) == 1
    assert (seen(notice).state, notice.error) == ("unsure", "")
    assert not queries.for_a_person(now).exists()  # nobody could tell


def test_forgetting_leaves_figures_and_nobody(tell, texting, elks, now):
    sent = tell(version="0")
    send(now)
    rows = [sent, tell(), tell(LANDLINE), tell(EMAIL)]
    tell(about="registration:13")
    assert actions.forget(about="registration:12", now=now + DAY) == 4
    assert actions.forget(about="registration:12", now=now + DAY) == 0
    for one in rows:
        seen(one)
        assert (one.name, one.address, one.subject, one.text, one.reference, one.error) == ("",) * 6
        assert (one.purged_at, one.contact, one.kind) == (now + DAY, None, "receipt")
    assert [one.state for one in rows] == ["sent", "stopped", "stopped", "stopped"]
    assert Notice.objects.get(about="registration:13").name == "Anna Prov"


# --- what a person does ---------------------------------------------------------------------------


def test_a_call_that_is_answered_at_last(tell, site, now):
    notice = tell(LANDLINE)
    for times in (1, 2):
        actions.not_reached(notice=notice, by=site.editor, now=now + times * MINUTE)
    assert (seen(notice).state, notice.attempts, notice.last_tried_at) == ("not_reached", 2, now + 2 * MINUTE)
    assert list(queries.for_a_person(now)) == [notice]
    actions.undo(notice=notice, by=site.editor, now=now)
    assert (seen(notice).state, notice.attempts) == ("not_reached", 1)
    actions.done(notice=notice, by=site.editor, now=now)
    assert (seen(notice).state, notice.done_by, notice.done_at) == ("done", site.editor, now)
    assert not queries.for_a_person(now).exists()
    for back in ("not_reached", "to_do"):
        actions.undo(notice=notice, by=site.editor, now=now)
        assert (seen(notice).state, notice.done_at) == (back, None)
    with pytest.raises(actions.NotNow, match="inget att ångra"):
        actions.undo(notice=notice, by=site.editor, now=now)


def test_two_at_once_tick_once(tell, site, now):
    notice = tell(LANDLINE)
    actions.done(notice=notice, by=site.editor, now=now)
    for action in (actions.done, actions.not_reached, actions.give_up):
        with pytest.raises(actions.NotNow, match="hann före"):
            action(notice=notice, by=site.colleague, now=now)
    assert seen(notice).done_by == site.editor


@pytest.mark.parametrize("contact", [LANDLINE, HOME])
def test_given_up_can_be_taken_back(tell, site, contact, now):
    notice = tell(contact)
    actions.give_up(notice=notice, by=site.editor, now=now)
    assert (seen(notice).state, notice.done_by, notice.too_late) == ("stopped", site.editor, False)
    assert queries.unreached(["registration:12"]) == {"registration:12": [notice]}
    actions.undo(notice=notice, by=site.editor, now=now)
    assert (seen(notice).state, notice.stopped_at, notice.done_by) == ("to_do", None, None)


def test_a_letter_is_posted(tell, site, now):
    notice = tell(HOME)
    with pytest.raises(actions.NotNow):
        actions.not_reached(notice=notice, by=site.editor, now=now)
    actions.done(notice=notice, by=site.editor, now=now)
    assert seen(notice).state == "done"


@pytest.fixture
def refused(tell, texting, monkeypatch, now):
    with monkeypatch.context() as service:
        service.setattr(Sms, "send", raising(Refused("Numret finns inte.")))
        notice = tell()
        send(now)
    return seen(notice)


def test_call_instead(refused, site, now):
    actions.call_instead(notice=refused, by=site.editor, now=now)
    assert (seen(refused).way, refused.state, refused.attempts, refused.error) == (
        "call",
        "to_do",
        0,
        "Numret finns inte.",
    )
    assert list(Notice.objects.all().to_call(now)) == [refused]
    with pytest.raises(actions.NotNow):
        actions.call_instead(notice=refused, by=site.editor, now=now)


def test_one_that_takes_too_long_is_called_and_never_sent(tell, texting, elks, site, now):
    notice = tell()
    actions.call_instead(notice=notice, by=site.editor, now=now)
    assert (send(now + DAY), elks.sent, seen(notice).state) == (0, [], "to_do")
    with pytest.raises(actions.NotNow):
        actions.call_instead(notice=notice, by=site.editor, now=now)


def test_only_a_text_can_be_a_call(tell, mail, site, now):
    mail.refuse = "No such user"
    notice = tell(EMAIL)
    send(now)
    with pytest.raises(actions.NotNow):
        actions.call_instead(notice=notice, by=site.editor, now=now)
    actions.done(notice=notice, by=site.editor, now=now)
    assert queries.state_words(seen(notice), now) == "Ordnat på annat sätt i dag klockan 10"
    actions.undo(notice=notice, by=site.editor, now=now)
    assert seen(notice).state == "refused"


def test_a_refused_one_goes_again_when_a_person_says_so(tell, texting, elks, site, now):
    elks.refuse = "Invalid number"
    notice = tell()
    send(now)
    assert seen(notice).state == "refused"
    elks.refuse = ""
    actions.send_again(notice=notice, by=site.editor, now=now)
    assert (send(now), seen(notice).state, len(elks.sent)) == (1, "sent", 1)


@pytest.fixture
def unsure(tell, texting, elks, now):
    elks.lose = 1
    notice = tell(expires_at=now + DAY)
    send(now)
    return seen(notice)


def test_a_person_says_that_it_came_through(unsure, site, elks, now):
    actions.settle_unsure(notice=unsure, went_out=True, by=site.editor, now=now)
    assert (seen(unsure).state, unsure.done_by, send(now + MINUTE), len(elks.sent)) == (
        "sent",
        site.editor,
        0,
        1,
    )
    actions.undo(notice=unsure, by=site.editor, now=now)
    assert (seen(unsure).state, unsure.sent_at, unsure.done_by) == ("unsure", None, None)


def test_a_person_says_that_it_did_not(unsure, site, elks, now):
    actions.settle_unsure(notice=unsure, went_out=False, by=site.editor, now=now)
    assert (send(now), seen(unsure).state, unsure.done_by, len(elks.sent)) == (1, "sent", None, 2)
    for went_out in (True, False):
        with pytest.raises(actions.NotNow):
            actions.settle_unsure(notice=unsure, went_out=went_out, by=site.editor, now=now)
    with pytest.raises(actions.NotNow):  # nobody ticked it: the service said so
        actions.undo(notice=unsure, by=site.editor, now=now)


def test_one_that_did_not_come_through_in_time_does_not_go_again(unsure, site, now):
    actions.settle_unsure(notice=unsure, went_out=False, by=site.editor, now=now + DAY)
    assert (seen(unsure).state, unsure.too_late) == ("stopped", True)


def test_nothing_can_be_done_with_what_is_forgotten(tell, site, now):
    notice = tell(LANDLINE)
    actions.done(notice=notice, by=site.editor, now=now)
    actions.forget(about="registration:12", now=now)
    for action in (actions.undo, actions.done, actions.give_up, actions.call_instead, actions.send_again):
        with pytest.raises(actions.NotNow):
            action(notice=notice, by=site.editor, now=now)


# --- asking ---------------------------------------------------------------------------------------


def test_what_waits_for_a_person(tell, texting, now):
    call, letter = tell(LANDLINE, due_at=now - MINUTE), tell(HOME)
    tell(LANDLINE, kind="reminder", due_at=now + DAY)
    waiting = tell()
    assert list(queries.for_a_person(now)) == [call, letter]
    assert list(queries.for_a_person(now + 30 * MINUTE)) == [call, letter, waiting]  # nothing sends
    assert list(queries.late(now + 30 * MINUTE)) == [waiting]
    assert list(queries.late(now + 29 * MINUTE)) == []


def test_a_text_that_is_tried_in_vain_is_late(tell, texting, elks, now):
    elks.down = 9
    notice, at = tell(), now
    while at < now + 30 * MINUTE:
        assert list(queries.late(at)) == []
        send(at)
        at = seen(notice).due_at
    assert list(queries.late(now + 30 * MINUTE)) == [notice]


def test_all_that_was_said_in_one_query(tell, django_assert_num_queries):
    rows = {
        about: [tell(EMAIL, about=about, version=str(number)) for number in range(3)]
        for about in ("a:1", "a:2")
    }
    with django_assert_num_queries(1):
        found = queries.of_many(["a:1", "a:2", "a:3"])
    assert found == {"a:1": rows["a:1"][::-1], "a:2": rows["a:2"][::-1], "a:3": []}
    assert queries.of("a:1") == rows["a:1"][::-1]


def test_who_has_not_been_reached(tell, texting, elks, site, now, django_assert_num_queries):
    tell(about="a:1", kind="moved")
    send(now)  # reached
    tell(about="a:2", kind="moved", version="1")
    send(now)
    again = tell(about="a:2", kind="moved", version="2", now=now + MINUTE)  # had the first, not the second
    actions.stop(about="a:3", why="", now=now)
    tell(LANDLINE, about="a:3", kind="moved")
    actions.stop(about="a:3", why="Avbokad.", now=now)  # needs not
    tell(about="a:4", kind="moved")
    send(now)
    tell(EMAIL, about="a:4", kind="moved")  # reached by the other way
    late = tell(LANDLINE, about="a:5", kind="moved", expires_at=now)
    receipt = tell(LANDLINE, about="a:6", kind="receipt")
    call = tell(LANDLINE, about="a:6", kind="moved")
    actions.settle(now)
    with django_assert_num_queries(1):
        found = queries.unreached(["a:1", "a:2", "a:3", "a:4", "a:5", "a:6"], kinds=["moved"])
    assert found == {"a:2": [again], "a:5": [seen(late)], "a:6": [call]}
    assert queries.unreached(["a:6"]) == {"a:6": [call, receipt]}
    actions.done(notice=call, by=site.editor, now=now)
    actions.forget(about="a:6", now=now)
    assert queries.unreached(["a:6"]) == {}


@pytest.mark.parametrize(
    ("contact", "fields", "words"),
    [
        (MOBILE, {}, "På väg"),
        (MOBILE, {"due_at": DAY}, "Skickas i morgon klockan 10"),
        (MOBILE, {"state": "sent", "sent_at": 5 * MINUTE}, "Sms skickat i dag klockan 10.05"),
        (EMAIL, {"state": "sent", "sent_at": -DAY}, "E-post skickad söndag 22 november klockan 10"),
        (MOBILE, {"attempts": 1, "due_at": MINUTE, "error": "Svarar inte."}, "Försöker igen i dag klockan 10.01: svarar inte"),
        (MOBILE, {"state": "refused", "error": "Numret finns inte."}, "Gick inte fram: numret finns inte"),
        (MOBILE, {"state": "unsure", "error": "Svarar inte."}, "Osäkert om det gick fram"),
        (MOBILE, {"state": "stopped", "stopped_at": MINUTE, "error": "Hann inte fram i tid."}, "Stoppat: hann inte fram i tid"),
        (MOBILE, {"state": "sending", "claimed_at": MINUTE}, "Skickas nu"),
        (LANDLINE, {}, "Samtal att ringa"),
        (LANDLINE, {"due_at": 2 * DAY}, "Samtal att ringa från på onsdag klockan 10"),
        (HOME, {}, "Brev att posta"),
        (LANDLINE, {"state": "not_reached", "attempts": 1}, "Svarade inte, ett försök"),
        (LANDLINE, {"state": "not_reached", "attempts": 3}, "Svarade inte, 3 försök"),
        (LANDLINE, {"state": "done", "done_at": MINUTE}, "Nådd i dag klockan 10.01"),
        (HOME, {"state": "done", "done_at": MINUTE}, "Brev postat i dag klockan 10.01"),
    ],
)  # fmt: skip
def test_where_it_stands_in_words(tell, texting, contact, fields, words, now):
    notice = tell(contact)
    for name, value in fields.items():
        setattr(notice, name, now + value if isinstance(value, dt.timedelta) else value)
    notice.save()
    assert queries.state_words(notice, now) == words


# --- what the database itself refuses -------------------------------------------------------------

MOMENT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
WRONG = {
    "sending without a claim": {"state": "sending"},
    "a claim without sending": {"claimed_at": MOMENT},
    "sent without a time": {"state": "sent"},
    "a time of sending without being sent": {"sent_at": MOMENT},
    "stopped without a time": {"state": "stopped"},
    "done without a time": {"state": "done"},
    "done while it waits": {"done_at": MOMENT},
    "done by somebody at no time": {"done_by_id": 1},
    "a text that staff should do": {"state": "to_do"},
    "a call that is sent": {"way": "call", "state": "sent", "sent_at": MOMENT},
    "a letter that waits": {"way": "letter"},
    "nobody to reach": {"address": ""},
    "nothing to say": {"text": ""},
    "purged with a name": {"state": "sent", "sent_at": MOMENT, "purged_at": MOMENT, "address": "", "text": "", "name": "A"},
    "purged while it waits": {"purged_at": MOMENT, "address": "", "text": ""},
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be(case, site):
    fields = WRONG[case]
    if "done_by_id" in fields:
        fields = {"done_by_id": site.editor.pk}
    given = {
        "about": "a:1", "kind": "offer", "version": "1", "way": "sms", "address": "+46701740605", "text": "Hej.",
        "state": "waiting", "made_at": MOMENT, "due_at": MOMENT,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(**given | fields)


def test_one_row_of_a_kind_and_one_of_a_key(site):
    given = {
        "about": "a:1", "kind": "offer", "version": "1", "address": "+46701740605", "text": "Hej.",
        "made_at": MOMENT, "due_at": MOMENT, "key": uuid.uuid4(),
    }  # fmt: skip
    Notice.objects.create(**given, way="sms", state="waiting")
    for other in ({"key": uuid.uuid4()}, {"version": "2"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(**given | other, way="call", state="to_do")
