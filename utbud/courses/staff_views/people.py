"""One registration in the staff side: all about it, and what one does when somebody rings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from utbud.courses import words
from utbud.courses.actions import day, seats
from utbud.courses.forms.desk import NeedsForm, PartyForm, ReachForm
from utbud.courses.forms.staff import WhyForm
from utbud.courses.models import Registration, RegistrationChange
from utbud.courses.models.registrations import Way
from utbud.courses.queries.seats import place_in_line
from utbud.courses.queries.times import all_times, where_words
from utbud.courses.staff_views.common import (
    CHANGE_PEOPLE,
    ICON,
    SEE_PEOPLE,
    ask,
    may_change_registration,
    posted,
    who,
)
from utbud.inbox.contact import read_written
from utbud.notices import actions as notice_actions
from utbud.notices import queries as notices
from utbud.notices.models import Notice
from utbud.people.models import Look
from utbud.people.staff import shows_people, staff_page

SHOWS = ["GET", "HEAD", "POST"]


@shows_people(SEE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_safe
def registration_page(request: HttpRequest, pk: int) -> HttpResponse:
    """All about one registration: the party, where it stands, what was done and said, and what can be done."""
    now = timezone.now()
    registration = _one(pk)
    times = all_times(registration.quota)
    held = [one for one in times if not one.is_cancelled] or times
    said = notices.of(registration.about)
    lacking = {one.pk for one in notices.unreached([registration.about]).get(registration.about, [])}
    context = {
        "registration": registration,
        "run": registration.quota.run,
        "code": words.spoken_code(registration.code),
        "when": words.times_words([(one.starts_at, one.ends_at) for one in held], now),
        "where": where_words(held[0]) if held else "",
        "place": place_in_line(registration),
        "people": list(registration.participants.all()),
        "needs": registration.needs_words,
        "changes": registration.changes.select_related("by"),
        "notices": [
            (one, notices.state_words(one, now), one.pk in lacking, one.state in notice_actions.UNDONE)
            for one in said
        ],
        "standing": registration.state in Registration.STANDING and not registration.purged_at,
        "over": bool(held) and max(one.ends_at for one in held) <= now,
    }
    title = registration.name or str(registration)
    return staff_page(request, "courses/staff/registration.html", context, title=title, icon=ICON)


def _one(pk: int, **more: object) -> Registration:
    rows = Registration.objects.select_related(
        "quota__run__course", "quota__run__place", "quota__run__host", "organisation", "created_by"
    )
    return get_object_or_404(rows.prefetch_related("participants"), pk=pk, **more)


def _named(pk: int) -> Registration:
    """A registration that still names somebody."""
    return _one(pk, purged_at=None)


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(SHOWS)
def cancel_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel for somebody who rings; the next in line is offered the seats at once."""
    registration = _named(pk)
    form = WhyForm(
        posted(request),
        label=_("Anteckning"),
        required=False,
        help_text=_("Bara om det behövs. Inget om hälsa."),
    )
    if request.method == "POST" and form.is_valid():
        try:
            seats.cancel(
                registration=registration,
                way=Way.PHONE,
                now=timezone.now(),
                by=who(request),
                note=form.cleaned_data["why"],
            )
        except seats.CourseError as error:
            form.add_error(None, str(error))
        else:
            said = (
                _("%(name)s är avbokad.") if registration.had_seat else _("%(name)s står inte längre i kön.")
            )
            messages.success(request, said % {"name": _name(registration)})
            return _back(pk)
    lead = [
        (
            _("%(name)s lämnar kön. Platsen i kön kan inte lovas tillbaka.")
            if registration.state == Registration.WAITING
            else _("%(name)s lämnar sin plats. Den går till nästa i kön och kan inte lovas tillbaka.")
        )
        % {"name": _name(registration)}
    ]
    return _ask(request, registration, form, title=_("Avboka"), button=_("Avboka"), lead=lead)


