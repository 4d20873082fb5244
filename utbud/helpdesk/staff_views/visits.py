"""The desk: a visit in three presses, what goes on, material to show while helping, and what was left running."""

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from utbud.helpdesk.actions import visits
from utbud.helpdesk.forms import UNKNOWN, EndForm, Press, VisitForm, read_presses
from utbud.helpdesk.models import GOING_ON, Choice, Question, Visit
from utbud.helpdesk.queries import visits as queries
from utbud.people.staff import staff_page
from utbud.places.models import Place
from utbud.places.queries import active_places

ICON = "clipboard-list"
WORKER = Path(__file__).parents[1] / "static" / "helpdesk" / "natlos.js"
CHOSEN = "helpdesk_place"  # in the session: where this browser stands
may_note: Callable[..., Any] = permission_required("helpdesk.add_visit")
State = Visit.State


def place_of(request: HttpRequest, places: list[Place]) -> Place | None:
    """Where this browser stands: as the address says, as it said last, or the first place."""
    slug = request.GET.get("plats", "") or request.session.get(CHOSEN, "")
    found = next((place for place in places if place.slug == slug), places[0] if places else None)
    if found and request.GET.get("plats") == found.slug:
        request.session[CHOSEN] = found.slug
    return found


@never_cache
@may_note
@require_http_methods(["GET", "HEAD", "POST"])
def desk_page(request: HttpRequest) -> HttpResponse:
    """Note a visit: what, how long, done. A tablet sends what was pressed as a list (``presses``)."""
    now = timezone.now()
    if "presses" in request.POST:
        return _take_in(request, now)
    asked, places = queries.asked(), active_places()
    place = place_of(request, places)
    form = VisitForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        begins = "start" in request.POST
        visit = visits.note(
            key=form.cleaned_data["key"],
            place=place,
            errands=form.errands,
            minutes=form.length,
            at=now,
            now=now,
            running=begins,
        )
        return redirect(_back(place, visit.key))
    context = {
        "form": form,
        "asked": asked,
        "chosen": request.POST.getlist("what"),
        "answers": {name: value for name, value in form.data.items() if name.startswith("q-")},
        "lengths": [*((str(n), n) for n in queries.LENGTHS)],
        "unknown": UNKNOWN,
        "counts": range(1, 6),
        "places": places,
        "place": place,
        "going_on": queries.going_on(place, now),
        "undo": _just_noted(request, now),
        "left": queries.count_left(now),
    }
    status = 422 if form.errors else 200
    return staff_page(
        request, "helpdesk/staff/desk.html", context, title=_("Disken"), icon=ICON, status=status
    )


@never_cache
@may_note
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """What opens the page of the desk without network. Its address says what it may answer for: the desk alone."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


def _back(place: Place | None, key: uuid.UUID | None = None) -> str:
    asked = ({"plats": place.slug} if place else {}) | ({"nyss": str(key)} if key else {})
    return f"{reverse('helpdesk_desk')}?{urlencode(asked)}"


def _just_noted(request: HttpRequest, now: dt.datetime) -> dict[str, Any] | None:
    """What was pressed a moment ago, in words, where it can be undone still."""
    visit = Visit.objects.counted().filter(key=_key(request.GET.get("nyss", ""))).first()
    if visit is None:
        return None
    what = queries.words_of(visit)
    says = {
        State.RUNNING: _("Pågår: %(what)s."),
        State.PAUSED: _("Pausat: %(what)s."),
        State.DONE: _("Noterat: %(what)s, %(minutes)s min.") if visit.minutes else _("Noterat: %(what)s."),
    }[State(visit.state)] % {"what": what, "minutes": visit.minutes}
    return {"says": says, "key": visit.key, "may": visits.may_undo(visit, now)}


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


@never_cache
@may_note
@require_POST
def deed(request: HttpRequest) -> HttpResponse:
    """A press on a visit that is there: pause, go on, done, undo."""
    now, key = timezone.now(), _key(request.POST.get("key", ""))
    visit = Visit.objects.filter(key=key).select_related("place").first()
    if visit is None or not _do(Press(key=key, deed=request.POST.get("do", "")), now):
        messages.warning(request, _("Det är redan gjort, eller för sent att ändra. Se efter på sidan."))
        return redirect("helpdesk_desk")
    if request.POST.get("do") == "undo":
        messages.success(request, _("Ångrat."))
        return redirect(_back(visit.place))
    return redirect(_back(visit.place, key))


@never_cache
@may_note
@require_http_methods(["GET", "HEAD", "POST"])
def visit_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A visit that goes on: one more errand, or how it ended."""
    now = timezone.now()
    visit = Visit.objects.select_related("place").filter(key=key, state__in=GOING_ON).first()
    if visit is None:
        messages.warning(request, _("Besöket är avslutat."))
        return redirect("helpdesk_desk")
    asked = queries.asked()
    form = VisitForm(request.POST if request.method == "POST" else None, asked=asked, whole=False)
    if request.method == "POST":
        if "done" in request.POST:
            form.fields["what"].required = False
        if form.is_valid() and "done" in request.POST:
            minutes = form.length if form.data.get("minutes") or form.cleaned_data.get("other") else None
            visits.finish(key=key, at=now, minutes=minutes, answers=form.end)
            return redirect(_back(visit.place, key))
        if form.is_valid():
            number = int(request.POST["number"]) if request.POST.get("number", "").isdecimal() else 0
            for extra, answers in enumerate(form.errands):
                visits.add_errand(key=key, number=number + extra, answers=answers)
            messages.success(request, _("Ärendet är tillagt."))
            return redirect("helpdesk_visit", key)
    context = {
        "form": form,
        "visit": visit,
        "what": queries.words_of(visit),
        "minutes": visit.lasted(now) // 60,
        "asked": asked,
        "chosen": request.POST.getlist("what"),
        "answers": {name: value for name, value in form.data.items() if name.startswith("q-")},
        "number": visit.errands.count() + 1,
        "lengths": [*((str(n), n) for n in queries.LENGTHS)],
        "unknown": UNKNOWN,
    }
    status = 422 if form.errors else 200
    return staff_page(
        request, "helpdesk/staff/visit.html", context, title=_("Besöket"), icon=ICON, status=status
    )


