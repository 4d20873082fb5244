"""What the editor of an episode or a show is told: what breaks a promise or the law, plain language, the short checklist."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base import plain_language as plain
from utbud.base.richtext import blocks_from_html, plain_text
from utbud.learning.checks import Report, known_words, language_advice
from utbud.media import captions
from utbud.podcast.categories import CATEGORIES
from utbud.podcast.models import EpisodePage, ShowPage
from utbud.publishing.models import Problem

CHECKLIST = (
    gettext_lazy("Förstår man av namnet vad avsnittet handlar om?"),
    gettext_lazy("Säger ni i början vad man får veta, och hur långt det är?"),
    gettext_lazy("Har alla som hörs sagt ja till att vara med?"),
    gettext_lazy("Står det i texten vad man kan göra sedan, och vem man kan ringa?"),
    gettext_lazy("Har någon annan lyssnat på hela avsnittet?"),
)
LONGEST_DESCRIPTION = 4000  # bytes: Apple's limit (facts of podcast feeds)
LEAST_COVER, MOST_COVER = 1400, 3000  # pixels


def texts_of(episode: EpisodePage) -> dict[str, str]:
    """The plain text of each field that we write, by field name; what people say is theirs."""
    return {
        "one_sentence": episode.one_sentence,
        "notes": plain_text(blocks_from_html(episode.notes)),
    }


def report(episode: EpisodePage) -> Report:
    """All there is to say about ``episode`` as it stands, saved or not."""
    return Report(
        model=EpisodePage,
        text=plain.readability("\n".join(texts_of(episode).values())),
        easy=plain.readability(episode.easy),
        problems=problems_of(episode),
    )


def problems_of(episode: EpisodePage) -> list[Problem]:
    """What stops an episode, then what to look at."""
    return [*_promises(episode), *_advice(episode)]


def _promises(episode: EpisodePage) -> list[Problem]:
    found = []
    if not episode.one_sentence.strip():
        says = _("Skriv i en mening vad avsnittet handlar om.")
        found.append(Problem("one_sentence", says, stops=True))
    if episode.asset is None:
        found.append(Problem("asset", _("Spela in eller ladda upp ljudet i Verkstaden."), stops=True))
    elif not episode.asset.is_ready:
        says = _("Ljudet är inte klart. Vänta tills det är bearbetat, eller välj en annan fil.")
        found.append(Problem("asset", says, stops=True))
    elif not episode.captions:
        # Lagen (2018:1937) om tillgänglighet till digital offentlig service.
        says = _(
            "Avsnittet har ingen textversion. Utan den får det inte publiceras: lagen säger att alla ska kunna ta del av det."
        )
        found.append(Problem("captions", says, stops=True))
    found += [
        Problem("captions", says, stops=True) for says in captions.problems(episode.cues, episode.seconds)[:3]
    ]
    for guest in episode.guests.all():
        if guest.role == "guest" and guest.consent_on is None:
            says = _("Skriv vilken dag %(name)s sa ja till att vara med.") % {"name": guest.name}
            found.append(Problem("", says, stops=True))
    if episode.drawing_id and not episode.drawing_alt.strip():
        says = _("Beskriv bilden i ord, så att den som inte ser den också får veta.")
        found.append(Problem("drawing_alt", says, stops=True))
    return found


def _advice(episode: EpisodePage) -> list[Problem]:
    found = []
    if plain.readability(episode.one_sentence).sentences > 1:
        found.append(Problem("one_sentence", _("Det här är mer än en mening. Kan du säga det i en?")))
    if not episode.notes.strip():
        says = _("Skriv några rader om avsnittet, med det man kan vilja slå upp.")
        found.append(Problem("notes", says))
    if episode.captions and not episode.chapters and (episode.seconds or 0) > 300:
        found.append(Problem("chapters", _("Kapitel gör det lätt att hitta i ett långt avsnitt.")))
    if not episode.guests.all():
        found.append(Problem("", _("Skriv vilka som hörs, under Medverkande.")))
    return [
        *found,
        *language_advice(texts_of(episode), episode.easy, known=known_words(episode.title)),
    ]


def problems_of_show(show: ShowPage) -> list[Problem]:
    """What would make podcast apps refuse a show, then what to look at."""
    found = []
    if not show.description.strip():
        found.append(Problem("description", _("Skriv vad podden handlar om."), stops=True))
    if len(show.description.encode()) > LONGEST_DESCRIPTION:
        says = _("Texten är för lång för poddapparna. Korta den till under 4 000 tecken.")
        found.append(Problem("description", says, stops=True))
    if show.category not in CATEGORIES:
        says = _("Apple har ingen kategori med det namnet. Välj en av: %(names)s.")
        found.append(Problem("category", says % {"names": ", ".join(CATEGORIES)}, stops=True))
    elif show.subcategory and show.subcategory not in CATEGORIES[show.category]:
        names = ", ".join(CATEGORIES[show.category]) or _("ingen")
        says = _("Den underkategorin hör inte till kategorin. Välj en av: %(names)s.") % {"names": names}
        found.append(Problem("subcategory", says, stops=True))
    if show.cover:
        width, height = show.cover.width, show.cover.height
        if width != height or not LEAST_COVER <= width <= MOST_COVER:
            says = _(
                "Omslaget ska vara kvadratiskt, 1400 till 3000 punkter. Vi gör om det så att det passar."
            )
            found.append(Problem("cover", says))
    if not show.owner_email:
        says = _("Utan e-post kan Apple och Spotify inte ta emot podden.")
        found.append(Problem("owner_email", says))
    if show.moved_to:
        says = _(
            "När det här är publicerat skickas alla poddappar till den nya adressen. Det går inte att ta tillbaka."
        )
        found.append(Problem("moved_to", says))
    return found
