"""The pictures of a guide's steps: choose one, mark it, see how it becomes, put it in the draft."""

import base64
import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from PIL import Image as PillowImage
from wagtail.admin.auth import permission_required

from utbud.guides import marks as drawn
from utbud.guides.actions import pictures
from utbud.guides.forms import MARK_NAMES, AltForm, MarkFormSet, PictureForm
from utbud.guides.models import GuidePage, MarkedPicture
from utbud.guides.staff_views.common import SHOWS, guide_for, posted, who
from utbud.media.models import FILM_NAMES
from utbud.people.staff import question, staff_page
from utbud.places.queries import library

ICON = "image"
may_mark: Any = permission_required("guides.add_markedpicture")


def _draft(request: HttpRequest, page_id: int) -> GuidePage:
    draft: GuidePage = guide_for(request, page_id).get_latest_revision_as_object()
    return draft


def _step(draft: GuidePage, step: str) -> tuple[int, Any]:
    for number, block in enumerate(draft.steps, 1):
        if str(block.id) == step:
            return number, block
    raise Http404


def _film(draft: GuidePage) -> Any:
    """The film that the guide is about, when a frame can be taken from it."""
    film = draft.film
    return film.asset if film is not None and film.asset is not None and film.asset.is_ready else None


@may_mark
@require_safe
def pictures_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Every step with its picture."""
    draft = _draft(request, page_id)
    context = {
        "guide": draft,
        "steps": [
            {"number": number, "id": str(block.id), "block": block.value}
            for number, block in enumerate(draft.steps, 1)
        ],
    }
    title = _("Bilder: %(title)s") % {"title": draft.title}
    return staff_page(request, "guides/staff/pictures.html", context, title=title, icon=ICON)


@may_mark
@never_cache
@require_http_methods(SHOWS)
def choose_page(request: HttpRequest, page_id: int, step: str) -> HttpResponse:
    """Where the picture of a step comes from: a file, the clipboard, the library, the film."""
    draft = _draft(request, page_id)
    number, block = _step(draft, step)
    asset, now = _film(draft), timezone.now()
    form = PictureForm(posted(request), request.FILES or None, has_film=asset is not None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if data["file"]:
                picture = pictures.take_in(content=data["file"].read(), by=who(request), now=now)
            elif data["image"]:
                picture = pictures.take_image(image=data["image"], by=who(request), now=now)
            else:
                picture = pictures.take_frame(asset=asset, second=data["second"], by=who(request), now=now)
        except pictures.PictureError as error:
            form.add_error(None, str(error))
        else:
            return redirect("guides_mark", page_id, step, picture.pk)
    version = asset.version(*reversed(FILM_NAMES)) if asset else None
    context = {
        "guide": draft,
        "number": number,
        "step": step,
        "words": block.value,
        "form": form,
        "asset": asset,
        "film_version": version.name if version else "",
    }
    title = _("Bild till steg %(number)s") % {"number": number}
    return staff_page(
        request, "guides/staff/choose_picture.html", context, title=title, icon=ICON,
        status=422 if form.errors else 200,
    )  # fmt: skip


@may_mark
@require_POST
def again(request: HttpRequest, page_id: int, step: str) -> HttpResponse:
    """Open the picture of a step, with the marks that it has."""
    draft = _draft(request, page_id)
    _number, block = _step(draft, step)
    if block.value["picture"] is None:
        return redirect("guides_choose_picture", page_id, step)
    try:
        picture = pictures.take_image(image=block.value["picture"], by=who(request), now=timezone.now())
    except pictures.PictureError as error:
        messages.error(request, str(error))
        return redirect("guides_choose_picture", page_id, step)
    return redirect("guides_mark", page_id, step, picture.pk)


@may_mark
@require_POST
def take_out(request: HttpRequest, page_id: int, step: str) -> HttpResponse:
    """A step without a picture."""
    guide = guide_for(request, page_id)
    try:
        pictures.take_out(guide=guide, step=step, by=who(request))
    except pictures.StepGone as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Bilden är borttagen ur steget. Den finns kvar bland bilderna."))
    return redirect("guides_pictures", page_id)


@may_mark
@never_cache
@require_http_methods(SHOWS)
def mark_page(request: HttpRequest, page_id: int, step: str, pk: int) -> HttpResponse:
    """Mark a picture. The list of marks is a form; a script lets one draw, and the server shows the rest."""
    draft = _draft(request, page_id)
    number, block = _step(draft, step)
    picture = get_object_or_404(MarkedPicture, pk=pk)
    try:
        source = pictures.source_of(picture)
    except pictures.PictureError as error:
        messages.error(request, str(error))
        return redirect("guides_choose_picture", page_id, step)
    with PillowImage.open(io.BytesIO(source)) as opened:
        width, height = opened.size
    accent = library().accent
    shown = drawn.marks_of(picture.marks)
    sent = posted(request)
    rows = MarkFormSet(sent, prefix="m", initial=None if sent else [mark.data() for mark in shown])
    words = AltForm(sent, initial={"alt": block.value["alt"]})
    saves = sent is not None and "save" in sent
    if sent is not None and rows.is_valid():
        shown = tuple(form.mark() for form in rows if not form.cleaned_data["gone"])
        if (kind := sent.get("add")) in drawn.KINDS and len(shown) < drawn.MOST_MARKS:
            shown = (*shown, drawn.first_place(kind, width, height))
        shown = tuple(drawn.inside(mark, width, height) for mark in shown)
        if saves and words.is_valid():
            try:
                pictures.save(
                    picture=picture, marks=shown, guide=draft, step=step, alt=words.cleaned_data["alt"],
                    accent=accent, by=who(request), now=timezone.now(),
                )  # fmt: skip
            except pictures.PictureError as error:
                words.add_error(None, str(error))
            else:
                messages.success(
                    request, _("Bilden finns nu i steg %(number)s i utkastet.") % {"number": number}
                )
                return redirect(reverse("guides_pictures", args=[page_id]) + f"#steg-{number}")
        rows = MarkFormSet(prefix="m", initial=[mark.data() for mark in shown])
        if not saves:
            words = AltForm(initial={"alt": sent.get("alt", "")})
    made = drawn.render(source, shown, accent=accent)
    context = {
        "guide": draft,
        "number": number,
        "step": step,
        "words": block.value,
        "picture": picture,
        "rows": rows,
        "form": words,
        "numbers": [said for _mark, said in drawn.numbered(shown)],
        "kinds": MARK_NAMES.items(),
        "preview": f"data:image/png;base64,{base64.b64encode(made).decode()}",
        "width": width,
        "height": height,
        "stroke": drawn.stroke_of(width, height),
        "accent": accent,
        "source_url": reverse("guides_picture_source", args=[picture.pk]),
    }
    title = _("Markera i bilden, steg %(number)s") % {"number": number}
    wrong = bool(rows.total_error_count() or words.errors)
    return staff_page(
        request, "guides/staff/mark.html", context, title=title, icon=ICON, status=422 if wrong else 200
    )


@may_mark
@never_cache
@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture without marks, for staff alone."""
    picture = get_object_or_404(MarkedPicture, pk=pk)
    try:
        content = pictures.source_of(picture)
    except pictures.PictureError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/png")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Robots-Tag"] = "noindex"
    return response


@may_mark
@require_http_methods(SHOWS)
def forget(request: HttpRequest, page_id: int, pk: int) -> HttpResponse:
    """Delete the picture without marks, after a question."""
    guide_for(request, page_id)
    picture = get_object_or_404(MarkedPicture, pk=pk)
    if request.method != "POST":
        return question(
            request,
            title=_("Ta bort bilden utan markeringar?"),
            says=_("Den markerade bilden finns kvar, men markeringarna går inte att ändra mer."),
            button=_("Ta bort bilden utan markeringar"),
            back=reverse("guides_pictures", args=[page_id]),
        )
    pictures.forget(picture=picture)
    messages.success(request, _("Bilden utan markeringar är borttagen. Den markerade bilden finns kvar."))
    return redirect("guides_pictures", page_id)
