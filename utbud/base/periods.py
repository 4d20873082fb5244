"""Which days figures are about: a period that is asked for in the address."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from utbud.base.days import DayField

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2099, 12, 31)  # nobody looks further


class PeriodForm(forms.Form):
    """From one day to another, ``?fran=2026-01-01&till=2026-12-31``. What is not understood is this year.

    A subclass adds what else is asked, and tells in ``more`` what of it stands in the address.
    """

    fran = DayField(label=_("Från och med"), required=False)
    till = DayField(label=_("Till och med"), required=False)

    def __init__(self, asked: Any, *, today: dt.date) -> None:
        """``asked``: what stands in the address."""
        super().__init__(asked)
        self.today = today
        self.prepare()
        self.is_valid()
        self.data = {
            **{name: self.data.get(name, "") for name in self.fields},
            "fran": self.first.isoformat(),
            "till": self.last.isoformat(),
        }

    def prepare(self) -> None:
        """Fill in what can be chosen, before the answer is read."""

    @property
    def first(self) -> dt.date:
        """The first day."""
        day = self.cleaned_data.get("fran") or dt.date(self.today.year, 1, 1)
        return min(max(day, FIRST), LAST)

    @property
    def last(self) -> dt.date:
        """The last day; never before the first."""
        day = self.cleaned_data.get("till") or dt.date(self.today.year, 12, 31)
        return max(min(day, LAST), self.first)

    def more(self) -> dict[str, Any]:
        """What else is asked for."""
        return {}

    def asked(self) -> str:
        """The same question in an address."""
        return urlencode({"fran": self.first.isoformat(), "till": self.last.isoformat()} | self.more())
