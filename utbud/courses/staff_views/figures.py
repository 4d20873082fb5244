"""How it went, in numbers: a period, a course, a table for each course and place, and the same as CSV."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from utbud.base import dates, tables
from utbud.courses import exports
from utbud.courses.forms.care import PeriodForm
from utbud.courses.models import Evaluation
from utbud.courses.models.registrations import Way
from utbud.courses.queries import figures as queries
from utbud.people.staff import staff_page

ICON = "table"
may_see: Callable[..., Any] = permission_required("courses.view_run")


def _asked(request: HttpRequest) -> tuple[PeriodForm, queries.Figures]:
    now = timezone.now()
    form = PeriodForm(request.GET, today=dates.local(now).date())
    return form, queries.figures(first=form.first, last=form.last, now=now, course=form.course)


@may_see
@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """The figures; ``?fran=2026-01-01&till=2026-12-31&kurs=12``."""
    form, found = _asked(request)
    numbers = found.all
    context = {
        "form": form,
        "numbers": numbers,
        "by_themselves": queries.figures_words(numbers.by_themselves),
        "with_help": queries.figures_words(numbers.with_help),
        "ways": [(way.label, numbers.ways[way.value]) for way in Way if numbers.ways[way.value]],
        "tasks": [(task.label, numbers.tasks[task.value]) for task in Evaluation.Task],
        "moods": [(mood.label, numbers.moods[mood.value]) for mood in Evaluation.Mood],
        "tables": [
            (_("Varje kurs"), _("Kurs"), _rows(found.by_course())),
            (_("Varje plats"), _("Plats"), _rows(found.by_place())),
        ],
    }
    return staff_page(request, "courses/staff/figures.html", context, title=_("Kurser i siffror"), icon=ICON)


def _rows(named: list[tuple[str, queries.Numbers]]) -> list[tuple[str, queries.Numbers, str]]:
    return [(name, numbers, queries.figures_words(numbers.by_themselves)) for name, numbers in named]


@may_see
@require_safe
def figures_file(request: HttpRequest) -> HttpResponse:
    """The same as CSV, a row an occasion. It names nobody."""
    form, found = _asked(request)
    made = tables.csv_file(exports.figures_header(), exports.figures_rows(found))
    name = f"kurser-{form.first.isoformat()}-{form.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type=tables.CSV_TYPE, headers=headers)
