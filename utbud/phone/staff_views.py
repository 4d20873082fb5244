"""The line in the staff side: what callers hear, how often they ring, what to set at the service, and a telephone.

The telephone asks the same addresses as the phone service does. With JavaScript it plays the line as a caller hears
it; without, each key is a form, and the page shows what was answered with a player for each sound.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from utbud.formats.queries import voice
from utbud.formats.speech import NoVoice
from utbud.people.models import User
from utbud.people.staff import staff_page
from utbud.phone import actions, menu, queries, sayings
from utbud.phone.menu import NOBODY, SOMEONE, Caller, Facts
from utbud.phone.service import TRIAL
from utbud.places import queries as places
from utbud.places.phones import parse_phone, phone_words

ICON = "mobile-alt"
CHANGE = "phone.change_phonesecret"
may_change: Callable[..., Any] = permission_required(CHANGE)
WEBHOOKS = {"phone_start", "phone_enter", "phone_chosen"}
RING, HANG_UP = "ring", "lagg-pa"
KEYPAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")


# --- the page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """A step as staff see it: when it is heard, what is said, where the sound is ("" when it is not read in yet)."""

    title: str
    text: str
    sound: str
    note: str = ""


def line(request: HttpRequest) -> HttpResponse:
    """What callers hear right now, and the telephone."""
    return _page(request, Trial())


@may_change
@require_POST
def new_secret(request: HttpRequest) -> HttpResponse:
    """Another secret address, and the old one for an hour more."""
    user = cast(User, request.user)
    actions.new_secret(service=queries.SERVICES[0], by=user, now=timezone.now())
    says = _("Adressen är bytt. Klistra in den nya hos tjänsten. Den gamla fungerar i en timme till.")
    messages.success(request, says)
    return redirect(f"{reverse('phone_line')}#setup-title")


def _page(request: HttpRequest, trial: "Trial") -> HttpResponse:
    now = timezone.now()
    facts, service = queries.facts(now), queries.SERVICES[0]
    try:
        heard, no_voice = _heard(facts), False
    except NoVoice:
        heard, no_voice = [], True
    context = {
        "heard": heard,
        "no_voice": no_voice,
        "weeks": queries.weeks(now),
        "service": service.label,
        "address": queries.start_address(service) if request.user.has_perm(CHANGE) else "",
        "chosen": queries.chosen_secret(service),
        "start": reverse("phone_start", args=[queries.trial_secret(service)]),
        "number": facts.phone if parse_phone(facts.phone) else "",
        "trial": trial,
        "keypad": KEYPAD,
        "someone": SOMEONE.number,
        "someone_words": phone_words(SOMEONE.number),
        "prefix": TRIAL,
        "local": urlsplit(places.library(now).base_url).scheme != "https",
    }
    return staff_page(request, "phone/staff/line.html", context, title=_("Telefonlinjen"), icon=ICON)


def _heard(facts: Facts) -> list[Heard]:
    shown: list[tuple[str, Caller, str]] = [("start", SOMEONE, _("När någon ringer"))]
    if facts.has_current:
        item = facts.posts[0].item
        shown += [
            ("ord", SOMEONE, _("Knapp 1, före ordet")),
            (f"ord/{item}", SOMEONE, _("Ordet")),
            (f"ord/{item}/sedan", SOMEONE, _("När ordet är läst")),
        ]
    shown += [
        ("tider", SOMEONE, _("Knapp 2")),
        ("ring", SOMEONE, _("Knapp 3")),
        ("ring/fraga", SOMEONE, _("När numret är uppläst")),
        ("ring/ja", SOMEONE, _("När den som ringer har sagt ja")),
        ("ring", NOBODY, _("Knapp 3, med dolt nummer")),
    ]
    if facts.readings:
        first = f"{menu.READINGS}/{facts.readings[0].key}"
        shown += [
            (menu.READINGS, SOMEONE, _("Knapp 4")),
            (f"{first}/0", SOMEONE, _("När en guide börjar")),
            (f"{first}/1", SOMEONE, _("Ett steg i guiden")),
        ]
    shown += [
        ("personal", SOMEONE, _("Knapp 0")),
        (menu.NOBODY_ANSWERED, SOMEONE, _("Knapp 0, om ingen svarar")),
        (menu.GOODBYE, SOMEONE, _("Om den som ringer inte trycker på något")),
    ]
    steps = [(title, menu.step(name, facts, caller)) for name, caller, title in shown]
    reader = voice()
    keys = {step.says: sayings.Saying(step.says).key(reader) for _title, step in steps if step.says}
    made = queries.prompts(keys.values())
    found = []
    for title, step in steps:
        if step.sound:
            post = next(post for post in facts.posts if post.item == step.item)
            found.append(
                Heard(
                    title,
                    post.title,
                    urlsplit(queries.sound_address(step.sound, post))._replace(scheme="", netloc="").geturl(),
                )
            )
            continue
        key = keys[step.says]
        sound = reverse("phone_sound", args=[key]) if key in made else ""
        note = _("Sedan läses numret upp, en siffra i taget.") if step.digits else ""
        found.append(Heard(title, " ".join(step.says), sound, note))
    return found


@require_GET
def text(request: HttpRequest) -> JsonResponse:
    """What is said in the sound at the address ``ljud``: {"text"}, for the telephone's captions."""
    return JsonResponse({"text": queries.text_of(request.GET.get("ljud", ""), timezone.now())})


