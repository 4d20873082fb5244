"""Guides for readers: lists, one step at a time, files, a folder, and what a partner hands out."""

from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from utbud.base.files import serve
from utbud.formats.guide_cards import SIZES
from utbud.formats.models import Kind, Rendition
from utbud.formats.queries import usual_seconds
from utbud.guides import files, queries, tasks
from utbud.guides.models import GuidePage
from utbud.learning.models import Topic
from utbud.publishing.views import FILE_AGE, LOOK_AGAIN, MAKING, file_beside, moved_to, sound_of

SIZE_NAMES = {
    "a4-stor": gettext_lazy("A4 med stor stil"),
    "a4": gettext_lazy("A4 med mindre stil"),
    "a5": gettext_lazy("A5, små kort"),
    "a5-stor": gettext_lazy("A5, små kort med stor stil"),
}
USUAL = next(iter(SIZES))


@require_safe
def by_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The guides of a life goal."""
    topic = get_object_or_404(Topic, slug=slug)
    context = queries.listing(request.GET.get("sida"), topic=topic)
    return render(request, "guides/guides_by_topic.html", context | {"topic": topic})


@require_safe
def step(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One step by itself."""
    guide = GuidePage.objects.live().filter(slug=slug).first()
    if guide is None:
        if moved := moved_to(f"/guider/{slug}"):
            return redirect(f"/guider/{moved}/steg/{number}/", permanent=True)
        raise Http404(_("Sidan finns inte."))
    context = queries.step_context(guide, number)
    if context is None:
        raise Http404(_("Steget finns inte."))
    return render(request, "guides/step.html", context)


@require_safe
def step_sound(request: HttpRequest, slug: str, number: str, name: str) -> HttpResponseBase:
    """One step read aloud."""
    guide = GuidePage.objects.live().filter(slug=slug).first()
    if guide is None:
        if moved := moved_to(f"/guider/{slug}"):
            return redirect(f"/guider/{moved}/steg/{number}/{name}", permanent=True)
        raise Http404(_("Sidan finns inte."))
    one = guide.read_aloud().get(f"steg/{number}")
    if one is None:
        raise Http404(_("Steget finns inte."))
    return sound_of(request, one, name, filename=f"{guide.slug}-{number}")


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file beside a published guide."""
    return file_beside(request, GuidePage.objects.all(), "/guider/", slug, name)


# --- a partner --------------------------------------------------------------------------------------


def _partners(slug: str, partner: str) -> tuple[GuidePage, Any]:
    guide = get_object_or_404(GuidePage.objects.live(), slug=slug)
    organisation = queries.partner_by(guide, partner)
    if organisation is None:
        raise Http404(_("Sidan finns inte."))
    return guide, organisation


@require_safe
def partner(request: HttpRequest, slug: str, partner: str) -> HttpResponse:
    """What a partner hands out: the guide in the partner's name."""
    guide, organisation = _partners(slug, partner)
    context = queries.guide_context(guide, guide.public_path)
    mine = {"page": guide, "organisation": organisation, "mark": queries.mark_of(organisation)}
    return render(request, "guides/partner.html", context | mine)


@require_safe
def partner_file(request: HttpRequest, slug: str, partner: str, name: str) -> HttpResponseBase:
    """The cards with the partner's mark on every one."""
    guide, organisation = _partners(slug, partner)
    made = files.print_run(guide, organisation, name)
    return _answer(request, made, f"{guide.slug}-{partner}-{name}")


def _answer(request: HttpRequest, made: Rendition, filename: str) -> HttpResponseBase:
    return serve(
        request,
        made.file.open("rb"),
        size=made.bytes,
        content_type="application/pdf",
        etag=made.key,
        max_age=FILE_AGE,
        filename=filename,
    )


# --- a folder ---------------------------------------------------------------------------------------


def _wanted(request: HttpRequest) -> tuple[list[GuidePage], str]:
    size = request.GET.get("storlek", "")
    return queries.chosen(request.GET.getlist("guide")), size if size in SIZES else USUAL


def _folder_query(guides: list[GuidePage], size: str) -> str:
    return urlencode([*(("guide", guide.slug) for guide in guides), ("storlek", size)])


@require_safe
def folder(request: HttpRequest) -> HttpResponse:
    """Choose guides for a folder, and a size; «gor» asks for it to be made."""
    guides, size = _wanted(request)
    error = ""
    if "gor" in request.GET:
        if not guides:
            error = _("Välj minst en guide. Kryssa i rutan framför den.")
        elif len(guides) > queries.MOST_IN_FOLDER:
            error = _("En mapp rymmer %(most)s guider. Du har valt %(count)s. Ta bort några.") % {
                "most": queries.MOST_IN_FOLDER,
                "count": len(guides),
            }
        else:
            return redirect(f"{files.FOLDER_PATH}mapp.pdf?{_folder_query(guides, size)}")
    context = {
        "guides": queries.for_folder(),
        "chosen": {guide.slug for guide in guides},
        "sizes": SIZE_NAMES.items(),
        "size": size,
        "error": error,
        "most": queries.MOST_IN_FOLDER,
    }
    return render(request, "guides/folder.html", context, status=422 if error else 200)


@require_safe
def folder_file(request: HttpRequest) -> HttpResponseBase:
    """The folder as a PDF. One of many guides is made by the worker, and the page asks again by itself."""
    guides, size = _wanted(request)
    if not guides or len(guides) > queries.MOST_IN_FOLDER:
        return redirect(f"{files.FOLDER_PATH}?{_folder_query(guides, size)}&gor=1")
    content = files.folder_of(guides)
    made = files.made_folder(content, size)
    if made is not None:
        return _answer(request, made, "mapp.pdf")
    key = files.folder_key(content, size)
    full = tasks.is_full()
    if not full and cache.add(f"folder:{key}", True, MAKING):
        tasks.make_folder.enqueue([guide.slug for guide in guides], size)
    usual = usual_seconds().get(Kind.FOLDER)
    context = {"seconds": max(1, round(usual)) if usual else None, "count": len(guides), "full": full}
    response = render(request, "guides/folder_not_yet.html", context, status=503)
    response["Retry-After"] = response["Refresh"] = str(LOOK_AGAIN)
    response["Cache-Control"] = "no-store"
    return response
