"""A film made of a guide by the product itself: each step's picture and words, read by the voice, with exact captions."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from utbud.base.hashing import content_hash
from utbud.films import actions as films
from utbud.films.models import KIND, FilmPage
from utbud.formats import actions as formats
from utbud.formats import film, guide_film, sound
from utbud.formats import queries as formats_queries
from utbud.formats.guide_film import Scene
from utbud.formats.speech import Narration, narrate
from utbud.guides.models import GuidePage
from utbud.media import captions, narrated
from utbud.media.actions import processing
from utbud.media.models import Asset, Kind, TimedPage
from utbud.people.models import User
from utbud.publishing.files import sender
from utbud.publishing.models import ApprovalRequest

LONGEST_SEEN = 3000  # letters


class FilmingError(Exception):
    """Why no film can be made, in Swedish, to be shown as it is."""


class NothingToFilm(FilmingError):
    """The guide has no steps."""


class TooLong(FilmingError):
    """The steps alone take more than 90 seconds to say."""


def film_of(*, guide: GuidePage, by: User, now: dt.datetime) -> FilmPage:
    """A draft of a film with what the guide's draft says, linked to the guide; the file is left to the slow worker.

    Made again from the same guide it is the film there is; from one that has changed, that film's draft gets the new
    file, with its own captions and chapters. It takes some seconds, so not inside a transaction.
    Raises FilmingError, speech.NoVoice, sound.Failed, media.actions.processing.CannotTakeIn.
    """
    draft: GuidePage = guide.get_latest_revision_as_object()
    name = _name(draft)
    if (found := made_of(guide)) is not None and _asset_of(found).name == name:
        _link(guide, found, by)
        return found
    with tempfile.TemporaryDirectory(prefix="film-", dir=processing.work_folder()) as folder:
        made = _made(draft, Path(folder))
        asset = processing.take_in(path=made.file, kind=Kind.FILM, name=name, by=by, now=now)
    with transaction.atomic():
        # The guide's row is the lock: two who make its film at once come one after the other.
        GuidePage.objects.select_for_update(of=("self",)).get(pk=guide.pk)
        page = made_of(guide)
        if page is not None and _asset_of(page).name == name:
            transaction.on_commit(lambda: processing.remove(asset=asset))
        else:
            page = _put(draft, page, made, asset, by)
        _link(guide, page, by)
    return page


def made_of(guide: GuidePage) -> FilmPage | None:
    """The film that was made of the guide, None where there is none. One that staff have filmed is no such film."""
    begins = _beginning(guide)
    for page in FilmPage.objects.filter(asset__name__startswith=begins).order_by("pk"):
        if _asset_of(page).name.startswith(begins):
            return page
    return None


def is_as_the_guide(guide: GuidePage, page: FilmPage) -> bool:
    """Whether ``page``, made of the guide, still shows and says what the guide's draft does, with today's voice."""
    return _asset_of(page).name == _name(guide.get_latest_revision_as_object())


def _asset_of(page: FilmPage) -> Asset:
    """The file of a film that was made of a guide: it always has one."""
    return cast(Asset, page.get_latest_revision_as_object().asset or page.asset)


def _beginning(guide: GuidePage) -> str:
    return f"guide-{guide.pk}-"


def _name(draft: GuidePage) -> str:
    """What the file is called: it says which guide, and what of it, it was made from."""
    who = {name: value for name, value in asdict(sender()).items() if name not in ("drop_in", "partner")}
    item = draft.content()
    steps = [[step.action, step.right, step.picture] for step in item.steps]
    told = [item.title, item.path, item.picture, steps, draft.needs, draft.takes, draft.done]
    digest = content_hash([told, who, formats_queries.voice().version])
    return f"{_beginning(draft)}{digest[:16]}.mp4"


# --- the film ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Made:
    file: Path
    script: str
    cues: tuple[captions.Cue, ...]
    chapters: tuple[captions.Chapter, ...]


def _made(draft: GuidePage, folder: Path) -> _Made:
    item, who = draft.as_item(), sender()
    if not item.steps:
        raise NothingToFilm(_("Guiden har inga steg än. Skriv dem först."))
    needs = [line.strip() for line in draft.needs.splitlines() if line.strip()]
    told: dict[str, Any] = {"needs": needs, "takes": draft.takes, "done": draft.done}
    scenes, narration = _read(guide_film.scenes(item, who, **told))
    stills = guide_film.shown(scenes, narration)
    pictures = guide_film.pictures(
        stills, item, who, kind=str(KIND), files=formats.pictures_of(item, who), **told
    )
    seconds = guide_film.seconds(narration)
    wav, aac, mp4 = folder / "said.wav", folder / "said.aac", folder / "made.mp4"
    silence = bytes(2 * max(0, round((seconds - narration.seconds) * narration.rate)))
    sound.write_wav(narration.samples + silence, narration.rate, wav)
    sound.even_out(wav, aac, replace(sound.IN_FILM, channels=1), tags={})  # one voice, in the middle
    shown = [
        film.Still(picture, one.start, scene=one.soft) for picture, one in zip(pictures, stills, strict=True)
    ]
    film.write(shown, aac, mp4, seconds=seconds, tags={"title": item.title, "artist": who.name})
    said = [sentence.text for sentence in guide_film.sentences(scenes)]
    return _Made(
        file=mp4,
        script="\n\n".join(" ".join(scene.sentences) for scene in scenes),
        cues=narrated.cues(said, narration),
        chapters=tuple(captions.Chapter(one.start, one.scene.title) for one in stills if not one.right),
    )


def _read(scenes: Sequence[Scene]) -> tuple[Sequence[Scene], Narration]:
    """The scenes read aloud, with as much of what each step should look like as there is time for. Raises TooLong."""
    while True:
        narration = narrate(guide_film.sentences(scenes), formats_queries.voice())
        if guide_film.seconds(narration) <= guide_film.LONGEST:
            return scenes, narration
        less = guide_film.shorter(scenes)
        if less is None:
            says = _("Guiden tar längre än 90 sekunder att läsa upp. Dela den i två, eller korta stegen.")
            raise TooLong(says)
        scenes = less


# --- the page ---------------------------------------------------------------------------------


def _put(draft: GuidePage, page: FilmPage | None, made: _Made, asset: Asset, by: User) -> FilmPage:
    """The film's page with the new file, its words and times, as a draft."""
    if page is None:
        page = films.start(title=draft.title, sentence=draft.one_sentence, by=by)
        told: FilmPage = page
        told.about = "<p>{}</p>".format(
            escape(_("Filmen visar guiden «%(title)s», ett steg i taget.") % {"title": draft.title})
        )
        told.drawing, told.drawing_alt, told.easy = draft.drawing, draft.drawing_alt, draft.easy
        told.topics, told.serves, told.services = (
            list(each.all()) for each in (draft.topics, draft.serves, draft.services)
        )
        told.responsible = draft.responsible or by
        told.checked_on, told.review_by = draft.checked_on, draft.review_by
    else:
        told = page.get_latest_revision_as_object()
    told.needs, told.seen, told.poster_at = draft.needs, _seen(draft), None
    told.asset, told.script, told.captions_from = asset, made.script, TimedPage.Origin.SCRIPT
    told.captions = captions.kept_cues(made.cues)
    told.chapters = captions.kept_chapters(made.chapters)
    if not page.live:
        told.save()  # a page that is out changes when it is published
    told.save_revision(user=by, log_action=True)
    return FilmPage.objects.get(pk=page.pk)


def _seen(draft: GuidePage) -> str:
    """What the pictures show, for the one who does not see them."""
    lines = [
        _("Steg %(number)s: %(picture)s") % {"number": number, "picture": step.picture.alt.strip()}
        for number, step in enumerate(draft.step_list(), 1)
        if step.picture and step.picture.alt.strip()
    ]
    while len("\n\n".join(lines)) > LONGEST_SEEN:
        lines.pop()
    return "\n\n".join(lines)


def _link(guide: GuidePage, page: FilmPage, by: User) -> None:
    """Name the film in the guide's draft, unless it has one, or waits for approval: that would end it."""
    # Read anew: somebody may have written in it while the film was made.
    draft: GuidePage = GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object()
    waits = ApprovalRequest.objects.standing().filter(page_id=guide.pk).exists()
    if draft.film_id is None and not waits:
        draft.film = page
        draft.save_revision(user=by, log_action=True)
