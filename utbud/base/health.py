"""What must be in order for the system to work: apps register probes, `utbud check` asks them."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What a probe found, in Swedish: ``says`` is how it is, ``todo`` what to do when it is not ``ok``.

    ``needed`` False is something that the system can do without (mail in a demo).
    """

    ok: bool
    says: str
    todo: str = ""
    needed: bool = True


Probe = Callable[[], Finding]
_probes: dict[str, Probe] = {}


def probe(name: str) -> Callable[[Probe], Probe]:
    """Register a probe under a Swedish ``name``, as it is shown."""

    def register(function: Probe) -> Probe:
        _probes[name] = function
        return function

    return register


def ask_all() -> dict[str, Finding]:
    """Ask every probe. One that raises has found that its thing does not work."""
    found: dict[str, Finding] = {}
    for name, function in _probes.items():
        try:
            found[name] = function()
        except Exception as error:  # noqa: BLE001, RUF100 - a probe's failure is its finding
            found[name] = Finding(False, f"{type(error).__name__}: {error}", "Läs felet ovan.")
    return found
