"""«Verkstaden»: the film or the sound of a page, from the recording to the approval. And the list of all of them."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page

from utbud.base.files import serve
from utbud.media import captions, incoming, queries, recorded, workshop
from utbud.media.actions import processing, uploads
from utbud.media.models import FILM_NAMES, POSTER, SOUND, Asset, Kind, State, Upload, Version
from utbud.media.staff_views.common import ICON, may_add, may_see, page_of, who
from utbud.media.staff_views.uploads import seconds
from utbud.media.words import length_words, size_words
from utbud.people.staff import staff_page

PER_PAGE = 25
JUST_NOW = dt.timedelta(seconds=20)  # a recording to which something came may be going on in another window
MORE = 1_000_000  # seconds past the end of any film


@may_add
@never_cache
@require_safe
def workshop_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """All that is done with a page's film or sound, step by step."""
    now = timezone.now()
    page = page_of(request, page_id)
    draft = page.get_latest_revision_as_object()
    asset: Asset | None = draft.asset
    waiting = list(Upload.objects.filter(page_id=page.pk).select_related("by"))
    problems = draft.problems()
    context = {
        "page": page,
        "draft": draft,
        "asset": asset,
        "film": draft.ASSET_KIND == Kind.FILM,
        "mine": [_upload_row(one, now) for one in waiting if one.by_id == who(request).pk],
        "others": [_upload_row(one, now) for one in waiting if one.by_id != who(request).pk],
        "standing": standing(asset) if asset else None,
        "playing": _playing(page, asset) if asset and asset.is_ready else None,
        "posters": _posters(page, draft, asset) if asset else [],
        "has_poster": hasattr(draft, "poster_at"),
        "earlier": [one for one in queries.assets_of(page) if one != asset and one.original],
        "links": workshop.links(draft),
        "captions": _captions_words(draft),
        "text_url": _maybe("media_text", page.pk),
        "stops": [_stop(page, draft, problem) for problem in problems if problem.stops],
        "approval_url": _maybe("publishing_request", page.pk),
        "accept": ",".join(f".{ending}" for ending in sorted(uploads.ENDINGS[draft.ASSET_KIND])),
        "largest": incoming.LARGEST,
        "words": _sending_words(),
        "resume": _chosen(request, waiting),
    }
    response = staff_page(
        request,
        "media/staff/workshop.html",
        context,
        title=_("Verkstaden: %(title)s") % {"title": draft.title},
        icon=ICON,
    )
    return response


def _maybe(name: str, page_id: int) -> str:
    """An address of a floor above, "" where it is not there."""
    try:
        return reverse(name, args=[page_id])
    except NoReverseMatch:
        return ""


def _chosen(request: HttpRequest, waiting: list[Upload]) -> Upload | None:
    """The upload that is to go on, of one's own."""
    asked = request.GET.get("fortsatt", "")
    return next((one for one in waiting if str(one.token) == asked and one.by_id == who(request).pk), None)


def standing(asset: Asset) -> dict[str, Any]:
    """How far the work on an asset has come, in words and for a script."""
    made = [one.name for one in asset.versions.all()]
    done = [_VERSION_WORDS[name] for name in (*FILM_NAMES, SOUND) if name in made]
    says = {
        State.WAITING: _("Väntar på sin tur."),
        State.WORKING: _("Bearbetas: %(percent)s procent.") % {"percent": asset.progress},
        State.READY: _("Klar."),
        State.FAILED: _("Gick inte att använda."),
    }[State(asset.state)]
    return {
        "state": asset.state,
        "over": asset.state in (State.READY, State.FAILED),
        "progress": asset.progress,
        "says": says,
        "done": _("Gjort hittills: %(what)s.") % {"what": ", ".join(str(one) for one in done)}
        if done and asset.state == State.WORKING
        else "",
    }


_VERSION_WORDS = {"1080p": "1080p", "720p": "720p", "480p": "480p", SOUND: "ljud"}


def _upload_row(upload: Upload, now: dt.datetime) -> dict[str, Any]:
    size = upload.size
    row: dict[str, Any] = {
        "row": upload,
        "came": size_words(upload.received),
        "of": size_words(size) if size else "",
        "percent": round(100 * upload.received / size) if size else None,
        "usable": upload.is_whole or (upload.recorded and upload.received > 0),
        "name": upload.name or _("Inspelning"),
    }
    if upload.recorded and upload.received:
        row["length"] = recorded_words(upload)
        row["just_now"] = upload.size is None and now - upload.changed_at < JUST_NOW
    return row


