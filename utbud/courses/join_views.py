"""Joining a course on the web, and seeing to one's own place. Nothing is kept here before the last step is sent."""

import datetime as dt
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from utbud.base.networks import client_address
from utbud.courses.actions import codes, day, seats, telling
from utbud.courses.actions.seats import Changed, Closed, CourseError, Full
from utbud.courses.forms.public import (
    CHECK,
    COMPANION,
    GROUP,
    PARTICIPANT,
    STEPS,
    WHO,
    FindForm,
    JoinForm,
    OwnContact,
    OwnNeeds,
    PartyForm,
    carried_on,
)
from utbud.courses.models import CoursePage, Registration, RegistrationChange
from utbud.courses.models.registrations import Way
from utbud.courses.queries import public as queries
from utbud.courses.queries.times import Offered, offered
from utbud.inbox import guards
from utbud.inbox.contact import ContactKind, read_written
from utbud.places import queries as places
from utbud.publishing.views import moved_to

TOO_MANY = "too many"
CHANGES, CHANGES_PER_HOUR = "courses changes", 20  # of one's own place
PURPOSE, PER_HOUR = "courses", 10  # a household registers several people, a library's computer more
ORDER = list(STEPS)


# --- joining ------------------------------------------------------------------------------------


# Not no-store: whoever goes back in the browser must find what was written. It stays in that browser.
@cache_control(private=True, max_age=0)
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """/kurser/<slug>/anmalan/: one thing a page. ``?grupp=`` is the quota that one has chosen already."""
    course = CoursePage.objects.live().filter(slug=slug).first()
    if course is None:
        if moved := moved_to(f"/kurser/{slug}"):
            return redirect("courses_join", moved, permanent=True)
        raise Http404(_("Kursen finns inte."))
    journey = _Journey(request, course)
    if not journey.groups:
        return render(request, "courses/join_closed.html", {"course": course})
    return journey.answer() if request.method == "POST" else journey.begin()


