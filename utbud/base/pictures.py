"""Pictures that come in: a drawing with something that runs or fetches in it is refused."""

import struct
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image as PillowImage
from wagtail.images.forms import BaseImageForm

RUNS = {
    "script",
    "foreignobject",
    "iframe",
    "embed",
    "object",
    "audio",
    "video",
    "set",
    "animate",
    "handler",
    "listener",
}


def is_safe_svg(content: bytes) -> bool:
    """Whether an SVG holds only shapes: no script, no event, nothing fetched from elsewhere."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError):
        return False
    for element in root.iter():
        if str(element.tag).rsplit("}", 1)[-1].lower() in RUNS:
            return False
        for name, value in element.attrib.items():
            short = name.rsplit("}", 1)[-1].lower()
            outside = short in ("href", "src") and not value.strip().startswith(
                ("#", "data:image/png", "data:image/jpeg")
            )
            if short.startswith("on") or outside or "url(http" in value.replace(" ", "").lower():
                return False
    return True


def is_whole(content: bytes) -> bool:
    """Whether a picture of pixels can be read to its end, and not only its first lines."""
    try:
        with PillowImage.open(BytesIO(content)) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, PillowImage.DecompressionBombError):
        return False  # each format has its own way to say that it is broken
    return True


class SafeImageForm(BaseImageForm):
    """Wagtail's form for a picture, which refuses huge and lying files, and these checks more.

    A picture keeps its file for life: pages were approved with it (docs/adr/0022). Another file is another picture.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("file", None)
            self["title"].help_text = _(  # Wagtail has asked for it already, so the field itself is too late
                "Bildens fil byts inte. Ladda upp en ny bild och välj den på sidan, så godkänns sidan på nytt."
            )
        if field := self.fields.get("file"):
            read = field.to_python

            def to_python(data: Any) -> Any:
                try:
                    return read(data)
                except OSError:  # Wagtail looks at the first bytes and trusts the rest
                    raise ValidationError(_broken()) from None

            field.to_python = to_python

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            file.seek(0)
            content = file.read()
            file.seek(0)
            is_svg = str(file.name).lower().endswith(".svg")
            if not is_svg and not is_whole(content):
                raise ValidationError(_broken())
            if is_svg and not is_safe_svg(content):
                raise ValidationError(
                    _(
                        "Teckningen innehåller något mer än streck och former. Spara den som vanlig SVG eller som PNG och försök igen."
                    )
                )
        return file


def _broken() -> str:
    return _("Bilden är trasig och går inte att läsa. Spara den igen som JPG eller PNG och försök på nytt.")
