"""Days and times of day as Swedes write them, in every date field of the staff side.

What is typed is read here or refused: no field guesses, and none changes what stands in it by itself.
"""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput

from utbud.base.dates import MONTHS, WEEKDAYS

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)  # a year outside is a slip of the finger
NEAR = {"idag": 0, "imorgon": 1, "igår": -1, "iövermorgon": 2}
WEEKDAY = r"(?:(?!den\s)(?P<weekday>[a-zåäö]{2,7}?)(?:en)?\.?,?\s+)?(?:den\s+)?"
YEAR = r"(?P<year>\d{4}|'?\d{2})"
NAMED_YEAR = rf"(?:,?\s*-?\s*{YEAR})?"
SHAPES = [
    re.compile(pattern)
    for pattern in (
        rf"{WEEKDAY}(?P<year>\d{{4}})(?P<sep>[-/. ])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<year>\d\d)(?P<sep>-?)(?P<month>\d\d)(?P=sep)(?P<day>\d\d)",
        rf"{WEEKDAY}(?P<day>\d{{1,2}})\s*[-/.]\s*(?P<month>\d{{1,2}})\.?(?:\s*[-/. ]\s*{YEAR})?",
        rf"{WEEKDAY}(?P<day>\d{{1,2}})(?::?[ae]|\.)?\s*(?P<name>[a-zåäö]{{3,9}})\.?{NAMED_YEAR}",
        rf"(?P<name>[a-zåäö]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?::?[ae]|\.)?{NAMED_YEAR}",
    )
]
CLOCK = re.compile(r"(?:kl(?:ockan)?\.?\s*)?(\d{1,2})(?:\s*[.:,]?\s*(\d\d))?")
DAY_AND_CLOCK = re.compile(r"(.+?),?[ t]\s*(kl\.?\s*\d{1,2}(?:[.:]?\d\d)?|\d{1,2}[.:]\d\d)")


def read_day(text: str, *, today: dt.date) -> dt.date | None:
    """The day that ``text`` says, None where it is none or could be read in two ways. Without a year, the nearest.

    «1/12 2026», «1.12.2026», «1 december 2026», «tis 1 dec», «2026-12-01», «261201», «i morgon»
    """
    said = re.sub(r"[‐-―−]", "-", " ".join(text.casefold().split())).strip(" .")
    if (ahead := NEAR.get(said.replace(" ", ""))) is not None:
        return today + dt.timedelta(days=ahead)
    for shape in SHAPES:
        if found := shape.fullmatch(said):
            return _day(found.groupdict(), today)
    return None


def _day(parts: dict[str, str | None], today: dt.date) -> dt.date | None:
    month = _place(parts["name"], MONTHS) if parts.get("name") else int(parts["month"] or 0)
    year = (parts["year"] or "").lstrip("'")
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [today.year + n for n in (-1, 0, 1)]
    days = []
    for one in years:
        try:
            days.append(dt.date(one, month, int(parts["day"] or 0)))
        except ValueError:
            continue
    if not days or not FIRST <= days[0] <= LAST:
        return None
    day = min(days, key=lambda day: abs(day - today))
    if parts.get("weekday") and _place(parts["weekday"], WEEKDAYS) != day.weekday() + 1:
        return None
    return day


def _place(said: str | None, names: tuple[str, ...]) -> int:
    """Which of ``names`` is begun by ``said``, from 1; 0 for none or several."""
    found = [number for number, name in enumerate(names, 1) if name.startswith(said or "?")]
    return found[0] if len(found) == 1 else 0


def read_clock(text: str) -> dt.time | None:
    """The time of day that ``text`` says: «10», «9.30», «kl 9», «0930»; None where it is none."""
    found = CLOCK.fullmatch(text.strip().casefold())
    try:
        return dt.time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None


def read_moment(text: str, *, today: dt.date) -> dt.datetime | None:
    """A day and a time of day, «1/12 2026 kl 10.30»; a day alone is its first minute."""
    said = " ".join(text.casefold().split())
    if day := read_day(said, today=today):
        return dt.datetime.combine(day, dt.time())
    found = DAY_AND_CLOCK.fullmatch(said)
    if not found:
        return None
    day, time = read_day(found[1], today=today), read_clock(found[2])
    return dt.datetime.combine(day, time) if day and time is not None else None


class DayInput(forms.DateInput):
    """A day, as the browser lets one choose it; what is typed where the browser cannot is read."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        bounds = {"min": FIRST.isoformat(), "max": LAST.isoformat()}
        super().__init__(format="%Y-%m-%d", attrs=bounds | (attrs or {}))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return _day_text(super().value_from_datadict(data, files, name))


class ClockInput(forms.TimeInput):
    """A time of day, as the browser lets one choose it; what is typed where the browser cannot is read."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(format="%H:%M", attrs=attrs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return _clock_text(super().value_from_datadict(data, files, name))


class DayField(forms.DateField):
    """A day that is read as Swedes write it, of a year that can be meant."""

    widget = DayInput
    default_error_messages = {
        "required": _("Välj en dag."),
        "invalid": _("Det är ingen dag. Skriv den som 2027-03-02."),
    }
    default_validators = [
        MinValueValidator(FIRST, _("Se efter om året är rätt.")),
        MaxValueValidator(LAST, _("Se efter om året är rätt.")),
    ]


class ClockField(forms.TimeField):
    """A time of day that is read as Swedes write it."""

    widget = ClockInput
    default_error_messages = {
        "required": _("Skriv ett klockslag."),
        "invalid": _("Det är inget klockslag. Skriv det som 10:30."),
    }


def _day_text(typed: Any) -> Any:
    day = read_day(typed, today=timezone.localdate()) if isinstance(typed, str) else None
    return day.isoformat() if day else typed


def _clock_text(typed: Any) -> Any:
    time = read_clock(typed) if isinstance(typed, str) else None
    return f"{time:%H:%M}" if time is not None else typed


def _moment_text(typed: Any) -> Any:
    moment = read_moment(typed, today=timezone.localdate()) if isinstance(typed, str) else None
    return f"{moment:%Y-%m-%d %H:%M}" if moment else typed


def teach_wagtail() -> None:
    """Let Wagtail's own fields read the same, and keep what is typed: its calendar made «1/12 2026» another day.

    Wagtail names these widgets in forms, panels and filters; what those have in common is the class.
    """
    for widget, read in (
        (AdminDateInput, _day_text),
        (AdminTimeInput, _clock_text),
        (AdminDateTimeInput, _moment_text),
    ):
        _teach(widget, read)
    register_form_field_override(
        models.DateField, override={"form_class": DayField, "widget": AdminDateInput}
    )
    register_form_field_override(
        models.TimeField, override={"form_class": ClockField, "widget": AdminTimeInput}
    )


def _teach(widget: Any, read: Any) -> None:
    usual = widget.get_config

    def value_from_datadict(self: Any, data: Any, files: Any, name: str) -> Any:
        return read(data.get(name))

    def get_config(self: Any) -> dict[str, Any]:
        return {**usual(self), "validateOnBlur": False}

    widget.value_from_datadict = value_from_datadict
    widget.get_config = get_config
