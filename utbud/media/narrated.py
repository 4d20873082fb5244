"""Captions of what the speech engine has read for us: exact, for it tells when each word begins. Pure."""

from collections.abc import Sequence

from utbud.formats import clip
from utbud.formats.speech import Narration
from utbud.media.captions import Cue, pieces


def cues(
    said: Sequence[str], narration: Narration, *, speakers: Sequence[str] = (), after: float = 0.0
) -> tuple[Cue, ...]:
    """The captions of ``said``, the sentences that ``narration`` is of; each comes a little before its first word.

    ``speakers`` says whose each sentence is, where several talk. ``after``: the second at which the narration begins.
    """
    found: list[Cue] = []
    for at, text in enumerate(said):
        begins, ends = narration.marks[at], narration.ends[at]
        if ends <= begins:
            continue  # nothing that can be said
        parts = pieces(text)
        starts = [begins, *(clip.when(text, place, at, narration) for place, _shown in parts[1:])]
        who = speakers[at] if speakers else ""
        found += [
            Cue(start, end, shown, who)
            for start, end, (_place, shown) in zip(starts, [*starts[1:], ends], parts, strict=True)
        ]
    starts = [max(0.0, cue.start - clip.AHEAD) for cue in found]
    until = [*starts[1:], float("inf")]
    return tuple(
        Cue(
            round(after + start, 3),
            round(after + min(following, cue.end + clip.AHEAD), 3),
            cue.text,
            cue.speaker,
        )
        for cue, start, following in zip(found, starts, until, strict=True)
    )
