"""What the editor of a course is told while writing: promises, plain language, the short human checklist."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base import plain_language as plain
from utbud.base.richtext import blocks_from_html, plain_text
from utbud.courses.models import CoursePage
from utbud.courses.queries.planning import said_without_page
from utbud.learning.checks import Report, known_words, language_advice
from utbud.publishing.models import Problem

CHECKLIST = (
    gettext_lazy("Säger namnet vad man ska kunna, med vanliga ord?"),
    gettext_lazy("Förstår någon som aldrig har använt en dator?"),
    gettext_lazy("Vet man vad man ska ta med, och vad man inte behöver kunna?"),
    gettext_lazy("Står det vad som gäller för den som hör, ser eller rör sig dåligt?"),
    gettext_lazy("Har du läst texten högt?"),
)


def texts_of(course: CoursePage) -> dict[str, str]:
    """The plain text of each field that readers read, by field name; easy Swedish apart."""
    return {
        "one_sentence": course.one_sentence,
        "about": plain_text(blocks_from_html(course.about)),
        "can_after": "\n".join(course.can_after_lines),
        "for_whom": course.for_whom,
        "bring": course.bring,
        "accessibility": course.accessibility,
        "teacher": course.teacher,
    }


def report(course: CoursePage) -> Report:
    """All there is to say about ``course`` as it stands, saved or not."""
    return Report(
        model=CoursePage,
        text=plain.readability("\n".join(texts_of(course).values())),
        easy=plain.readability(course.easy),
        problems=problems_of(course),
    )


def problems_of(course: CoursePage) -> list[Problem]:
    """What would break a promise (stops approval), then what to look at, in the order of the page."""
    return [*_promises(course), *_advice(course)]


def _promises(course: CoursePage) -> list[Problem]:
    found = []
    if not course.one_sentence.strip():
        says = _("Skriv i en mening vad man får ut av kursen. Den är löftet till läsaren.")
        found.append(Problem("one_sentence", says, stops=True))
    if not blocks_from_html(course.about):
        found.append(Problem("about", _("Skriv hur det går till på kursen."), stops=True))
    if course.drawing_id and not course.drawing_alt.strip():
        says = _("Beskriv bilden i ord, så att den som inte ser den också får veta.")
        found.append(Problem("drawing_alt", says, stops=True))
    for said in said_without_page(course, timezone.now()):
        says = _("En omgång säger «%(said)s». Skriv det under «Får stå vid tiderna», eller ändra omgången.")
        found.append(Problem("beside_times", says % {"said": said}, stops=True))
    return found


def _advice(course: CoursePage) -> list[Problem]:
    found = []
    if not course.drawing_id:
        found.append(Problem("drawing", _("En bild hjälper många att förstå. Lägg gärna till en.")))
    if plain.readability(course.one_sentence).sentences > 1:
        found.append(Problem("one_sentence", _("Det här är mer än en mening. Kan du säga det i en?")))
    if not course.task.strip():
        says = _("Välj en uppgift att fråga om efteråt. Annars vet vi inte om kursen hjälpte.")
        found.append(Problem("task", says))
    return [*found, *language_advice(texts_of(course), course.easy, known=known_words(course.title))]
