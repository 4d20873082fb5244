"""The day in the staff side: who came, who came without having registered, the host's address, how it went."""

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from utbud.courses import words
from utbud.courses.actions import day, hosts
from utbud.courses.actions.seats import CourseError
from utbud.courses.forms.day import AttendanceForm, PaperForm, TallyForm, WalkInForm
from utbud.courses.models import Occasion, Registration, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries import day as queries
from utbud.courses.queries.times import absolute, where_words
from utbud.courses.staff_views.common import CHANGE_PEOPLE, SEE_PEOPLE
from utbud.courses.taps import is_tap, noted_words, tap_answer
from utbud.people.models import Look, User
from utbud.people.staff import question, shows_people, staff_page

ICON = "group"
WALKS_IN = "courses_walks_in"  # in the session: a name that was typed before a seat was let go
may_see: Callable[..., Any] = permission_required(SEE_PEOPLE)
may_do: Callable[..., Any] = permission_required(CHANGE_PEOPLE)


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission checks let nobody else in


def _occasion(pk: int) -> Occasion:
    occasion = queries.one_occasion(pk)
    if occasion is None:
        raise Http404
    return occasion


def _about(occasion: Occasion) -> dict[str, Any]:
    """What every page about an occasion tells first."""
    return {
        "occasion": occasion,
        "when": words.time_words(occasion.starts_at, occasion.ends_at, timezone.now()),
        "where": where_words(occasion),
    }


# --- who came -------------------------------------------------------------------------------------


@shows_people(SEE_PEOPLE, "occasion:{pk}")
@require_http_methods(["GET", "HEAD", "POST"])
def day_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of an occasion on a tablet. One form: whatever button is pressed, nothing that was ticked is lost."""
    now, occasion = timezone.now(), _occasion(pk)
    listed = queries.day(occasion)
    ready = queries.may_be_noted(occasion, now)
    may_note = ready and request.user.has_perm("courses.change_registration")
    sent = request.POST if request.method == "POST" and may_note else None
    form = AttendanceForm(sent, people=listed.people, heads=occasion.head_count)
    walk_in = WalkInForm(sent, now=now, initial={"name": request.session.pop(f"{WALKS_IN}_{pk}", "")})
    if is_tap(request):
        noted = may_note and form.is_valid()
        if noted:
            day.note_day(occasion=occasion, came=form.changed(), heads=[], by=_who(request), now=now)
        return tap_answer(occasion, noted=noted)
    if request.method == "POST":
        if not may_note:
            messages.error(request, _("Här går det inte att notera vem som kom."))
            return redirect("courses_day", pk)
        if form.is_valid() and walk_in.is_valid():
            _save(request, occasion, form)
            let_go = request.POST.get("let_go", "")
            if let_go.isdecimal():  # perhaps to make room: who is to have it waits until that is done
                if walk_in.cleaned_data["name"]:
                    request.session[f"{WALKS_IN}_{pk}"] = walk_in.cleaned_data["name"]
                return redirect("courses_let_go", pk, let_go)
            if _take_in(request, occasion, walk_in):
                return redirect("courses_day", pk)
            occasion = _occasion(pk)
            listed = queries.day(occasion)
            form = AttendanceForm(None, people=listed.people, heads=occasion.head_count)
    before, after = queries.neighbours(occasion)
    context = _about(occasion) | {
        "day": listed,
        "parties": _parties(listed, form),
        "form": form,
        "walk_in": walk_in,
        "may_note": may_note,
        "drop_in": occasion.run.joining == Run.Joining.NONE,
        "too_early": not ready and not occasion.is_cancelled,
        "may_let_go": may_note and occasion.starts_at <= now < occasion.ends_at,
        "before": before and (before, words.day_words(before.starts_at, now)),
        "after": after and (after, words.day_words(after.starts_at, now)),
        "wrong": bool(form.errors or walk_in.errors),
    }
    status = 422 if context["wrong"] else 200
    title = occasion.run.course.title
    return staff_page(request, "courses/staff/day.html", context, title=title, icon=ICON, status=status)


def _parties(listed: queries.Day, form: AttendanceForm) -> list[tuple[queries.Party, list[Any]]]:
    rows = {row[0].participant.pk: row for row in form.rows()}
    return [(party, [rows[one.participant.pk] for one in party.people]) for party in listed.parties]


def _save(request: HttpRequest, occasion: Occasion, form: AttendanceForm) -> None:
    """Write what was changed, and say what is noted now."""
    now, by = timezone.now(), _who(request)
    day.note_day(occasion=occasion, came=form.changed(), heads=form.new_heads(), by=by, now=now)
    messages.success(request, _("Sparat. %(said)s") % {"said": noted_words(queries.day(occasion))})


def _take_in(request: HttpRequest, occasion: Occasion, form: WalkInForm) -> bool:
    """Take in whoever came without having registered, where the button or a name says so. False when it went wrong."""
    name = form.cleaned_data["name"]
    if not name and "walk_in" not in request.POST:
        return True
    try:
        made = day.walk_in(
            occasion=occasion,
            name=name,
            by=_who(request),
            now=timezone.now(),
            submission_key=form.submission_key(),
            override_reason=form.cleaned_data["reason"],
        )
    except CourseError as error:
        form.add_error("reason", str(error))
        return False
    messages.success(request, _("%(name)s står på listan och är här.") % {"name": made.name or _("Personen")})
    return True


@shows_people(CHANGE_PEOPLE, "registration:{registration}", Look.How.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def let_go_page(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    """Ask whether to give the seats of a party that did not come to others; then do it."""
    occasion = _occasion(pk)
    row = get_object_or_404(
        Registration.objects.select_related("quota", "organisation"),
        pk=registration,
        quota=occasion.quota_id,
    )
    if request.method == "POST":
        try:
            day.let_go(occasion=occasion, registration=row, by=_who(request), now=timezone.now())
        except CourseError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Platsen är släppt. Någon annan kan få den."))
        return redirect("courses_day", pk)
    listed = queries.day(occasion)
    party = next((one for one in listed.parties if one.registration.pk == row.pk), None)
    if party is None:
        messages.error(request, _("Platsen är redan släppt, eller anmälan är avbokad."))
        return redirect("courses_day", pk)
    context = _about(occasion) | {
        "party": party,
        "more": queries.left_after(occasion),
    }
    return staff_page(request, "courses/staff/let_go.html", context, title=_("Släpp platsen"), icon=ICON)


# --- the host's address ---------------------------------------------------------------------------


@never_cache
@may_do
@require_http_methods(["GET", "HEAD", "POST"])
def host_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The secret address for the association that hosts the occasion: make it, show it, take it back."""
    occasion, now = _occasion(pk), timezone.now()
    if occasion.run.host is None:
        messages.error(request, _("Ingen förening är värd för omgången."))
        return redirect("courses_day", pk)
    over = queries.host_sees_until(occasion) <= now
    if request.method == "POST":
        if "close" in request.POST:
            hosts.close_link(occasion=occasion, by=_who(request))
            messages.success(request, _("Adressen är stängd. Den går inte att öppna mer."))
        elif not over:
            hosts.open_link(occasion=occasion, by=_who(request))
            messages.success(request, _("Adressen är gjord. Ge den till föreningen."))
        return redirect("courses_host", pk)
    path = queries.host_path(occasion)
    context = _about(occasion) | {
        "address": absolute(path) if path else "",
        "until": queries.host_sees_until(occasion),
        "over": over,
    }
    return staff_page(
        request, "courses/staff/host.html", context, title=_("Föreningens närvarolista"), icon=ICON
    )


