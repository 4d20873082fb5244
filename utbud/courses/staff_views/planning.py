"""Planning in the staff side: a run, more occasions, other times. What follows is shown before it is done."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from utbud.courses import words
from utbud.courses.actions import runs
from utbud.courses.actions.runs import NotApproved
from utbud.courses.actions.seats import CourseError
from utbud.courses.forms.planning import MoreTimesForm, OccasionForm, PlanForm, RunForm, TimesForm
from utbud.courses.forms.staff import CallOffForm
from utbud.courses.models import Occasion, Run
from utbud.courses.queries import planning
from utbud.courses.queries.times import where_words, with_all
from utbud.courses.staff_views.common import (
    ICON,
    ask,
    may_add_times,
    may_change_run,
    may_change_times,
    may_plan,
    posted,
    who,
)
from utbud.people.staff import staff_page

SHOWS = ["GET", "HEAD", "POST"]


@may_plan
@require_http_methods(SHOWS)
def plan_page(request: HttpRequest) -> HttpResponse:
    """Plan a run: fill in, see every date with what speaks against it, confirm."""
    now = timezone.now()
    initial = {"course": request.GET.get("kurs", "")}
    form = PlanForm(posted(request), now=now, initial=initial)
    preview: list[planning.PlannedTime] = []
    if request.method == "POST" and form.is_valid():
        preview = planning.planned(form.times, form.cleaned_data["resources"], now)
        if form.has_seen(sorted(_said(form)), *preview):
            try:
                run = runs.plan_run(
                    course=form.cleaned_data["course"],
                    times=form.times,
                    by=who(request),
                    now=now,
                    joins=form.cleaned_data["joins"],
                    **form.seat_facts(),
                    resources=form.cleaned_data["resources"],
                    submission_key=form.submission_key(),
                    **form.facts(),
                )
            except CourseError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Omgången är planerad."))
                return redirect("courses_run", run.pk)
    context = {"form": form, "back": reverse("courses_runs"), **_preview(form, preview)}
    status = 422 if form.errors else 200
    return staff_page(
        request, "courses/staff/plan.html", context, title=_("Ny omgång"), icon=ICON, status=status
    )


@may_add_times
@require_http_methods(SHOWS)
def more_times_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Add occasions to a run, seen before they are added."""
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk, cancelled_at=None)
    form = MoreTimesForm(posted(request), run=run)
    preview: list[planning.PlannedTime] = []
    if request.method == "POST" and form.is_valid():
        others = run.occasions.select_related("run")
        preview = planning.planned(form.times, form.cleaned_data["resources"], now, others=others)
        if form.has_seen(sorted(_said(form)), *preview):
            try:
                made = runs.add_occasions(
                    run=run, times=form.times, by=who(request), now=now,
                    resources=form.cleaned_data["resources"], **form.seat_facts(),
                )  # fmt: skip
            except CourseError as error:
                form.add_error(None, str(error))
            else:
                says = ngettext("Ett tillfälle är tillagt.", "%(count)s tillfällen är tillagda.", len(made))
                messages.success(request, says % {"count": len(made)})
                return redirect("courses_run", pk)
    lead = [
        _("De som redan är anmälda får inget besked om nya tider. Säg till dem om de ska komma dit också.")
    ]
    context = {
        "form": form,
        "back": reverse("courses_run", args=[pk]),
        "lead": lead,
        **_preview(form, preview),
    }
    title = _("Fler tillfällen: %(course)s") % {"course": run.course.title}
    status = 422 if form.errors else 200
    return staff_page(request, "courses/staff/plan.html", context, title=title, icon=ICON, status=status)


def _said(form: TimesForm) -> list[str]:
    """The answers of a form, whatever their order, so that it shows whether they are the ones that were looked at."""
    hidden = ("seen", "stamp")
    return [f"{name}={form[name].value()}" for name in form.fields if name not in hidden]


def _preview(form: TimesForm, preview: Sequence[planning.PlannedTime]) -> dict[str, Any]:
    if not preview:
        return {}
    return {
        "preview": preview,
        "passed": form.passed_words(),
        "warned": sum(bool(one.warnings) for one in preview),
        "changed": form.was_shown and not form.errors,
    }


