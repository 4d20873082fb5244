"""«Texten till filmen»: captions and chapters beside the film, from a file, from the script, or by hand."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from utbud.base import dates, decoding
from utbud.media import caption_files, captions, recognise, text_rows
from utbud.media.actions import captions as actions
from utbud.media.captions import Cue
from utbud.media.models import FILM_NAMES, SOUND, CaptionWork, Kind, State, TimedPage
from utbud.media.staff_views.common import ICON, may_add, page_of, who
from utbud.people.staff import question, staff_page

SPARE = 3  # empty rows at the end, for whoever has no JavaScript
MORE = 10  # that one can ask for
SHOWN = 8  # captions of a file that are shown before it replaces anything


# --- the editor -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A row as the page shows it."""

    number: int
    row: text_rows.Row
    mistakes: dict[str, str]  # by field
    stops: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        return bool(self.mistakes or self.stops)


@may_add
@never_cache
def text_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Captions and chapters, a row each. Without JavaScript it is a plain form with empty rows at the end."""
    page = page_of(request, page_id)
    draft = page.get_latest_revision_as_object()
    if request.method != "POST":
        cues, chapters = captions.cues_of(draft.captions), captions.chapters_of(draft.chapters)
        found = text_rows.read(text_rows.rows_of(cues), text_rows.chapter_rows_of(chapters))
        return _editor(request, page, draft, found, read=actions.version_of(draft))
    found = _sent(request)
    read = request.POST.get("read", "")
    if "more" in request.POST:
        return _editor(request, page, draft, found, read=read, spare=MORE)
    if found.mistakes:
        return _editor(request, page, draft, found, read=read, status=422)
    try:
        _save(request, page, draft, found, mended=True)
    except actions.ChangedMeanwhile as error:
        return _editor(request, page, draft, found, read=read, conflict=str(error), status=409)
    messages.success(request, _("Texten är sparad i utkastet."))
    return redirect("media_text", page_id)


def _sent(request: HttpRequest) -> text_rows.Read:
    """What was written, from the script or from a plain form. Raises Http404 for what the page never sends."""
    try:
        if raw := request.POST.get("rows", ""):
            return text_rows.from_json(raw)
        return text_rows.from_form(request.POST)
    except text_rows.Unreadable as error:
        raise Http404 from error


def _save(
    request: HttpRequest, page: Any, draft: Any, found: text_rows.Read, *, mended: bool
) -> tuple[Any, Any]:
    """Keep it. Returns the revision and the captions that were kept. Raises ChangedMeanwhile."""
    cues = captions.mend(found.cues, draft.seconds) if mended else found.cues
    over = request.POST.get("over", "")
    script = request.POST.get("script")
    longest = draft._meta.get_field("script").max_length
    revision = actions.save_text(
        page=page,
        cues=cues,
        chapters=found.chapters,
        script=script.replace("\r\n", "\n")[:longest] if script is not None else None,
        read=None if "anyway" in request.POST else request.POST.get("read", ""),
        over=int(over) if over.isdecimal() else None,
        by=who(request),
        now=timezone.now(),
    )
    return revision, cues


def _editor(
    request: HttpRequest,
    page: Any,
    draft: Any,
    found: text_rows.Read,
    *,
    read: str,
    spare: int = SPARE,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = _shown(found, draft)
    chapters = [
        Shown(
            at, row, {one.field: one.says for one in found.mistakes if (one.kind, one.row) == ("chapter", at)}
        )
        for at, row in enumerate(found.chapter_rows)
    ]
    work = CaptionWork.objects.filter(page_id=page.pk).first()
    is_film = draft.ASSET_KIND == Kind.FILM
    context = {
        "page": page,
        "draft": draft,
        "film": is_film,
        "speakers": not is_film or any(row.speaker for row in found.rows),
        "rows": [*shown, *_empty(len(found.rows), spare)],
        "chapters": [*chapters, *_empty(len(found.chapter_rows), spare)],
        "mistakes": found.mistakes,
        "conflict": conflict,
        "read": read,
        "codings": decoding.CODINGS.items(),
        "over": request.POST.get("over", ""),
        "script": request.POST.get("script", draft.script),
        "player": _player(draft),
        "words": _words(),
        "summary": _summary(found.cues, draft),
        "origin": draft.get_captions_from_display() if draft.captions_from else "",
        "work": work,
        "offered": len(work.captions) if work is not None and work.is_offered else 0,
        "work_says": _work_says(work) if work else "",
        "may_align": draft.asset is not None and draft.asset.is_ready,
        "may_listen": draft.asset is not None
        and draft.asset.is_ready
        and recognise.is_offered(settings.WHISPER_MODEL),
        "doubts": _doubts(work, draft),
    }
    name = _("Texten till filmen: %(title)s") if is_film else _("Texten till ljudet: %(title)s")
    title = name % {"title": draft.title}
    return staff_page(request, "media/staff/text.html", context, title=title, icon=ICON, status=status)


def _empty(first: int, count: int) -> list[Shown]:
    return [Shown(first + at, text_rows.Row(), {}) for at in range(count)]


def _shown(found: text_rows.Read, draft: Any) -> list[Shown]:
    stops: dict[int, list[str]] = {}
    advice: dict[int, list[str]] = {}
    if not found.mistakes:  # times that could not be read say nothing of the others
        for fault in captions.faults(found.cues, draft.seconds):
            (stops if fault.stops else advice).setdefault(found.places[fault.row], []).append(fault.says)
    return [
        Shown(
            at,
            row,
            {one.field: one.says for one in found.mistakes if (one.kind, one.row) == ("cue", at)},
            tuple(stops.get(at, ())),
            tuple(advice.get(at, ())),
        )
        for at, row in enumerate(found.rows)
    ]


def _summary(cues: tuple[Cue, ...], draft: Any) -> dict[str, str]:
    """What is said above the rows: how many there are, what hinders, what to look at."""
    faults = captions.faults(cues, draft.seconds)
    stops, advice = sum(one.stops for one in faults), sum(not one.stops for one in faults)
    counted = ngettext("%(count)s undertext.", "%(count)s undertexter.", len(cues)) % {"count": len(cues)}
    if not cues:
        counted = _(
            "Inga undertexter än. Utan dem kan sidan inte publiceras: lagen kräver text till det som sägs."
        )
    return {
        "counted": counted,
        "stops": ngettext("%(count)s sak måste rättas.", "%(count)s saker måste rättas.", stops)
        % {"count": stops}
        if stops
        else "",
        "advice": ngettext("%(count)s råd.", "%(count)s råd.", advice) % {"count": advice} if advice else "",
    }


def _player(draft: Any) -> dict[str, str] | None:
    """What is played beside the rows, None when there is nothing yet."""
    asset = draft.asset
    if asset is None or not asset.is_ready:
        return None
    names = ("480p", "720p", *FILM_NAMES, SOUND) if asset.kind == Kind.FILM else (SOUND,)
    version = asset.version(*names)
    return {"url": reverse("media_version", args=[asset.token, version.name])} if version else None


def _doubts(work: CaptionWork | None, draft: Any) -> list[list[Any]]:
    """What a person should listen to in captions that were made: (second, what)."""
    if work is None or work.used_at is None or work.asset_id != draft.asset_id:
        return []
    return [[captions.short_clock(second), second, says] for second, says in work.doubts]


def _words() -> dict[str, str]:
    """What the script says. {} is filled in by it."""
    return {
        "row": _("Rad {number}"),
        "chapter": _("Kapitel {number}"),
        "saving": _("Sparar."),
        "saved": _("Sparat {time}."),
        "unsaved": _("Inte sparat än."),
        "not_saved": _("Inte sparat: rätta det som är markerat."),
        "offline": _("Nätet svarar inte. Det du har skrivit står kvar här. Försöker igen."),
        "deleted": _("Rad {number} är borttagen. Ångra tar tillbaka den."),
        "chapter_deleted": _("Kapitlet är borttaget. Ångra tar tillbaka det."),
        "undone": _("Ångrat."),
        "nothing_to_undo": _("Det finns inget att ångra."),
        "all_good": _("Det finns inget mer att rätta."),
        "no_row": _("Ställ dig i en rad först."),
        "last": _("Det finns ingen rad efter den här."),
        "start_set": _("Rad {number} börjar {time}."),
        "end_set": _("Rad {number} slutar {time}."),
        "moved": _("Flyttat {seconds} sekunder."),
        "split": _("Raden är delad i två."),
        "joined": _("Raderna är ihopslagna."),
        "bad_shift": _("Skriv hur många sekunder, till exempel 0,5."),
        "delete_chapter": _("Ta bort kapitel {number}"),
    }


@may_add
@never_cache
@require_POST
def save_text(request: HttpRequest, page_id: int) -> HttpResponse:
    """Keep what the script sends, and answer with what is wrong in it, row by row.

    ``whole`` says that a person asked for it: then what can be mended is, and the rows come back.
    """
    page = page_of(request, page_id)
    draft = page.get_latest_revision_as_object()
    found = _sent(request)
    if found.mistakes:
        told = [[one.kind, one.row, one.field, one.says] for one in found.mistakes]
        return JsonResponse({"mistakes": told}, status=422)
    whole = "whole" in request.POST
    try:
        revision, cues = _save(request, page, draft, found, mended=whole)
    except actions.ChangedMeanwhile as error:
        return JsonResponse({"conflict": str(error)}, status=409)
    places = range(len(cues)) if whole else found.places
    answer = {
        "read": actions.version_of(revision.as_object()),
        "over": revision.pk,
        "time": dates.local(timezone.now()).strftime("%H.%M"),
        "faults": [[places[one.row], one.says, one.stops] for one in captions.faults(cues, draft.seconds)],
        "summary": _summary(tuple(cues), draft),
    }
    if whole:
        answer["cues"] = [[row.start, row.end, row.text, row.speaker] for row in text_rows.rows_of(cues)]
        answer["chapters"] = [[row.start, row.text] for row in text_rows.chapter_rows_of(found.chapters)]
    return JsonResponse(answer)


# --- files ----------------------------------------------------------------------------------------


@may_add
@never_cache
@require_POST
def text_file(request: HttpRequest, page_id: int) -> HttpResponse:
    """A caption file: what was found in it is shown first, and replaces the captions when one says so."""
    page = page_of(request, page_id)
    draft = page.get_latest_revision_as_object()
    if "cues" in request.POST:
        return _use_file(request, page, draft)
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, _("Välj en fil först."))
        return redirect("media_text", page_id)
    try:
        if (sent.size or 0) > caption_files.LARGEST:
            raise caption_files.NotCaptions(
                _("Filen är för stor för att vara undertexter. Välj en fil som slutar på .vtt eller .srt.")
            )
        coding = request.POST.get("coding", "")
        found = caption_files.read(sent.read(), coding if coding in decoding.CODINGS else "")
    except caption_files.NotCaptions as error:
        messages.error(request, str(error))
        return redirect("media_text", page_id)
    cues = captions.mend(found.cues, draft.seconds)
    context = {
        "page": page,
        "name": sent.name,
        "says": caption_files.summary(found),
        "remarks": found.remarks,
        "first": [(captions.short_clock(cue.start), cue) for cue in cues[:SHOWN]],
        "left": max(0, len(cues) - SHOWN),
        "problems": captions.problems(cues, draft.seconds),
        "replaces": _replaces(draft),
        "cues": captions.vtt(cues),
        "read": actions.version_of(draft),
    }
    return staff_page(
        request, "media/staff/text_file.html", context, title=_("Undertexter från en fil"), icon=ICON
    )


def _use_file(request: HttpRequest, page: Any, draft: Any) -> HttpResponse:
    try:
        cues = caption_files.read(request.POST["cues"].encode()).cues
    except caption_files.NotCaptions as error:
        raise Http404 from error
    try:
        actions.save_text(
            page=page,
            cues=captions.mend(cues, draft.seconds),
            chapters=captions.chapters_of(draft.chapters),
            origin=TimedPage.Origin.FILE,
            read=request.POST.get("read", ""),
            by=who(request),
            now=timezone.now(),
        )
    except actions.ChangedMeanwhile as error:
        messages.error(request, _("%(why)s Välj filen på nytt om du vill byta ut dem.") % {"why": error})
    else:
        messages.success(request, _("Undertexterna från filen är sparade i utkastet."))
    return redirect("media_text", page.pk)


def _replaces(draft: Any) -> str:
    """What is lost when the captions are replaced, "" for nothing."""
    if not draft.captions:
        return ""
    counted = ngettext("%(count)s undertext", "%(count)s undertexter", len(draft.captions))
    counted = counted % {"count": len(draft.captions)}
    origin = f" ({draft.get_captions_from_display()})" if draft.captions_from else ""
    says = _("Sidan har redan %(counted)s%(origin)s. De byts ut. De finns kvar i sidans historik.")
    return says % {"counted": counted, "origin": origin}


@may_add
@never_cache
@require_safe
def download(request: HttpRequest, page_id: int, ending: str) -> HttpResponse:
    """The draft's captions as WebVTT or SubRip, or its transcript as text."""
    draft = page_of(request, page_id).get_latest_revision_as_object()
    cues = captions.cues_of(draft.captions)
    if ending == "txt":
        content = captions.text(captions.transcript(cues, captions.chapters_of(draft.chapters)))
    else:
        content = captions.vtt(cues) if ending == "vtt" else captions.srt(cues)
    kinds = {"vtt": "text/vtt", "srt": "application/x-subrip", "txt": "text/plain"}
    name = f"{slugify(draft.slug) or 'text'}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=f"{kinds[ending]}; charset=utf-8", headers=headers)