@may_change_registration
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes to an offer for somebody who rings."""
    try:
        seats.accept(registration=_named(pk), way=Way.PHONE, now=timezone.now(), by=who(request))
    except seats.CourseError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Tackat ja. Platsen är klar."))
    return _back(pk)


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(SHOWS)
def party_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the party be other people, or more or fewer; fill in names that were not known."""
    registration = _named(pk)
    form = PartyForm(posted(request), registration=registration)
    if request.method == "POST" and form.is_valid():
        try:
            changed = seats.change_party(
                registration=registration,
                people=form.people(),
                way=Way.PHONE,
                now=timezone.now(),
                by=who(request),
                override_reason=form.cleaned_data["reason"],
            )
        except seats.Full:
            form.add_error(
                "reason", _("De får inte plats. Skriv varför de ska få det ändå, eller ta bort någon.")
            )
        except seats.CourseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Sällskapet är ändrat. Platser: %(count)s.") % {"count": changed.seat_count}
            )
            return _back(pk)
    lead = [_("Den som inte kommer väljer du «Kommer inte» för. Namn kan vara tomma.")]
    return _ask(
        request, registration, form, title=_("Ändra sällskapet"), button=_("Spara sällskapet"), lead=lead
    )


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(SHOWS)
def reach_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a name or a contact right."""
    registration = _named(pk)
    form = ReachForm(
        posted(request), initial={"name": registration.name, "contact": registration.contact_words}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["contact"]
        written = read_written(said, by_post=True) if said else None
        day.correct(
            registration=registration, name=form.cleaned_data["name"],
            contact=written.contact.value if written else "", contact_kind=written.contact.kind if written else "",
            contact_note=written.note if written else "", by=who(request), now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Uppgifterna är rättade."))
        return _back(pk)
    lead = [
        _("Besked som redan ligger på väg går till den gamla kontakten. Säg i så fall till personen själv.")
    ]
    return _ask(request, registration, form, title=_("Rätta namn och kontakt"), button=_("Spara"), lead=lead)


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(SHOWS)
def needs_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right what somebody needs."""
    registration = _named(pk)
    form = NeedsForm(
        posted(request),
        initial={
            "needs": registration.needs,
            "interpreter_language": registration.interpreter_language,
            "needs_text": registration.needs_text,
        },
    )
    if request.method == "POST" and form.is_valid():
        day.set_needs(registration=registration, **form.needs_of(), by=who(request), now=timezone.now())
        messages.success(request, _("Behoven är sparade."))
        return _back(pk)
    lead = [_("Kommer någon med, ändra också sällskapet, så att platsen räknas.")]
    return _ask(request, registration, form, title=_("Ändra behov"), button=_("Spara behoven"), lead=lead)


@may_change_registration
@require_POST
def said_by_phone(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponse:
    """Tick off that somebody has been told by phone what a notice says."""
    registration = _named(pk)
    notice = get_object_or_404(Notice, pk=notice_pk, about=registration.about)
    now = timezone.now()
    try:
        notice_actions.done(notice=notice, by=who(request), now=now)
    except notice_actions.NotNow as error:
        messages.error(request, str(error))
    else:
        seats.note_change(
            registration, RegistrationChange.What.CHANGED, now, by=who(request), way=Way.PHONE,
            note=_("Sagt per telefon: %(what)s") % {"what": notice},
        )  # fmt: skip
        messages.success(request, _("Noterat: du har sagt det per telefon."))
    return _back(pk)


def _ask(request: HttpRequest, registration: Registration, form: object, **more: object) -> HttpResponse:
    title = f"{more.pop('title')}: {_name(registration)}"
    back = reverse("courses_registration", args=[registration.pk])
    return ask(request, form, title=title, back=back, **more)  # type: ignore[arg-type]


def _back(pk: int) -> HttpResponse:
    return redirect("courses_registration", pk)


def _name(registration: Registration) -> str:
    return registration.name or _("Sällskapet")
