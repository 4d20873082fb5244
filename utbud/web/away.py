"""What is answered when the database cannot be asked: the last good copy, or a kind page that keeps what was typed."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.template import loader

from utbud.web import copies

RETRY_AFTER = "10"  # seconds
NEVER_SHOWN = ("csrfmiddlewaretoken", "stamp")  # ours, not what somebody wrote
SECRETS = ("password", "losenord", "secret")
MOST_SHOWN = 40


def away(request: HttpRequest) -> HttpResponseBase:
    """Answer without the database: a look gets the last good copy, what was sent in is given back."""
    looks = request.method in ("GET", "HEAD")
    if looks and not request.path.startswith(("/admin/", "/godkann/")) and (copy := copies.answer(request)):
        return copy
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"ok": False, "says": "försök igen"}, status=503, headers=headers)
    page = loader.get_template("away.html").render(_words(request, sent=not looks))
    return HttpResponse(page, status=503, headers=headers)


def _words(request: HttpRequest, *, sent: bool) -> dict[str, object]:
    fields, whole = _typed(request) if sent else ([], False)
    secret = any(
        word in name.lower() for name, _value in fields for word in SECRETS if name not in NEVER_SHOWN
    )
    return {
        "lib": copies.library(),
        "staff": request.path.startswith(("/admin/", "/godkann/")),
        "address": request.get_full_path(),
        "sent": sent,
        "resend": whole and not secret and bool(fields),  # a password is never written back
        "fields": fields,
        "shown": []
        if secret
        else [v for name, v in fields if v.strip() and name not in NEVER_SHOWN][:MOST_SHOWN],
    }


def _typed(request: HttpRequest) -> tuple[list[tuple[str, str]], bool]:
    """What a form sent, in order, and whether that is all of it (a file cannot be given back)."""
    try:
        fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
        return fields, not request.FILES
    except (OSError, RawPostDataException, UnreadablePostError):
        return [], False