@may_change_times
@require_http_methods(SHOWS)
def occasion_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time, place, teacher or room. How many are told is said before it is done."""
    now = timezone.now()
    occasion = get_object_or_404(with_all(Occasion.objects.all()).prefetch_related("resources"), pk=pk)
    back = f"{reverse('courses_run', args=[occasion.run_id])}?grupp={occasion.quota_id}"
    if occasion.is_cancelled:
        messages.warning(request, _("Tillfället är inställt. Lägg till ett nytt i stället."))
        return redirect(back)
    form = OccasionForm(posted(request), occasion=occasion)
    warnings: list[str] = []
    button = _("Se vad som händer")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        others = occasion.run.occasions.select_related("run")
        against = planning.planned([form.time], data["resources"], now, source=occasion.source, others=others)
        warnings = list(against[0].warnings)
        if form.is_told() and form.time[1] > now:
            warnings.append(planning.told([occasion.quota_id]).words)
        shown = (against[0].when, data["place"], [one.pk for one in data["resources"]], *warnings)
        if form.has_seen(*shown) or not warnings:
            told = planning.told([occasion.quota_id])
            try:
                moved = runs.change_occasion(
                    occasion=occasion, starts_at=form.time[0], ends_at=form.time[1], place=data["place"],
                    resources=data["resources"], by=who(request), now=now,
                )  # fmt: skip
            except CourseError as error:
                form.add_error("starts", str(error))
            else:
                messages.success(
                    request, _("Tillfället är ändrat. %(told)s") % {"told": _told_words(moved, told)}
                )
                return redirect(back)
        else:
            warnings.insert(0, _("Ny tid: %(when)s.") % {"when": against[0].when})
            button = _("Ändra ändå") if against[0].warnings else _("Ändra och ge besked")
    return ask(
        request, form, title=_("Ändra tillfället: %(course)s") % {"course": occasion.run.course.title},
        button=button, back=back, warnings=warnings, lead=[_now_is(occasion)],
    )  # fmt: skip


@may_change_times
@require_http_methods(SHOWS)
def call_off_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Call one occasion off, when one has seen how many are told."""
    now = timezone.now()
    occasion = get_object_or_404(with_all(Occasion.objects.all()), pk=pk)
    back = f"{reverse('courses_run', args=[occasion.run_id])}?grupp={occasion.quota_id}"
    if occasion.is_cancelled:
        messages.warning(request, _("Tillfället är redan inställt."))
        return redirect(back)
    form = CallOffForm(posted(request))
    if request.method == "POST" and form.is_valid():
        told = planning.told([occasion.quota_id])
        count = runs.cancel_occasion(
            occasion=occasion, why=form.cleaned_data["why"], by=who(request), now=now
        )
        messages.success(request, _("Tillfället är inställt. %(told)s") % {"told": _told_words(count, told)})
        return redirect(back)
    over = occasion.ends_at <= now
    says = (
        _("Tillfället har varit, så ingen får besked.") if over else planning.told([occasion.quota_id]).words
    )
    return ask(
        request, form, title=_("Ställ in tillfället: %(course)s") % {"course": occasion.run.course.title},
        button=_("Ställ in tillfället"), back=back,
        lead=[_now_is(occasion), _("Det går inte att ångra. Du kan lägga till ett nytt tillfälle."), says],
    )  # fmt: skip


@may_change_run
@require_http_methods(SHOWS)
def change_run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Another place, host, way of joining, fee or note for the whole run."""
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course", "place", "host"), pk=pk, cancelled_at=None)
    form = RunForm(posted(request), run=run)
    warnings: list[str] = []
    button = _("Spara")
    if request.method == "POST" and form.is_valid():
        moves = form.moves() and run.occasions.coming(now).exists()
        told = planning.told(run.quotas.values_list("pk", flat=True)) if moves else None
        if told:
            warnings = [told.words]
        seen = form.has_seen(sorted(f"{name}={form[name].value()}" for name in form.FACTS), *warnings)
        if seen or not warnings:
            try:
                runs.change_run(run=run, by=who(request), now=now, **form.facts())
            except NotApproved as error:  # the page was approved anew since the form was read
                form.add_error(None, str(error))
            except CourseError as error:
                messages.error(request, str(error))
                return redirect("courses_run", pk)
            else:
                said = [_("Omgången är ändrad."), *([told.words] if told else [])]
                messages.success(request, " ".join(said))
                return redirect("courses_run", pk)
        else:
            warnings.insert(0, _("Platsen blir en annan."))
            button = _("Ändra och ge besked")
        run.refresh_from_db()
    return ask(
        request, form, title=_("Ändra omgången: %(course)s") % {"course": run.course.title}, button=button,
        back=reverse("courses_run", args=[pk]), warnings=warnings,
    )  # fmt: skip


def _now_is(occasion: Occasion) -> str:
    when = words.time_words(occasion.starts_at, occasion.ends_at, timezone.now())
    return _("Nu gäller: %(when)s, %(where)s.") % {"when": when, "where": where_words(occasion)}


def _told_words(count: int, told: planning.Told) -> str:
    """What was said before it was done is said again: the same numbers."""
    return told.words if count else _("Ingen behövde få besked.")
