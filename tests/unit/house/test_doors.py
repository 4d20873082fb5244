"""Every address of the staff side: which roles come in, that only those who meet people see any and are remembered, and
that it is in Swedish.
"""

import datetime as dt
import inspect
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests import swedish
from utbud.calendar import actions as calendar
from utbud.calendar.models import Resource
from utbud.channels.models import ChannelSetup, Subscriber
from utbud.courses.actions import runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import CourseIndexPage, CoursePage
from utbud.inbox import actions as inbox
from utbud.inbox.contact import Contact, ContactKind
from utbud.inbox.models import Message
from utbud.notices import actions as notices
from utbud.people.models import Look, User
from utbud.places.models import Place

pytestmark = pytest.mark.django_db

# --- the table: a new address of ours is put in one of these, or the test fails -----------------------

PEOPLE = """
    inbox_messages inbox_lodge inbox_message inbox_answer inbox_reopen inbox_spam
    subscribers subscribers_enter subscribers_remove
    notices notices_calls notices_letters notices_letters_file notices_letters_posted notices_wrong notices_notice
    notices_deed notices_held
    courses_persons courses_person courses_give_out courses_correct courses_forget courses_export courses_day
    courses_let_go courses_paper_list courses_host courses_evaluation courses_remove_answer courses_paper
    courses_association courses_desk courses_desk_done courses_find courses_registration courses_cancel courses_accept
    courses_give_seat courses_party courses_reach courses_needs courses_said courses_tell
"""  # names, numbers, needs, messages, answers in people's own words: who meets people
PLANNING = """
    courses_runs courses_plan courses_run courses_run_change courses_more_times courses_run_cancel courses_seats
    courses_occasion courses_occasion_cancel courses_import courses_import_template courses_figures courses_figures_file
    courses_slips
    places_days places_remove_day
    calendar_week calendar_mine calendar_make_address calendar_close_address
"""  # courses and times, how many but not who: all four roles
WRITING = """
    publishing_approvals publishing_straight_out
    channels channels_outbox channels_delivery channels_delivery_file channels_deed channels_reach channels_reach_csv
    learning_answers learning_to_check learning_service_changes learning_undo_change
    podcast_board podcast_figures podcast_figures_file
    media_assets media_uploads media_upload media_upload_discard
"""  # who writes, who approves, and administrators
ON_A_PAGE = """
    guides guides_check guides_choose_film guides_from_film guides_picture_source guides_pictures guides_forget_picture
    guides_choose_picture guides_mark_again guides_take_out_picture guides_mark guides_film guides_film_state
    guides_partners guides_partner_seen guides_partner_close guides_partner_again
    courses_check
    podcast_new podcast_plan podcast_check podcast_move_in podcast_fetch_again podcast_check_redirect
    films films_new films_link films_channel films_check
    learning_this_year learning_year learning_write_for_week learning_check learning_check_page
    publishing_request publishing_stands publishing_decide publishing_look publishing_file publishing_channels publishing_draft_file
    publishing_withdraw publishing_share publishing_send_again publishing_archive publishing_held publishing_held_file
    publishing_held_look publishing_put_away
    media_version media_workshop media_state media_draft_captions media_record media_form_upload media_use_upload
    media_trim media_poster media_again media_text media_text_save media_text_file media_text_make media_text_state
    media_text_take media_text_download media_choose
    formats_add_recording formats_listen wagtailsnippets_formats_recording:add
    wagtailsnippetchoosers_formats_recording:create
"""  # asks who may write the page it is about, or pages of its kind
DESK = """
    helpdesk_desk helpdesk_deed helpdesk_tally helpdesk_sheet helpdesk_figures helpdesk_digidel helpdesk_left helpdesk_visit
    helpdesk_help helpdesk_lacked helpdesk_worker
"""  # visits that name nobody: who meets people, and administrators
SETTING_UP = """
    channels_choose channels_add channels_change channels_test channels_turn channels_delete courses_run_delete
    people_looks people_login_tries phone_new_secret
"""  # administrators
ANYBODY = "phone_line phone_trial phone_text screens_staff staff_search"  # whoever may enter
TABLE = {
    name: kind
    for kind, names in {
        "people": PEOPLE, "planning": PLANNING, "writing": WRITING, "page": ON_A_PAGE, "setting up": SETTING_UP,
        "anybody": ANYBODY, "desk": DESK,
    }.items()
    for name in names.split()
}  # fmt: skip
COMES_IN = {
    "people": {"disk"},
    "planning": {"redaktor", "utgivare", "disk", "admin"},
    "writing": {"redaktor", "utgivare", "admin"},
    "desk": {"disk", "admin"},
    "setting up": {"admin"},
    "anybody": {"redaktor", "utgivare", "disk", "admin", "utan"},
}
BY_POST = [
    "inbox_answer",
    "inbox_reopen",
    "inbox_spam",
    "notices_letters_file",
    "notices_letters_posted",
    "notices_deed",
    "notices_held",
    "phone_new_secret",
    "courses_give_out",
    "courses_remove_answer",
    "courses_accept",
    "courses_said",
    "channels_test",
    "channels_turn",
    "channels_delete",
    "channels_deed",
    "learning_undo_change",
    "phone_trial",
    "media_uploads",
    "media_upload_discard",
    "helpdesk_deed",
    "helpdesk_lacked",
]
OTHERS = [
    "no_",
    "wagtail_bulk_action",
    "wagtailadmin",
    "wagtailcore",
    "wagtaildocs",
    "wagtailimages",
    "wagtailredirects",
    "wagtailsettings",
    "wagtailsites",
    "wagtailsnippets",
    "wagtailsnippetchoosers",
    "wagtailusers",
]  # Wagtail's own, by the beginning of their names; they ask for rights by themselves. Three lead nowhere here


