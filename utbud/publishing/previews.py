"""A page as print and as speech, before it is approved."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from utbud.formats import actions as formats
from utbud.formats.content import reading
from utbud.publishing import files
from utbud.publishing.models import SharedPage


def preview(request: HttpRequest, page: SharedPage, mode: str) -> HttpResponse:
    """``page`` in ``mode`` ("print", "poster" or "speech") as a page of its own, from what is written now."""
    item, recording = page.as_item(), page.own_recording()
    context: dict[str, Any] = {"page": page, "mode": mode, "own_voice": recording is not None}
    if mode == "speech":
        context |= {"voice": formats.speech(item=item, recording=recording), "sentences": reading(item)}
    else:
        sheets = formats.preview_pages(item=item, sender=files.sender(), poster=mode == "poster")
        context["sheets"] = [f"data:image/png;base64,{base64.b64encode(sheet).decode()}" for sheet in sheets]
    response = render(request, "publishing/preview.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