class _Journey:
    """One request on the way through the steps."""

    def __init__(self, request: HttpRequest, course: CoursePage) -> None:
        self.request, self.course, self.now = request, course, timezone.now()
        self.groups = [one for one in offered(self.now, course=course) if one.joinable]

    def form(self, step: str, data: Any = None, **known: Any) -> JoinForm:
        return JoinForm(data, now=self.now, step=step, groups=self.groups, **known)

    def group(self, key: str) -> Offered | None:
        return next((one for one in self.groups if str(one.quota.pk) == key), None)

    def begin(self) -> HttpResponse:
        """The first page: which group, unless that is said or there is only one."""
        key = self.request.GET.get("grupp", "")
        gone = bool(key) and self.group(key) is None
        if not gone and len(self.groups) == 1:
            key = str(self.groups[0].quota.pk)
        if self.group(key) is None:
            return self.show(self.form(GROUP), gone=gone)
        return self.show(self.form(WHO, initial={"grupp": key}))

    def answer(self) -> HttpResponse:
        """What was sent from a step: back, on, or, from the last, all of it."""
        data = self.request.POST
        step = data.get("steg", "")
        if step not in STEPS:
            return self.show(self.form(ORDER[0], initial=carried_on(data)))
        if "till" in data:
            return self.to(data["till"] if data["till"] in STEPS else WHO)
        form = self.form(step, data, guarded=step == CHECK)
        if not form.is_valid():
            if form.failing_step and form.failing_step != step:
                form = self.form(form.failing_step, data)
            return self.show(form)
        return self.send(form) if step == CHECK else self.to(ORDER[ORDER.index(step) + 1])

    def to(self, step: str) -> HttpResponse:
        """Show ``step`` with all that has been written. The last one only if all before it is right."""
        data = self.request.POST
        if step != CHECK:
            return self.show(self.form(step, initial=carried_on(data)))
        form = self.form(CHECK, data)
        if not form.is_valid():
            form = self.form(form.failing_step or WHO, data)
        return self.show(form)

    def send(self, form: JoinForm) -> HttpResponse:
        """Take the party in, once however many times it is sent."""
        key = form.submission_key()
        registration = queries.by_submission(key)
        if registration is not None:
            return redirect(registration.path)
        address = client_address(self.request)
        if not guards.within_limit(address=address, now=self.now, purpose=PURPOSE, limit=PER_HOUR):
            form.add_error(None, _too_many())
            return self.show(form, status=429)
        group = next(one for one in self.groups if str(one.quota.pk) == form.cleaned_data["grupp"])
        try:
            registration = seats.register(
                quota=group.quota,
                name=form.cleaned_data["name"],
                contact=form.cleaned_data["contact"],
                people=form.people(),
                **form.all_needs(),
                came_by=Way.WEB,
                now=self.now,
                submission_key=key,
                may_wait=self.request.POST.get("ko") == "ja",
            )
        except Full:  # while it was written; the page offers a place in line instead
            self.groups = [one for one in offered(self.now, course=self.course) if one.joinable]
            return self.show(form, filled=True)
        except Closed as error:
            form.add_error(None, str(error))
            return self.show(form)
        return redirect(registration.path)

    def show(self, form: JoinForm, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page of the form's step."""
        steps = ORDER if len(self.groups) > 1 else ORDER[1:]
        here = steps.index(form.step) if form.step in steps else 0
        group = self.group((form.data or form.initial).get("grupp", ""))
        context: dict[str, Any] = {
            "course": self.course,
            "groups": self.groups,
            "group": group,
            "form": form,
            "step": form.step,
            "number": here + 1,
            "of": len(steps),
            "back": steps[here - 1] if here else "",
            "months": places.course_months(),
        }
        if form.step == CHECK and group is not None:
            context |= self.summary(form, group)
        response = render(self.request, "courses/join.html", context | more, status=status)
        response["X-Robots-Tag"] = "noindex"
        return response

    def summary(self, form: JoinForm, group: Offered) -> dict[str, Any]:
        """What is checked before it is sent: the answers in words, and what one would get."""
        data = form.cleaned_data
        people = form.people()
        companions = sum(person.role == "companion" for person in people)
        written = read_written(data["contact"])
        contact = written.contact
        return {
            "name": data["name"],
            "contact": contact.words,
            "contact_note": written.note,
            "abroad": telling.abroad_words()
            if contact.kind == ContactKind.PHONE and not places.texts_go_to(contact.value)
            else "",
            "by_phone": contact.kind == ContactKind.PHONE,
            "needs": Registration(**form.needs_of()).needs_words,
            "along": data["along"],
            "along_name": data["along_name"],
            "two": data["along"] == PARTICIPANT,
            "outlook": queries.outlook(group, participants=len(people) - companions, companions=companions),
        }


def _too_many() -> str:
    phone = places.library().phone
    if phone:
        return _(
            "Vi har fått många anmälningar härifrån den senaste timmen. Ring oss på %(phone)s, så hjälper vi dig."
        ) % {"phone": phone}
    return _("Vi har fått många anmälningar härifrån den senaste timmen. Vänta en timme och skicka igen.")


# --- one's own place ----------------------------------------------------------------------------


def _own(key: str) -> queries.Own:
    registration = queries.by_key(key)
    if registration is None:
        raise Http404(_("Anmälan finns inte."))
    return queries.own(registration, timezone.now())


def _page(
    request: HttpRequest, template: str, own: queries.Own, *, status: int = 200, **more: Any
) -> HttpResponse:
    course = own.run.course
    context = {
        "own": own,
        "registration": own.registration,
        "course": course,
        "promise": telling.promise(own.registration),
        "can_join_again": not own.standing and queries.joins_on_web(own.registration.quota, own.now),
    }
    response = render(request, f"courses/{template}.html", context | more, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """Where one stands, and what one can do. The page names nobody: it may be left on a screen or in a printer."""
    return _page(request, "receipt", _own(key), saved="andrat" in request.GET)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """Asked first, then let go: a seat, a place in line, or an offer."""
    own = _own(key)
    if request.method == "POST" and own.may_change:
        try:
            seats.cancel(registration=own.registration, way=Way.WEB, now=own.now)
        except CourseError as error:
            return _page(request, "receipt", _own(key), error=str(error), status=409)
    if request.method == "POST" or not own.may_change:
        return redirect(own.registration.path)
    return _page(request, "leave", own)


@never_cache
@require_http_methods(["POST"])
def say_yes(request: HttpRequest, key: str) -> HttpResponse:
    """Say yes to an offer."""
    own = _own(key)
    if own.called_off or own.over:
        return redirect(own.registration.path)
    try:
        seats.accept(registration=own.registration, way=Way.WEB, now=own.now)
    except CourseError as error:
        return _page(request, "receipt", _own(key), error=str(error), status=409)
    return redirect(own.registration.path)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Who comes, and how many."""
    own = _own(key)
    registration = own.registration
    if not own.may_change:
        return redirect(registration.path)
    people = list(registration.participants.all())
    last = registration.changes.order_by("pk").last()
    form = PartyForm(request.POST or None, people=people, initial={"seen": last.pk if last else 0})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            seats.change_party(
                registration=registration,
                people=form.people(),
                way=Way.WEB,
                now=own.now,
                seen=form.cleaned_data["seen"] or 0,
            )
        except Changed as error:
            if _is_own_change(last):
                return redirect(f"{registration.path}?andrat")
            form = PartyForm(people=people, initial={"seen": last.pk if last else 0})
            return _page(request, "change", own, form=form, error=str(error), status=409)
        except Full:
            form.add_error("more", _room_words(queries.room_for(registration, own.now)))
            status = 409
        except CourseError as error:
            form.add_error(None, str(error))
            status = 409
        else:
            return redirect(f"{registration.path}?andrat")
    return _page(request, "change", own, form=form, status=status)


def _room_words(room: int) -> str:
    """How many more there is room for, and what to do where they are more."""
    if room:
        says = ngettext("Det finns bara plats för en till.", "Det finns bara plats för %(room)s till.", room)
        says %= {"room": room}
    else:
        says = _("Det finns inte plats för fler.")
    phone = places.library().phone
    if phone:
        return (
            f"{says} {_('Är ni fler? Ring oss på %(phone)s, så ser vi vad vi kan göra.') % {'phone': phone}}"
        )
    return f"{says} {_('Är ni fler? Kom hit, så ser vi vad vi kan göra.')}"


def _is_own_change(last: RegistrationChange | None) -> bool:
    """Whether the latest change was made here: pressed twice, it was the first press."""
    return last is not None and last.what == RegistrationChange.What.CHANGED and last.way == Way.WEB


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_needs(request: HttpRequest, key: str) -> HttpResponse:
    """What one needs. Whether somebody comes along is in the party, and stays as it is."""
    own = _own(key)
    registration = own.registration
    if not own.may_change:
        return redirect(registration.path)
    known = ("needs", "interpreter_language", "needs_text")
    form = OwnNeeds(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(registration, name) for name in known},
    )
    if request.method == "POST" and form.is_valid() and _not_too_often(request, form, own.now):
        along = [need for need in registration.needs if need == COMPANION]
        day.set_needs(
            registration=registration, **form.needs_of(also=along), by=None, now=own.now, way=Way.WEB
        )
        return redirect(f"{registration.path}?andrat")
    return _page(request, "change_needs", own, form=form, status=_status(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_contact(request: HttpRequest, key: str) -> HttpResponse:
    """How one is reached. What we had is hinted at, never shown."""
    own = _own(key)
    registration = own.registration
    if not own.may_change:
        return redirect(registration.path)
    form = OwnContact(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _not_too_often(request, form, own.now):
        written = form.cleaned_data["contact"]
        day.correct(
            registration=registration, name=registration.name, contact=written.contact.value,
            contact_kind=written.contact.kind, contact_note=written.note, by=None, now=own.now, way=Way.WEB,
        )  # fmt: skip
        return redirect(f"{registration.path}?andrat")
    return _page(request, "change_contact", own, form=form, status=_status(form))


def _not_too_often(request: HttpRequest, form: forms.Form, now: dt.datetime) -> bool:
    """Whether one more change from this address is let through; otherwise it is said in ``form``."""
    address = client_address(request)
    if guards.within_limit(address=address, now=now, purpose=CHANGES, limit=CHANGES_PER_HOUR):
        return True
    form.add_error(None, forms.ValidationError(_too_many(), code=TOO_MANY))
    return False


def _status(form: forms.Form) -> int:
    return 429 if form.has_error("__all__", TOO_MANY) else 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """/kurser/min-anmalan/: to one's own place by the code and the contact. A wrong one of either is answered alike."""
    form, now = FindForm(request.POST or None), timezone.now()
    status, confirms = 200, False
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = codes.find(
            code=said["code"],
            contact=said["contact"],
            address=client_address(request),
            now=now,
            once=said["once"],
        )
        if came.registration is not None:
            return redirect(came.registration.path)
        confirms = came.outcome == codes.Outcome.CONFIRM
        if came.wait_until is not None:
            form.add_error(None, _wait(came.wait_until, now))
            status = 429
        elif confirms:
            form.add_error("once" if said["once"] else None, _confirm())
        else:
            form.add_error(None, _not_found())
    context = {"form": form, "confirms": confirms or bool(request.POST.get("once"))}
    return render(request, "courses/find.html", context, status=status)


def _wait(until: dt.datetime, now: dt.datetime) -> str:
    says = _("Många koder har provats. %(wait)s, och tryck sedan en gång till.") % {
        "wait": codes.wait_words(until, now)
    }
    return f"{says} {_or_ring()}"


def _confirm() -> str:
    says = _(
        "Många koder har provats, så vi vill veta att det är du. Stämmer koden har vi skickat en engångskod till dig. "
        "Skriv den här."
    )
    return f"{says} {_or_ring()}"


def _or_ring() -> str:
    phone = places.library().phone
    if phone:
        return _("Ring oss annars på %(phone)s, så hjälper vi dig.") % {"phone": phone}
    return _("Kom annars hit, så hjälper vi dig.")


def _not_found() -> str:
    phone = places.library().phone
    if phone:
        return _(
            "Vi hittar ingen anmälan med den koden och den kontakten. Se efter på din bekräftelse, eller ring oss på %(phone)s."
        ) % {"phone": phone}
    return _("Vi hittar ingen anmälan med den koden och den kontakten. Se efter på din bekräftelse.")
