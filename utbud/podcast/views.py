"""Podcasts for listeners and their apps: the feed, the sound, covers, texts. Pages are Wagtail's (models.get_context)."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.base.files import serve
from utbud.podcast import downloads, feed, files, queries
from utbud.podcast.models import EpisodePage, ShowPage
from utbud.publishing.views import file_beside, moved_to

FEED_AGE = 300  # seconds an app may keep a feed before it asks with its ETag
SOUND_AGE = 3600  # and a sound, which never changes: but one that is taken down should not be played for long
COVER_AGE = 31_536_000  # and a cover, whose address tells what is in it
ANYONE = "*"  # players on other sites fetch feeds, texts and chapters with scripts (CORS)


@require_safe
def rss(request: HttpRequest, show: str) -> HttpResponseBase:
    """/podd/<show>/rss.xml, with conditional GET (RFC 9110). One that has moved says where, and sends apps there."""
    page = ShowPage.objects.select_related("cover").filter(slug=show).first()
    if page is None:
        if moved := moved_to(f"/podd/{show}"):
            return redirect(f"/podd/{moved}/rss.xml", permanent=True)
        raise Http404(_("Podden finns inte."))
    if not page.live:
        return was_out(page)
    found = feed.feed_of(page)
    etag, modified = quote_etag(found.digest), int(found.changed.timestamp()) if found.changed else None
    if page.moved_to:
        response: HttpResponseBase = HttpResponse(found.body, content_type=feed.TYPE, status=301)
        response.headers["Location"] = page.moved_to
    else:
        response = get_conditional_response(request, etag, modified) or HttpResponse(
            found.body, content_type=feed.TYPE
        )
        response.headers["ETag"] = etag
        if modified is not None:
            response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = f"public, max-age={FEED_AGE}"
    response.headers["Access-Control-Allow-Origin"] = ANYONE
    return response


def gone() -> HttpResponse:
    """What was out and is taken down: apps forget it."""
    return HttpResponse(_("Det här är tillbakadraget."), content_type="text/plain; charset=utf-8", status=410)


def was_out(page: ShowPage | EpisodePage) -> HttpResponse:
    """That a page is taken down. Raises Http404 for one that never was out."""
    if page.first_published_at is None:
        raise Http404(_("Sidan finns inte."))
    return gone()


@require_safe
def sound(request: HttpRequest, show: str, episode: str, digest: str) -> HttpResponseBase:
    """/podd/<show>/<episode>/<digest>.mp3: the same bytes for ever, wherever the episode has moved since."""
    found = queries.sound_at(digest)
    if found is None:
        raise Http404(_("Filen finns inte."))
    if not found.episode.live:
        return gone()
    try:
        file = default_storage.open(str(found.file))
    except FileNotFoundError:
        raise Http404(_("Filen finns inte.")) from None
    counted = downloads.Counted(file, request, found) if downloads.listens(request) else file
    response = serve(
        request,
        counted,  # type: ignore[arg-type]  # it reads, seeks and closes, which is all that is asked
        size=found.bytes,
        content_type=files.MP3_TYPE,
        etag=found.digest,
        max_age=SOUND_AGE,
        filename=f"{found.episode.slug}.mp3",
    )
    if response.has_header("X-Accel-Redirect") and isinstance(counted, downloads.Counted):
        counted.tell(downloads.asked_for(request, found.bytes))  # nginx sends it, and nothing was read here
    response.headers["Access-Control-Allow-Origin"] = ANYONE
    response.headers["Last-Modified"] = http_date(found.made_at.timestamp())
    return response


@require_safe
def cover(
    request: HttpRequest, show: str, episode: str = "", key: str = "", small: str = ""
) -> HttpResponseBase:
    """/podd/<show>/omslag.jpg, the cover as it is now; with a ``key``, the one that was made of just that, for ever."""
    name = files.kept_cover(key, small=bool(small)) if key else ""
    if not name or not default_storage.exists(name):
        page = get_object_or_404(ShowPage.objects.live().select_related("cover"), slug=show)
        episodes = EpisodePage.objects.child_of(page).live().select_related("drawing")
        of = get_object_or_404(episodes, slug=episode) if episode else None
        if key and key != files.cover_key(page, of):  # of another time, and never asked for then
            return redirect(f"{page.public_path}omslag.jpg")
        name = files.cover(page, of, small=bool(small))
    response = serve(
        request,
        default_storage.open(name),
        size=default_storage.size(name),
        content_type="image/jpeg",
        etag=name.rsplit("/", 1)[1].removesuffix(".jpg"),
        max_age=COVER_AGE if key else FEED_AGE,
    )
    response.headers["Access-Control-Allow-Origin"] = ANYONE
    return response


@require_safe
def file(request: HttpRequest, show: str, episode: str, name: str) -> HttpResponseBase:
    """A file beside a published episode: print, cards, the text with times, the chapters."""
    page = ShowPage.objects.live().filter(slug=show).first()
    if page is None:
        if moved := moved_to(f"/podd/{show}"):
            return redirect(f"/podd/{moved}/{episode}/{name}", permanent=True)
        raise Http404(_("Podden finns inte."))
    try:
        response = file_beside(request, EpisodePage.objects.child_of(page), page.public_path, episode, name)
    except Http404:
        if one := EpisodePage.objects.child_of(page).filter(slug=episode, live=False).first():
            return was_out(one)
        raise
    if name in ("text.vtt", "kapitel.json"):
        response.headers["Access-Control-Allow-Origin"] = ANYONE
        if name == "kapitel.json":
            response.headers["Content-Type"] = "application/json+chapters"
    return response


@require_safe
def transcript(request: HttpRequest, show: str, episode: str) -> HttpResponse:
    """/podd/<show>/<episode>/text/: the text version by itself, as apps show it and people print it."""
    page = get_object_or_404(ShowPage.objects.live(), slug=show)
    one = get_object_or_404(EpisodePage.objects.child_of(page).live(), slug=episode)
    one.show = page
    parts = one.transcript()
    if not parts:
        raise Http404(_("Avsnittet har ingen textversion."))
    response = render(request, "podcast/transcript.html", {"page": one, "show": page, "parts": parts})
    response.headers["Access-Control-Allow-Origin"] = ANYONE
    return response
