"""A date that is typed as Swedes write it is that date, in every date field of the staff side, or it is refused."""

import datetime as dt
import importlib
import pkgutil
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

import utbud
from utbud.base import days

TODAY = dt.date(2026, 12, 1)
FORMS = (
    "2026-12-01", "2026/12/1", "20261201", "261201", "26-12-01", "1/12 2026", "1/12-2026", "1/12/2026", "01/12-26",
    "1.12.2026", "01.12.26", "1-12-2026", "1 december 2026", "den 1 december 2026", "1 dec 2026", "1 dec. -26",
    "1:a december 2026", "Tisdag 1 december 2026", "tis 1/12 2026", "december 1, 2026", " 1 DECEMBER  2026 ",
    "1/12", "1.12.", "1 dec", "tisdagen den 1 december", "i dag", "2026–12–01",
)  # fmt: skip


@pytest.mark.parametrize("typed", FORMS)
def test_what_a_swede_writes_is_read(typed):
    assert days.read_day(typed, today=TODAY) == TODAY


@pytest.mark.parametrize(
    ("typed", "is_day"),
    [
        ("3 dec", dt.date(2026, 12, 3)),
        ("7 januari", dt.date(2027, 1, 7)),  # without a year, the nearest
        ("20 november", dt.date(2026, 11, 20)),
        ("29/2 2028", dt.date(2028, 2, 29)),
        ("i morgon", dt.date(2026, 12, 2)),
        ("5 maj 2027", dt.date(2027, 5, 5)),
        ("30/11 2026", dt.date(2026, 11, 30)),
    ],
)
def test_days_are_read(typed, is_day):
    assert days.read_day(typed, today=TODAY) == is_day


@pytest.mark.parametrize(
    "typed",
    ["", "snart", "31/2 2026", "12/24/2026", "29/2 2027", "1 ju 2027", "m 3", "måndag 1 december 2026", "0001-12-20", "0",
     "1/12 126", "32 december", "1 13 2026 x"],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed):
    assert days.read_day(typed, today=TODAY) is None


@pytest.mark.parametrize(
    ("typed", "shows"),
    [("9", "09:00"), ("9.30", "09:30"), ("kl 9:30", "09:30"), ("0930", "09:30"), ("17,15", "17:15"), ("klockan 10", "10:00")],
)  # fmt: skip
def test_times_of_day_are_read(typed, shows):
    assert f"{days.read_clock(typed):%H:%M}" == shows


@pytest.mark.parametrize("typed", ["25", "9.75", "nio", "", "9-10"])
def test_what_is_no_time_is_refused(typed):
    assert days.read_clock(typed) is None


def every_field():
    """Each date and time field of the house's own forms, of every page's and snippet's editor, and of their rows."""
    for module in pkgutil.walk_packages(utbud.__path__, "utbud."):
        if (
            module.name.rsplit(".", 1)[-1].split("_")[-1] in {"forms", "views", "hooks"}
            or ".forms." in module.name
        ):
            importlib.import_module(module.name)
    pages = [model for model in apps.get_models() if issubclass(model, Page) and model is not Page]
    editors = [model.get_edit_handler().get_form_class() for model in pages]
    editors += [model.snippet_viewset.get_edit_handler().get_form_class() for model in get_snippet_models()
                if hasattr(model.snippet_viewset, "get_edit_handler") and model.snippet_viewset.get_edit_handler()]  # fmt: skip
    rows = [formset.form for editor in editors for formset in getattr(editor, "formsets", {}).values()]
    seen = {}
    for form in [*below(forms.BaseForm), *editors, *rows]:
        for name, field in getattr(form, "base_fields", {}).items():
            if not form.__module__.startswith("django.contrib") and isinstance(
                field, forms.DateField | forms.TimeField | forms.DateTimeField
            ):
                seen[f"{form.__module__}.{form.__qualname__}.{name}"] = field
    return seen


def below(form):
    for one in form.__subclasses__():
        yield one
        yield from below(one)


def test_every_date_field_of_the_staff_side_reads_every_form(db):
    fields = every_field()
    assert len(fields) > 20
    wrong = []
    for where, field in fields.items():
        typed = ["1/12 2026 kl 9.30", "1 december 2026, 9.30", "2026-12-01 09:30"]
        right = dt.datetime(2026, 12, 1, 9, 30)  # noqa: DTZ001 - as a clock on the wall shows it
        if isinstance(field, forms.DateField):
            typed, right = [one for one in FORMS if "20" in one or "26" in one], TODAY
        elif isinstance(field, forms.TimeField):
            typed, right = ["9.30", "09:30", "kl 9.30", "0930"], dt.time(9, 30)
        for one in typed:
            try:
                value = field.to_python(field.widget.value_from_datadict({"x": one}, {}, "x"))
            except forms.ValidationError:
                value = None
            if isinstance(value, dt.datetime):
                value = value.replace(tzinfo=None)
            if value != right:
                wrong.append((where, one, value))
    assert not wrong, "\n".join(map(str, wrong))


def test_forms_of_the_house_take_the_fields_of_the_house():
    """Also those that a form makes for each row, which the walk above does not see."""
    own = Path(utbud.__file__).parent
    found = [
        str(file.relative_to(own))
        for file in own.rglob("*.py")
        if file.name != "days.py"
        and any(word in file.read_text() for word in ("forms.DateField(", "forms.TimeField(", "forms.DateInput(", "forms.TimeInput("))
    ]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("widget", [AdminDateInput, AdminTimeInput, AdminDateTimeInput])
def test_the_calendar_leaves_what_is_typed(widget):
    assert widget().get_config()["validateOnBlur"] is False


@pytest.mark.parametrize("typed", ["0001-12-20", "1850-01-01", "3000-01-01"])
def test_a_year_that_cannot_be_meant_is_asked_about(typed):
    with pytest.raises(forms.ValidationError, match="Se efter om året är rätt"):
        days.DayField().clean(typed)
