"""Something that strangers could read holds no longer: whoever keeps copies of it is told, at once."""

from collections.abc import Callable

_hearers: list[Callable[[], None]] = []


def hear(function: Callable[[], None]) -> None:
    """Have ``function`` called when something is withdrawn, inside the transaction that does it."""
    _hearers.append(function)


def say() -> None:
    """Something has been withdrawn."""
    for function in _hearers:
        function()
