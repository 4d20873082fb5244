"""Logged out while writing: whoever sends a form logs in again where they are, and what they typed goes through.

What was typed is never kept here. It stands in the page that asks for the password, which no cache keeps, and comes with it; so
nothing is left when nobody logs in. Only the account that got the form may send it, passwords and files are never written
back, and what another site has sent is not asked about at all.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as refused

from utbud.people import logins
from utbud.people.forms import SLOWED, LoginForm

STAFF = "/admin/"
NAME, PASSWORD, FROM = "again_username", "again_password", "again_from"
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 -- the name of a field
ANSWER = "application/x-www-form-urlencoded"  # how the page that asks is sent: it has no files
# What is read from somebody who is not logged in. A film's form is larger, and has nothing typed in it.
MOST_BYTES = 10 * 1024 * 1024
SECRETS = ("password", "losenord", "secret")  # in the name of a field: never written back
NOBODY = 0  # no account has this key
_secret_fields: dict[str, Callable[[], Iterable[str]]] = {}


def never_give_back(view_name: str, fields: Callable[[], Iterable[str]]) -> None:
    """Tell which ``fields`` of a view hold secrets, beside those whose names say so."""
    _secret_fields[view_name] = fields


class LogInAgain:
    """Middleware, after Django's own for CSRF and who has logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or not request.path.startswith(STAFF):
            return response
        if user := getattr(request, "came_back", None):
            logins.remember_device(request, response, user)
        elif _sent_to_log_in(request, response):
            if not _is_page(request):
                return _says(_("Du är utloggad. Logga in igen."), 401)
            # Where there is no writer or nothing typed, nobody has written anything here.
            if _is_light(request) and _writer(request) and _typed(request):
                return _ask(request)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """The answer to the question: log in, and let what was typed go on to its view."""
        if request.method != "POST" or not request.path.startswith(STAFF) or request.content_type != ANSWER:
            return None  # a body of files is read by its view, in its own way
        if PASSWORD not in request.POST:
            return None
        if request.user.is_authenticated:  # in another tab meanwhile
            if request.user.pk != _writer(request):
                return _ask(request)
        else:
            form = _form(request)
            if not form.is_valid():
                return _ask(request, form)
            user = form.get_user()
            login(request, user)
            request.session.set_expiry(0)
            request.came_back = user  # type: ignore[attr-defined]
        sent = request.POST.copy()
        for name in (NAME, PASSWORD, FROM):
            sent.pop(name, None)
        request.POST = sent  # type: ignore[assignment]
        return None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before its sender logged in again has an old token: asked again, where it is our own form and theirs."""
    if request.method == "POST" and request.path.startswith(STAFF) and _from_us(request):
        if not _is_page(request):
            return _says(_("Sidan är gammal. Läs in den igen."), 403)
        if _is_light(request) and _writer(request, sure=True) and _typed(request):
            return _ask(request)
    return refused(request, reason=reason)


def _says(says: str, status: int) -> JsonResponse:
    """To a script. Wagtail's autosave shows the words of a refusal it knows, and calls any other a fault of the server."""
    told = {"says": says, "success": False, "error_code": "locked", "error_message": says}
    return JsonResponse(told, status=status)


def _ask(request: HttpRequest, form: LoginForm | None = None) -> HttpResponse:
    logged_in = request.user.is_authenticated
    mine = logged_in and request.user.pk == _writer(request)
    context = {
        "form": form or _form(None),
        "logged_in": logged_in,
        "mine": mine,
        "fields": _typed(request) if mine or not logged_in else [],
        "from": _token(request),
        "files": bool(request.FILES),
        "address": request.get_full_path(),
    }
    status = 429 if form and form.has_error("__all__", SLOWED) else 401
    response = render(request, "people/staff/again.html", context, status=status)
    add_never_cache_headers(response)  # and no-store, in what Django adds
    return response


def _form(request: HttpRequest | None) -> LoginForm:
    if request is None:
        return LoginForm()
    given = QueryDict(mutable=True)
    given["username"], given["password"] = request.POST.get(NAME, ""), request.POST.get(PASSWORD, "")
    return LoginForm(request=request, data=given, only=_writer(request) or NOBODY)


def _writer(request: HttpRequest, *, sure: bool = False) -> int | None:
    """Which account got the form; the last in this browser where the form does not say, unless it must be ``sure``."""
    device = logins.device_of(request)
    if device is None:
        return None
    by_form = device.forms.get(logins.form_mark(_token(request)))
    return by_form or (None if sure else next(iter(device.users), None))


def _token(request: HttpRequest) -> str:
    """That of the form in which it was typed, not of the page that asks."""
    return request.POST.get(FROM) or request.POST.get(TOKEN, "")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, without what is never written back."""
    match = request.resolver_match
    secret = set(_secret_fields.get(match.view_name if match else "", tuple)())
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in (TOKEN, NAME, PASSWORD, FROM)
        and name not in secret
        and not any(word in name.lower() for word in SECRETS)
    ]


def _sent_to_log_in(request: HttpRequest, response: HttpResponse) -> bool:
    if request.user.is_authenticated or not isinstance(response, HttpResponseRedirect):
        return False
    return urlsplit(response.url).path == resolve_url(settings.LOGIN_URL) != request.path


def _is_page(request: HttpRequest) -> bool:
    """Whether a page is asked for, and not by a script."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return False
    if mode := request.headers.get("Sec-Fetch-Mode"):
        return mode == "navigate"
    return "application/json" not in request.headers.get("Accept", "")


def _is_light(request: HttpRequest) -> bool:
    """Whether it is a form that can be read through, and not a film that somebody sends without being let in."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) <= MOST_BYTES


def _from_us(request: HttpRequest) -> bool:
    """Whether a page of ours sent it: another site's form is never put before anybody as their own."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(sender)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin in (f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS)
