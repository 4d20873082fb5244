"""Dates in templates, in Swedish words and Stockholm's time."""

import datetime as dt

from django import template

from utbud.base import dates

register = template.Library()


@register.filter
def moment_words(moment: dt.datetime | None) -> str:
    """«måndag 23 november 2026 klockan 8»; "" for None."""
    if moment is None:
        return ""
    there = dates.local(moment)
    return f"{dates.date_words(there.date())} klockan {dates.time_words(there)}"


@register.filter
def date_words(day: dt.date | dt.datetime | None) -> str:
    """«23 november 2026»; "" for None."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        day = dates.local(day).date()
    return dates.date_words(day, weekday=False)
