"""What is said in a film or a sound, and when: saved to the draft, and made from the script or by listening.

A row of CaptionWork is the truth about captions under way; a job is a hint that one waits (ADR 4, ADR 17).
"""

import contextlib
import datetime as dt
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, Revision

from utbud.base.hashing import content_hash
from utbud.base.locks import PageLocked, refuse_if_locked
from utbud.formats import queries as formats
from utbud.formats import sound, speech
from utbud.media import align, recognise
from utbud.media.captions import Chapter, Cue, cues_of, kept_chapters, kept_cues, mend
from utbud.media.models import SOUND, CaptionWork, State, TimedPage, is_stale
from utbud.people.models import User

logger = logging.getLogger(__name__)

TRIES = 3  # a sound that kills its worker must not do so for ever
RATE = 16_000  # samples a second that are listened to
Clock = Callable[[], dt.datetime]


class CaptionError(Exception):
    """Something about captions that could not be done. The message is Swedish."""


class ChangedMeanwhile(CaptionError):
    """Somebody else has changed the text since it was read."""


class AlreadyThere(CaptionError):
    """There are captions that would be replaced; whoever asks must say yes to that."""


# --- what is kept -------------------------------------------------------------------------------


def version_of(draft: Any) -> str:
    """A hash of the captions, the chapters and the film or sound of a draft: who saves says which they read."""
    return content_hash([draft.captions, draft.chapters, draft.asset_id])


@transaction.atomic
def save_text(
    *,
    page: Page,
    cues: Sequence[Cue],
    chapters: Sequence[Chapter],
    script: str | None = None,
    origin: str = "",
    read: str | None,
    over: int | None = None,
    by: User | None,
    now: dt.datetime,
) -> Revision:
    """Keep captions, chapters and the script in the draft of ``page``, as they are. Returns the revision.

    ``read`` is the ``version_of`` what the writer saw; None writes over whatever is there. ``over`` is the revision
    that the same writer saved just before, to be written over and not added to. ``origin`` "" leaves that as it is, and
    makes captions that had none written by hand. Raises ChangedMeanwhile, and then nothing is changed.
    """
    locked = Page.objects.select_for_update().get(pk=page.pk)
    draft: Any = locked.specific.get_latest_revision_as_object()
    try:
        refuse_if_locked(draft, by)
    except PageLocked as error:
        raise ChangedMeanwhile(str(error)) from error
    if read is not None and read != version_of(draft):
        raise ChangedMeanwhile(
            _(
                "Någon annan har ändrat undertexterna eller filmen sedan du öppnade sidan. Inget är överskrivet."
            )
        )
    before = draft.captions
    draft.captions, draft.chapters = kept_cues(cues), kept_chapters(chapters)
    if script is not None:
        draft.script = script
    if origin:
        draft.captions_from = origin
    elif not draft.captions:
        draft.captions_from = ""
    elif draft.captions != before and not draft.captions_from:
        draft.captions_from = TimedPage.Origin.HAND
    latest = draft.get_latest_revision()
    own = latest is not None and by is not None and (latest.pk, latest.user_id) == (over, by.pk)
    revision: Revision = draft.save_revision(
        user=by, clean=False, log_action=not own, overwrite_revision=latest if own else None
    )
    return revision


# --- asked for ------------------------------------------------------------------------------------


def captions_from_script(
    page: Page, by: User | None, now: dt.datetime, *, replace: bool = False
) -> CaptionWork:
    """Have the slow worker make captions of the script of the draft of ``page``. See ``_ask`` for errors."""
    return _ask(page, TimedPage.Origin.SCRIPT, by, now, replace)


def captions_by_listening(
    page: Page, by: User | None, now: dt.datetime, *, replace: bool = False
) -> CaptionWork:
    """Have the slow worker make captions by listening, where that is installed. See ``_ask`` for errors."""
    if not recognise.is_offered(settings.WHISPER_MODEL):
        raise CaptionError(_("Taligenkänning är inte installerad. Be it-avdelningen om den."))
    return _ask(page, TimedPage.Origin.HEARD, by, now, replace)


