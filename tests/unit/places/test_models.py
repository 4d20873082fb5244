"""What may be saved: colours, numbers, times."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from utbud.places import colours, phones
from utbud.places.models import (
    LibrarySettings,
    OpeningHours,
    Place,
    SpecialDay,
    validate_colour,
    validate_phone,
)

DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#FFFFFF", "#FFFFFF", 1.0), ("#767676", "#FFFFFF", 4.54)],
)
def test_contrast_as_wcag_counts_it(one: str, other: str, ratio: float) -> None:
    assert round(colours.contrast(one, other), 2) == round(colours.contrast(other, one), 2) == ratio


@pytest.mark.parametrize("colour", ["#0B5A5E", "#8A3420", "#000000", "#0b5a5e"])
def test_colours_that_everyone_can_read(colour: str) -> None:
    validate_colour(colour)


@pytest.mark.parametrize(
    ("colour", "message"),
    [
        (
            "#F2B84B",
            "Färgen når kontrasten 1,7:1 mot sidans bakgrund. Den behöver minst 7:1. Välj en mörkare färg.",
        ),
        (
            "#B5482F",
            "Färgen når kontrasten 5,2:1 mot sidans bakgrund. Den behöver minst 7:1. Välj en mörkare färg.",
        ),
        (
            "#595959",
            "Färgen når kontrasten 6,8:1 mot sidans bakgrund. Den behöver minst 7:1. Välj en mörkare färg.",
        ),
        ("teal", "Skriv färgen som # och sex tecken, till exempel #0B5A5E."),
        ("#FFF", "Skriv färgen som # och sex tecken, till exempel #0B5A5E."),
        ("#GGGGGG", "Skriv färgen som # och sex tecken, till exempel #0B5A5E."),
        ('#000000"><script>', "Skriv färgen som # och sex tecken, till exempel #0B5A5E."),
    ],
)
def test_colours_that_are_refused(colour: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_colour(colour)
    assert refused.value.messages == [message]


def test_a_colour_must_stand_out_on_the_pages_background_too() -> None:
    grey = "#5A5A5A"  # 6.9 on white, less on the page
    assert colours.contrast(grey, colours.PAGE) < colours.contrast(grey, colours.WHITE) < colours.LEAST
    with pytest.raises(ValidationError):
        validate_colour(grey)


@pytest.mark.parametrize(
    ("written", "number", "link"),
    [
        ("08-465 004 00", "+46846500400", "tel:+46846500400"),
        ("+46 (0)8 465 004 00", "+46846500400", "tel:+46846500400"),
        ("070-174 06 05", "+46701740605", "tel:+46701740605"),
        ("(08) 465 004 00", "+46846500400", "tel:+46846500400"),
        ("465 004 00", None, ""),  # without area code it would be somebody in Lund
        ("112", None, ""),
        ("ring oss", None, ""),
        ("", None, ""),
    ],
)
def test_phone_numbers(written: str, number: str | None, link: str) -> None:
    assert (phones.parse_phone(written), phones.phone_link(written)) == (number, link)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+46846500400", "08-465 004 00"),
        ("+46701740605", "070-174 06 05"),
        ("+4722000000", "+47 22 00 00 00"),
    ],
)
def test_phone_numbers_as_they_are_read(number: str, words: str) -> None:
    assert phones.phone_words(number) == words


def test_a_number_that_cannot_be_rung_is_refused() -> None:
    with pytest.raises(ValidationError, match="Skriv det som 08-465 004 00"):
        validate_phone("12 34")


@pytest.mark.parametrize(
    ("street", "postal_code", "city", "address"),
    [
        ("Storgatan 1", "871 31", "Härnösand", "Storgatan 1, 871 31 Härnösand"),
        ("", "", "Härnösand", "Härnösand"),
        ("Storgatan 1", "", "", "Storgatan 1"),
        ("", "", "", ""),
    ],
)
def test_an_address_on_one_line(street: str, postal_code: str, city: str, address: str) -> None:
    assert Place(street=street, postal_code=postal_code, city=city).address == address


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "slug"), [("Huvudbiblioteket", "huvudbiblioteket"), ("Viksjö bibliotek", "viksjo-bibliotek")]
)
def test_the_address_on_the_web_comes_from_the_name(name: str, slug: str) -> None:
    place = Place(name=name, kind=Place.Kind.BRANCH)
    place.full_clean()
    assert place.slug == slug


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opens", "closes", "valid_from", "valid_to"),
    [
        ("18:00", "10:00", None, None),
        ("10:00", "10:00", None, None),
        ("10:00", "18:00", "2026-12-01", "2026-11-30"),
    ],
)
def test_the_database_refuses_hours_that_go_backwards(opens, closes, valid_from, valid_to) -> None:
    place = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.create(
            place=place, weekday=0, opens=opens, closes=closes, valid_from=valid_from, valid_to=valid_to
        )


def hours(weekday: int, kind: str, times: str, valid_from: str = "", valid_to: str = "") -> OpeningHours:
    opens, closes = (dt.time.fromisoformat(part) for part in times.split("–"))
    return OpeningHours(
        weekday=weekday,
        kind=kind,
        opens=opens,
        closes=closes,
        valid_from=dt.date.fromisoformat(valid_from) if valid_from else None,
        valid_to=dt.date.fromisoformat(valid_to) if valid_to else None,
    )


@pytest.mark.parametrize(
    ("other", "collides"),
    [
        (hours(0, "open", "12:00–20:00"), True),
        (hours(0, "open", "10:00–18:00"), True),
        (hours(0, "open", "18:00–20:00"), False),  # they meet
        (hours(0, "open", "17:00–01:00"), True),  # past midnight
        (hours(0, "open", "18:00–01:00"), False),
        (hours(1, "open", "10:00–18:00"), False),  # another day
        (hours(0, "dropin", "13:00–15:00"), False),  # another kind
        (hours(0, "open", "10:00–18:00", "2027-01-01"), False),  # after it
        (hours(0, "open", "10:00–18:00", "2026-12-31"), True),  # shares its last day
    ],
)
def test_hours_collide_when_they_promise_the_same_twice(other: OpeningHours, collides: bool) -> None:
    row = hours(0, "open", "10:00–18:00", "2026-01-01", "2026-12-31")
    assert (row.collides_with(other), other.collides_with(row)) == (collides, collides)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Välj stängt, eller välj slag och skriv när det öppnar och stänger."),
        ({"kind": "open"}, "Välj stängt, eller välj slag och skriv när det öppnar och stänger."),
        (
            {"opens": dt.time(10), "closes": dt.time(12)},
            "Välj stängt, eller välj slag och skriv när det öppnar och stänger.",
        ),
        (
            {"closed": True, "opens": dt.time(10), "closes": dt.time(12)},
            "Välj stängt eller skriv tider, inte båda.",
        ),
        (
            {"kind": "open", "opens": dt.time(12), "closes": dt.time(10)},
            "Välj stängt, eller ett slag med tid som börjar innan den slutar. Efter midnatt går det till klockan 6.",
        ),
    ],
)
def test_a_special_day_is_closed_or_has_times(given: dict, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SpecialDay(date=DAY, **given).full_clean()
    assert message in refused.value.messages
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialDay.objects.create(date=DAY, **given)


@pytest.mark.django_db
def test_two_common_days_cannot_both_be_true() -> None:
    SpecialDay.objects.create(date=DAY, closed=True)
    with pytest.raises(ValidationError) as refused:
        SpecialDay(date=DAY, closed=True).full_clean()
    assert refused.value.messages == ["Tiden krockar med en annan av samma slag: 2026-11-23, stängt."]


def test_a_logotype_needs_words() -> None:
    row = LibrarySettings(logo_id=1)
    with pytest.raises(ValidationError) as refused:
        row.clean()
    assert refused.value.message_dict == {
        "logo_alt": ["Skriv vad som står i logotypen, för den som inte ser den."]
    }
