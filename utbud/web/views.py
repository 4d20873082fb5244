"""Addresses of the site as a whole: health, sitemap, media, errors."""

import difflib
import mimetypes
import os
import re
import sys
import unicodedata
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

from utbud.base.files import serve
from utbud.base.hashing import content_hash
from utbud.courses.models import CourseIndexPage
from utbud.courses.queries.public import course_topics
from utbud.films.models import FilmIndexPage
from utbud.films.queries import film_topics
from utbud.formats.content import Aloud
from utbud.guides.models import GuideIndexPage
from utbud.guides.queries import guide_topics
from utbud.learning.models import Topic
from utbud.media.models import PRIVATE
from utbud.places.queries import library
from utbud.publishing.views import sound_of
from utbud.web import copies
from utbud.web import stylesheet as looks
from utbud.web.away import away
from utbud.web.models import InfoPage, LanguagesPage, StartPage

LONGEST_ADDRESS, ALIKE = 200, 0.7  # signs; how much alike (difflib) an address must be to be what was meant
PARTS = 2  # the depth of the page under which the parts of the site are («filmer», «kurser»)
PLURALS = ("er", "r", "ar", "or")
MEDIA_AGE = 3600  # seconds; a replaced picture gets a new name, a redrawn one an hour
SHOWN_TYPES = ("image/", "audio/", "video/", "application/pdf")


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, 503 when the database does not answer or holds no site. Says nothing more to strangers."""
    try:
        has_start = StartPage.objects.live().exists()
    except Exception:  # noqa: BLE001, RUF100 - whatever is wrong with it, it does not answer
        return JsonResponse({"ok": False, "says": "databasen svarar inte"}, status=503)
    if not has_start:
        return JsonResponse({"ok": False, "says": "webbplatsen är inte klar"}, status=503)
    return JsonResponse({"ok": True, "time": timezone.now().isoformat(timespec="seconds")})


@require_safe
def sound(request: HttpRequest, path: str, name: str) -> HttpResponseBase:
    """A page of text read aloud, or one of its texts that are read by themselves: /om/lyssna.mp3, /sprak/fi/lyssna.mp3."""
    start = StartPage.objects.live().first()
    above, _slash, last = path.rpartition("/")
    for place, key in ((path, ""), (above, last)):
        found = Page.objects.live().filter(url_path=f"{start.url_path}{place}/").first() if start else None
        page = found.specific if found else None
        if isinstance(page, InfoPage) and not key:
            return sound_of(request, Aloud(item=page.as_item()), name, filename=page.slug)
        if isinstance(page, LanguagesPage) and (one := page.read_aloud().get(key)):
            return sound_of(request, one, name, filename=f"{page.slug}-{key}")
    raise Http404


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All published pages, and the lists that are no pages of their own (sitemaps.org 0.9)."""
    rows = [
        (page.url_path.split("/", 2)[2], page.last_published_at)
        for page in Page.objects.live().public().filter(depth__gt=1).order_by("path")
    ]
    courses = CourseIndexPage.objects.live().exists()
    films = FilmIndexPage.objects.live().exists()
    guides = GuideIndexPage.objects.live().exists()
    extra = [
        "hjalp/",
        "samarbeta/",
        "ord/a-o/",
        *(f"ord/amne/{slug}/" for slug in Topic.objects.values_list("slug", flat=True)),
        *(f"kurser/amne/{slug}/" for slug in (course_topics() if courses else ())),
        *(f"filmer/amne/{topic.slug}/" for topic in (film_topics() if films else ())),
        *(f"guider/amne/{topic.slug}/" for topic in (guide_topics() if guides else ())),
        *(["guider/mapp/"] if guides else []),
    ]
    entries = [
        f"<url><loc>{escape(settings.BASE_URL)}/{escape(path)}</loc>"
        + (f"<lastmod>{moment.date().isoformat()}</lastmod>" if moment else "")
        + "</url>"
        for path, moment in [*rows, *((path, None) for path in extra)]
    ]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    )
    return HttpResponse(f"{body}{''.join(entries)}</urlset>", content_type="application/xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: all but the staff side and secret links."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /godkann/",
        "Disallow: /kurser/anmalan/",
        "Disallow: /guider/granska/",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """An uploaded or made file. It is shown in a sandbox, so that nothing in it runs as ours."""
    if os.path.normpath(name).casefold().startswith(PRIVATE.rstrip("/")):
        raise Http404
    try:
        if not default_storage.exists(name):
            raise Http404
        file = default_storage.open(name)
        size = default_storage.size(name)
        changed = default_storage.get_modified_time(name)
    except (SuspiciousFileOperation, IsADirectoryError, ValueError) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return serve(
        request,
        file,
        size=size,
        content_type=kind if kind.startswith(SHOWN_TYPES) else "application/octet-stream",
        etag=content_hash([name, size, changed])[:32],
        max_age=MEDIA_AGE,
        sandbox=True,
    )


@require_safe
def stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """The look in the library's colours. Its address tells what is in it, so that it may be kept for ever."""
    try:
        lib = library()
    except DatabaseError:
        if (known := copies.library()) is None:
            raise
        lib = known
    sheet = looks.sheet(lib.accent, lib.help_colour)
    # A page that was kept while the colours changed asks for the old one, and gets the new.
    age = "max-age=31536000, immutable" if sheet.digest == digest else "max-age=60"
    return HttpResponse(
        sheet.css, content_type="text/css; charset=utf-8", headers={"Cache-Control": f"public, {age}"}
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page that helps: what was meant, search, words, the phone number.

    Capitals, Swedish letters, spaces and hyphens in an address do not matter: «/ord/Bank-ID/» and «/ord/lösenord/» lead
    right, and so does one of what there are many of: «/film/» leads to «/filmer/».
    """
    plain = _plain(request.path)
    site = Site.find_for_request(request)
    near: list[Page] = []
    if request.method in ("GET", "HEAD") and site is not None and len(plain) <= LONGEST_ADDRESS:
        inside = f"{site.root_page.url_path}{plain.removeprefix('/')}"
        pages = Page.objects.live().public()
        if plain != request.path and (
            _is_ours(plain) or _has_moved(request, plain) or pages.filter(url_path=inside).exists()
        ):
            return redirect(plain)
        found, near = (None, []) if _has_moved(request, request.path) else _near(pages, inside)
        if found is not None:
            return redirect(found.get_url(request))
    return render(request, "404.html", {"near": near}, status=404)


def _has_moved(request: HttpRequest, path: str) -> bool:
    """Whether ``path`` was a page's, which has another now: Wagtail's middleware then makes a redirect of our 404."""
    return get_redirect(request, Redirect.normalise_path(path, decode_unicode=False)) is not None


def _is_ours(path: str) -> bool:
    """Whether a public page of our own has the address, beside those that are written."""
    if path.startswith("/admin/") or "." in path:  # a file's name is exact
        return False
    try:
        found = resolve(path)
    except Resolver404:
        return False
    # A part may be a key, where capitals matter.
    return found.view_name != "wagtail_serve" and not found.kwargs


def _plain(path: str) -> str:
    """A path as our pages have theirs: small letters from a to z, and hyphens for what stands between words."""
    small = "".join(
        sign for sign in unicodedata.normalize("NFKD", path.lower()) if not unicodedata.combining(sign)
    )
    return re.sub(r"[\s_]+", "-", small.rstrip("/ ")) + "/"


def _near(pages: PageQuerySet, inside: str) -> tuple[Page | None, list[Page]]:
    """The page that was meant, where only one can be; else those that may have been. Three queries.

    Those are at most three: pages beside it whose address is almost its, or has it among its words, and what has its
    name in another part of the site.
    """
    above, _slash, asked = inside.rstrip("/").rpartition("/")
    parent = pages.filter(url_path=f"{above}/").first() if asked else None
    if parent is None:
        return None, []
    beside = {page.slug: page for page in pages.child_of(parent).only("slug", "title", "url_path")}
    as_one = asked.replace("-", "")
    same = [slug for slug in beside if slug.replace("-", "") == as_one]
    if parent.depth == PARTS:
        same += [slug for slug in beside if asked in {slug.removesuffix(ending) for ending in PLURALS}]
    if len(same) == 1:
        return beside[same[0]], []
    alike = difflib.get_close_matches(asked, beside, n=3, cutoff=ALIKE)
    holds = [slug for slug in beside if any(f"-{one}-" in f"-{slug}-" for one in (asked, as_one))]
    elsewhere = pages.filter(slug__in={asked, as_one}).not_child_of(parent).only("slug", "title", "url_path")
    return None, list(dict.fromkeys([*(beside[slug] for slug in (*alike, *holds)), *elsewhere]))[:3]


@require_admin_access
def no_such_room(request: HttpRequest) -> HttpResponse:
    """An address under /admin/ where nothing is."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponseBase:
    """What is answered when something failed. Nothing here may need what is broken.

    A database that cannot be asked is no fault of the program's: the last good copy, or a page that keeps what was typed.
    """
    error = sys.exc_info()[1]
    if copies.is_away(error):
        if not copies.is_busy(error):
            copies.note_away()
        return away(request)
    return HttpResponse(loader.get_template("500.html").render({"lib": copies.library()}), status=500)
