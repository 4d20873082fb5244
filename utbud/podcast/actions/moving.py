"""Bring a show from another host: its episodes as drafts, their sound fetched by the slow worker.

Run twice nothing comes twice: an episode is known by its guid. What has no text version is not published here either
(the law), but it keeps its guid, so that nobody's app shows it as new when it comes back.
"""

import datetime as dt
import json
import logging
import tempfile
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.models import Page

from utbud.base.richtext import Block, blocks_from_html, plain_text, sentence_spans
from utbud.channels.channel import Refused, Unavailable
from utbud.channels.http import call
from utbud.formats.content import shortened
from utbud.media import caption_files, captions
from utbud.media.actions import processing
from utbud.media.models import Kind, TimedPage, is_stale
from utbud.people.models import User
from utbud.podcast import moving
from utbud.podcast.actions.board import free_slug
from utbud.podcast.models import Arrival, EpisodePage, ShowPage, show_guid

logger = logging.getLogger(__name__)
TRIES = 5
WAIT = (1, 5, 30, 120)  # minutes between tries
LARGEST_SOUND, LARGEST_TEXT = 500_000_000, 5_000_000  # bytes
NOTES, SENTENCE, TITLE = 3400, 160, 255  # letters that have room
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
    """What the feed at ``url`` says. Raises CannotMove."""
    with tempfile.TemporaryDirectory(prefix="utbud-feed-") as folder:
        path = Path(folder, "feed")
        try:
            fetch(url, path, most=moving.LARGEST_FEED)
            return moving.read(path.read_bytes())
        except (Unavailable, moving.NotAFeed) as error:
            raise CannotMove(str(error)) from error


# --- drafts -------------------------------------------------------------------------------------


def here_already(incoming: moving.Show) -> frozenset[str]:
    """The guids of the feed's episodes that have come already."""
    guids = [one.guid for one in incoming.episodes]
    return frozenset(EpisodePage.objects.filter(guid__in=guids).values_list("guid", flat=True))


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
            if not ShowPage.objects.filter(guid=given).exists():
                ShowPage.objects.filter(pk=show.pk).update(guid=given)
    ShowPage.objects.filter(pk=show.pk).update(came_from=feed)
    wanted = [one for one in incoming.episodes if one.guid in guids and one.guid not in known and one.sound]
    oldest_first = sorted(wanted, key=lambda one: one.out or now)
    made = [_draft(show, one, by, now) for one in oldest_first]
    for episode in made:
        transaction.on_commit(lambda pk=episode.pk: bring_sound.enqueue(episode_id=pk))  # type: ignore[misc]
    return made


def _draft(show: ShowPage, one: moving.Incoming, by: User, now: dt.datetime) -> EpisodePage:
    about = blocks_from_html(one.summary)
    title = shortened(one.title, TITLE)
    episode = EpisodePage(
        title=title,
        slug=free_slug(show, title),
        one_sentence=_first_sentence(plain_text(about)),
        notes=_notes(about),
        season=one.season,
        number=one.number,
        episode_kind=one.kind,
        explicit=one.explicit,
        guid=one.guid,
        first_out=one.out,
        came_from=one.sound[:500],
        live=False,
        owner=by,
        responsible=by,
    )
    show.add_child(instance=episode)
    episode.save_revision(user=by)
    Arrival.objects.create(
        episode=episode,
        sound=one.sound[:500],
        transcript=one.transcript[:500],
        chapters=one.chapters[:500],
        due_at=now,
    )
    return episode


def _first_sentence(text: str) -> str:
    spans = sentence_spans(text)
    return shortened(text[spans[0][0] : spans[0][1]], SENTENCE) if spans else ""


def _notes(blocks: tuple[Block, ...]) -> str:
    """The text as our own rich text: paragraphs, bold and links, as much as has room."""
    parts: list[str] = []
    for block in blocks:
        inner = ""
        for run in block.runs:
            text = f"<b>{escape(run.text)}</b>" if run.bold else escape(run.text)
            safe = run.href.startswith(("http://", "https://", "mailto:", "tel:"))
            inner += f'<a href="{escape(run.href)}">{text}</a>' if safe else text
        part = f"<p>{inner}</p>"
        if sum(map(len, parts)) + len(part) > NOTES:
            break
        parts.append(part)
    return "".join(parts)


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
    except Unavailable as error:
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
    draft: Any = row.episode.get_latest_revision_as_object()
    with tempfile.TemporaryDirectory(prefix="moving-", dir=processing.work_folder()) as folder:
        cues = _optional(row.transcript, folder, _cues)
        chapters = _optional(row.chapters, folder, _chapters)
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
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=row.episode_id)
        draft = EpisodePage.objects.get(pk=row.episode_id).get_latest_revision_as_object()
        if asset is not None and draft.asset is None:
            draft.asset = asset
        if cues and not draft.captions:
            draft.captions, draft.captions_from = captions.kept_cues(cues), TimedPage.Origin.FILE
        if chapters and not draft.chapters:
            draft.chapters = captions.kept_chapters(chapters)
        draft.save_revision(user=row.episode.owner)


def _optional(url: str, folder: str, read: Callable[[bytes], T]) -> T | None:
    """What stands at ``url``, None when there is none or it cannot be used: an episode comes without it too."""
    if not url:
        return None
    path = Path(folder, "text")
    try:
        fetch(url, path, most=LARGEST_TEXT)
        return read(path.read_bytes())
    except (
        CannotMove,
        Unavailable,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        caption_files.NotCaptions,
    ):
        logger.warning("%s could not be used; the episode comes without it", url)
        return None


def _cues(content: bytes) -> tuple[captions.Cue, ...]:
    return captions.mend(caption_files.read(content).cues, None)


def _chapters(content: bytes) -> tuple[captions.Chapter, ...]:
    return tuple(
        captions.Chapter(float(one["startTime"]), str(one.get("title") or "").strip()[:120])
        for one in json.loads(content)["chapters"]
        if one.get("toc") is not False and str(one.get("title") or "").strip()
    )


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
