"""How long a recording is that may have been cut off in the middle."""

import re
from pathlib import Path

from utbud.formats import sound

TIME = re.compile(r"time=(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def seconds(path: Path) -> float | None:
    """The seconds that can be read of a film or a sound, None when nothing can. Reads it through, decodes nothing.

    A recording from a browser does not say itself how long it is.
    """
    opening = ("-protocol_whitelist", "file", "-format_whitelist", sound.CONTAINERS, "-i", str(path))
    try:
        told = sound.run(*opening, "-map", "0", "-c", "copy", "-f", "null", "-")
    except sound.Failed:
        return None
    times = TIME.findall(told)
    if not times:
        return None
    hours, minutes, rest = times[-1]
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)
