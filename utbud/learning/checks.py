"""What the editor is told while writing: promises, plain language, the short human checklist."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base import plain_language as plain
from utbud.base.richtext import blocks_from_html, plain_text
from utbud.learning.models.words import WordPage, heading_levels, lines
from utbud.publishing.models import Problem

CHECKLIST = (
    gettext_lazy("Förstår någon som aldrig har använt en dator?"),
    gettext_lazy("Kommer det viktigaste först?"),
    gettext_lazy("Säger texten vad man kan göra, utan att skrämma?"),
    gettext_lazy("Håller liknelsen om man tänker ett steg till?"),
    gettext_lazy("Har du läst texten högt?"),
)
SHOWN = 8  # words pointed out at a time: more than that nobody reads


@dataclass(frozen=True)
class Report:
    """What is shown beside the editor: the figures for the whole text and for easy Swedish, and the problems.

    ``model`` is what is written, a word or something else; it knows what its fields are called.
    """

    model: type[Model]
    text: plain.Readability
    easy: plain.Readability
    problems: list[Problem]

    @property
    def named_problems(self) -> list[tuple[str, Problem]]:
        """Each problem with the name of its field in Swedish, "" for one of the whole page."""
        return [(self._name(problem.field), problem) for problem in self.problems]

    def _name(self, field: str) -> str:
        if not field:
            return ""
        return capfirst(str(self.model._meta.get_field(field).verbose_name))  # type: ignore[union-attr]


def texts_of(word: WordPage) -> dict[str, str]:
    """The plain text of each field that readers read, by field name; easy Swedish apart."""
    return {
        "one_sentence": word.one_sentence,
        "explanation": plain_text(blocks_from_html(word.explanation)),
        "likeness": word.likeness,
        "notice": word.notice,
        "steps": "\n".join(word.step_texts),
        "misunderstanding": word.misunderstanding,
    }


def report(word: WordPage) -> Report:
    """All there is to say about ``word`` as it stands, saved or not."""
    return Report(
        model=WordPage,
        text=plain.readability("\n".join(texts_of(word).values())),
        easy=plain.readability(word.easy),
        problems=problems_of(word),
    )


def problems_of(word: WordPage) -> list[Problem]:
    """What would break a promise (stops approval), then what to look at, in the order of the page."""
    return [*_promises(word), *_advice(word)]


def _promises(word: WordPage) -> list[Problem]:
    found = []
    if not word.one_sentence.strip():
        found.append(
            Problem(
                "one_sentence", _("Skriv en mening som alla förstår. Den är löftet till läsaren."), stops=True
            )
        )
    if not blocks_from_html(word.explanation):
        found.append(Problem("explanation", _("Skriv en förklaring."), stops=True))
    if word.drawing_id and not word.drawing_alt.strip():
        found.append(
            Problem(
                "drawing_alt",
                _("Beskriv teckningen i ord, så att den som inte ser den också får veta."),
                stops=True,
            )
        )
    return found


def _advice(word: WordPage) -> list[Problem]:
    found: list[Problem] = []
    if not word.drawing_id:
        found.append(Problem("drawing", _("En teckning hjälper många att förstå. Lägg gärna till en.")))
    if plain.readability(word.one_sentence).sentences > 1:
        found.append(Problem("one_sentence", _("Det här är mer än en mening. Kan du säga det i en?")))
    levels = heading_levels(word.explanation)
    if any(after > before + 1 for before, after in zip([2, *levels], levels, strict=False)):
        found.append(
            Problem(
                "explanation",
                _("En rubrik hoppar över en nivå. Då blir sidan svår att följa för den som lyssnar."),
            )
        )
    return [
        *found,
        *language_advice(texts_of(word), word.easy, known=known_words(word.title, *lines(word.forms))),
    ]


def language_advice(texts: Mapping[str, str], easy: str, *, known: frozenset[str]) -> list[Problem]:
    """What to look at in the language of ``texts`` (by field name) and of the ``easy`` text. ``known`` words pass."""
    found: list[Problem] = []
    for field, text in texts.items():
        figures = plain.readability(text)
        if figures.words >= 8 and figures.lix > plain.WARN_OVER:
            found.append(
                Problem(
                    field,
                    _(
                        "LIX är %(lix)d: %(band)s. Försök komma under 40. Korta meningarna eller byt långa ord."
                    )
                    % {"lix": round(figures.lix), "band": figures.band},
                )
            )
        if long := [each for each in plain.long_words(text) if each.lower() not in known][:SHOWN]:
            found.append(
                Problem(
                    field,
                    _("Långa ord: %(words)s. Går det att dela upp eller byta dem?")
                    % {"words": ", ".join(long)},
                )
            )
        if rare := [each for each in plain.rare_words(text, known=known) if each not in long][:SHOWN]:
            found.append(
                Problem(
                    field, _("Ovanliga ord: %(words)s. Förklara eller byt dem.") % {"words": ", ".join(rare)}
                )
            )
    if not easy.strip():
        found.append(Problem("easy", _("Skriv gärna texten på lätt svenska också.")))
    elif (lix := plain.readability(easy).lix) > plain.EASY_AT_MOST:
        found.append(
            Problem("easy", _("LIX är %(lix)d. Lätt svenska ska ha högst 30.") % {"lix": round(lix)})
        )
    return found


def known_words(*own: str) -> frozenset[str]:
    """Words that need no remark: a page's ``own`` names, and all words we have explained."""
    from utbud.learning.queries import lexicon  # noqa: PLC0415, RUF100

    return frozenset(part.lower() for name in [*own, *lexicon().names()] for part in [name, *name.split()])
