"""Bring a show from another host: its episodes as drafts, their sound fetched by the slow worker.

Run twice nothing comes twice: an episode is known by its guid. What has no text version is not published here either
(the law), but it keeps its guid, so that nobody's app shows it as new when it comes back.
"""

import datetime as dt
import json
import tempfile
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.models import Page

from utbud.base.locks import PageLocked
from utbud.channels.channel import Refused, Unavailable
from utbud.channels.http import call
from utbud.formats.content import shortened
from utbud.media import caption_files, captions
from utbud.media.actions import processing
from utbud.media.models import Kind, TimedPage, is_stale
from utbud.people.models import User
from utbud.podcast import moving, notes
from utbud.podcast.actions.board import free_slug
from utbud.podcast.models import Arrival, EpisodePage, ShowPage, show_guid

TRIES = 5
WAIT = (1, 5, 30, 120)  # minutes between tries
LARGEST_SOUND, LARGEST_TEXT = 500_000_000, 5_000_000  # bytes
TITLE = 255  # letters that have room
MOST_PAGES = 50  # of one feed
PART = 1 << 18
T = TypeVar("T")


class CannotMove(Exception):
    """Why a show or an episode cannot be fetched, in Swedish, to be shown as it is."""


# --- fetching -----------------------------------------------------------------------------------


def fetch(url: str, path: Path, *, most: int) -> str:
    """Write what stands at ``url`` to ``path``, at most ``most`` bytes. Returns the address it was found at.

    Raises CannotMove for what will not be better, Unavailable for what may be.
    """
    try:
        answer = call("GET", url, service=_("Den förra värden"), stream=True)
    except Refused as error:
        raise CannotMove(str(error)[:300]) from error
    with answer:
        _write(answer, path, most)
        return answer.url


def _write(answer: requests.Response, path: Path, most: int) -> None:
    came, promised = 0, answer.headers.get("Content-Length", "")
    encoded = answer.headers.get("Content-Encoding")
    try:
        with path.open("wb") as file:
            for part in answer.iter_content(PART):
                came += len(part)
                if came > most:
                    raise CannotMove(_("Filen hos den förra värden är större än vi tar emot."))
                file.write(part)
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise Unavailable(_("Den förra värden avbröt. Vi försöker igen.")) from error
    if promised.isdecimal() and not encoded and came < int(promised):
        raise Unavailable(_("Den förra värden avbröt. Vi försöker igen."))


def look(url: str) -> moving.Show:
    """What the feed at ``url`` says, all pages of it. Raises CannotMove."""
    pages: list[moving.Show] = []
    seen: set[str] = set()
    asked, remarks = url, []
    while asked and asked not in seen and len(pages) < MOST_PAGES:
        seen.add(asked)
        try:
            pages.append(_page(asked))
        except (CannotMove, Unavailable, moving.NotAFeed) as error:
            if not pages:
                raise CannotMove(str(error)) from error
            remarks.append(_("En sida av flödet gick inte att läsa. Äldre avsnitt kan saknas."))
            break
        asked = pages[-1].more
    if asked in seen or remarks:  # it goes round, or it has been said
        pages[-1] = replace(pages[-1], more="", remarks=tuple(remarks))
    try:
        return moving.usable(moving.joined(pages))
    except moving.NotAFeed as error:
        raise CannotMove(str(error)) from error


def _page(url: str) -> moving.Show:
    with tempfile.TemporaryDirectory(prefix="utbud-feed-") as folder:
        path = Path(folder, "feed")
        found_at = fetch(url, path, most=moving.LARGEST_FEED)
        return moving.page(path.read_bytes(), found_at)


# --- drafts -------------------------------------------------------------------------------------


def here_already(incoming: moving.Show) -> frozenset[str]:
    """The guids of the feed's episodes that have come already."""
    guids = [one.guid for one in incoming.episodes]
    return frozenset(EpisodePage.with_archived.filter(guid__in=guids).values_list("guid", flat=True))


