"""Films for readers: the ways into the list, and the files beside a film."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from utbud.films import queries
from utbud.films.models import FilmPage
from utbud.learning.models import Topic
from utbud.publishing.views import file_beside


@require_safe
def by_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The films of a life goal."""
    topic = get_object_or_404(Topic, slug=slug)
    context = queries.listing(topic=topic, number=request.GET.get("sida"))
    return render(request, "films/films_by_topic.html", context | {"topic": topic})


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file beside a published film: the film itself, its captions, its paper."""
    return file_beside(request, FilmPage.objects.all(), FilmPage.BASE, slug, name)
