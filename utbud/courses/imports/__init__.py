"""Read the occasions in a file, CSV or ICS, as rows of plain words and times. Nothing is looked up or made here.

What a row lacks or says wrong is told on the row, so that the rest can be used; what makes the whole file useless is
UnreadableFile, whose text says in Swedish what to do.
"""

from django.utils.translation import gettext as _

from utbud.base import decoding
from utbud.courses.imports import events, rows, table
from utbud.courses.imports.rows import Rows, UnreadableFile, Wanted, packed
from utbud.courses.imports.table import template

__all__ = ["LARGEST", "MOST", "Rows", "UnreadableFile", "Wanted", "packed", "read", "template"]

LARGEST = 2 * 1024 * 1024
MOST = 500


def read(name: str, content: bytes) -> Rows:
    """The occasions in a file called ``name``, in its order. Raises UnreadableFile."""
    if len(content) > LARGEST:
        raise UnreadableFile(_("Filen är för stor. Den får vara högst 2 MB. Dela upp den i flera filer."))
    if not content.strip():
        raise UnreadableFile(_("Filen är tom."))
    if content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise UnreadableFile(
            _("Det är ett kalkylblad. Öppna det och välj Spara som CSV. Välj sedan den filen här.")
        )
    try:
        decoded = decoding.decode(events.unfolded(content))
        calendar = events.is_calendar(decoded.text)
        if not calendar:
            decoded = decoding.decode(content)
    except decoding.NotText:
        raise UnreadableFile(rows.no_text()) from None
    found = Rows()
    found.remarks = decoded.remarks
    for row in events.read(decoded.text) if calendar else table.read(decoded.text):
        found.append(row)
        if len(found) > MOST:
            raise UnreadableFile(
                _("Filen har fler än %(most)s tillfällen. Dela upp den i flera filer.") % {"most": MOST}
            )
    if not found:
        raise UnreadableFile(_("Det finns inga tillfällen i filen."))
    return found