@transaction.atomic
def bring(
    *, show: ShowPage, feed: str, incoming: moving.Show, guids: Collection[str], by: User, now: dt.datetime
) -> list[EpisodePage]:
    """Make drafts of those of ``incoming`` that are wanted (``guids``) and not here, the oldest first; fetch their sound.

    The show keeps the id that podcast apps know it by, unless it has one. Returns the new drafts.
    """
    Page.objects.select_for_update().get(pk=show.pk)
    known = here_already(incoming)
    if show.guid is None:
        with suppress(ValueError):
            given = uuid.UUID(incoming.guid) if incoming.guid else show_guid(feed)
            if not ShowPage.with_archived.filter(guid=given).exists():
                ShowPage.objects.filter(pk=show.pk).update(guid=given)
    ShowPage.objects.filter(pk=show.pk).update(came_from=feed)
    wanted = [one for one in incoming.episodes if one.guid in guids and one.guid not in known and one.sound]
    oldest_first = sorted(wanted, key=lambda one: one.out or now)
    made = []
    for one in oldest_first:
        with suppress(ValidationError), transaction.atomic():  # what cannot be saved of one stops no other
            made.append(_draft(show, one, by, now))
    for episode in made:
        transaction.on_commit(lambda pk=episode.pk: bring_sound.enqueue(episode_id=pk))  # type: ignore[misc]
    return made


def _draft(show: ShowPage, one: moving.Incoming, by: User, now: dt.datetime) -> EpisodePage:
    written = notes.blocks(one.summary)
    title = shortened(one.title, TITLE)
    episode = EpisodePage(
        title=title,
        slug=free_slug(show, title),
        one_sentence=title[: notes.SENTENCE],  # a page is not saved without; the draft has what was written
        notes=notes.notes(written)[0],
        season=one.season,
        number=one.number,
        episode_kind=one.kind,
        explicit=one.explicit,
        guid=one.guid,
        first_out=one.out,
        came_from=one.sound,
        live=False,
        owner=by,
        responsible=by,
    )
    show.add_child(instance=episode)
    episode.one_sentence = notes.first_sentence(written)
    EpisodePage.objects.filter(pk=episode.pk).update(one_sentence=episode.one_sentence)
    episode.save_revision(user=by, clean=False)  # a draft may lack what it must have
    Arrival.objects.create(
        episode=episode,
        sound=one.sound,
        transcript=one.transcript,
        chapters=one.chapters,
        remarks=list(one.remarks),
        due_at=now,
    )
    return episode


# --- the sound ----------------------------------------------------------------------------------


@task(queue_name="slow")
def bring_sound(episode_id: int) -> None:
    """Fetch what belongs to an episode that moves in. Doing it twice fetches once."""
    fetch_arrival(episode_id, now=timezone.now())


def fetch_due(now: dt.datetime) -> int:
    """Fetch again what did not answer, and what a killed worker left. Returns how many were asked for."""
    rows = Arrival.objects.filter(done_at=None, tries__lt=TRIES, due_at__lte=now)
    waiting = [row.episode_id for row in rows if is_stale(row.claimed_at, now)]
    for episode_id in waiting:
        Arrival.objects.filter(episode_id=episode_id, done_at=None).update(
            due_at=now + dt.timedelta(minutes=10)
        )
        bring_sound.enqueue(episode_id=episode_id)
    return len(waiting)


def fetch_arrival(episode_id: int, *, now: dt.datetime) -> None:
    """Fetch the sound, the text version and the chapters of an episode, and give them to its draft."""
    stale = Q(claimed_at=None) | Q(claimed_at__lt=now - dt.timedelta(hours=1))
    mine = Arrival.objects.filter(stale, episode_id=episode_id, done_at=None, tries__lt=TRIES)
    if not mine.update(claimed_at=now, tries=F("tries") + 1):
        return
    row = Arrival.objects.select_related("episode").get(episode_id=episode_id)
    ours = Arrival.objects.filter(pk=row.pk, claimed_at=now, done_at=None)  # until another takes it over
    try:
        _fetch(row, now)
    except CannotMove as error:
        ours.update(claimed_at=None, tries=TRIES, problem=str(error)[:300])
    except (Unavailable, PageLocked) as error:
        again = now + dt.timedelta(minutes=WAIT[min(row.tries, len(WAIT)) - 1])
        ours.update(claimed_at=None, due_at=again, problem=str(error)[:300])
    else:
        ours.update(claimed_at=None, problem="", done_at=now)


def try_again(*, arrival: Arrival, now: dt.datetime) -> None:
    """Let what failed for good be fetched once more."""
    if Arrival.objects.filter(pk=arrival.pk, done_at=None).update(
        tries=0, due_at=now, problem="", claimed_at=None
    ):
        transaction.on_commit(lambda: bring_sound.enqueue(episode_id=arrival.episode_id))


