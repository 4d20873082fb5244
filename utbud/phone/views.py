"""What the phone service asks, and the sound it fetches. No login: the address holds a secret, sound is public."""

import logging
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from utbud.base.files import serve
from utbud.formats.sound import Failed
from utbud.formats.speech import NoVoice
from utbud.phone import actions, queries
from utbud.phone.menu import NoSuchStep, Spot
from utbud.phone.models import PhonePrompt
from utbud.phone.service import Call, Malformed, PhoneService, Turn
from utbud.places import queries as places
from utbud.places.phones import parse_phone

logger = logging.getLogger(__name__)
FOR_GOOD = 365 * 24 * 3600


@csrf_exempt
@never_cache
@require_POST
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody rings."""
    return _answered(
        request, secret, lambda call: actions.enter(call=call, spot=Spot("start"), now=timezone.now())
    )


@csrf_exempt
@never_cache
@require_POST
def enter(request: HttpRequest, secret: str, pace: str, step: str) -> HttpResponse:
    """A call goes on to a step by itself."""
    spot = Spot(step, pace == queries.PACES[True])
    return _answered(request, secret, lambda call: actions.enter(call=call, spot=spot, now=timezone.now()))


@csrf_exempt
@never_cache
@require_POST
def chosen(request: HttpRequest, secret: str, pace: str, missed: str, step: str) -> HttpResponse:
    """A key was pressed, or nothing came of the waiting."""
    spot = Spot(step, pace == queries.PACES[True], int(missed))
    return _answered(request, secret, lambda call: actions.choose(call=call, spot=spot, now=timezone.now()))


def _answered(request: HttpRequest, secret: str, do: Callable[[Call], Turn | None]) -> HttpResponse:
    """What came, read; what it leads to, written. The service gets 404 for a wrong secret, 400 for what it never sends."""
    service = queries.service_of(secret, timezone.now())
    if service is None:
        raise Http404
    try:
        call = service.read(request.POST.dict())
    except Malformed:
        return HttpResponse("Not a call.", status=400, content_type="text/plain")
    if secret == queries.trial_secret(service) and not call.trial:
        raise Http404
    try:
        turn = do(call)
    except NoSuchStep as error:
        raise Http404 from error
    except (NoVoice, Failed, OSError):
        # A caller must not wait for hours of new attempts: a person answers instead of the voice.
        logger.exception("The phone line could not speak")
        return _without_a_voice(service, call)
    return service.answer(turn, queries.addresses(secret)) if turn else service.hang_up()


def _without_a_voice(service: PhoneService, call: Call) -> HttpResponse:
    number = parse_phone(places.library(timezone.now()).phone)
    return service.put_through(number) if number and number != call.called else service.hang_up()


@require_safe
def sound(request: HttpRequest, key: str) -> HttpResponseBase:
    """A prompt's sound. What is at an address never changes: the address is the hash of what is said."""
    prompt = get_object_or_404(PhonePrompt, key=key)
    try:
        file = prompt.file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = serve(request, file, size=prompt.bytes, content_type="audio/mpeg", etag=key, max_age=FOR_GOOD)
    response.headers["Cache-Control"] += ", immutable"
    return response
