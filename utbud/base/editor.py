"""The editor for rich text, which stands what comes from a browser that was interrupted."""

from typing import Any

from django.utils.html import escape
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea


class RichTextArea(DraftailRichTextArea):
    """Wagtail's own, but what it cannot read is kept as plain text, and half an emoji is left out.

    A text that is cut in the middle of an emoji cannot be written in UTF-8, and so in no database.
    """

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        posted = data.get(name)
        try:
            value = super().value_from_datadict(data, files, name)
        except (ValueError, TypeError, AttributeError, KeyError):
            value = f"<p>{escape(posted)}</p>" if posted.strip() else ""
        return value and value.encode(errors="ignore").decode()