def _fetch(row: Arrival, now: dt.datetime) -> None:
    """Fetch what has not come. Raises Unavailable when something of it may come later; what has come is kept."""
    draft: Any = row.episode.get_latest_revision_as_object()
    last = row.tries >= TRIES
    with tempfile.TemporaryDirectory(prefix="moving-", dir=processing.work_folder()) as folder:
        asset = None
        if draft.asset is None:
            path = Path(folder, "sound")
            fetch(row.sound, path, most=LARGEST_SOUND)
            name = Path(urlsplit(row.sound).path).name or "avsnitt.mp3"
            try:
                asset = processing.take_in(
                    path=path, kind=Kind.SOUND, name=name, by=row.episode.owner, now=now
                )
            except processing.CannotTakeIn as error:
                raise CannotMove(str(error)) from error
        text = _beside(row.transcript, folder, _cues, last) if not draft.captions else Beside()
        marks = _beside(row.chapters, folder, _chapters, last) if not draft.chapters else Beside()
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=row.episode_id)
        draft = EpisodePage.objects.get(pk=row.episode_id).get_latest_revision_as_object()
        if asset is not None and draft.asset is None:
            draft.asset = asset
        if text.found and not draft.captions:
            draft.captions, draft.captions_from = captions.kept_cues(text.found), TimedPage.Origin.FILE
        if marks.found and not draft.chapters:
            draft.chapters = captions.kept_chapters(marks.found)
        draft.save_revision(user=row.episode.owner, clean=False)
        told = [
            *(_("Textversionen kom inte hel. %(why)s") % {"why": why} for why in text.lost),
            *(_("Kapitlen kom inte hela. %(why)s") % {"why": why} for why in marks.lost),
        ]
        if new := [says for says in told if says not in row.remarks]:
            Arrival.objects.filter(pk=row.pk).update(remarks=[*row.remarks, *new])
    if text.later or marks.later:
        raise Unavailable(_("Ljudet har kommit. Textversion eller kapitel svarar inte än. Vi försöker igen."))


@dataclass(frozen=True)
class Beside(Generic[T]):
    """What came of a file beside the sound: what it holds, why something of it is lost, whether it may come later."""

    found: tuple[T, ...] = ()
    lost: tuple[str, ...] = ()
    later: bool = False


def _beside(
    url: str, folder: str, read: Callable[[bytes], tuple[tuple[T, ...], tuple[str, ...]]], last: bool
) -> Beside[T]:
    """Fetch and ``read`` what stands at ``url``: its rows, and what is to be said of them."""
    if not url:
        return Beside()
    path = Path(folder, "text")
    try:
        fetch(url, path, most=LARGEST_TEXT)
        found, remarks = read(path.read_bytes())
    except Unavailable as error:
        return Beside(lost=(str(error),)) if last else Beside(later=True)
    except CannotMove as error:
        return Beside(lost=(str(error),))
    except (ValueError, KeyError, TypeError, AttributeError, caption_files.NotCaptions):
        return Beside(lost=(_("Filen går inte att läsa."),))
    return Beside(found, remarks)


def _cues(content: bytes) -> tuple[tuple[captions.Cue, ...], tuple[str, ...]]:
    read = caption_files.read(content)
    return captions.mend(read.cues, None), read.remarks


def _chapters(content: bytes) -> tuple[tuple[captions.Chapter, ...], tuple[str, ...]]:
    """The chapters of a JSON file that have a time and a name."""
    rows, found, whole = json.loads(content.decode("utf-8-sig"))["chapters"], [], True
    for one in rows:
        try:
            title, start = str(one.get("title") or "").strip()[:120], float(one["startTime"])
        except (ValueError, KeyError, TypeError, AttributeError):
            whole = False
            continue
        if not title or one.get("toc") is False:
            continue
        if 0 <= start < float("inf"):
            found.append(captions.Chapter(start, title))
        else:
            whole = False
    says = () if whole else (_("En del gick inte att läsa och kom inte med."),)
    return tuple(sorted(found, key=lambda one: one.start)), says


# --- the old address ----------------------------------------------------------------------------


def is_redirected(show: ShowPage) -> bool | None:
    """Whether the old feed's address sends apps to ours, for good. None when it does not answer, or there is none."""
    if not show.came_from:
        return None
    try:
        answer = call(
            "GET",
            show.came_from,
            service=_("Den förra värden"),
            fine=(404, 410),
            stream=True,
            allow_redirects=False,
        )
    except (Refused, Unavailable):
        return None
    with answer:
        to = urljoin(show.came_from, answer.headers.get("Location", ""))
        return answer.status_code in (301, 308) and to.rstrip("/") == show.feed_url.rstrip("/")