# --- made -----------------------------------------------------------------------------------------


@may_add
@never_cache
@require_POST
def make(request: HttpRequest, page_id: int) -> HttpResponse:
    """Have captions made from the script or by listening; where there are some already, one says yes to that first."""
    page = page_of(request, page_id)
    how = request.POST.get("how", "")
    ask = actions.captions_by_listening if how == TimedPage.Origin.HEARD else actions.captions_from_script
    try:
        ask(page, who(request), timezone.now(), replace="replace" in request.POST)
    except actions.AlreadyThere:
        draft = page.get_latest_revision_as_object()
        context = {"page": page, "how": how, "replaces": _replaces(draft)}
        title = _("Byta ut undertexterna?")
        return staff_page(request, "media/staff/text_replace.html", context, title=title, icon=ICON)
    except actions.CaptionError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Undertexterna görs nu. Du kan gå härifrån; de kommer i utkastet av sig själva.")
        )
    return redirect("media_text", page_id)


def _work_says(work: CaptionWork) -> str:
    if work.state == State.WAITING:
        return _("Undertexterna väntar på sin tur.")
    if work.state == State.WORKING:
        return _("Undertexterna görs: %(percent)s procent.") % {"percent": work.progress}
    return work.problem


@may_add
@never_cache
@require_safe
def make_state(request: HttpRequest, page_id: int) -> HttpResponse:
    """How far the captions have come, for the script that asks."""
    page = page_of(request, page_id)
    work = get_object_or_404(CaptionWork, page_id=page.pk)
    return JsonResponse({"over": not work.is_under_way, "progress": work.progress, "says": _work_says(work)})


@may_add
@require_POST
def take(request: HttpRequest, page_id: int) -> HttpResponse:
    """Take captions that were made while somebody wrote, or throw them away."""
    page = page_of(request, page_id)
    work = get_object_or_404(CaptionWork, page_id=page.pk)
    if "throw" in request.POST and "sure" not in request.POST:
        return question(
            request,
            title=_("Ta bort de nya undertexterna?"),
            says=_("De nya undertexterna försvinner. Dina egna är som de är."),
            button=_("Ta bort de nya"),
            back=reverse("media_text", args=[page_id]),
            keeps={"throw": "1", "sure": "1"},
        )
    if "throw" in request.POST:
        actions.throw_away(page=page)
        messages.success(request, _("De nya undertexterna är borttagna. Dina egna är som de var."))
        return redirect("media_text", page_id)
    try:
        actions.use(work=work, by=who(request), now=timezone.now())
    except actions.CaptionError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("De nya undertexterna är sparade i utkastet. De gamla finns i sidans historik.")
        )
    return redirect("media_text", page_id)
