"""The year's plan and the help while writing, in the staff side."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.models import Page

from utbud.base import dates
from utbud.learning import actions, queries
from utbud.learning.checks import CHECKLIST, report
from utbud.learning.forms import CLEAR, FIRST_YEAR, LAST_YEAR, PLAN, NewWordForm, PlanForm
from utbud.learning.models import WordIndexPage, WordPage
from utbud.people.staff import StaffRequest, staff_page


def _may_write(request: HttpRequest) -> WordIndexPage:
    index = get_object_or_404(WordIndexPage)
    if not index.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    return index


def this_year(request: HttpRequest) -> HttpResponse:
    """To the plan of the year we are in, at this week."""
    return redirect(_this_week_url())


def _this_week_url() -> str:
    return reverse("learning_year", args=[dates.local(timezone.now()).isocalendar().year]) + "#nu"


def year(request: StaffRequest, year: int) -> HttpResponse:
    """The year at a glance, and the changes an editor makes to it."""
    index = _may_write(request)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    now = timezone.now()
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, form.cleaned_data)
        except actions.PlanError as error:
            form.add_error(None, str(error))
        else:
            return redirect("learning_year", year)
    rows, words = queries.year_plan(year, now=now), queries.words_to_plan()
    context = {
        "form": form,
        "year": year,
        "rows": rows,
        "across": queries.across_new_year(year, now=now),
        "movable": [row for row in rows if row.planned and not row.planned.published_at],
        "choosable": [row for row in rows if row.is_gap],
        "words": words,
        "new_words": [word for word in words if word.first_published_at is None],
        "unfilled": [day.isocalendar().week for day in queries.unfilled_weeks(now)],
        "this_week_url": _this_week_url(),
        "new_word_url": reverse("wagtailadmin_pages:add", args=["learning", "wordpage", index.pk]),
    }
    return staff_page(
        request,
        "learning/staff/year.html",
        context,
        title=_("Året %(year)s") % {"year": year},
        icon="calendar-alt",
        status=422 if form.errors else 200,
    )


def write_for_week(request: StaffRequest, year: int, week: int) -> HttpResponse:
    """«Skriv ord för vecka 50»: a draft that keeps its week."""
    index = _may_write(request)
    try:
        monday = dates.monday_of(year, week)
    except ValueError:
        raise Http404(_("Veckan finns inte.")) from None
    form = NewWordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            word = actions.write_for_week(
                index=index, title=form.cleaned_data["title"], year=year, week=week, by=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except actions.PlanError as error:
            form.add_error(None, str(error))
        else:
            return redirect("wagtailadmin_pages:edit", word.pk)
    return staff_page(
        request,
        "learning/staff/write_for_week.html",
        {"form": form, "week": week, "monday": monday, "year_url": reverse("learning_year", args=[year])},
        title=_("Skriv ord för vecka %(week)s") % {"week": week},
        icon="openquote",
        status=422 if form.errors else 200,
    )


def _change(request: StaffRequest, data: dict[str, Any]) -> None:
    now = timezone.now()
    first = data["week"]
    if data["action"] == PLAN:
        word = data["word"]
        actions.plan_week(word=word, year=first[0], week=first[1], by=request.user, now=now)
        messages.success(
            request,
            _("«%(word)s» ligger nu i vecka %(week)s.") % {"word": word.draft_title, "week": first[1]},
        )
    elif data["action"] == CLEAR:
        word = actions.clear_week(year=first[0], week=first[1])
        messages.success(
            request,
            _("«%(word)s» är borttaget ur vecka %(week)s. Det ligger kvar bland orden, om du ångrar dig.")
            % {"word": word.draft_title, "week": first[1]},
        )
    else:
        actions.swap_weeks(first=first, second=data["other"], now=now)
        messages.success(
            request, _("Vecka %(a)s och %(b)s har bytt plats.") % {"a": first[1], "b": data["other"][1]}
        )


@require_POST
def check(request: HttpRequest, page_id: int) -> HttpResponse:
    """The report on a text as it stands in the editor, unsaved. Saves nothing."""
    word = as_written(request, WordPage, page_id, index=_may_write(request))
    return render(request, "learning/staff/_report.html", {"report": report(word), "checklist": CHECKLIST})


def as_written(request: HttpRequest, kind: type[Page], page_id: int, *, index: Page) -> Any:
    """The page of ``kind`` as it stands in the editor that posts; ``page_id`` is 0 for one that is new under ``index``."""
    page = get_object_or_404(kind, pk=page_id).get_latest_revision_as_object() if page_id else kind()
    form_class = kind.get_edit_handler().get_form_class()
    form = form_class(request.POST, instance=page, parent_page=index, for_user=request.user)
    form.defer_required_fields()
    form.is_valid()  # fills the instance with what can be read; what cannot is told by the editor itself
    return form.instance
