"""Courses for readers: the ways into the list, and the files beside a course."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.base import dates
from utbud.courses.models import CoursePage
from utbud.courses.queries import public as queries
from utbud.learning.models import Topic
from utbud.publishing.views import file_beside


@require_safe
def by_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Courses that belong to a life goal."""
    topic = get_object_or_404(Topic, slug=slug)
    context = queries.listing(timezone.now(), topic=topic, number=request.GET.get("sida"))
    return _list(request, context, title=topic.title, about=topic.about)


@require_safe
def by_place(request: HttpRequest, slug: str) -> HttpResponse:
    """What is held at a place, or on the net."""
    name = queries.place_name(slug)
    if name is None:
        raise Http404(_("Platsen finns inte."))
    context = queries.listing(timezone.now(), place=slug, number=request.GET.get("sida"))
    return _list(request, context, title=_("Kurser: %(place)s") % {"place": name}, place=slug)


@require_safe
def by_week(request: HttpRequest, year: str, week: str) -> HttpResponse:
    """What is held in a week, with the way to the weeks beside it."""
    try:
        monday = dates.monday_of(int(year), int(week))
    except ValueError as error:
        raise Http404(_("Veckan finns inte.")) from error
    now = timezone.now()
    context = queries.listing(now, monday=monday, number=request.GET.get("sida"))
    earlier, later = queries.beside_week(monday, context["weeks"])
    this_week = queries.monday_of(now)
    return _list(
        request,
        context,
        title=_("Kurser: %(week)s") % {"week": queries.week_of(monday).words.lower()},
        week=queries.week_of(monday),
        earlier=earlier,
        later=later,
        has_been=monday + dt.timedelta(days=7) <= this_week,
    )


def _list(request: HttpRequest, context: dict[str, object], **more: object) -> HttpResponse:
    return render(request, "courses/courses_by.html", context | more)


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file beside a published course."""
    return file_beside(request, CoursePage.objects.all(), "/kurser/", slug, name)
