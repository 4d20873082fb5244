"""Runs in the staff side: all of them, and one with its occasions, seats and people."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from utbud.base import dates
from utbud.courses import words
from utbud.courses.actions import runs, seats
from utbud.courses.forms import planning
from utbud.courses.forms.staff import CallOffForm, RunFilter, WhyForm
from utbud.courses.models import CourseIndexPage, Quota, Registration, Run
from utbud.courses.queries import desk, public, staff
from utbud.courses.queries.planning import told
from utbud.courses.queries.seats import standings
from utbud.courses.queries.times import where_words, with_all
from utbud.courses.staff_views.common import (
    CHANGE_PEOPLE,
    ICON,
    SEE_PEOPLE,
    ask,
    may_change_run,
    may_delete_run,
    may_see_runs,
    posted,
    who,
)
from utbud.notices import actions as notices
from utbud.people.actions import note_look
from utbud.people.models import Look
from utbud.people.staff import shows_people, staff_page

PER_PAGE = 25


@may_see_runs
@require_safe
def runs_page(request: HttpRequest) -> HttpResponse:
    """All runs by date, with what each needs somebody to see."""
    now = timezone.now()
    form = RunFilter(request.GET)
    chosen = form.chosen()
    shown = Paginator(staff.runs(now, **chosen), PER_PAGE).get_page(request.GET.get("p"))
    asked = request.GET.copy()
    asked.pop("p", None)
    index = CourseIndexPage.objects.first()
    context = {
        "form": form,
        "shown": shown,
        "rows": staff.run_rows(shown, now),
        "asked": asked.urlencode(),
        "show": chosen["show"],
        "filtered": bool(chosen["course"] or chosen["place"]),
        "index": index,
        "may_write": index is not None and index.permissions_for_user(request.user).can_add_subpage(),
    }
    return staff_page(request, "courses/staff/runs.html", context, title=_("Kurser"), icon=ICON)


@never_cache
@may_see_runs
@require_safe
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A run: its occasions and seats, and its people for those who may see them.

    ``?grupp=12`` shows one of several things to join.
    """
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course", "place", "host"), pk=pk)
    occasions = list(with_all(run.occasions.order_by("starts_at", "pk")).prefetch_related("resources"))
    quotas = list(run.quotas.order_by("pk"))
    stand = standings(quotas, dates.local(now).date())
    clashing = staff.clashing_occasions(occasions, now)
    unmarked = staff.no_attendance(occasions, stand, now)
    left = [one for one in occasions if one.ends_at > now and not one.is_cancelled]
    quota = _chosen(request, quotas, [one.quota_id for one in left or occasions])
    sees_people = request.user.has_perm(SEE_PEOPLE)
    people = desk.people(quota, now) if quota and sees_people else {}
    if quota and any(people.values()):
        note_look(by=who(request), subject=f"quota:{quota.pk}", how=Look.How.LIST, now=now)
    to_tell = desk.to_tell(run, now) if sees_people else []
    if to_tell:
        note_look(by=who(request), subject=f"run:{pk}", how=Look.How.LIST, now=now)
    of_quota = [one for one in occasions if quota and one.quota_id == quota.pk]
    times = [(one.starts_at, one.ends_at) for one in of_quota]
    off = run.cancelled_at is not None or (bool(of_quota) and all(one.is_cancelled for one in of_quota))
    joinable = any(one.quota_id == quota.pk for one in left) if quota else False
    context = {
        "run": run,
        "occasions": [
            {
                "row": one,
                "when": words.time_words(one.starts_at, one.ends_at, now),
                "where": where_words(one),
                "over": one.ends_at <= now,
                "clashes": clashing.get(one.pk, []),
                "unmarked": one.pk in unmarked,
                "seats": staff.seats_taken_words([stand[one.quota_id]], off=one.is_cancelled),
                "chosen": quota is not None and one.quota_id == quota.pk,
            }
            for one in occasions
        ],
        "quota": quota,
        "several": len(quotas) > 1,
        "seats": stand[quota.pk].seats if quota else None,
        "seat_words": staff.seats_taken_words([stand[quota.pk]], off=off) if quota else "",
        "left_in_quota": joinable,
        "texts_to": public.texts_to() if joinable and run.open_to_all else "",
        "when": words.times_words(times, now),
        "people": people,
        "to_tell": to_tell,
        "registers": run.joining != Run.Joining.NONE,
        "open": bool(left),
        "known": Registration.objects.filter(quota__run=run).exists(),
    }
    return staff_page(request, "courses/staff/run.html", context, title=run.course.title, icon=ICON)


def _chosen(request: HttpRequest, quotas: list[Quota], in_order: list[int]) -> Quota | None:
    """The quota that is asked for, else that of the next occasion."""
    by_pk = {quota.pk: quota for quota in quotas}
    asked = request.GET.get("grupp", "")
    if asked.isdecimal() and int(asked) in by_pk:
        return by_pk[int(asked)]
    return by_pk[in_order[0]] if in_order else next(iter(quotas), None)