@transaction.atomic
def _ask(page: Page, how: str, by: User | None, now: dt.datetime, replace: bool) -> CaptionWork:
    """Ask for captions. Raises AlreadyThere when there are some and ``replace`` is not said, or CaptionError."""
    draft: Any = page.specific.get_latest_revision_as_object()
    if draft.asset is None or not draft.asset.is_ready or draft.asset.version(SOUND) is None:
        raise CaptionError(_("Filmen eller ljudet är inte färdigt än. Vänta tills det är klart."))
    if how == TimedPage.Origin.SCRIPT and not align.lines(draft.script):
        raise CaptionError(_("Manuset är tomt. Skriv det som sägs i rutan Manus och spara först."))
    if draft.captions and not replace:
        raise AlreadyThere(_("Det finns redan undertexter. De byts ut mot de nya."))
    work = CaptionWork.objects.select_for_update().filter(page_id=page.pk).first()
    if work is not None and work.is_under_way and not is_stale(work.claimed_at or work.asked_at, now):
        raise CaptionError(_("Undertexter görs redan. Vänta tills de är klara."))
    CaptionWork.objects.filter(page_id=page.pk).delete()
    work = CaptionWork.objects.create(
        page_id=page.pk, asset=draft.asset, how=how, before=version_of(draft), by=by, asked_at=now
    )
    transaction.on_commit(partial(make.enqueue, work_id=work.pk))
    return work


@task(queue_name="slow", priority=40)  # somebody looks at a page that waits for it
def make(work_id: int) -> None:
    """Make the captions that were asked for. Doing it twice makes nothing twice."""
    work_on(work_id)


def take_up_again(now: dt.datetime) -> int:
    """Have the slow worker come for captions that wait without a job, or whose worker is dead. Returns how many."""
    waiting = {
        work.pk
        for work in CaptionWork.objects.filter(state__in=(State.WAITING, State.WORKING))
        if is_stale(work.claimed_at or work.asked_at, now)
    }
    if not waiting:
        return 0
    ready = DBTaskResult.objects.filter(task_path=make.module_path, status=TaskResultStatus.READY)
    waiting -= {job.args_kwargs["kwargs"].get("work_id") for job in ready}
    for work_id in sorted(waiting):
        make.enqueue(work_id=work_id)
    return len(waiting)


def work_on(work_id: int, *, clock: Clock = timezone.now) -> None:
    """Make the captions, if nobody else does. Afterwards they are in the draft, wait there, or say what was wrong."""
    claim = _claim(work_id, clock())
    if claim is None:
        return
    work, rows = claim
    tell = _teller(rows, clock)
    try:
        found, doubts = _made(work, tell)
    except (CaptionError, recognise.CannotHear, speech.NoVoice) as error:
        _fail(rows, str(error))
    except align.NothingToAlign:
        _fail(rows, _("Manuset och ljudet går inte att jämföra. Se efter att båda har något i sig."))
    except Gone:
        return  # somebody asked anew, or the page is no more
    except sound.Failed as error:
        logger.warning("Captions %s: %s", work_id, str(error)[-1000:])
        _fail(
            rows,
            _("Ljudet går inte att läsa. Ladda upp filen på nytt, eller be it-avdelningen titta på det."),
        )
    except OSError:
        logger.exception("Captions %s could not be made", work_id)
        _fail(
            rows,
            _(
                "Det gick inte att göra undertexterna. Be it-avdelningen se om disken är full, och försök igen."
            ),
        )
    else:
        _finish(work, rows, found, doubts, clock())


class Gone(Exception):
    """The row that was worked on is not ours any more."""


def _claim(work_id: int, now: dt.datetime) -> tuple[CaptionWork, Any] | None:
    work = CaptionWork.objects.filter(pk=work_id).select_related("page", "asset", "by").first()
    if work is None or not work.is_under_way:
        return None
    if work.state == State.WORKING and not is_stale(work.claimed_at, now):
        return None
    same = CaptionWork.objects.filter(
        pk=work.pk, state=work.state, claimed_at=work.claimed_at, tries=work.tries
    )
    if not same.update(state=State.WORKING, claimed_at=now, progress=0, tries=F("tries") + 1):
        return None
    rows = CaptionWork.objects.filter(pk=work.pk, state=State.WORKING, tries=work.tries + 1)
    if work.tries >= TRIES:
        _fail(
            rows, _("Det avbröts %(count)s gånger. Be it-avdelningen titta på det.") % {"count": work.tries}
        )
        return None
    return work, rows


