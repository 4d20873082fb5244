"""The desk: people who ring or come by, lists on paper, seats for an association, and who is calling."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from utbud.base import dates, letters
from utbud.courses import words
from utbud.courses.actions import seats
from utbud.courses.actions.telling import way_of
from utbud.courses.forms.desk import MOST_ROWS, ROWS, AssociationForm, DeskForm, FindForm, PaperForm, party
from utbud.courses.models import Participant, Quota, Registration, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries import desk
from utbud.courses.queries.seats import place_in_line, seats_needed
from utbud.courses.queries.times import Offered, all_times, offered, where_words, with_all
from utbud.courses.staff_views.common import ICON, may_register, may_see, posted, who
from utbud.notices.models import Way as By
from utbud.people.actions import note_look
from utbud.people.models import Look
from utbud.people.staff import shows_people, staff_page

SHOWS = ["GET", "HEAD", "POST"]


# --- one who rings or stands here -------------------------------------------------------------------


@never_cache
@may_register
@require_http_methods(SHOWS)
def desk_page(request: HttpRequest) -> HttpResponse:
    """One screen. Enter in the search field looks for a course, anywhere else it registers."""
    now = timezone.now()
    question = request.POST.get("course", "").strip()
    looks = request.method != "POST" or question != request.POST.get("looked_for", "").strip()
    shown = _groups(request, question, looks, now)
    warnings: list[str] = []
    full = False
    if looks:
        form = DeskForm(None, offered=shown, now=now, initial=_kept(request, shown))
    else:
        form = DeskForm(request.POST, offered=shown, now=now)
        if form.is_valid():
            quota, contact = form.chosen.quota, form.cleaned_data["contact"]
            warnings, full = _against(
                form, quota, form.cleaned_data["name"], form.cleaned_data["came_by"], now
            )
            if form.has_seen(quota.pk, contact, len(form.people()), *warnings) or not warnings:
                registration = _register(form, quota, full, request, now)
                if registration:
                    return redirect("courses_desk_done", registration.pk)
    focus = _focus(form, shown, looks, question, warnings)
    if focus in form.fields:
        form.fields[focus].widget.attrs["autofocus"] = True
    same = desk.same_person(form.chosen.quota, form.cleaned_data["contact"]) if warnings else []
    for one in same:
        note_look(by=who(request), subject=one.about, how=Look.How.PERSON, now=now)
    context = {
        "form": form,
        "looked_for": question,
        "found": bool(shown),
        "more": len(shown) >= desk.SHOWN_GROUPS,
        "warnings": warnings,
        "full": full,
        "focus": focus,
        "same": same,
    }
    status = 422 if form.errors else 200
    return staff_page(
        request, "courses/staff/desk.html", context, title=_("Anmäl någon"), icon=ICON, status=status
    )


def _groups(request: HttpRequest, question: str, looks: bool, now: dt.datetime) -> list[Offered]:
    """The groups to choose from: those that come with the address, or that answer the question, and what is chosen."""
    chosen = request.POST.get("group", "") if request.method == "POST" else request.GET.get("grupp", "")
    mine = [int(chosen)] if chosen.isdecimal() and len(chosen) < 10 else []
    run = request.GET.get("omgang", "")
    if request.method != "POST" and run.isdecimal() and len(run) < 10:
        mine = list(Quota.objects.filter(run_id=int(run)).values_list("pk", flat=True))
    kept = [one for one in offered(now, quota_ids=mine, public=False) if not one.cancelled] if mine else []
    if kept and request.method != "POST":
        return kept
    found = desk.groups(question, now)
    return found if looks else kept + [one for one in found if one.quota.pk not in mine]


def _kept(request: HttpRequest, shown: list[Offered]) -> dict[str, Any]:
    """What was typed before one looked for a course; a group that is alone is chosen."""
    names = (
        "course", "name", "contact", "size", "came_by", "names", "interpreter_language", "needs_text", "reason", "group",
    )  # fmt: skip
    kept: dict[str, Any] = {name: request.POST[name] for name in names if name in request.POST}
    if request.POST:
        kept["needs"] = request.POST.getlist("needs")
    if len(shown) == 1:
        kept["group"] = shown[0].quota.pk
    return kept


def _focus(form: DeskForm, shown: list[Offered], looks: bool, question: str, warnings: list[str]) -> str:
    """The field where one goes on."""
    if form.errors:
        return ""  # the list of errors has it
    if warnings:
        return "go on"
    if not shown or (not question and len(shown) != 1):
        return "course"
    if not form["name"].value():
        return "name"  # also where a group is to be chosen: a radio button takes no letters, and a space chooses it
    return "group" if len(shown) > 1 else "go on"


def _against(
    form: DeskForm | AssociationForm, quota: Quota, name: str, way: str, now: dt.datetime
) -> tuple[list[str], bool]:
    roles = [person.role for person in form.people()]
    size = seats_needed(
        quota.run,
        participants=roles.count(Participant.Role.PARTICIPANT),
        companions=roles.count(Participant.Role.COMPANION),
    )
    return desk.against(quota, name=name, size=size, contact=form.cleaned_data["contact"], way=way, now=now)


def _register(
    form: DeskForm, quota: Quota, full: bool, request: HttpRequest, now: dt.datetime
) -> Registration | None:
    data = form.cleaned_data
    try:
        return seats.register(
            quota=quota,
            name=data["name"],
            contact=data["contact"],
            people=form.people(),
            came_by=data["came_by"],
            now=now,
            submission_key=form.submission_key(),
            by=who(request),
            **form.needs_of(),
            override_reason=data["reason"] if full else "",
        )
    except seats.CourseError as error:
        form.add_error("group", str(error))
        return None


@shows_people("courses.add_registration", "registration:{pk}", Look.How.PERSON)
@require_safe
def desk_done_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What to say to whoever was registered, the code in big type, and on to the next."""
    now = timezone.now()
    registration = get_object_or_404(
        Registration.objects.select_related("quota__run__course"), pk=pk, purged_at=None
    )
    times = [one for one in all_times(registration.quota) if not one.is_cancelled and one.ends_at > now]
    by = way_of(registration)
    context = {
        "registration": registration,
        "code": words.spoken_code(registration.code),
        "seated": registration.state == Registration.REGISTERED,
        "place": place_in_line(registration),
        "when": words.times_words([(one.starts_at, one.ends_at) for one in times], now),
        "where": where_words(times[0]) if times else "",
        "sends": {
            By.SMS.value: _("Ett sms är på väg."),
            By.EMAIL.value: letters.promise(
                _("Ett mejl är på väg."), instead=_("Läs upp det viktigaste nu.")
            ),
        }.get(by, ""),
        "reached": by != By.HAND or registration.reached_by is not None,
    }
    return staff_page(request, "courses/staff/desk_done.html", context, title=_("Klart"), icon=ICON)


