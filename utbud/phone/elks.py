"""46elks: voice webhooks, answered with actions in JSON (its documents «Receive a call» and «Call actions»).

What its documents promise, and we build on: an action is ``play``, ``ivr``, ``connect`` or ``hangup``; its ``next`` is
an address or another action; without ``next`` the call ends. Files are WAV, MP3 or OGG and are kept by their address for good. A
key during ``play`` goes on to ``next``. ``ivr`` tells the key in ``result``, or «failed» when it has asked in vain;
``connect`` tells success, failed or busy. Whatever we do not answer with 200-204 is asked again for hours, so
every address gives the same when it is asked again.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse, JsonResponse

from utbud.phone.service import Addresses, Call, Malformed, Result, Turn
from utbud.places.phones import costs_extra, parse_phone

WAIT, REPEAT = 10, 3  # seconds for a key; times that a menu is read
KEYS = set("0123456789*#")
DONE, FAILED = ("success",), ("failed", "busy")
LONGEST = 200  # characters of a call's name


class Elks:
    """46elks as a PhoneService."""

    slug: ClassVar[str] = "46elks"
    label: ClassVar[str] = "46elks"

    def read(self, sent: Mapping[str, str]) -> Call:
        """See PhoneService. A number that cannot be rung («anonymous») counts as withheld."""
        reference, result = sent.get("callid", ""), sent.get("result", "")
        if not reference or len(reference) > LONGEST or sent.get("direction", "incoming") != "incoming":
            raise Malformed
        numbers = {"caller": _number(sent.get("from", "")), "called": _number(sent.get("to", ""))}
        if result in KEYS:
            return Call(reference=reference, result=Result.KEY, key=result, **numbers)
        found = Result.DONE if result in DONE else Result.FAILED if result in FAILED else Result.NONE
        return Call(reference=reference, result=found, **numbers)

    def answer(self, turn: Turn, addresses: Addresses) -> HttpResponse:
        """See PhoneService. Files in a row are actions inside each other, so that they follow without a pause."""
        step, sounds = turn.step, list(turn.sounds)
        action: dict[str, Any]
        if step.connect:
            action = {"connect": step.connect, "next": addresses.chosen(turn.spot)}
        elif step.keys or step.waits:
            action = {"ivr": sounds.pop(), "digits": 1, "timeout": WAIT, "repeat": REPEAT}
            action["next"] = addresses.chosen(turn.spot)
        elif step.then:
            action = {"play": sounds.pop(), "next": addresses.enter(turn.onward)}
        else:
            action = {"play": sounds.pop(), "skippable": False}
        for sound in reversed(sounds):
            action = {"play": sound, "next": action}
        return JsonResponse(action)

    def put_through(self, number: str) -> HttpResponse:
        """See PhoneService."""
        return JsonResponse({"connect": number})

    def hang_up(self) -> HttpResponse:
        """See PhoneService. «reject» is the one value that is allowed when it is not the first action."""
        return JsonResponse({"hangup": "reject"})


def _number(text: str) -> str:
    """E.164, "" for what nobody rings: a withheld number, and one that costs extra."""
    number = parse_phone(text) if text.startswith("+") else None
    return number if number and not costs_extra(number) else ""