def _teller(rows: Any, clock: Clock) -> Callable[[float], None]:
    """What writes a sign of life and the progress to the row, at most once a second."""
    told = time.monotonic()

    def tell(share: float) -> None:
        nonlocal told
        if time.monotonic() - told < 1:
            return
        told = time.monotonic()
        if not rows.update(claimed_at=clock(), progress=min(99, round(share * 100))):
            raise Gone

    return tell


def _made(
    work: CaptionWork, tell: Callable[[float], None]
) -> tuple[tuple[Cue, ...], list[tuple[float, str]]]:
    draft: Any = work.page.specific.get_latest_revision_as_object()
    with tempfile.TemporaryDirectory(prefix="utbud-captions-") as folder:
        wav = _listened(work, Path(folder))
        tell(0.02)
        if work.how == TimedPage.Origin.HEARD:
            heard = recognise.hear(wav, settings.WHISPER_MODEL, work.asset.seconds or 0.0, tell)
            return heard.cues, list(heard.doubts)
        aligned = align.match(draft.script, wav, formats.voice(), tell)
        cues = align.cues(aligned)
        if not cues:
            raise CaptionError(_("Inget av manuset hördes i ljudet. Är det rätt manus, och hörs talet?"))
        return cues, [(doubt.second, doubt.says) for doubt in align.doubts(aligned)]


def _listened(work: CaptionWork, folder: Path) -> Path:
    """The sound of the asset, as it is listened to."""
    version = work.asset.version(SOUND)
    if version is None:
        raise CaptionError(_("Filmen eller ljudet är inte färdigt än. Vänta tills det är klart."))
    name, source, wav = str(version.file), folder / "sound", folder / "sound.wav"
    with default_storage.open(name) as stored, source.open("wb") as copy:
        shutil.copyfileobj(stored, copy)
    sound.run(
        "-i", str(source), "-map", "0:a:0", "-vn", "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", str(wav)
    )
    return wav


def _fail(rows: Any, says: str) -> None:
    """``rows`` is what we claimed, while it is ours: what was asked anew meanwhile has not failed."""
    rows.update(state=State.FAILED, problem=says[:300], claimed_at=None)


@transaction.atomic
def _finish(
    work: CaptionWork, rows: Any, cues: Sequence[Cue], doubts: Sequence[tuple[float, str]], now: dt.datetime
) -> None:
    mended = mend(cues, work.asset.seconds)
    kept = rows.update(
        state=State.READY,
        progress=100,
        problem="",
        claimed_at=None,
        captions=kept_cues(mended),
        doubts=[[round(second, 3), says] for second, says in doubts],
    )
    if not kept:
        return
    work.refresh_from_db()
    with contextlib.suppress(ChangedMeanwhile):  # then it is offered: somebody has written in the meantime
        use(work=work, read=work.before, by=work.by, now=now)


@transaction.atomic
def use(*, work: CaptionWork, read: str | None = None, by: User | None, now: dt.datetime) -> None:
    """Put captions that are done into the draft. ``read`` as in ``save_text``."""
    page = work.page.specific
    draft: Any = page.get_latest_revision_as_object()
    if draft.asset_id != work.asset_id:
        raise ChangedMeanwhile(
            _("Sidan har fått en annan film eller ett annat ljud. Gör undertexterna på nytt.")
        )
    save_text(
        page=page,
        cues=cues_of(work.captions),
        chapters=tuple(Chapter(start, title) for start, title in draft.chapters),
        origin=work.how,
        read=read,
        by=by,
        now=now,
    )
    CaptionWork.objects.filter(pk=work.pk).update(used_at=now)


def throw_away(*, page: Page) -> None:
    """Forget the captions that were made for ``page``, or that are being made."""
    CaptionWork.objects.filter(page_id=page.pk).delete()