def addresses() -> Iterator[tuple[str, str, Any]]:
    """The name, the pattern and the view of every address under /admin/."""

    def inside(resolver: Any, path: str, spaces: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
        for one in resolver.url_patterns:
            here = path + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from inside(one, here, (*spaces, one.namespace) if one.namespace else spaces)
            else:
                yield ":".join((*spaces, one.name or "")), here, one

    for name, path, one in inside(get_resolver(), "", ()):
        if path.startswith("admin/"):
            yield name, path, one


def is_ours(one: Any) -> bool:
    return inspect.unwrap(one.callback).__module__.startswith("utbud")


OURS = {
    name: one for name, _path, one in addresses() if is_ours(one) and not name.startswith("wagtailadmin_")
}
VALUES = {"kind": "csv", "name": "x.png", "what": "undo", "step": "1", "year": "2026", "ending": "vtt",
          "key": "6b1f0f0a-0000-4000-8000-000000000001", "token": "6b1f0f0a-0000-4000-8000-000000000000"}  # fmt: skip


def nowhere(name: str) -> str:
    """An address as the pattern wants it, of things that are not there: the right is asked for first."""
    return reverse(name, kwargs={key: VALUES.get(key, 99999) for key in OURS[name].pattern.regex.groupindex})


def test_each_address_is_in_the_table_and_everything_in_it_is_an_address():
    assert sorted(TABLE) == sorted(OURS)
    others = {name for name, _path, one in addresses() if not is_ours(one) and name}
    assert [name for name in others if not name.startswith(tuple(OTHERS))] == []


@pytest.fixture
def nobody(site):
    """May enter the staff side, and has no role."""
    from django.contrib.auth.models import Permission

    user = User.objects.create_user("utan", password="x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def let_in(client: Client, name: str) -> bool:
    answer = client.post(nowhere(name)) if name in BY_POST else client.get(nowhere(name))
    turned_away = answer.status_code == 403 or (
        answer.status_code == 302 and answer.url in (reverse("wagtailadmin_home"), "/admin/login/")
    )
    return not turned_away


def test_each_role_comes_in_where_the_table_says_and_nowhere_else(site, nobody):
    wrong = []
    for who in ("redaktor", "disk", "admin", "utan"):  # a publisher has an editor's rights
        client = Client()
        client.force_login(User.objects.get(username=who))
        for name, kind in TABLE.items():
            if kind != "page" and let_in(client, name) is not (who in COMES_IN[kind]):
                wrong.append((who, name))
    assert wrong == []


@pytest.mark.parametrize("who", ["disk", "utan"])
def test_who_may_not_write_sees_no_page_that_is_written(site, nobody, write, who):
    client = Client()
    client.force_login(User.objects.get(username=who))
    page = write().pk
    seen = []
    for name in (name for name, kind in TABLE.items() if kind == "page"):
        keys = OURS[name].pattern.regex.groupindex
        given = {key: page if key == "page_id" else VALUES.get(key, 99999) for key in keys}
        if client.get(reverse(name, kwargs=given)).status_code == 200:
            seen.append(name)
    assert seen == []


def test_without_a_login_everything_of_ours_leads_to_the_login(site):
    for name in OURS:
        answer = Client().get(nowhere(name))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/admin/login/"), name


# --- who sees people ----------------------------------------------------------------------------------

NAME, PHONE, MAIL = "Planterad Person", "070-174 06 66", "planterad@example.org"
MARKS = (
    NAME,
    PHONE,
    "+46701740666",
    "701740666",
    MAIL,
    "Planterat behov",
    "Planterad fråga",
    "Planterad Följe",
)
KEY = count()


@pytest.fixture
def planted(site):
    """A person wherever the house keeps people: in courses, the line, the inbox, notices, among subscribers."""
    now = timezone.now()
    place = Place.objects.create(name="Provbiblioteket", slug="prov", kind=Place.Kind.MAIN)
    index = CourseIndexPage.objects.first()
    course = index.add_child(
        instance=CoursePage(title="Ring med bild", slug="ring", one_sentence="En kurs.", about="<p>Text.</p>")
    )
    course.save_revision(user=site.editor)
    teacher = Resource.objects.create(kind=Resource.Kind.PERSON, name="Redaktören", user=site.editor)
    start = now + dt.timedelta(hours=3)
    run = runs.plan_run(
        course=course, times=[(start, start + dt.timedelta(hours=2))], by=site.desk, now=now, place=place, seats=2,
        resources=[teacher],
    )  # fmt: skip
    quota = run.quotas.get()

    def join(**facts: Any) -> Any:
        given = {"name": NAME, "contact": PHONE, "people": [Person(NAME), Person("Planterad Följe")]} | facts
        return seats.register(
            quota=quota, came_by="phone", now=now, submission_key=f"k{next(KEY)}", by=site.desk,
            needs_text="Planterat behov", **given,
        )  # fmt: skip

    seated, waits = join(), join(name=f"{NAME} den andra", contact="", people=[Person(NAME)])
    message = inbox.receive(
        kind=Message.Kind.QUESTION, name=NAME, contact=PHONE, text="Planterad fråga", came_by=Message.Way.WEB, now=now,
        submission_key="p",
    )  # fmt: skip
    said = []
    for kind, value in (
        (ContactKind.PHONE, "+46701740666"),
        (ContactKind.POST, f"{NAME}, Provgatan 1, 871 31 Prov"),
    ):
        said.append(notices.tell(
            contact=Contact(kind, value), about=seated.about, kind=f"prov{kind}", version="1", name=NAME,
            subject=f"Till {NAME}", text=f"Hej {NAME}.", now=now, url="/admin/",
        ))  # fmt: skip
    letters = ChannelSetup.objects.create(kind="newsletter", name="Nyhetsbrev", on=True)
    subscriber = Subscriber.objects.create(channel=letters, address=MAIL, asked_at=now, confirmed_at=now)
    occasion = run.occasions.get()
    pks = {
        "inbox_": message.pk, "subscribers_": subscriber.pk, "notices_": said[0].pk, "courses_run": run.pk,
        "courses_more": run.pk, "courses_export": run.pk, "courses_paper": run.pk, "courses_association": run.pk,
        "courses_seats": quota.pk, "courses_": seated.pk, "channels_": letters.pk,
    } | {f"courses_{name}": occasion.pk for name in (
        "day", "let_go", "paper_list", "slips", "host", "evaluation", "remove_answer", "occasion", "occasion_cancel")}  # fmt: skip
    return SimpleNamespace(
        pks=pks, seated=seated, waits=waits, notice=said[0], site=site, page=course.pk, now=now
    )


def there(name: str, planted: Any) -> str:
    """The address of ``name`` with what is planted, "" where it wants what is not."""
    keys = OURS[name].pattern.regex.groupindex if name in OURS else ()
    pk = planted.pks[max((one for one in planted.pks if name.startswith(one)), key=len, default="inbox_")]
    given = {
        "pk": pk,
        "page_id": planted.page,
        "registration": planted.seated.pk,
        "notice_pk": planted.notice.pk,
    }
    try:
        return reverse(name, kwargs={key: VALUES.get(key, given.get(key, 99999)) for key in keys})
    except NoReverseMatch:
        return ""


def body(answer: Any) -> str:
    made = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(made.decode("utf-8", "replace"))


def marks(said: str) -> list[str]:
    return [mark for mark in MARKS if mark in said]


def not_swedish_in(name: str, answer: Any, said: str) -> list[str]:
    """What stands on a page of the staff side that is not Swedish; what programs alone read is let be."""
    people_read = answer.get("Content-Type", "").partition(";")[0] in ("text/html", "application/json")
    if not people_read or name.startswith("wagtailadmin_api") or answer.status_code == 404:
        return []
    return swedish.foreign(said)


ASKS = {"staff_search": {"q": "Planterad"}, "courses_find": {"q": NAME}, "courses_persons": {"q": NAME}}


def visits(client: Client, planted: Any) -> Iterator[tuple[str, Any]]:
    """Every staff address that a look can reach, ours and Wagtail's, and what it answers."""
    for name, _path, one in addresses():
        address = there(name, planted) if name else ""
        if not address or "logout" in name or "error_test" in name:
            continue
        by_post = name in BY_POST or name == "courses_find"
        data = (
            {"letter": [planted.pks["notices_"] + 1]}
            if name == "notices_letters_file"
            else ASKS.get(name, {})
        )
        if by_post and name not in ("courses_find", "courses_give_out", "notices_letters_file"):
            continue  # a press, not a look
        answer = client.post(address, data) if by_post else client.get(address, data)
        yield name, answer
        if not is_ours(one) and answer.status_code == 200:
            yield f"{name} ?q=", client.get(address, {"q": "Planterad"})


@pytest.mark.parametrize("who", ["editor", "admin"])
def test_who_does_not_meet_people_sees_none_of_them_anywhere(planted, who):
    user = getattr(planted.site, who)
    client = Client()
    client.force_login(user)
    seen, not_swedish = {}, {}
    for name, answer in visits(client, planted):
        said = body(answer)
        if found := marks(said):
            seen[name] = found
        if found := not_swedish_in(name, answer, said):
            not_swedish[name] = found
    assert seen == {}
    assert not_swedish == {}, not_swedish
    feed = Client().get(reverse("calendar_feed", args=[calendar.open_feed(user=user, now=planted.now)]))
    assert marks(body(feed)) == []
    assert not Look.objects.exists()


def test_every_look_at_people_leaves_a_row(planted):
    client = Client()
    client.force_login(planted.site.desk)
    shown, forgot, not_swedish = set(), [], {}
    for name, answer in visits(client, planted):
        files = (
            answer.status_code == 200
            and "pdf" in answer.get("Content-Type", "")
            and name not in ("courses_slips", "helpdesk_sheet")
        )
        said = body(answer)
        if found := not_swedish_in(name, answer, said):
            not_swedish[name] = found
        if marks(said) or files:
            shown.add(name)
            if not Look.objects.filter(user=planted.site.desk).exists():
                forgot.append(name)
        Look.objects.all().delete()
    assert forgot == []
    assert not_swedish == {}, not_swedish
    assert {name for name in shown if name in OURS} - set(PEOPLE.split()) == {"courses_run", "staff_search"}
    assert {
        "wagtailadmin_home",
        "inbox_messages",
        "notices_calls",
        "subscribers",
        "courses_export",
        "courses_day",
    } <= shown
