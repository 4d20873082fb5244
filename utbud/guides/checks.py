"""What the editor of a guide is told while writing: promises, one action a step, plain language, partners."""

import re
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base import plain_language as plain
from utbud.guides import reviews
from utbud.guides.models import GuidePage
from utbud.learning.checks import Report, known_words, language_advice
from utbud.publishing.models import Problem

CHECKLIST = (
    gettext_lazy("Har du själv gjort alla steg, i den ordning de står?"),
    gettext_lazy("Är det en enda sak att göra i varje steg?"),
    gettext_lazy("Klarar man guiden utan bilderna?"),
    gettext_lazy("Har du dolt namn, nummer och koder i bilderna?"),
    gettext_lazy("Vet man vad man ska göra när det inte blir som det står?"),
    gettext_lazy("Har du läst texten högt?"),
)
LONGEST_STEP = 30  # words
# What one is told to do on a screen. Two of them in a step are two actions.
ORDERS = """
acceptera ange avsluta avvisa bekräfta besök bläddra byt dra fyll fäst fortsätt godkänn gå hitta hämta håll installera kalla
klicka klistra knacka kontrollera koppla kopiera kryssa ladda leta logga lyssna lägg läs markera mata mejla peka para prata
radera ring rita rulla sätt sök skanna skapa skicka skriv skruva slå spara spela stäng starta stoppa stryk svara svep säg ta
titta tillåt tryck töm upprepa vrid välj vänd vänta visa ändra öppna
"""
VERBS = frozenset(ORDERS.split())
ONE_GESTURE = re.compile(r"\b(tryck|håll) (och|in och|ner och|ned och) (håll|dra)\b", re.IGNORECASE)
THEN = re.compile(r"\boch (sedan|sen|därefter)\b", re.IGNORECASE)


def texts_of(guide: GuidePage) -> dict[str, str]:
    """The plain text of each field that readers read, by field name; easy Swedish apart."""
    lines = [text for step in guide.step_list() for text in (step.action, step.right, step.wrong) if text]
    return {
        "one_sentence": guide.one_sentence,
        "needs": guide.needs,
        "steps": "\n".join(lines),
        "done": guide.done,
    }


def report(guide: GuidePage) -> Report:
    """All there is to say about ``guide`` as it stands, saved or not."""
    return Report(
        model=GuidePage,
        text=plain.readability("\n".join(texts_of(guide).values())),
        easy=plain.readability(guide.easy),
        problems=problems_of(guide),
    )


def problems_of(guide: GuidePage) -> list[Problem]:
    """What would break a promise (stops approval), then what to look at, in the order of the page."""
    return [*_promises(guide), *_advice(guide)]


def _promises(guide: GuidePage) -> Iterator[Problem]:
    if not guide.one_sentence.strip():
        says = _("Skriv i en mening vad man kan göra med guiden. Den är löftet till läsaren.")
        yield Problem("one_sentence", says, stops=True)
    if not guide.needs.strip():
        says = _("Skriv vad man behöver innan man börjar, en sak på varje rad.")
        yield Problem("needs", says, stops=True)
    steps = guide.step_list()
    if not any(step.action for step in steps):
        yield Problem("steps", _("Skriv minst ett steg."), stops=True)
    for number, step in enumerate(steps, 1):
        if step.picture and not step.picture.alt.strip():
            says = _("Steg %(number)s: beskriv bilden i ord, för den som inte ser den.")
            yield Problem("steps", says % {"number": number}, stops=True)
    if guide.drawing_id and not guide.drawing_alt.strip():
        says = _("Beskriv bilden i ord, så att den som inte ser den också får veta.")
        yield Problem("drawing_alt", says, stops=True)


def _advice(guide: GuidePage) -> Iterator[Problem]:
    if plain.readability(guide.one_sentence).sentences > 1:
        yield Problem("one_sentence", _("Det här är mer än en mening. Kan du säga det i en?"))
    if guide.minutes is None:
        yield Problem("minutes", _("Skriv ungefär hur många minuter det tar. Då vågar fler börja."))
    steps = guide.step_list()
    for number, step in enumerate(steps, 1):
        yield from _advice_on_step(number, step.action)
    if steps and not any(step.wrong for step in steps):
        says = _("Inget steg säger vad man gör om det inte blir så här. Var brukar det gå fel?")
        yield Problem("steps", says)
    if guide.responsible_id is None:
        yield Problem(
            "responsible", _("Välj vem som är ansvarig. Annars vet ingen vem som ska kontrollera guiden.")
        )
    known = known_words(guide.title, *(str(service) for service in guide.services.all()))
    yield from language_advice(texts_of(guide), guide.easy, known=known)
    for says in reviews.advice(guide, timezone.now()):
        yield Problem("", says)


def _advice_on_step(number: int, action: str) -> Iterator[Problem]:
    figures = plain.readability(action)
    if is_more_than_one(action):
        says = _("Steg %(number)s: det ser ut att vara mer än en sak att göra. Kan det bli två steg?")
        yield Problem("steps", says % {"number": number})
    if figures.words > LONGEST_STEP:
        says = _("Steg %(number)s har %(words)s ord. Korta det till högst %(most)s.")
        yield Problem("steps", says % {"number": number, "words": figures.words, "most": LONGEST_STEP})


def is_more_than_one(action: str) -> bool:
    """Whether a step seems to ask for more than one action: two of ``VERBS``, «och sedan», or over two sentences."""
    action = ONE_GESTURE.sub(r"\1", action)
    # «Ring» that begins a sentence or follows «och» is an order; «en ring» is not.
    orders = re.findall(r"(?:^|[.!?:;,]\s+|\b(?:och|sedan|sen)\s+)([^\W\d_]+)", action)
    return (
        bool(THEN.search(action))
        or sum(word.lower() in VERBS for word in orders) > 1
        or plain.readability(action).sentences > 2
    )
