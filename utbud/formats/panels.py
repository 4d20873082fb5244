"""The panel with which an editor chooses, uploads or records a reading."""

from typing import Any

from django.forms import Media
from django.urls import reverse
from wagtail.admin.panels import FieldPanel
from wagtail.admin.staticfiles import versioned_static


class RecordingPanel(FieldPanel):
    """A chooser for a foreign key to Recording, and a recorder for the browser under it.

    The recorder shows itself where there is JavaScript and a microphone; otherwise one uploads in the chooser.
    """

    class BoundPanel(FieldPanel.BoundPanel):
        template_name = "formats/panels/recording.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"recorder_url": reverse("formats_add_recording")}

        @property
        def media(self) -> Media:
            return Media(
                js=[versioned_static("formats/recorder.js")],
                css={"all": [versioned_static("formats/recorder.css")]},
            )