@never_cache
@may_see
@require_http_methods(SHOWS)
def find_page(request: HttpRequest) -> HttpResponse:
    """Who is calling: by name, phone, code or course. What is asked stands in no address, and so in no log."""
    now = timezone.now()
    form = FindForm(posted(request))
    found: list[desk.Found] = []
    question = form.cleaned_data["q"] if form.is_valid() else ""
    if question:
        found = desk.find(question, now)
        if found:
            note_look(by=who(request), subject="find", how=Look.How.LIST, now=now)
        if len(found) == 1:
            return redirect("courses_registration", found[0].registration.pk)
    context = {"form": form, "found": found, "question": question, "most": desk.MOST_FOUND}
    return staff_page(request, "courses/staff/find.html", context, title=_("Sök anmälan"), icon=ICON)


# --- several at once --------------------------------------------------------------------------------


def _quota_words(run: Run, now: dt.datetime) -> dict[int, str]:
    """What one can still join in a run, by the quota's id, in order."""
    occasions = with_all(run.occasions.coming(now).held())
    times: dict[int, list[tuple[dt.datetime, dt.datetime]]] = {}
    for one in occasions:
        times.setdefault(one.quota_id, []).append((one.starts_at, one.ends_at))
    return {pk: words.times_words(found, now) for pk, found in times.items()}


def _closed(request: HttpRequest, run: Run, quotas: dict[int, str]) -> HttpResponse | None:
    if quotas and run.joining != Run.Joining.NONE:
        return None
    messages.warning(
        request,
        _("Hit behöver man inte anmäla sig.")
        if quotas
        else _("Omgången är över eller inställd. Det går inte att anmäla fler."),
    )
    return redirect("courses_run", run.pk)


