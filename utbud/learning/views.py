"""Words for readers: lists, and the files beside a word."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.contrib.redirects.models import Redirect

from utbud.base.files import serve
from utbud.learning import queries
from utbud.learning.models import Topic, WordPage
from utbud.publishing import files
from utbud.publishing.views import not_yet

FILE_AGE = 300  # seconds a reader's browser may keep a file; then it asks with its ETag


@require_safe
def a_to_z(request: HttpRequest) -> HttpResponse:
    """All words under their letters."""
    return render(request, "learning/words_a_z.html", {"groups": queries.words_a_to_z()})


@require_safe
def by_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The words of a topic."""
    topic = get_object_or_404(Topic, slug=slug)
    context = {"topic": topic, "words": queries.words_of_topic(topic), "topics": Topic.objects.all()}
    return render(request, "learning/words_by_topic.html", context)


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file beside a published word, made now if it was lost. A word that moved redirects."""
    word = WordPage.objects.live().filter(slug=slug).first()
    if word is None:
        moved = Redirect.objects.filter(old_path=f"/ord/{slug}").select_related("redirect_page").first()
        if moved is not None and moved.redirect_page is not None and moved.redirect_page.live:
            return redirect(f"/ord/{moved.redirect_page.slug}/{name}", permanent=True)
        raise Http404(_("Ordet finns inte."))
    rendition = files.made_one(word, name)
    if rendition is None:
        return not_yet(request, word)
    stem, ending = name.rsplit(".", 1)
    return serve(
        request,
        default_storage.open(str(rendition.file.name)),
        size=rendition.bytes,
        content_type=files.content_type(name),
        etag=rendition.key,
        max_age=FILE_AGE,
        filename=f"{word.slug}-{stem}.{ending}",
    )