# --- the telephone without JavaScript -----------------------------------------------------------


@dataclass
class Trial:
    """A call that staff make: where it is, what was heard last, and what it waits for."""

    reference: str = ""
    hidden: bool = False
    next: str = ""  # path of the webhook that is asked next
    waits: str = ""  # «ivr» a key, «play» that one goes on, «connect» that somebody answers; "" no call
    number: str = ""  # the number that the call is put through to
    heard: list[tuple[str, str]] = field(default_factory=list)  # (address of the sound, what is said)
    answer: str = ""  # as the service gets it


def trial(request: HttpRequest) -> HttpResponse:
    """Go a step in a call: ask the webhook, and show what it answers."""
    if request.method != "POST":
        return redirect("phone_line")
    given = request.POST
    result, at = given.get("result", ""), given.get("next", "")
    if result == HANG_UP or not (at or result == RING):
        return redirect("phone_line")
    now = Trial(reference=given.get("call", ""), hidden=bool(given.get("hidden")))
    if result == RING or not now.reference.startswith(TRIAL):
        now.reference, at = (
            TRIAL + secrets.token_hex(8),
            reverse("phone_start", args=[queries.trial_secret(queries.SERVICES[0])]),
        )
        result = ""
    sent = {"callid": now.reference, "from": "" if now.hidden else SOMEONE.number, "result": result}
    _follow(now, _ask(request, at, sent))
    return _page(request, now)


def _ask(request: HttpRequest, address: str, sent: dict[str, str]) -> dict[str, Any]:
    """What the webhook at ``address`` answers to what the service would send."""
    try:
        found = resolve(address)
    except Resolver404 as error:
        raise Http404 from error
    if found.url_name not in WEBHOOKS:
        raise Http404
    asked = HttpRequest()
    asked.method, asked.path, asked.META = "POST", address, request.META.copy()
    asked.POST = QueryDict(urlencode(sent))
    answer = found.func(asked, *found.args, **found.kwargs)
    if answer.status_code != 200:
        raise Http404
    return dict(json.loads(answer.content))


def _follow(call: Trial, action: dict[str, Any]) -> None:
    """Play all that ``action`` plays, up to where somebody must do something."""
    call.answer = json.dumps(action, indent=2)
    now = timezone.now()
    while True:
        call.waits = next((kind for kind in ("ivr", "play", "connect") if kind in action), "")
        call.number = phone_words(action["connect"]) if call.waits == "connect" else ""
        if call.waits in ("ivr", "play"):
            address = action[call.waits]
            path = urlsplit(address)._replace(scheme="", netloc="").geturl()
            call.heard.append((path, queries.text_of(address, now)))
        onward = action.get("next", "")
        if not isinstance(onward, dict):
            break
        action = onward
    call.next = urlsplit(onward).path
    if not onward:
        call.waits = ""