# --- from a tablet ------------------------------------------------------------------------------


def _take_in(request: HttpRequest, now: dt.datetime) -> JsonResponse:
    """Do what was pressed, in order. What is answered as ``kept`` the tablet forgets; what can never be done, too."""
    try:
        rows = read_presses(request.POST["presses"])
    except (TypeError, ValueError):
        return JsonResponse({"says": _("Det gick inte att läsa det plattan skickade.")}, status=422)
    done = [(mark, press is not None and _do(press, now)) for mark, press in rows]
    return JsonResponse(
        {"kept": [mark for mark, _fine in done], "late": [mark for mark, fine in done if not fine]}
    )


def _do(press: Press, now: dt.datetime) -> bool:
    """One press. False where it changed nothing, since it was done already or came too late."""
    at = visits.moment_of(press.ago, now)
    if press.deed in ("note", "start"):
        known = Choice.objects.select_related("question").in_bulk(
            {key for of in press.errands for key in of}, field_name="key"
        )
        errands = [[known[key] for key in dict.fromkeys(of) if key in known] for of in press.errands]
        place = Place.objects.filter(pk=press.place).first() if press.place else None
        try:
            visits.note(
                key=press.key,
                place=place,
                errands=[of for of in errands if any(one.question.part == Question.Part.WHAT for one in of)],
                minutes=press.minutes,
                at=at,
                now=now,
                running=press.deed == "start",
            )
        except visits.DeskError:
            return False
        return True
    moment = at or now
    if press.deed == "pause":
        return visits.pause(key=press.key, at=moment)
    if press.deed == "on":
        return visits.go_on(key=press.key, at=moment)
    if press.deed == "done":
        return (
            visits.finish(key=press.key, at=moment, minutes=press.minutes, known=at is not None) is not None
        )
    return press.deed == "undo" and visits.undo(key=press.key, at=moment)


# --- while helping ------------------------------------------------------------------------------


@never_cache
@may_note
@require_safe
def help_page(request: HttpRequest, key: str) -> HttpResponse:
    """Our own words, guides, films and courses for an errand. With ``?del`` the part alone, for the page of the desk."""
    choice = get_object_or_404(Choice, key=key, question__part=Question.Part.WHAT)
    context = {"choice": choice, "material": queries.material(choice)}
    if "del" in request.GET:
        return render(request, "helpdesk/staff/_material.html", context)
    return staff_page(request, "helpdesk/staff/help.html", context, title=choice.text, icon=ICON)


@never_cache
@may_note
@require_POST
def lacked(request: HttpRequest, key: str) -> HttpResponse:
    """«Inget passar»: kept as a number."""
    choice = get_object_or_404(Choice, key=key, question__part=Question.Part.WHAT)
    visits.lacked(choice=choice, place=place_of(request, active_places()), now=timezone.now())
    says = _("Noterat. Vi saknar något om detta.")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"says": says})
    messages.success(request, says)
    return redirect("helpdesk_help", key)


# --- left running -------------------------------------------------------------------------------


@never_cache
@may_note
@require_http_methods(["GET", "HEAD", "POST"])
def left_page(request: HttpRequest) -> HttpResponse:
    """Visits that were left running over a night: how long did they take, if anyone knows?"""
    now = timezone.now()
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        minutes = None if "unknown" in request.POST else form.cleaned_data["other"]
        if minutes is None and "unknown" not in request.POST:
            form.add_error("other", _("Skriv minuterna, eller tryck på Vet inte."))
        else:
            visits.finish(
                key=_key(request.POST.get("key", "")), at=now, minutes=minutes, known=minutes is not None
            )
            messages.success(request, _("Tack. Besöket är klart."))
            return redirect("helpdesk_left")
    rows = queries.left(now)
    context = {"rows": rows, "form": form, "wrong": str(request.POST.get("key", "")) if form.errors else ""}
    title = ngettext("Ett besök som inte avslutades", "Besök som inte avslutades", len(rows) or 2)
    status = 422 if form.errors else 200
    return staff_page(request, "helpdesk/staff/left.html", context, title=title, icon=ICON, status=status)
