"""Whether print and sound can be made here."""

from pathlib import Path

from django.utils.translation import gettext as _

from utbud.base.health import Finding, probe
from utbud.formats import film, queries, sound, speech, typeset


@probe("Teckensnitten")
def fonts() -> Finding:
    """Whether print has its own fonts."""
    weights = {font.weight for font in typeset.fonts().fonts() if font.family == typeset.FAMILY}
    if not {400, 700} <= weights:
        says = _("%(family)s saknas i utskrifterna.") % {"family": typeset.FAMILY}
        return Finding(False, says, _("Installera om utbud: mappen formats/fonts är inte hel."))
    return Finding(True, _("%(family)s finns.") % {"family": typeset.FAMILY})


@probe("Rösten")
def voice() -> Finding:
    """Whether the voice speaks."""
    try:
        reader = queries.voice()
        said, rate = reader.say(["Hej"], words_a_minute=speech.CALM)
    except speech.NoVoice as error:
        return Finding(
            False, str(error), _("Se efter UTBUD_PIPER och UTBUD_PIPER_VOICE, eller installera om utbud.")
        )
    if len(said[0]) < rate / 10:
        return Finding(False, _("Rösten är tyst."), _("Installera om utbud, eller välj en annan röst."))
    return Finding(True, _("%(voice)s talar.") % {"voice": reader.version})


@probe("ffmpeg")
def ffmpeg() -> Finding:
    """Whether sound can be made into MP3, and clips into MP4."""
    try:
        program, lacks = sound.ffmpeg(), sound.lacks([sound.SPOKEN.coder, *film.NEEDED])
    except sound.Failed as error:
        return Finding(
            False, str(error), _("Installera ffmpeg på datorn. Utan det blir det inget ljud och inga klipp.")
        )
    if lacks:
        says = _("%(program)s kan inte göra ljud och klipp.") % {"program": Path(program).name}
        return Finding(
            False, says, _("Installera ett ffmpeg som har %(coders)s.") % {"coders": ", ".join(lacks)}
        )
    return Finding(True, _("%(program)s finns.") % {"program": Path(program).name})
