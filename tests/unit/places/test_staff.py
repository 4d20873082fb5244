"""The library, its places and hours in the staff side: who may, what is refused, and where it is said."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from utbud.people import actions
from utbud.people.models import ADMINISTRATOR, DESK, EDITOR, PUBLISHER, User
from utbud.places import week
from utbud.places.models import HELPS_NOT_WITH, HELPS_WITH, LibrarySettings, OpeningHours, Place, SpecialDay

pytestmark = pytest.mark.django_db
SETTINGS = {
    "library_name": "Härnösands bibliotek",
    "programme_name": "Digitalt utbud",
    "phone": "08-465 004 00",
    "accent": "#0b5a5e",
    "help_colour": "#8A3420",
    "helps_with": HELPS_WITH,
    "helps_not_with": HELPS_NOT_WITH,
    "message_months": "6",
    "course_months": "3",
    "archive_months": "24",
    "text_countries": ["SE"],
    "sends_a_day": "500",
    "kronor_a_day": "100",
    "kronor_a_day_all": "200",
}


def someone(role: str) -> Client:
    actions.ensure_roles()
    user = User.objects.create_user(role, password="ett långt lösenord")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def address(name: str) -> str:
    if name == "settings":
        return reverse("wagtailsettings:edit", args=["places", "librarysettings", LibrarySettings.load().pk])
    return reverse(name)


@pytest.mark.parametrize(
    "page",
    [
        "settings",
        "wagtailsnippets_places_place:list",
        "wagtailsnippets_places_place:add",
        "wagtailsnippets_places_specialday:list",
    ],
)
@pytest.mark.parametrize(
    ("role", "status"), [(EDITOR, 302), (PUBLISHER, 302), (ADMINISTRATOR, 200), (None, 302)]
)
def test_only_administrators_change_the_library(page: str, role: str | None, status: int) -> None:
    client = someone(role) if role else Client()
    assert client.get(address(page)).status_code == status


def test_the_library_is_saved() -> None:
    client, url = someone(ADMINISTRATOR), address("settings")
    assert client.post(url, SETTINGS).status_code == 302
    row = LibrarySettings.objects.get()
    assert (row.library_name, row.phone, row.accent) == ("Härnösands bibliotek", "08-465 004 00", "#0B5A5E")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "accent",
            "#F2B84B",
            "Färgen når kontrasten 1,7:1 mot sidans bakgrund. Den behöver minst 7:1. Välj en mörkare färg.",
        ),
        ("phone", "123", "Vi känner inte igen telefonnumret. Skriv det som 08-465 004 00."),
        ("message_months", "0", "Kontrollera att detta värde är större än eller lika med 1."),
    ],
)
def test_what_cannot_be_saved_says_why(field: str, value: str, message: str) -> None:
    client, url = someone(ADMINISTRATOR), address("settings")
    page = client.post(url, SETTINGS | {field: value}).content.decode()
    assert message in page
    assert f'value="{value}"' in page  # what was typed is kept


def times(name: str, rows: list[dict[str, str]]) -> dict[str, str]:
    data = {
        f"{name}-TOTAL_FORMS": str(len(rows)),
        f"{name}-INITIAL_FORMS": "0",
        f"{name}-MIN_NUM_FORMS": "0",
        f"{name}-MAX_NUM_FORMS": "",
    }
    for number, row in enumerate(rows):
        data |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return data


def posted(hours: list[dict[str, str]], special_days: list[dict[str, str]] | None = None) -> dict[str, str]:
    place = {"name": "Ramviks bibliotek", "kind": "filial", "slug": "", "order": "1", "active": "on"}
    return place | times("hours", hours) | times("special_days", special_days or [])


def test_a_place_is_saved_with_its_hours_and_special_days() -> None:
    client, url = someone(ADMINISTRATOR), reverse("wagtailsnippets_places_place:add")
    hours = [
        {"weekday": "0", "kind": "open", "opens": "10:00", "closes": "13:00"},
        {"weekday": "0", "kind": "open", "opens": "13:00", "closes": "18:00"},
        {"weekday": "0", "kind": "dropin", "opens": "13:00", "closes": "15:00"},
    ]
    closed = [{"date": "2026-12-23", "closed": "on", "reason": "Dan före dan"}]
    assert client.post(url, posted(hours, closed)).status_code == 302
    place = Place.objects.get()
    assert (place.slug, place.hours.count(), place.special_days.get().reason) == (
        "ramviks-bibliotek",
        3,
        "Dan före dan",
    )


def test_hours_that_collide_are_refused_where_they_stand() -> None:
    client, url = someone(ADMINISTRATOR), reverse("wagtailsnippets_places_place:add")
    hours = [
        {"weekday": "0", "kind": "open", "opens": "10:00", "closes": "14:00"},
        {"weekday": "0", "kind": "open", "opens": "13:00", "closes": "18:00"},
    ]
    response = client.post(url, posted(hours))
    assert response.status_code == 200
    assert response.context["form"].formsets["hours"].errors == [
        {},
        {"opens": ["Tiden krockar med en annan av samma slag: Måndag 10:00–14:00."]},
    ]
    assert Place.objects.count() == 0


def test_special_days_that_collide_are_refused_where_they_stand() -> None:
    client, url = someone(ADMINISTRATOR), reverse("wagtailsnippets_places_place:add")
    days = [
        {"date": "2026-12-23", "kind": "open", "opens": "10:00", "closes": "14:00"},
        {"date": "2026-12-23", "kind": "open", "closed": "on"},
    ]
    response = client.post(url, posted([], days))
    assert response.context["form"].formsets["special_days"].errors == [
        {},
        {"opens": ["Tiden krockar med en annan av samma slag: 2026-12-23, 10:00–14:00."]},
    ]


def test_two_times_can_change_places_with_each_other() -> None:
    client = someone(ADMINISTRATOR)
    place = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    rows = [
        OpeningHours.objects.create(place=place, weekday=0, opens=dt.time(start), closes=dt.time(end))
        for start, end in ((10, 13), (13, 18))
    ]
    hours = [
        {"id": str(rows[0].pk), "weekday": "0", "kind": "open", "opens": "15:00", "closes": "18:00"},
        {"id": str(rows[1].pk), "weekday": "0", "kind": "open", "opens": "10:00", "closes": "15:00"},
    ]
    data = posted(hours) | {"hours-INITIAL_FORMS": "2", "slug": "ramvik"}
    assert client.post(reverse("wagtailsnippets_places_place:edit", args=[place.pk]), data).status_code == 302
    assert sorted(f"{row}" for row in OpeningHours.objects.all()) == [
        "Måndag 10:00–15:00",
        "Måndag 15:00–18:00",
    ]


def test_the_list_of_common_days_holds_only_common_days() -> None:
    place = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    SpecialDay.objects.create(date=dt.date(2026, 12, 23), place=place, closed=True, reason="Bara i Ramvik")
    SpecialDay.objects.create(date=dt.date(2026, 12, 22), closed=True, reason="Överallt stängt")
    page = someone(ADMINISTRATOR).get(reverse("wagtailsnippets_places_specialday:list")).content.decode()
    assert ("Överallt stängt" in page, "Bara i Ramvik" in page) == (True, False)


def test_a_common_day_is_saved_for_all_places() -> None:
    client, url = someone(ADMINISTRATOR), reverse("wagtailsnippets_places_specialday:add")
    assert (
        client.post(url, {"date": "2026-12-23", "closed": "on", "reason": "Planeringsdag"}).status_code == 302
    )
    assert SpecialDay.objects.get().place is None


@pytest.mark.parametrize(
    "name", ["wagtailsnippets_places_place:add", "wagtailsnippets_places_specialday:add", "settings"]
)
def test_the_forms_are_in_swedish(name: str) -> None:
    page = someone(ADMINISTRATOR).get(address(name)).content.decode()
    english = (
        "Place",
        "Hours",
        "Special day",
        "Opens",
        "Closes",
        "Weekday",
        "Helps with",
        "Accent",
        "Logo alt",
    )
    assert [word for word in english if f">{word}" in page or f">\n{word}" in page] == []


def test_a_week_is_written_in_a_row_and_replaces_what_always_holds() -> None:
    client = someone(ADMINISTRATOR)
    url = reverse("wagtailsnippets_places_place:add")
    assert client.post(url, posted([]) | {"week_open": "mån-fre 10-18, lör 11-15"}).status_code == 302
    place = Place.objects.get()
    summer = OpeningHours.objects.create(
        place=place, weekday=6, opens=dt.time(12), closes=dt.time(14), valid_from=dt.date(2026, 6, 1)
    )
    edit = reverse("wagtailsnippets_places_place:edit", args=[place.pk])
    assert 'value="måndag-fredag 10-18, lördag 11-15"' in client.get(edit).content.decode()
    row = {
        "id": str(summer.pk), "weekday": "6", "kind": "open", "opens": "12:00", "closes": "14:00",
        "valid_from": "2026-06-01", "valid_to": "", "DELETE": "",
    }  # fmt: skip
    sent = posted([row]) | {"hours-INITIAL_FORMS": "1", "slug": place.slug}
    for line, says in {
        "måndag": "Skriv en tid efter dagarna",
        "mån 10-18 och 12-14": "krockar",
        "söndag 13-15": "krockar",
        "mån 18-10": "innan den slutar",
    }.items():
        answer = client.post(edit, sent | {"week_open": line})
        assert answer.status_code == 200
        assert says in answer.content.decode()
        assert f'value="{line}"' in answer.content.decode()
    assert client.post(edit, sent | {"week_open": "tisdag 9-12 och 13-18"}).status_code == 302
    assert [(one.weekday, one.opens.hour) for one in place.hours.order_by("weekday", "opens")] == [
        (1, 9), (1, 13), (6, 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "changed", "now"),
    [
        ("mån 10-18", {}, "måndag 10-18"),
        ("mån 9-17", {}, "måndag 9-17"),
        ("mån 10-18", {"closes": "19:00"}, "måndag 10-19"),
        ("måndag 10-18", {"closes": "19:00"}, "måndag 10-19"),
        ("mån 10-19", {"closes": "19:00"}, "måndag 10-19"),
        ("mån 9-17", {"valid_to": "2026-12-31"}, None),  # the row is for a while, and they collide
        ("tis 9-17", {"valid_to": "2026-12-31"}, "tisdag 9-17"),
        ("mån 9-17", {"closes": "19:00"}, None),
        ("mån 9-17", {"kind": "dropin"}, None),
        ("mån 9-17", {"DELETE": "on"}, None),
        ("", {"closes": "19:00"}, None),
        ("", {"DELETE": "on"}, ""),
    ],
)
def test_the_line_and_the_rows_of_a_week_never_silently_win_over_each_other(
    line: str, changed: dict[str, str], now: str | None
) -> None:
    client = someone(ADMINISTRATOR)
    place = Place.objects.create(name="Filial", slug="filial", kind=Place.Kind.BRANCH)
    old = OpeningHours.objects.create(place=place, weekday=0, opens=dt.time(10), closes=dt.time(18))
    row = {
        "id": str(old.pk), "weekday": "0", "kind": "open", "opens": "10:00", "closes": "18:00",
        "valid_from": "", "valid_to": "", "DELETE": "",
    }  # fmt: skip
    sent = posted([row | changed]) | {"hours-INITIAL_FORMS": "1", "slug": place.slug, "week_open": line}
    answer = client.post(reverse("wagtailsnippets_places_place:edit", args=[place.pk]), sent)
    hours = place.hours.filter(kind="open", valid_to=None)
    if now is None:
        assert answer.status_code == 200
        errors = answer.context["form"].errors
        assert list(errors) == ["week_open"], errors
        assert not line or f'value="{line}"' in answer.content.decode()  # what was typed is kept
        now = "måndag 10-18"
    assert week.words((one.weekday, one.opens, one.closes) for one in hours) == now


def test_the_week_of_a_place_is_kept_in_a_form_that_is_saved_later() -> None:
    place = Place.objects.create(name="Filial", slug="filial", kind=Place.Kind.BRANCH)
    form_class = Place.snippet_viewset.get_edit_handler().get_form_class()
    form = form_class(posted([]) | {"slug": "filial", "week_open": "mån-fre 10-18"}, instance=place)
    assert form.is_valid(), form.errors
    later = form.save(commit=False)
    assert not OpeningHours.objects.exists()
    later.save()
    assert OpeningHours.objects.filter(place=place).count() == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("måndag-fredag 10-18", "måndag-fredag 10-18"),
        ("Mån, ons och fre kl 10.30–12 och 13-18", "måndag 10.30-12 och 13-18, onsdag 10.30-12 och 13-18, fredag 10.30-12 och 13-18"),
        ("vardagar 8:00-22:00; helger stängt", "måndag-fredag 8-22"),
        ("fredag till söndag 18-01", "fredag-söndag 18-1"),
        ("alla dagar 0-24", "måndag-söndag 0-0"),
        ("måndagar 10–18", "måndag 10-18"),
        ("", ""),
        ("10-18", None), ("måndag", None), ("mån 10-25", None), ("x 1-2", None), ("mån 10", None),
    ],
)  # fmt: skip
def test_a_week_as_people_write_it(text: str, words: str | None) -> None:
    if words is None:
        with pytest.raises(week.Unclear):
            week.read(text)
        return
    assert week.words(week.read(text)) == words
    assert week.read(words) == week.read(text)


@pytest.mark.parametrize("role", [EDITOR, DESK])
def test_who_writes_and_who_meets_people_close_tomorrow(role: str, time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC), tick=False)
    client = someone(role)
    place = Place.objects.create(name="Filial", slug="filial", kind=Place.Kind.BRANCH)
    url = reverse("places_days")
    closed = {"place": str(place.pk), "date": "2 dec", "what": "closed", "reason": "Sjukdom"}
    for _press in range(2):
        assert client.post(url, closed).status_code == 302
    row = SpecialDay.objects.get()
    assert (row.place, row.date, row.closed, row.reason) == (place, dt.date(2026, 12, 2), True, "Sjukdom")
    for wrong, says in [
        ({"date": "2026-11-01"}, "Dagen har varit"),
        ({"what": "open"}, "Skriv en tid"),
        ({"what": "open", "opens": "18", "closes": "10"}, "innan den slutar"),
        ({"opens": "10"}, "inte båda"),
        ({"reason": "Vi har fest"}, "giltigt"),
        ({"what": ""}, "Välj stängt"),
        (
            {"place": ""},
            "Välj en plats, eller överallt.",
        ),  # nobody closes every library by forgetting to choose
    ]:
        answer = client.post(url, closed | wrong)
        assert (answer.status_code, says in answer.content.decode()) == (422, True), wrong
    other = {"date": "2 dec", "what": "dropin", "opens": "13", "closes": "15", "place": "all"}
    answer = client.post(url, other, follow=True)
    told = str(next(iter(answer.context["messages"])))  # everywhere, and it says so
    assert "2 december 2026, överallt: Drop-in: digital hjälp 13.00–15.00" in told
    assert client.post(reverse("places_remove_day", args=[row.pk])).status_code == 302
    assert SpecialDay.objects.get().place is None