@shows_people(SEE_PEOPLE, "run:{pk}")
@require_http_methods(["GET", "HEAD", "POST"])
def tell_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom of a run staff tell themselves, to print and to tick."""
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course", "place", "host"), pk=pk)
    rows = desk.to_tell(run, now)
    if request.method == "POST":
        if not request.user.has_perm(CHANGE_PEOPLE):
            raise PermissionDenied
        ticked = request.POST.get("notice", "")
        row = next((one.notice for one in rows if str(one.notice.pk) == ticked), None)
        try:
            if row is None:
                raise notices.NotNow(_("Det är redan avbockat, eller så behövs det inte längre."))
            notices.done(notice=row, by=who(request), now=now)
        except notices.NotNow as error:
            messages.error(request, str(error))
        else:
            says = _("Avbockat: %(name)s är underrättad.") % {"name": row.name or _("personen")}
            undo = messages.button(reverse("notices_notice", args=[row.pk]), _("Ångra"))
            messages.success(request, says, buttons=[undo])
        return redirect("courses_tell", pk)
    context = {"run": run, "to_tell": rows, "today": now}
    title = _("Säg till: %(course)s") % {"course": run.course.title}
    return staff_page(request, "courses/staff/tell.html", context, title=title, icon=ICON)


@may_change_run
@require_http_methods(["GET", "HEAD", "POST"])
def seats_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How many seats there are, and how many the web leaves."""
    now = timezone.now()
    quota = get_object_or_404(Quota.objects.select_related("run__course"), pk=pk)
    form = planning.seats_form(quota, posted(request))
    back = f"{run_url(quota.run)}?grupp={quota.pk}"
    if request.method == "POST" and form.is_valid():
        try:
            runs.set_seats(quota=quota, **form.seat_facts(), by=who(request), now=now)
        except runs.BelowTaken as error:
            form.add_error("seats", str(error))
        else:
            messages.success(request, _("Platserna är ändrade. Den som får plats i kön får ett erbjudande."))
            return redirect(back)
    lead = [staff.seats_taken_words([standings([quota], dates.local(now).date())[quota.pk]]) + "."]
    return ask(
        request, form, title=_("Platser: %(course)s") % {"course": quota.run.course.title},
        button=_("Spara platserna"), back=back, lead=lead,
    )  # fmt: skip


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def give_seat_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Seat a party past the line, with a reason that is kept."""
    registration = get_object_or_404(
        Registration.objects.select_related("quota__run__course"), pk=pk, purged_at=None
    )
    form = WhyForm(
        posted(request), label=_("Varför"), help_text=_("Sparas, så att andra förstår. Visas inte utåt.")
    )
    back = f"{run_url(registration.quota.run)}?grupp={registration.quota_id}"
    if request.method == "POST" and form.is_valid():
        try:
            seats.give_seat(
                registration=registration,
                reason=form.cleaned_data["why"],
                by=who(request),
                now=timezone.now(),
            )
        except seats.CourseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("%(name)s har nu en plats.") % {"name": registration.name or _("Sällskapet")}
            )
            return redirect(back)
    name = {"name": registration.name, "course": registration.quota.run.course.title}
    return ask(
        request, form, title=_("Ge plats förbi kön"), button=_("Ge plats"), back=back,
        lead=[
            _("%(name)s står i kö till %(course)s.") % name,
            _("De som står före står kvar. Finns ingen ledig plats blir det en plats till."),
        ],
    )  # fmt: skip


@may_change_run
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the whole run off, when one has seen how many are told."""
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk)
    form = CallOffForm(posted(request))
    if run.cancelled_at:
        messages.warning(request, _("Omgången är redan inställd."))
        return redirect("courses_run", pk)
    if request.method == "POST" and form.is_valid():
        reach = told(run.quotas.values_list("pk", flat=True))
        runs.cancel_run(run=run, why=form.cleaned_data["why"], by=who(request), now=timezone.now())
        messages.success(request, _("Omgången är inställd. %(told)s") % {"told": reach.words})
        return redirect("courses_run", pk)
    lead = [
        _("Alla tillfällen som är kvar ställs in. Det går inte att ångra."),
        told(run.quotas.values_list("pk", flat=True)).words,
    ]
    return ask(
        request, form, title=_("Ställ in %(course)s") % {"course": run.course.title},
        button=_("Ställ in hela omgången"), back=run_url(run), lead=lead,
    )  # fmt: skip


@may_delete_run
@require_http_methods(["GET", "HEAD", "POST"])
def delete_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a run that nobody has registered for."""
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk)
    form = WhyForm(posted(request), label="", required=False)
    del form.fields["why"]
    if request.method == "POST" and form.is_valid():
        try:
            runs.delete_run(run=run)
        except seats.CourseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Omgången är borttagen."))
            return redirect("courses_runs")
    return ask(
        request, form, title=_("Ta bort en omgång av %(course)s") % {"course": run.course.title},
        button=_("Ta bort omgången"), back=run_url(run),
        lead=[_("Omgången och alla dess tider försvinner. Det går inte att ångra.")],
    )  # fmt: skip


def run_url(run: Run) -> str:
    """Where staff see a run."""
    return reverse("courses_run", args=[run.pk])
