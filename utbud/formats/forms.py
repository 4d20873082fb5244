"""Taking in a recording from the staff side."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from utbud.formats import actions
from utbud.formats.models import Recording


class RecordingForm(WagtailAdminModelForm):
    """A title and a sound file. ``add`` takes the place of ``save``, since the action makes the row."""

    upload = forms.FileField(
        label=_("Ljudfil"),
        allow_empty_file=True,  # the action says it better
        help_text=_(
            "MP3, M4A, WAV, OGG eller WebM. Högst 15 minuter och 100 MB. Ljudnivån jämnas ut åt dig."
        ),
        widget=forms.FileInput(attrs={"accept": "audio/*,video/mp4,video/webm"}),
    )

    class Meta:
        model = Recording
        fields = ["title"]

    def add(self, *, by: Any, now: dt.datetime) -> Recording | None:
        """The recording, or None when the sound cannot be used; then the form says why, beside the file."""
        data = self.cleaned_data
        try:
            return actions.add_recording(upload=data["upload"], title=data["title"], by=by, now=now)
        except actions.NotASound as error:
            self.add_error("upload", str(error))
            return None
