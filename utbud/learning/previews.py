"""A word as print and as speech, before it is approved."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from utbud.formats import actions as formats
from utbud.formats.content import reading
from utbud.learning.models import WordPage
from utbud.publishing import files


def preview(request: HttpRequest, word: WordPage, mode: str) -> HttpResponse:
    """The word in ``mode`` ("print", "poster" or "speech") as a page of its own, from what is written now."""
    context: dict[str, Any] = {"page": word, "mode": mode}
    item = word.as_item()
    if mode == "speech":
        voice = formats.speech(item=item, recording=word.own_recording())
        context |= {"voice": voice, "sentences": reading(item)}
    else:
        sheets = formats.preview_pages(item=item, sender=files.sender(), poster=mode == "poster")
        context["sheets"] = [f"data:image/png;base64,{base64.b64encode(sheet).decode()}" for sheet in sheets]
    response = render(request, "learning/staff/preview.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