def recorded_words(upload: Upload) -> str:
    """How long what came of a recording is, «3 min 12 s»; "" when that cannot be told. Kept until more comes."""
    key = f"recorded:{upload.token}:{upload.received}"
    found = cache.get(key)
    if found is None:
        length = recorded.seconds(incoming.path_of(upload.token))
        found = length_words(length) if length else ""
        cache.set(key, found, 3600)
    return str(found)


def _playing(page: Any, asset: Asset) -> dict[str, Any]:
    """What the player plays. Times are of the film as it is shown, after the trim."""
    version = asset.version("720p", *FILM_NAMES, SOUND) if asset.kind == Kind.FILM else asset.version(SOUND)
    return {
        "url": reverse("media_version", args=[asset.token, version.name]) if version else "",
        "seconds": asset.seconds or 0,
        "length": length_words(asset.seconds or 0),
        "captions_url": reverse("media_draft_captions", args=[page.pk]),
        "trimmed": is_trimmed(asset),
    }


def is_trimmed(asset: Asset) -> bool:
    """Whether something of the original was taken away."""
    whole = asset.about.get("original_seconds")
    end = asset.trim_end is not None and (whole is None or asset.trim_end < whole - 0.1)
    return bool(asset.trim_start) or end


def _posters(page: Any, draft: Any, asset: Asset) -> list[dict[str, Any]]:
    chosen = draft.poster() if hasattr(draft, "poster") else None
    found = []
    for version in sorted(asset.versions.all(), key=lambda one: one.pk):
        if version.name.startswith(POSTER):
            second = float(version.name.rpartition("-")[2])
            found.append(
                {
                    "second": second,
                    "says": length_words(second),
                    "url": reverse("media_version", args=[asset.token, version.name]),
                    "chosen": chosen is not None and chosen.pk == version.pk,
                }
            )
    return found


def _captions_words(draft: Any) -> str:
    if not draft.captions:
        return _("Inga undertexter än.")
    count = len(draft.captions)
    words = [ngettext("%(count)s undertext", "%(count)s undertexter", count) % {"count": count}]
    if draft.captions_from:
        words.append(str(draft.get_captions_from_display()))
    if chapters := len(draft.chapters):
        words.append(ngettext("%(count)s kapitel", "%(count)s kapitel", chapters) % {"count": chapters})
    return ", ".join(words) + "."


def _stop(page: Any, draft: Any, problem: Any) -> dict[str, str]:
    """What stops the approval, the name of the field, and where it is mended."""
    names = {field.name: str(getattr(field, "verbose_name", "")) for field in draft._meta.get_fields()}
    here = {
        "asset": reverse("media_workshop", args=[page.pk]) + "#steg-1",
        "captions": _maybe("media_text", page.pk),
        "chapters": _maybe("media_text", page.pk),
        "poster_at": reverse("media_workshop", args=[page.pk]) + "#steg-4",
    }
    url = here.get(problem.field) or reverse("wagtailadmin_pages:edit", args=[page.pk])
    return {"says": problem.says, "label": names.get(problem.field, "").capitalize(), "url": url}


@may_add
@never_cache
@require_safe
def state_json(request: HttpRequest, page_id: int) -> HttpResponse:
    """How far the work on the draft's asset has come, for the script that asks."""
    asset = page_of(request, page_id).get_latest_revision_as_object().asset
    return JsonResponse(standing(asset) if asset else {"over": True})


# --- what is changed --------------------------------------------------------------------------


@may_add
@require_POST
def trim_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Trim the film, or take the whole of it back. The times are of what is shown."""
    page = page_of(request, page_id)
    asset = page.get_latest_revision_as_object().asset
    if asset is None or not asset.is_ready:
        raise Http404
    length = asset.seconds or 0.0
    if "whole" in request.POST:
        start, end = -(asset.trim_start or 0.0), length + MORE
    else:
        start, end = seconds(request.POST.get("start")) or None, seconds(request.POST.get("end"))
        if end is not None and end >= length - 0.05:
            end = None  # where it ends now
        if start is None and end is None:
            messages.info(request, _("Det är samma början och slut som förut."))
            return redirect("media_workshop", page_id)
    try:
        uploads.trim(page=page, start=start, end=end, by=who(request), now=timezone.now())
    except (uploads.UploadError, processing.CannotTakeIn) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Klippet är sparat. Filmen bearbetas på nytt; originalet är kvar."))
    return redirect("media_workshop", page_id)


@may_add
@require_POST
def poster_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Make a frame the still of the film."""
    page = page_of(request, page_id)
    draft = page.get_latest_revision_as_object()
    second = seconds(request.POST.get("second"))
    if draft.asset is None or not draft.asset.is_ready or not hasattr(draft, "poster_at"):
        raise Http404
    if second is None or second > (draft.asset.seconds or 0):
        messages.error(request, _("Skriv en tid som finns i filmen."))
        return redirect("media_workshop", page_id)
    try:
        uploads.set_poster(page=page, second=second, by=who(request))
    except (uploads.UploadError, processing.CannotTakeIn) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Stillbilden är vald."))
    return redirect(reverse("media_workshop", args=[page_id]) + "#steg-4")


