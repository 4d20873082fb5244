"""Files in storage that no row names: what killed processes left, and what belonged to deleted rows."""

import datetime as dt
from collections.abc import Callable, Iterator

from django.core.files.storage import default_storage

KEPT = dt.timedelta(days=1)  # a file that no row names may be one that is just being made


def files_under(folder: str) -> Iterator[str]:
    """The names of all files in ``folder`` in storage, however deep. None for a folder that is not there."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in names)
    for name in folders:
        yield from files_under(f"{folder}/{name}")


def delete_orphans(folder: str, *, is_named: Callable[[str], bool], now: dt.datetime) -> int:
    """Delete the files in ``folder`` that no row names and that are more than a day old. Returns how many.

    ``is_named`` tells of a file's name whether a row holds it.
    """
    deleted = 0
    for name in files_under(folder):
        if not is_named(name) and _is_old(name, now):
            default_storage.delete(name)
            deleted += 1
    return deleted


def _is_old(name: str, now: dt.datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < now - KEPT
    except FileNotFoundError:
        return False
