"""The editor's form for a film, and what staff write to begin one."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from utbud.films import youtube
from utbud.publishing.forms import ApprovedPageForm


class VideoField(forms.CharField):
    """A film on YouTube: any address that YouTube gives to it. Read as its id, "" for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 300, "required": False} | kwargs)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "").strip()
        if not text:
            return ""
        try:
            return youtube.video_id(text)
        except youtube.Unclear as error:
            raise forms.ValidationError(str(error), code="unclear") from error


class LengthField(forms.Field):
    """A length as players show it, «1:30», or in seconds. Read as seconds, None for none."""

    default_error_messages = {"length": _("Skriv längden som spelaren visar den, till exempel 1:30.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False} | kwargs)

    def to_python(self, value: Any) -> float | None:
        if isinstance(value, int | float):
            return float(value)
        text = str(value or "").strip()[:20]
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,5})|(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)", text)
        if found:
            alone, hours, minutes, seconds = (int(part or 0) for part in found.groups())
            if 0 < (whole := alone + 3600 * hours + 60 * minutes + seconds) < 12 * 3600:
                return float(whole)
        raise forms.ValidationError(self.error_messages["length"], code="length")

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int | float):
            return value
        minutes, seconds = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class FilmForm(ApprovedPageForm):
    """The editor's form: YouTube's address and the length are written as people have them."""

    youtube_id = VideoField(
        label=_("Filmen på YouTube"),
        help_text=_("Om filmen redan ligger där. Klistra in dess adress. Lämna tom för en egen film."),
    )
    youtube_seconds = LengthField(
        label=_("Hur lång filmen på YouTube är"), help_text=_("Som spelaren visar det, till exempel 1:30.")
    )


class NewFilmForm(forms.Form):
    """What one must know to begin a film."""

    title = forms.CharField(
        label=_("Vad ska man kunna efteråt?"),
        help_text=_("Det blir filmens titel. Till exempel: Betala en räkning med mobilen."),
        max_length=120,
        error_messages={"required": _("Skriv vad man ska kunna efteråt. Det går att ändra sedan.")},
    )
    sentence = forms.CharField(
        label=_("En mening som alla förstår"),
        help_text=_("Vad filmen visar. Till exempel: Filmen visar hur du betalar en räkning, steg för steg."),
        max_length=160,
        error_messages={"required": _("Skriv en mening om vad filmen visar. Det går att ändra sedan.")},
    )


class LinkForm(NewFilmForm):
    """A film that is on YouTube already."""

    address = VideoField(
        label=_("Filmens adress på YouTube"),
        help_text=_("Öppna filmen, tryck Dela och kopiera länken."),
        required=True,
        error_messages={"required": _("Klistra in filmens adress.")},
    )
    length = LengthField(
        label=_("Hur lång är den?"), help_text=_("Som spelaren visar det, till exempel 1:30.")
    )
    field_order = ["address", "title", "sentence", "length"]


class ChannelForm(forms.Form):
    """A channel on YouTube whose films one may want here."""

    channel = forms.CharField(
        label=_("Kanalens adress eller id"),
        help_text=_(
            "Id börjar på UC. Så här hittar du det: öppna kanalen, tryck på texten om den, Dela kanal, Kopiera kanal-id."
        ),
        max_length=300,
        error_messages={"required": _("Klistra in kanalens adress eller id.")},
    )

    def clean_channel(self) -> dict[str, str]:
        try:
            return youtube.channel_query(self.cleaned_data["channel"])
        except youtube.Unclear as error:
            raise forms.ValidationError(str(error), code="unclear") from error


class FilterForm(forms.Form):
    """Which films to show in the staff's list."""

    q = forms.CharField(label=_("Sök i titeln"), required=False, max_length=100)
