"""Who the library is: read in few queries, kept a moment, seen at once when it is changed."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from wagtail.images import get_image_model

from utbud.base.dates import STOCKHOLM
from utbud.places import queries
from utbud.places.models import LibrarySettings, Opening, OpeningHours, Place

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10"/></svg>'


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch) -> None:
    monkeypatch.setattr(queries, "_kept", None)


def place(name: str = "Huvudbiblioteket", **more: object) -> Place:
    given = {
        "slug": name.lower(),
        "kind": Place.Kind.MAIN,
        "street": "Storgatan 1",
        "postal_code": "871 31",
        "city": "Härnösand",
    }
    return Place.objects.create(name=name, **(given | more))


def drop_in(where: Place, weekday: int, opens: int, closes: int, **more: object) -> None:
    OpeningHours.objects.create(
        place=where,
        kind=Opening.DROP_IN,
        weekday=weekday,
        opens=dt.time(opens),
        closes=dt.time(closes),
        **more,
    )


@pytest.mark.django_db
def test_a_library_that_has_said_nothing_yet(settings) -> None:
    assert queries.library(NOW) == queries.Library(
        name="Biblioteket",
        programme="Digitalt utbud",
        municipality="",
        phone="",
        phone_link="",
        email="",
        address="",
        drop_in="",
        accent="#0B5A5E",
        help_colour="#8A3420",
        logo_name="",
        logo_digest="",
        logo_alt="",
        main_place_id=None,
        base_url=settings.BASE_URL,
    )
    assert LibrarySettings.objects.count() == 0  # reading writes nothing


def test_a_library_that_has_said_all(site, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    main = place()
    drop_in(main, 0, 13, 15)
    drop_in(main, 3, 10, 12)
    logo = get_image_model().objects.create(
        title="Logotyp", file=ContentFile(SVG, "logo.svg"), width=10, height=10
    )
    LibrarySettings.objects.create(
        library_name="Härnösands bibliotek",
        municipality="Härnösands kommun",
        phone="08-465 004 00",
        email="digitalt@example.org",
        main_place=main,
        accent="#000000",
        logo=logo,
        logo_alt="Härnösands bibliotek",
    )
    found = queries.library(NOW)
    assert (found.name, found.municipality, found.phone, found.phone_link) == (
        "Härnösands bibliotek",
        "Härnösands kommun",
        "08-465 004 00",
        "tel:+46846500400",
    )
    assert (found.address, found.drop_in) == (
        "Storgatan 1, 871 31 Härnösand",
        "Drop-in: måndag 13–15 och torsdag 10–12",
    )
    assert (found.logo_name, len(found.logo_digest), found.logo_alt) == (
        logo.file.name,
        40,
        "Härnösands bibliotek",
    )
    assert (found.main_place_id, found.accent) == (main.pk, "#000000")


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_at_most_three_queries(rows: int, django_assert_num_queries) -> None:
    LibrarySettings.objects.create()
    for number in range(rows):
        drop_in(place(f"Plats {number}", slug=f"plats-{number}"), 0, 10, 12)
    with django_assert_num_queries(3):
        queries.library(NOW)


@pytest.mark.django_db
def test_drop_in_elsewhere_names_the_place() -> None:
    main, centre = place(), place("DigidelCenter", order=1)
    LibrarySettings.objects.create(main_place=main)
    drop_in(centre, 1, 10, 12)
    drop_in(centre, 2, 10, 12)
    assert queries.drop_in_summary(NOW.date()) == "Drop-in: tisdag 10–12 och onsdag 10–12 på DigidelCenter"
    drop_in(main, 0, 13, 15)
    assert queries.drop_in_summary(NOW.date()) == (
        "Drop-in: måndag 13–15 på Huvudbiblioteket; tisdag 10–12 och onsdag 10–12 på DigidelCenter"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "summary"),
    [
        ("2026-11-22", ""),
        ("2026-11-23", "Drop-in: måndag 13–15"),
        ("2026-12-01", "Drop-in: måndag 13–15"),
        ("2026-12-02", ""),
    ],
)
def test_drop_in_that_does_not_hold_now_is_not_promised(today: str, summary: str) -> None:
    drop_in(place(), 0, 13, 15, valid_from=dt.date(2026, 11, 23), valid_to=dt.date(2026, 12, 1))
    assert queries.drop_in_summary(dt.date.fromisoformat(today)) == summary


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_the_library_is_kept_and_a_change_is_seen_at_once(django_assert_num_queries) -> None:
    row = LibrarySettings.objects.create(library_name="Förr")
    assert queries.library(NOW).name == "Förr"
    with django_assert_num_queries(0):
        assert queries.library(NOW).name == "Förr"
    row.library_name = "Nu"
    row.save()
    assert queries.library(NOW).name == "Nu"
    where = place()
    assert queries.library(NOW).address == "Storgatan 1, 871 31 Härnösand"
    drop_in(where, 0, 13, 15)
    assert queries.library(NOW).drop_in == "Drop-in: måndag 13–15"
    where.delete()
    assert (queries.library(NOW).address, queries.library(NOW).drop_in) == ("", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_what_another_process_saved_is_seen_within_20_seconds(monkeypatch) -> None:
    LibrarySettings.objects.create(library_name="Förr")
    names = []
    for seconds in (1000.0, 1019.9, 1020.0):
        monkeypatch.setattr(queries.time, "monotonic", lambda seconds=seconds: seconds)
        names.append(queries.library(NOW).name)
        LibrarySettings.objects.update(library_name="Nu")  # as another process does: nothing is counted here
    assert names == ["Förr", "Förr", "Nu"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_what_is_never_committed_is_seen_by_nobody_else(monkeypatch) -> None:
    monkeypatch.setattr(queries, "connection", connection)  # here it matters that one is in a transaction
    row = LibrarySettings.objects.create(library_name="Förr")
    queries.library(NOW)
    with transaction.atomic():
        row.library_name = "Aldrig"
        row.save()
        inside = queries.library(NOW).name
        transaction.set_rollback(True)
    assert (inside, queries.library(NOW).name) == ("Aldrig", "Förr")