@may_add
@require_POST
def again_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Have what failed for want of room be worked on once more."""
    asset = page_of(request, page_id).get_latest_revision_as_object().asset
    if asset is None:
        raise Http404
    try:
        processing.try_again(asset=asset, by=who(request), now=timezone.now())
    except processing.CannotTakeIn as error:
        messages.error(request, str(error))
    return redirect("media_workshop", page_id)


@may_add
@require_POST
def choose_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Take back an earlier film of the page."""
    page = page_of(request, page_id)
    token = request.POST.get("asset", "")
    asset = next((one for one in queries.assets_of(page) if str(one.token) == token), None)
    if asset is None:
        raise Http404
    try:
        uploads.give(page=page, asset=asset, by=who(request))
    except uploads.UploadError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Den tidigare filen är vald. Se efter att undertexterna stämmer med den.")
        )
    return redirect("media_workshop", page_id)


# --- files ------------------------------------------------------------------------------------


@may_see
@require_safe
def version_file(request: HttpRequest, token: uuid.UUID, name: str) -> HttpResponseBase:
    """A version of an asset, for staff: before it is approved too."""
    version = get_object_or_404(Version.objects.select_related("asset"), asset__token=token, name=name)
    response = serve(
        request,
        default_storage.open(str(version.file.name)),
        size=version.bytes,
        content_type=version.content_type,
        etag=version.digest,
        max_age=0,
    )
    response.headers["Cache-Control"] = "private, no-cache"  # it may not be approved yet
    return response


@may_see
@never_cache
@require_safe
def draft_captions(request: HttpRequest, page_id: int) -> HttpResponseBase:
    """The captions of a draft, for the player."""
    text = captions.vtt(captions.cues_of(page_of(request, page_id).get_latest_revision_as_object().captions))
    return HttpResponse(text, content_type="text/vtt; charset=utf-8")


# --- recording --------------------------------------------------------------------------------


