"""Short words with a hyphen stay on one line: «e-bok», «id-handling» and the code «40-445-12» are read as one."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

# Up to eleven characters fit on a narrow phone with letters of twice the size. What is longer may break at its hyphen.
WHOLE = re.compile(
    r"(?<![\w-])(?=[\w-]{3,11}(?![\w-]))(?:[1-9]\d-\d{3}(?:-\d\d)?|[^\W\d_]{1,3}-[^\W\d_]+)(?![\w-])"
)
# Tags, and all of what holds no text that may have a tag in it.
PARTS = re.compile(r"(<(script|style|title|textarea|select|svg)\b.*?</\2>|<[^>]*>)", re.DOTALL)
STAFF = "/admin/"


def keep_whole(html: str) -> str:
    """``html`` with a span that does not break round each such word in its text."""
    made, at = [], 0
    for part in PARTS.finditer(html):
        made += [WHOLE.sub(_span, html[at : part.start()]), part[0]]
        at = part.end()
    return "".join([*made, WHOLE.sub(_span, html[at:])])


def _span(word: re.Match[str]) -> str:
    return f'<span class="nb">{word[0]}</span>'


class WholeWords:
    """Middleware, inside what counts the answer's bytes and compresses it: the pages that readers get, and no file."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            isinstance(response, HttpResponse)
            and response.get("Content-Type", "").startswith("text/html")
            and not request.path.startswith(STAFF)
        ):
            response.content = keep_whole(response.content.decode(response.charset)).encode(response.charset)
        return response
