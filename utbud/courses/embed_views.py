"""Courses on the sites of others: a plain list to show in a frame, and oEmbed, which tells other systems of it.

The frame has no script and sets no cookie. It may stand on any site; no other page of ours may.
"""

import re
from urllib.parse import urlencode, urlsplit

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from utbud.courses.queries.soon import chosen, soon
from utbud.places.queries import library

USUAL, MOST = 5, 30  # courses in the list
WIDTH, HEIGHT, ROW = 600, 340, 190  # pixels: of the frame, of its head and foot, and of a course
LEAST = 220
FILTERS = ("plats", "amne", "antal")


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "form-action": [NONE], "script-src": [NONE], "default-src": [SELF]})
def framed_list(request: HttpRequest) -> HttpResponse:
    """/kurser/lista/: the next courses, for a frame. ``plats`` and ``amne`` (slugs) choose, ``antal`` is how many (1–30)."""
    topic = request.GET.get("amne", "")
    try:
        place, about = chosen(request.GET.get("plats", ""), topic)
    except LookupError as error:
        raise Http404(_("Det finns ingen sådan plats eller inget sådant ämne.")) from error
    offered = soon(timezone.now(), limit=count(request.GET), place=place, topic=topic)
    return render(request, "courses/framed_list.html", {"offered": offered, "place": place, "topic": about})


def count(asked: QueryDict) -> int:
    """How many courses are asked for: 1 to 30, 5 when it is no number."""
    given = asked.get("antal", "")
    return min(max(int(given), 1), MOST) if re.fullmatch(r"[0-9]{1,4}", given) else USUAL


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """/api/oembed/?url=…: the list as oEmbed 1.0 (oembed.com), type «rich», JSON; 404 for an address that is not a list of ours."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "json"}, status=501)
    query = _filters(request.GET.get("url", ""))
    if query is None:
        raise Http404(_("Adressen är ingen lista över kurser."))
    lib = library()
    source = settings.BASE_URL + reverse("courses_framed_list")
    if query:
        source += f"?{urlencode(query)}"
    width = _at_most(request.GET.get("maxwidth", ""), WIDTH)
    height = _at_most(request.GET.get("maxheight", ""), HEIGHT + ROW * count(QueryDict(urlencode(query))))
    title = _("Kurser på %(library)s") % {"library": lib.name}
    html = format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>',
        source,
        title,
        width,
        height,
    )
    answer = JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": lib.name,
            "provider_url": f"{settings.BASE_URL}/",
            "cache_age": 3600,
            "html": html,
            "width": width,
            "height": height,
        }
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _filters(url: str) -> dict[str, str] | None:
    """What the list at ``url`` is chosen by: of /kurser/ and its lists nothing or what they say; None for another address."""
    try:
        asked, ours = urlsplit(url), urlsplit(settings.BASE_URL)
    except ValueError:
        return None
    if asked.scheme not in ("http", "https") or asked.netloc != ours.netloc:
        return None
    if found := re.fullmatch(r"/kurser/(plats|amne)/([-\w]+)/", asked.path):
        query = {found[1]: found[2]}
    elif asked.path in ("/kurser/", reverse("courses_framed_list")):
        given = QueryDict(asked.query)
        query = {name: given[name] for name in FILTERS if given.get(name)}
    else:
        return None
    try:
        chosen(query.get("plats", ""), query.get("amne", ""))
    except LookupError:
        return None
    return query


def _at_most(asked: str, usual: int) -> int:
    """``usual``, or what is asked for when it is less, but never so small that nothing is seen."""
    return max(LEAST, min(int(asked), usual)) if re.fullmatch(r"[0-9]{1,5}", asked) else usual
