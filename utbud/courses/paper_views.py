"""The season's programme on paper, for readers, associations and those who put it in a stand."""

import dataclasses

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from utbud.base.hashing import content_hash
from utbud.courses import files
from utbud.formats.typeset import look
from utbud.publishing.files import sender

KEEP = 300  # seconds, in a reader's browser


@require_safe
def programme(request: HttpRequest) -> HttpResponseBase:
    """/kurser/program.pdf: what there is to come to, as a leaflet to fold, with conditional GET (RFC 9110)."""
    content = files.programme(timezone.now())
    said = [dataclasses.asdict(content), dataclasses.asdict(sender()), look()]
    etag = quote_etag(content_hash(said)[:32])
    response = get_conditional_response(request, etag)
    if response is None:
        response = HttpResponse(files.made(content), content_type="application/pdf")
        response.headers["Content-Disposition"] = 'inline; filename="program.pdf"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={KEEP}"
    return response
