"""Care for what we know of people: find, show, give out, put right, forget; lists that are taken out."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from utbud.base import dates, tables
from utbud.courses import exports
from utbud.courses.actions import care
from utbud.courses.forms.care import CorrectForm
from utbud.courses.models import Registration, Run
from utbud.courses.queries import care as queries
from utbud.courses.staff_views.common import CHANGE_PEOPLE, ICON, may_change_registration, may_see, who
from utbud.people.actions import note_look
from utbud.people.models import Look
from utbud.people.staff import shows_people, staff_page
from utbud.places import queries as places

SHOWS = ["GET", "HEAD", "POST"]


# --- one person -----------------------------------------------------------------------------------


@never_cache
@may_see
@require_safe
def persons_page(request: HttpRequest) -> HttpResponse:
    """Find somebody: ``?q=`` a phone number, an address, a name or a code. Without it: what is forgotten next."""
    asked, now = request.GET.get("q", "").strip()[:254], timezone.now()
    found = queries.find(asked)
    if found:
        note_look(by=who(request), subject="find", how=Look.How.LIST, now=now)
    context = {
        "asked": asked,
        "found": found,
        "months": places.course_months(),
        "next": queries.forgotten_next(),
        "too_short": bool(asked) and len(asked) < queries.SHORTEST,
        "most": queries.MOST if len(found) == queries.MOST else 0,
    }
    return staff_page(
        request, "courses/staff/persons.html", context, title=_("En persons uppgifter"), icon=ICON
    )


def _person(pk: int) -> tuple[Registration, list[Registration]]:
    """Whoever made a registration, with all that they have made. Not found when it is forgotten."""
    one = get_object_or_404(Registration, pk=pk, purged_at=None)
    return one, queries.registrations_of(one)


@never_cache
@may_see
@require_safe
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything we hold on a person, across registrations."""
    now = timezone.now()
    one, rows = _person(pk)
    for row in rows:
        note_look(by=who(request), subject=row.about, how=Look.How.PERSON, now=now)
    context = {
        "one": one,
        "held": queries.held(rows, now),
        "may_change": request.user.has_perm("courses.change_registration"),
    }
    title = one.name or _("Utan namn")
    return staff_page(request, "courses/staff/person.html", context, title=title, icon=ICON)


@never_cache
@may_change_registration
@require_POST
def give_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything we hold on a person, for that person: a page to print, or a file. It is noted that it was given out."""
    now = timezone.now()
    one, rows = _person(pk)
    care.give_out(registrations=rows, by=who(request), now=now)
    rows = queries.registrations_of(one)  # with the note
    held = queries.held(rows, now)
    library = places.library(now)
    if "file" in request.POST:
        made = {
            "bibliotek": library.name,
            "utlämnat": dates.local(now).isoformat(timespec="minutes"),
            "anmälningar": queries.as_data(held),
        }
        response = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = 'attachment; filename="uppgifter.json"'
        return response
    context = {
        "one": one,
        "held": held,
        "library": library,
        "months": places.course_months(),
        "now": now,
        "given": True,
    }
    return staff_page(
        request, "courses/staff/give_out.html", context, title=_("Dina uppgifter hos oss"), icon=ICON
    )


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(SHOWS)
def correct_page(request: HttpRequest, pk: int, registration: int) -> HttpResponse:
    """Put right a name, a contact, needs, and the names in the party."""
    _one, rows = _person(pk)
    row = next((row for row in rows if row.pk == registration), None)
    if row is None:
        raise Http404
    people = list(row.participants.all())
    form = CorrectForm(request.POST if request.method == "POST" else None, registration=row, people=people)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        changed = care.put_right(
            registration=row,
            name=said["name"],
            contact=said["contact"],
            contact_kind=form.kind,
            contact_note=form.note,
            **form.needs_of(),
            names=form.names(),
            by=who(request),
            now=timezone.now(),
        )
        messages.success(request, _("Uppgifterna är rättade.") if changed else _("Inget var ändrat."))
        return redirect("courses_person", row.pk)
    context = {"form": form, "row": row, "course": row.quota.run.course, "back": pk}
    return staff_page(
        request,
        "courses/staff/correct.html",
        context,
        title=_("Rätta uppgifter"),
        icon=ICON,
        status=422 if form.errors else 200,
    )


@shows_people(CHANGE_PEOPLE, "registration:{pk}", Look.How.PERSON)
@require_http_methods(SHOWS)
def forget_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what goes, what stays, and that it cannot be undone; then forget a person."""
    now = timezone.now()
    one, rows = _person(pk)
    if request.method == "POST":
        ticked = set(request.POST.getlist("anmalan"))
        chosen = [row for row in rows if str(row.pk) in ticked]
        if not chosen:
            messages.error(request, _("Kryssa för minst en anmälan."))
            return redirect("courses_forget", pk)
        done = care.forget(registrations=chosen, now=now, by=who(request))
        said = ngettext(
            "Uppgifterna i en anmälan är borttagna.",
            "Uppgifterna i %(count)s anmälningar är borttagna.",
            done,
        )
        messages.success(request, said % {"count": done})
        return redirect("courses_persons")
    context = {
        "one": one,
        "held": queries.held(rows, now),
        "standing": [
            row.pk
            for row in rows
            if row.state in Registration.STANDING
            and max(occasion.ends_at for occasion in row.quota.occasions.all()) > now
        ],
    }
    return staff_page(request, "courses/staff/forget.html", context, title=_("Ta bort uppgifter"), icon=ICON)


# --- lists that are taken out -----------------------------------------------------------------------

KINDS = {
    "csv": tables.CSV_TYPE,
    "xlsx": tables.XLSX_TYPE,
}


@shows_people("courses.export_registration", "run:{pk}", Look.How.EXPORT)
@require_safe
def export_run(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Everyone who is or was registered for a run, as CSV or XLSX. It is noted who took it out."""
    if kind not in KINDS:
        raise Http404
    now = timezone.now()
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk)
    header, rows = exports.people_header(), exports.people_rows(run, now)
    made = (
        tables.csv_file(header, rows) if kind == "csv" else tables.xlsx_file(run.course.title, header, rows)
    )
    name = f"{slugify(run.course.title) or 'kurs'}-{dates.local(now).date().isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type=KINDS[kind], headers=headers)
