"""Films in the staff side: the list, a new one, those of a channel on YouTube, and the help while writing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from utbud.films import actions, staff_queries
from utbud.films.checks import CHECKLIST, report
from utbud.films.forms import ChannelForm, FilterForm, LinkForm, NewFilmForm
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.films.panels import address
from utbud.learning.staff_views import as_written
from utbud.people.staff import StaffRequest, staff_page

ICON = "media"


def _may_write(request: HttpRequest) -> FilmIndexPage:
    index = get_object_or_404(FilmIndexPage)
    if not index.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    return index


@require_safe
def films_page(request: StaffRequest) -> HttpResponse:
    """All films and what each waits for; ``?vantar=`` one kind of waiting, ``?q=`` words of the title."""
    _may_write(request)
    form = FilterForm(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    chosen = request.GET.get("vantar", "")
    shown = staff_queries.films(waits=chosen, text=text, number=request.GET.get("sida"))
    context = {
        "form": form,
        "text": text,
        "chosen": chosen if chosen in staff_queries.Waits.values else "",
        "shown": shown,
        "rows": [
            (row, address("media_workshop", row.film.pk), address("media_text", row.film.pk))
            for row in shown.rows
        ],
    }
    return staff_page(request, "films/staff/films.html", context, title=_("Filmer"), icon=ICON)


def _next(film: FilmPage, name: str) -> HttpResponse:
    """To the staff page ``name`` about ``film``, or to its editor where there is none."""
    there = address(name, film.pk)
    return redirect(there) if there else redirect("wagtailadmin_pages:edit", film.pk)


def new_page(request: StaffRequest) -> HttpResponse:
    """«Ny film»: a title and a sentence, and on to the workshop."""
    _may_write(request)
    form = NewFilmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            film = actions.start(**form.cleaned_data, by=request.user)
        except actions.FilmError as error:
            _put(form, error)
        else:
            messages.success(
                request, _("«%(title)s» är ett utkast. Nu är det dags för filmen.") % {"title": film.title}
            )
            return _next(film, "media_workshop")
    return _ask(request, form, here="new", title=_("Ny film"), button=_("Gå vidare till Verkstaden"))


def link_page(request: StaffRequest) -> HttpResponse:
    """A film that is on YouTube already: its address and what it is about, and on to its captions."""
    _may_write(request)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            film = actions.start_from_youtube(
                video=data["address"],
                title=data["title"],
                sentence=data["sentence"],
                seconds=data["length"],
                by=request.user,
            )
        except actions.FilmError as error:
            _put(form, error)
        else:
            messages.success(
                request,
                _(
                    "«%(title)s» är ett utkast. Nu behöver filmen undertexter, skrivna för hand eller från en fil."
                )
                % {"title": film.title},
            )
            return _next(film, "media_text")
    return _ask(
        request,
        form,
        here="link",
        title=_("Film som finns på YouTube"),
        button=_("Gå vidare till undertexterna"),
    )


def _put(form: forms.Form, error: actions.FilmError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))


def _ask(request: HttpRequest, form: forms.Form, *, here: str, title: str, button: str) -> HttpResponse:
    context = {"form": form, "button": button, "here": here}
    status = 422 if form.errors else 200
    return staff_page(request, "films/staff/ask.html", context, title=title, icon=ICON, status=status)


def channel_page(request: StaffRequest) -> HttpResponse:
    """Bring in films of a channel: which channel, which films, and then they are drafts."""
    _may_write(request)
    form = ChannelForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "found": None}
    if request.method == "POST" and form.is_valid():
        query, chosen = form.cleaned_data["channel"], request.POST.getlist("film")
        try:
            if "bring" in request.POST and chosen:
                brought = actions.bring_in(
                    query=query, chosen=set(chosen), by=request.user, now=timezone.now()
                )
                _tell(request, brought)
                return redirect("films")
            context["found"] = actions.look_at(query)
        except actions.FilmError as error:
            _put(form, error)
        else:
            if "bring" in request.POST:
                messages.warning(request, _("Kryssa för minst en film."))
    return staff_page(
        request,
        "films/staff/channel.html",
        context,
        title=_("Hämta filmer från YouTube"),
        icon=ICON,
        status=422 if form.errors else 200,
    )


def _tell(request: HttpRequest, brought: actions.Brought) -> None:
    if brought.films:
        messages.success(
            request,
            _("%(count)s filmer är utkast nu. Skriv undertexter till dem, och beskriv deras bilder.")
            % {"count": len(brought.films)}
            if len(brought.films) > 1
            else _("«%(title)s» är ett utkast nu. Skriv undertexter till filmen, och beskriv dess bild.")
            % {"title": brought.films[0].title},
        )
    if brought.already:
        messages.info(request, _("Det du valde fanns redan här. Inget gjordes två gånger."))
    if brought.without_picture:
        messages.warning(request, _("Någon bild gick inte att hämta. Lägg till en egen bild i utkastet."))


@require_POST
def check(request: HttpRequest, page_id: int) -> HttpResponse:
    """The report on a film as it stands in the editor, unsaved. Saves nothing."""
    film = as_written(request, FilmPage, page_id, index=_may_write(request))
    return render(request, "learning/staff/_report.html", {"report": report(film), "checklist": CHECKLIST})