# --- how it went ----------------------------------------------------------------------------------


@never_cache
@may_see
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What has been said of an occasion, and where answers on paper are typed in: Enter takes the next."""
    occasion, now = _occasion(pk), timezone.now()
    been = occasion.starts_at <= now and not occasion.is_cancelled
    may_type = request.user.has_perm("courses.change_registration") and been
    task = occasion.run.course.task
    which = request.POST.get("which", "") if request.method == "POST" and may_type else ""
    paper = PaperForm(request.POST if which == "paper" else None, now=now, task=task)
    tally = TallyForm(request.POST if which == "tally" else None, now=now, with_task=bool(task))
    if which == "paper" and paper.is_valid():
        key = paper.submission_key()
        day.evaluate(occasion=occasion, **paper.said, came_by=Way.PAPER, now=now, submission_key=key)
        messages.success(request, _("Svaret är inlagt. Ta nästa."))
        return redirect("courses_evaluation", pk)
    if which == "tally" and tally.is_valid():
        tasks, moods = tally.of("task"), tally.of("mood")
        key = tally.submission_key()
        count = day.tally(occasion=occasion, tasks=tasks, moods=moods, now=now, submission_key=key)
        said = ngettext("%(count)s svar är inlagt.", "%(count)s svar är inlagda.", count)
        messages.success(request, said % {"count": count})
        return redirect("courses_evaluation", pk)
    context = _about(occasion) | {
        "said": queries.answers(occasion),
        "task": task,
        "paper": paper,
        "tally": tally,
        "tally_fields": [
            (_("Klarade du att %(task)s?") % {"task": task} if kind == "task" else _("Hur kändes det?"),
             [tally[name] for name in tally.fields if name.startswith(f"{kind}_")])
            for kind in (["task", "mood"] if task else ["mood"])
        ],
        "may_type": may_type,
        "open": queries.may_be_evaluated(occasion, now),
        "address": absolute(queries.evaluation_path(occasion)),
        "path": queries.evaluation_path(occasion),
    }  # fmt: skip
    return staff_page(
        request,
        "courses/staff/evaluation.html",
        context,
        title=_("Utvärdering"),
        icon=ICON,
        status=422 if paper.errors or tally.errors else 200,
    )


@may_do
@require_http_methods(["GET", "HEAD", "POST"])
def remove_answer(request: HttpRequest, pk: int, answer: int) -> HttpResponse:
    """Take away an answer from paper that was typed in wrong, after a question."""
    if request.method != "POST":
        return question(
            request,
            title=_("Ta bort svaret?"),
            says=_(
                "Det är ett svar på papper som någon har lagt in. Har du pappret kan du lägga in det igen."
            ),
            button=_("Ta bort svaret"),
            back=reverse("courses_evaluation", args=[pk]),
        )
    day.remove_paper_answer(occasion=_occasion(pk), pk=answer)
    messages.success(request, _("Svaret är borttaget."))
    return redirect("courses_evaluation", pk)