@may_add
@never_cache
@require_safe
def record_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Record the screen, the camera, both, or sound."""
    page = page_of(request, page_id)
    draft = page.get_latest_revision_as_object()
    context = {
        "page": page,
        "draft": draft,
        "film": draft.ASSET_KIND == Kind.FILM,
        "words": _sending_words() | _recording_words(),
    }
    return staff_page(
        request,
        "media/staff/record.html",
        context,
        title=_("Spela in: %(title)s") % {"title": draft.title},
        icon=ICON,
    )


# --- all of them ------------------------------------------------------------------------------


@may_see
@require_safe
def assets_page(request: HttpRequest) -> HttpResponse:
    """«Film och ljud»: what is being worked on, what came last, and what has not come in whole."""
    shown = Paginator(Asset.objects.select_related("by"), PER_PAGE).get_page(request.GET.get("p"))
    waiting = Paginator(Upload.objects.select_related("by"), PER_PAGE).get_page(request.GET.get("u"))
    titles = _titles([one.page_id for one in waiting])
    pages = queries.pages_with([one.pk for one in shown])
    context = {
        "shown": shown,
        "rows": [
            {
                "row": one,
                "says": _short(one),
                "length": length_words(one.seconds) if one.seconds else "",
                "size": size_words(one.bytes),
                "pages": pages.get(one.pk, []),
            }
            for one in shown
        ],
        "waiting": waiting,
        "uploads": [
            {
                "row": one,
                "name": one.name or _("Inspelning"),
                "came": size_words(one.received),
                "of": size_words(one.size) if one.size else "",
                "page": titles.get(one.page_id or 0, ""),
                "mine": one.by_id == who(request).pk,
                "goes": one.changed_at + uploads.KEPT,
            }
            for one in waiting
        ],
    }
    return staff_page(request, "media/staff/assets.html", context, title=_("Film och ljud"), icon=ICON)


def _short(asset: Asset) -> str:
    if asset.state == State.WORKING:
        return _("bearbetas, %(percent)s procent") % {"percent": asset.progress}
    return str(asset.get_state_display())


def _titles(pks: list[int | None]) -> dict[int, str]:
    return dict(Page.objects.filter(pk__in=[pk for pk in pks if pk]).values_list("pk", "draft_title"))


# --- words for scripts ------------------------------------------------------------------------


def _sending_words() -> dict[str, str]:
    """What the script that sends a file says. {} is filled in by it."""
    return {
        "sending": _("Laddar upp: {percent} procent, {sent} av {all}."),
        "paused": _("Pausad vid {percent} procent."),
        "waiting": _("Nätet svarar inte. Försöker igen om {seconds} sekunder. Det som har kommit är kvar."),
        "busy": _("Samma fil skickas från ett annat fönster. Försöker igen om {seconds} sekunder."),
        "login": _("Du är utloggad. Logga in i en annan flik, så går det vidare härifrån."),
        "done": _("Allt har kommit fram."),
        "pause": _("Pausa"),
        "go_on": _("Fortsätt"),
        "choose": _("Välj en fil först."),
        "other_file": _("Det är en annan fil än den du började med. Välj «{name}», {size}."),
        "too_large": _("Filen är för stor. Den får vara högst 4 GB."),
        "empty": _("Filen är tom. Välj en annan fil."),
        "failed": _("Det gick inte att ladda upp filen."),
    }


def _recording_words() -> dict[str, str]:
    """What the recorder says."""
    return {
        "asking": _("Webbläsaren frågar om lov. Svara ja i rutan."),
        "denied": _(
            "Du eller webbläsaren sa nej. Tryck på hänglåset eller kameran i adressfältet och tillåt kamera och "
            "mikrofon. Försök sedan igen."
        ),
        "not_found": _("Ingen mikrofon eller kamera hittades. Koppla in en och försök igen."),
        "in_use": _("Ett annat program använder kameran eller mikrofonen. Stäng det och försök igen."),
        "cannot": _(
            "Den här webbläsaren kan inte spela in. Använd en ny version av Chrome, Edge, Firefox eller Safari på en "
            "dator, eller ladda upp en fil i stället."
        ),
        "no_screen": _(
            "Den här webbläsaren kan inte spela in skärmen. Använd en dator, eller spela in med kameran."
        ),
        "insecure": _(
            "Inspelning kräver en säker adress som börjar med https. Prata med den som sköter webbplatsen."
        ),
        "failed": _("Det gick inte att börja spela in. Försök igen."),
        "ready": _("Redo. Tryck Börja spela in när du vill."),
        "sound_good": _("Ljudet hörs."),
        "sound_quiet": _("För tyst. Prata närmare mikrofonen."),
        "sound_loud": _("För starkt. Flytta dig lite från mikrofonen."),
        "recording": _("Spelar in."),
        "paused": _("Pausad."),
        "stopped": _("Inspelningen är klar. Klipp den om du vill, och tryck sedan Använd inspelningen."),
        "ended": _("Delningen eller mikrofonen stängdes av, så inspelningen stoppades."),
        "time": _("{minutes} min {seconds} s"),
        "safe": _("Sparat på servern: {sent}."),
        "last_bit": _("Skickar det sista: {percent} procent. Stäng inte sidan än."),
        "using": _("Allt har kommit fram. Lämnar över inspelningen."),
        "pause": _("Pausa"),
        "resume": _("Fortsätt"),
        "default": _("Standard"),
        "none_found": _("Ingen hittades"),
        "unnamed": _("Enhet {number}"),
        "bad_trim": _("Slutet måste komma efter början."),
        "roll": _("Rulla manuset"),
        "halt": _("Stanna manuset"),
        "size": _("Textens storlek:"),
        "speed": _("Fart:"),
        "not_sent": _(
            "Inspelningen gick inte att skicka till servern. Spara den på datorn och ladda upp den sedan."
        ),
        "waiting_after": _("Nätet svarar inte. Försöker igen om {seconds} sekunder. Stäng inte sidan."),
        "trim_says": _("Inspelningen blir {length} lång."),
        "waiting": _("Nätet svarar inte. Inspelningen fortsätter, och skickas när nätet är tillbaka."),
    }