@never_cache
@may_register
@require_http_methods(SHOWS)
def paper_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A list on paper: its rows become registrations, in order. Sent twice, each row is one registration."""
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk)
    quotas = _quota_words(run, now)
    if closed := _closed(request, run, quotas):
        return closed
    rows = min(_number(request.POST.get("rows", ""), ROWS), MOST_ROWS)
    more = "more" in request.POST
    title = _("Lista på papper: %(course)s") % {"course": run.course.title}
    if request.method == "POST" and not more:
        form = PaperForm(request.POST, quotas=quotas, rows=rows, now=now)
        if form.all_valid():
            done, stopped = _take_in(form, request, now)
            if not stopped:
                context = {"run": run, "done": done, "seated": sum(one["seated"] for one in done)}
                return staff_page(request, "courses/staff/paper_done.html", context, title=title, icon=ICON)
            form.add_error(None, stopped)
    else:
        rows = min(rows + ROWS, MOST_ROWS) if more else rows
        form = PaperForm(
            None,
            quotas=quotas,
            rows=rows,
            now=now,
            initial=request.POST.dict() if more else {"came_on": dates.local(now).date()},
        )
        if more:
            for row in form.rows:
                row.initial = {name: request.POST.get(row.add_prefix(name), "") for name in row.fields}
    context = {"form": form, "run": run, "rows": rows, "most": rows >= MOST_ROWS}
    status = 422 if form.is_bound and (form.errors or any(row.errors for row in form.rows)) else 200
    return staff_page(request, "courses/staff/paper.html", context, title=title, icon=ICON, status=status)


def _take_in(form: PaperForm, request: HttpRequest, now: dt.datetime) -> tuple[list[dict[str, Any]], str]:
    """Register every row in order. What came of each; and why it stopped, if it did: what was before is done."""
    done: list[dict[str, Any]] = []
    for number, row in enumerate(form.rows):
        if not row.filled:
            continue
        data, key = row.cleaned_data, form.row_key(number)
        size = data["size"] or 1
        try:
            registration = seats.register(
                quota=form.cleaned_data["quota"], name=data["name"], contact=data["contact"],
                people=party([data["name"], *[""] * (size - 1)]), came_by=Way.PAPER, now=now, submission_key=key,
                by=who(request), came_on=form.cleaned_data["came_on"],
            )  # fmt: skip
        except seats.CourseError as error:
            return done, str(error)
        done.append(
            {
                "row": registration,
                "seated": registration.state == Registration.REGISTERED,
                "place": place_in_line(registration),
                "known": registration.submission_key != key,
                "code": words.spoken_code(registration.code),
            }
        )
    return done, ""


@never_cache
@may_register
@require_http_methods(SHOWS)
def association_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Seats for a group, whose names may come later, or never."""
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course", "host"), pk=pk)
    quotas = _quota_words(run, now)
    if closed := _closed(request, run, quotas):
        return closed
    form = AssociationForm(posted(request), quotas=quotas, now=now, initial={"organisation": run.host_id})
    warnings: list[str] = []
    full = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        quota = data["quota"]
        warnings, full = _against(form, quota, data["organisation"].name, Way.HOST, now)
        if form.has_seen(quota.pk, data["contact"], data["size"], *warnings) or not warnings:
            try:
                registration = seats.register(
                    quota=quota, name=data["organisation"].name, contact=data["contact"], people=form.people(),
                    came_by=Way.HOST, now=now, submission_key=form.submission_key(), by=who(request),
                    organisation=data["organisation"], override_reason=data["reason"] if full else "",
                )  # fmt: skip
            except seats.CourseError as error:
                form.add_error(None, str(error))
            else:
                return redirect("courses_desk_done", registration.pk)
    context = {
        "form": form,
        "run": run,
        "warnings": warnings,
        "full": full,
        "back": reverse("courses_run", args=[pk]),
    }
    title = _("Platser för en förening: %(course)s") % {"course": run.course.title}
    status = 422 if form.errors else 200
    return staff_page(
        request, "courses/staff/association.html", context, title=title, icon=ICON, status=status
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and 0 < len(text) < 4 else otherwise
