"""What would break a promise to listeners, or the law: told in the editor, and stops approval."""

from django.utils.translation import gettext as _

from utbud.podcast.models import EpisodePage
from utbud.publishing.models import Problem


def problems_of(episode: EpisodePage) -> list[Problem]:
    """What stops an episode: no sound, or no text version of it (lagen 2018:1937 om digital offentlig service)."""
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
        says = _(
            "Avsnittet har ingen textversion. Utan den får det inte publiceras: lagen säger att alla ska kunna ta del av det."
        )
        found.append(Problem("captions", says, stops=True))
    if episode.drawing_id and not episode.drawing_alt.strip():
        says = _("Beskriv bilden i ord, så att den som inte ser den också får veta.")
        found.append(Problem("drawing_alt", says, stops=True))
    return found
