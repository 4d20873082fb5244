"""Words for readers: lists, and the files beside a word."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from utbud.learning import queries, topic_links
from utbud.learning.models import Topic, WordPage
from utbud.publishing.views import file_beside


@require_safe
def a_to_z(request: HttpRequest) -> HttpResponse:
    """All words under their letters."""
    return render(request, "learning/words_a_z.html", {"groups": queries.words_a_to_z()})


@require_safe
def by_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The words of a topic, and the way to what else there is on it."""
    topic = get_object_or_404(Topic, slug=slug)
    context = {
        "topic": topic,
        "words": queries.words_of_topic(topic),
        "topics": Topic.objects.all(),
        "others": topic_links.links(topic),
    }
    return render(request, "learning/words_by_topic.html", context)


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file beside a published word."""
    return file_beside(request, WordPage.objects.all(), "/ord/", slug, name)
