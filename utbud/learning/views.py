"""Words for readers: lists, the files beside a word, the feed."""

import re
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.contrib.redirects.models import Redirect

from utbud.base.files import serve
from utbud.base.hashing import content_hash
from utbud.learning import queries
from utbud.learning.models import Topic, WordPage
from utbud.places.queries import library
from utbud.publishing import files

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
    rendition = files.make_one(word, name)
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


# --- feed ---------------------------------------------------------------------------------------


NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, section 2.2


def xml_text(text: str) -> str:
    """``text`` without the signs that XML cannot hold: text pasted from slides often has one."""
    return NOT_XML.sub(" ", text)


class WordFeed(Atom1Feed):
    """Django's Atom feed with the whole text of each entry."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "text"})


@require_safe
def feed(request: HttpRequest) -> HttpResponseBase:
    """Atom (RFC 4287) of the latest words, with conditional GET, absolute addresses and ids that never change."""
    lib, words = library(), queries.feed_words()
    latest = max((word.last_published_at for word in words), default=None)
    state = [(str(word.translation_key), word.slug, word.last_published_at) for word in words]
    etag = quote_etag(content_hash([settings.BASE_URL, lib.name, state]))
    modified = int(latest.timestamp()) if latest else None
    if (unchanged := get_conditional_response(request, etag, modified)) is not None:
        return unchanged
    atom = WordFeed(
        title=_("Veckans digitala ord – %(library)s") % {"library": lib.name},
        link=f"{settings.BASE_URL}/ord/",
        feed_url=f"{settings.BASE_URL}/floden/ord.xml",
        description=_("Ett digitalt ord i veckan, förklarat så att alla förstår."),
        language="sv",
        author_name=lib.name,
        feed_guid=f"{settings.BASE_URL}/floden/ord.xml",
    )
    for word in words:
        atom.add_item(
            title=xml_text(word.title),
            link=f"{settings.BASE_URL}/ord/{word.slug}/",
            description=xml_text(word.one_sentence),
            content=xml_text(queries.text_of(word)),
            unique_id=f"urn:uuid:{word.translation_key}",
            pubdate=word.first_published_at,
            updateddate=word.last_published_at,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    atom.write(response, "utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=300"
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    return response
