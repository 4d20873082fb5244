"""Which week of the calendar to show, and of whom or what."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from utbud.base import dates
from utbud.base.days import DayField
from utbud.calendar.models import Resource

FIRST, LAST = dt.date(2020, 1, 6), dt.date(2099, 12, 28)  # Mondays; nobody looks further


class WeekForm(forms.Form):
    """What is not understood chooses nothing away: it is this week, and everything."""

    dag = DayField(
        label=_("Vecka med dagen"),
        required=False,
    )
    resurs = forms.ChoiceField(label=_("Visa"), required=False)

    def __init__(self, asked: Any, *, today: dt.date) -> None:
        """``asked``: what stands in the address."""
        super().__init__(asked)
        self.today = today
        self.resources = {str(resource.pk): resource for resource in Resource.objects.order_by("name", "pk")}
        groups = [
            (kind.label, [(key, one.name) for key, one in self.resources.items() if one.kind == kind])
            for kind in Resource.Kind
        ]
        self.fields["resurs"].choices = [  # type: ignore[attr-defined]
            ("", _("Alla personer, rum och all utrustning")),
            *((label, choices) for label, choices in groups if choices),
        ]
        self.is_valid()
        self.data = {"dag": self.monday.isoformat(), "resurs": self.data.get("resurs", "")}  # what is shown

    @property
    def monday(self) -> dt.date:
        """The Monday of the week that is asked for."""
        day = self.cleaned_data.get("dag") or self.today
        return min(max(day - dt.timedelta(days=day.weekday()), FIRST), LAST)

    @property
    def resource(self) -> Resource | None:
        """What is asked for; None for everything."""
        return self.resources.get(self.cleaned_data.get("resurs", ""))

    def week(self, weeks: int) -> str:
        """The question in the address that shows the week ``weeks`` away, or "" where there is none."""
        monday = self.monday + dt.timedelta(weeks=weeks)
        if not FIRST <= monday <= LAST:
            return ""
        return self._asked(monday)

    def this_week(self) -> str:
        """The question in the address that shows this week."""
        return self._asked(self.today)

    def _asked(self, day: dt.date) -> str:
        return urlencode({"dag": day.isoformat()} | ({"resurs": self.resource.pk} if self.resource else {}))

    def days(self) -> list[dt.date]:
        """Monday to Sunday."""
        return [self.monday + dt.timedelta(days=number) for number in range(7)]

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """When the week begins and ends."""
        start, end = self.monday, self.monday + dt.timedelta(days=7)
        return dates.at_stockholm(start, dt.time()), dates.at_stockholm(end, dt.time())
