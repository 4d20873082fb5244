"""Make a guide of a film: each chosen moment becomes a step with its frame and what is said there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from utbud.films.models import FilmPage
from utbud.formats.content import shortened
from utbud.guides.actions import pictures
from utbud.guides.models import GuideIndexPage, GuidePage
from utbud.people.models import User

MOST_STEPS = 30
LONGEST_ACTION = 300
APART = 6.0  # seconds: suggestions nearer than that are the same step
SENTENCE_ENDS = (".", "!", "?", "…")


class FilmError(Exception):
    """Why no guide can be made of a film, in Swedish, to be shown as it is."""


class AlreadyMade(FilmError):
    """There is a guide of the film, and nobody has said that one more is wanted."""


@dataclass(frozen=True)
class Moment:
    """A moment of a film, in seconds, and what the step says. ``chosen``: suggested from the start."""

    second: float
    text: str
    chosen: bool = False


def suggestions(film: FilmPage) -> list[Moment]:
    """Moments to choose from, in order: where chapters begin, and where captions do.

    Chapters are chosen from the start; a film without them has the captions chosen that begin a sentence.
    """
    cues = film.cues
    found = [
        Moment(chapter.start, _said_from(film, chapter.start) or chapter.title, chosen=True)
        for chapter in film.chapter_list
    ]
    chosen = [moment.second for moment in found]
    begins, last = True, -APART
    for cue in cues:
        starts = begins and not film.chapter_list and cue.start - last >= APART
        if not any(abs(cue.start - second) < 1 for second in chosen):
            found.append(Moment(cue.start, _one_line(cue.text), chosen=starts))
        if starts:
            last = cue.start
        begins = cue.text.rstrip().endswith(SENTENCE_ENDS)
    return sorted(found, key=lambda moment: moment.second)


def _said_from(film: FilmPage, second: float) -> str:
    """The first sentence that begins at ``second`` or soon after."""
    said = ""
    for cue in film.cues:
        if cue.end <= second:
            continue
        if cue.start > second + APART and not said:
            return ""
        said = f"{said} {_one_line(cue.text)}".strip()
        if said.endswith(SENTENCE_ENDS) or len(said) > LONGEST_ACTION:
            break
    return shortened(said, LONGEST_ACTION)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def guides_of(film: FilmPage) -> list[GuidePage]:
    """The guides that are made of a film already."""
    return list(GuidePage.objects.filter(film=film).order_by("pk"))


def make_guide(
    *, film: FilmPage, moments: Sequence[Moment], again: bool, accent: str, by: User, now: dt.datetime
) -> GuidePage:
    """A draft guide with a step for each of ``moments``, tied to the film. Its pictures wait for their words.

    ``again`` says that one more is wanted where there is one. Raises AlreadyMade, or FilmError.
    """
    draft: FilmPage = film.get_latest_revision_as_object()
    if draft.asset is None or not draft.asset.is_ready:
        raise FilmError(_("Filmen är inte klar än. Vänta tills den är bearbetad."))
    if not moments:
        raise FilmError(_("Välj minst en ruta."))
    if len(moments) > MOST_STEPS:
        raise FilmError(_("En guide har högst %(most)s steg. Välj färre rutor.") % {"most": MOST_STEPS})
    if not again and guides_of(film):
        raise AlreadyMade(
            _("Det finns redan en guide av filmen. Öppna den, eller kryssa för att göra en till.")
        )
    index = GuideIndexPage.objects.first()
    if index is None:
        raise FilmError(_("Det finns ingen lista över guider att lägga guiden i."))
    in_order = sorted(moments, key=lambda moment: moment.second)
    try:
        taken = [
            pictures.take_frame(asset=draft.asset, second=moment.second, by=by, now=now)
            for moment in in_order
        ]
    except pictures.PictureError as error:
        raise FilmError(str(error)) from None
    with transaction.atomic():
        Page.objects.select_for_update().get(
            pk=film.pk
        )  # a second press waits here, and finds the first one's guide
        if not again and guides_of(film):
            raise AlreadyMade(
                _("Det finns redan en guide av filmen. Öppna den, eller kryssa för att göra en till.")
            )
        guide = GuidePage(
            title=draft.title, live=False, owner=by, one_sentence=draft.one_sentence, needs=draft.needs, film=film,
            responsible=by,
        )  # fmt: skip
        guide.steps = [
            (
                "step",
                {
                    "action": shortened(_one_line(moment.text), LONGEST_ACTION),
                    "picture": pictures.make_unmarked(
                        picture=picture, accent=accent, by=by,
                        title=_("%(guide)s, steg %(number)s") % {"guide": draft.title, "number": number},
                    ),
                    "alt": "",
                    "right": "",
                    "wrong": "",
                },
            )
            for number, (moment, picture) in enumerate(zip(in_order, taken, strict=True), 1)
        ]  # fmt: skip
        index.add_child(instance=guide)
        guide.topics.set(draft.topics.all())
        guide.services.set(draft.services.all())
        guide.serves.set(draft.serves.all())
        guide.save_revision(user=by, clean=False, log_action=True)
    return guide
