"""What the editor of a film is told: the law and our promises, plain language, the short human checklist."""

from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base import plain_language as plain
from utbud.base.dates import length_words
from utbud.base.richtext import blocks_from_html, plain_text
from utbud.films.models import FilmPage
from utbud.learning.checks import Report, known_words, language_advice
from utbud.media import captions
from utbud.media.models import State
from utbud.publishing.models import Problem

LONGEST_PART = 90.0  # seconds that one follows and remembers (rules.md 8)
CHECKLIST = (
    gettext_lazy("Säger titeln vad man kan göra efteråt?"),
    gettext_lazy("Visar filmen en enda sak?"),
    gettext_lazy("Sägs allt viktigt som syns, så att den som inte ser kan följa med?"),
    gettext_lazy("Syns inga personuppgifter i bilden?"),
    gettext_lazy("Har du sett hela filmen med undertexter?"),
)


def texts_of(film: FilmPage) -> dict[str, str]:
    """The plain text of each field that readers read, by field name; easy Swedish apart."""
    return {
        "one_sentence": film.one_sentence,
        "needs": "\n".join(film.need_lines),
        "about": plain_text(blocks_from_html(film.about)),
        "seen": film.seen,
    }


def report(film: FilmPage) -> Report:
    """All there is to say about ``film`` as it stands, saved or not."""
    said = "\n".join(cue.text for cue in film.cues)
    return Report(
        model=FilmPage,
        text=plain.readability("\n".join([*texts_of(film).values(), said])),
        easy=plain.readability(film.easy),
        problems=problems_of(film),
    )


def problems_of(film: FilmPage) -> list[Problem]:
    """What would break the law or a promise (stops approval), then what to look at, in the order of the page."""
    return [*_promises(film), *_advice(film)]


def _promises(film: FilmPage) -> list[Problem]:
    found = [*_of_the_film(film), *_of_the_captions(film)]
    if not film.one_sentence.strip():
        says = _("Skriv i en mening vad man lär sig. Den är löftet till den som tittar.")
        found.append(Problem("one_sentence", says, stops=True))
    if film.drawing_id and not film.drawing_alt.strip():
        says = _("Beskriv bilden i ord, så att den som inte ser den också får veta.")
        found.append(Problem("drawing_alt", says, stops=True))
    return found


def _of_the_film(film: FilmPage) -> list[Problem]:
    asset = film.asset
    if film.youtube_id:
        if asset is None:
            return []
        says = _(
            "Sidan har både en egen film och en på YouTube. Töm rutan för YouTube, eller ta bort den egna filmen."
        )
        return [Problem("youtube_id", says, stops=True)]
    if asset is None:
        says = _(
            "Det finns ingen film än. Spela in eller ladda upp i Verkstaden, eller klistra in en adress från YouTube."
        )
        return [Problem("asset", says, stops=True)]
    if asset.state == State.FAILED:
        return [
            Problem("asset", _("Filmen gick inte att använda. %(why)s") % {"why": asset.problem}, stops=True)
        ]
    if not asset.is_ready or not asset.version("1080p", "720p", "480p"):
        return [
            Problem("asset", _("Filmen görs fortfarande i ordning. Vänta tills den är klar."), stops=True)
        ]
    return []


def _of_the_captions(film: FilmPage) -> list[Problem]:
    if not film.captions:
        says = _(
            "Filmen saknar undertexter och textversion. Lagen om tillgänglighet till digital offentlig service (DOS-lagen) "
            "kräver dem, så den kan inte publiceras utan. Gör dem under Texten till filmen."
        )
        return [Problem("captions", says, stops=True)]
    return [Problem("captions", says, stops=True) for says in captions.problems(film.cues, film.seconds)]


def _advice(film: FilmPage) -> list[Problem]:
    found = []
    if plain.readability(film.one_sentence).sentences > 1:
        found.append(Problem("one_sentence", _("Det här är mer än en mening. Kan du säga det i en?")))
    if not film.need_lines:
        found.append(Problem("needs", _("Skriv vad man behöver ha framme. Det sägs innan filmen börjar.")))
    if film.youtube_id and not film.youtube_seconds:
        found.append(
            Problem("youtube_seconds", _("Skriv hur lång filmen är. Den som tittar vill veta det innan."))
        )
    found += _of_the_parts(film)
    if not film.seen.strip():
        says = _("Syns något viktigt som inte sägs? Skriv det för den som inte ser filmen.")
        found.append(Problem("seen", says))
    if film.poster() is None and not film.drawing_id:
        says = _("Välj en stillbild i Verkstaden, eller lägg till en bild. Den visas innan filmen börjar.")
        found.append(Problem("drawing", says))
    if not film.pk or not film.topics.all():
        found.append(Problem("topics", _("Välj ett ämne. Annars är filmen svår att hitta.")))
    if film.asset:
        found += [Problem("asset", str(remark)) for remark in film.asset.remarks]
    if film.captions:
        found += [Problem("captions", says) for says in captions.advice(film.cues, film.seconds)[:5]]
    return [*found, *language_advice(texts_of(film), film.easy, known=known_words(film.title))]


def _of_the_parts(film: FilmPage) -> list[Problem]:
    """Parts that are longer than one follows."""
    seconds, chapters = film.seconds, film.chapter_list
    if not seconds:
        return []
    if not chapters:
        if seconds <= LONGEST_PART:
            return []
        says = _(
            "Filmen är %(length)s lång och har inga delar. Dela in den, med högst en och en halv minut i varje."
        )
        return [Problem("chapters", says % {"length": length_words(seconds)})]
    starts = [0.0, *(chapter.start for chapter in chapters if chapter.start > 0), seconds]
    names = {chapter.start: chapter.title for chapter in chapters}
    says = _("Delen «%(title)s» är %(length)s. Högst en och en halv minut är lagom.")
    return [
        Problem(
            "chapters", says % {"title": names.get(start, _("Början")), "length": length_words(end - start)}
        )
        for start, end in pairwise(starts)
        if end - start > LONGEST_PART + 1
    ]
