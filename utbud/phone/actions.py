"""What is done on the line: a step is entered, a key is followed, a prompt is read in, a call-back is asked for.

Making sound takes about half a second a file: none of these should be called inside a transaction.
"""

import dataclasses
import datetime as dt
import logging
import secrets
from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.base.orphans import delete_orphans
from utbud.channels import reach, vault
from utbud.formats.queries import voice
from utbud.inbox import actions as inbox
from utbud.inbox import limits
from utbud.inbox.models import Message
from utbud.people.models import User
from utbud.phone import menu, queries, sayings
from utbud.phone.menu import Facts, Spot, Step
from utbud.phone.models import PhoneCall, PhonePrompt, PhoneSecret, PhoneVisit
from utbud.phone.sayings import Saying
from utbud.phone.service import Call, PhoneService, Result, Turn
from utbud.places.phones import parse_phone

logger = logging.getLogger(__name__)

KEEP_CALLS = dt.timedelta(days=7)  # webhooks are sent again for hours, not for days
KEEP_UNUSED = dt.timedelta(days=60)
FOLDER = "phone"


# --- a call -------------------------------------------------------------------------------------


def enter(*, call: Call, spot: Spot, now: dt.datetime) -> Turn:
    """Let ``call`` come to ``spot``. Done twice it counts once and asks for one call-back.

    Raises menu.NoSuchStep, and what making sound raises (speech.NoVoice, sound.Failed, OSError).
    """
    return _come_to(call, spot, _facts(call, spot, now), now)


def _come_to(call: Call, spot: Spot, facts: Facts, now: dt.datetime) -> Turn:
    step = menu.step(spot.step, facts, call.who, slow=spot.slow)
    if step.name == "ring/ja" and call.caller and not call.trial:
        if _waits_already(call) or limits.may_be_rung(now):
            message = call_back(call=call, now=now)
            step = menu.step(step.name, dataclasses.replace(facts, answer_by=message.answer_by), call.who)
        else:
            step = menu.step(menu.TOO_MANY, facts, call.who)
    if step.sound:
        post = next(post for post in facts.posts if post.item == step.item)
        sounds = [queries.sound_address(step.sound, post)]
    else:
        sounds = say(said=sayings.of_step(step, slow=spot.slow, missed=bool(spot.missed)), now=now)
    count(call=call, step=step, now=now)
    return Turn(step, Spot(step.name, spot.slow, spot.missed), tuple(sounds))


def choose(*, call: Call, spot: Spot, now: dt.datetime) -> Turn | None:
    """Go on from ``spot`` by what came of it: a key, silence, the end of a connected call. None: hang up.

    Raises as ``enter``.
    """
    connected = spot.step == menu.CONNECTING
    if connected and call.result == Result.DONE:
        return None
    facts = _facts(call, spot, now)
    if call.result == Result.FAILED:
        to = Spot(menu.NOBODY_ANSWERED if connected else menu.GOODBYE, spot.slow)
    else:
        to = menu.follow(menu.step(spot.step, facts, call.who, slow=spot.slow), spot, call.key)
    return _come_to(call, to, facts, now)


def _facts(call: Call, spot: Spot, now: dt.datetime) -> Facts:
    """The facts of this call. A line that is the library's own number must not be connected to itself."""
    facts = queries.facts(now, older=spot.step.startswith("ord/"))
    if call.called and call.called == parse_phone(facts.phone):
        logger.warning("The phone line has the library's own number, so nobody can be put through to staff.")
        return dataclasses.replace(facts, staffed=False, staff_words="")
    return facts


def call_back(*, call: Call, now: dt.datetime) -> Message:
    """Put the wish to be rung in the inbox: once for a call, and once for a number that still waits. Raises UnclearContact."""
    return inbox.receive_once(
        kind=Message.Kind.QUESTION,
        name=_("Någon som ringde"),
        contact=call.caller,
        text=_("Vill bli uppringd. Bad om det på telefonlinjen genom att trycka 3 och bekräfta numret."),
        came_by=Message.Way.PHONE,
        now=now,
        submission_key=digest(call),
    )


def _waits_already(call: Call) -> bool:
    known = Q(contact=call.caller, came_by=Message.Way.PHONE, created_by=None, answered_at=None)
    return Message.objects.filter(known | Q(submission_key=digest(call))).exists()


def digest(call: Call) -> str:
    """A name for the call that does not tell which it was (64 characters, hex)."""
    return salted_hmac("utbud.phone.call", call.reference, algorithm="sha256").hexdigest()


def new_secret(*, service: PhoneService, by: User, now: dt.datetime) -> PhoneSecret:
    """Have the service ask at another secret address. The one before it holds for ``queries.OVERLAP`` more."""
    made = PhoneSecret.objects.create(
        service=service.slug, locked=vault.lock(secrets.token_hex(20)), made_at=now, made_by=by
    )
    logger.info("user %s chose a new secret address for %s", by.pk, service.slug)
    return made


# --- counting -----------------------------------------------------------------------------------


def count(*, call: Call, step: Step, now: dt.datetime) -> None:
    """Count the call, and what it came to, once each. Staff who try the line are not counted."""
    if call.trial:
        return
    what = {"tider": queries.HOURS, "ring/ja": queries.CALL_BACK if call.caller else ""}.get(step.name, "")
    if step.item:
        what = queries.LISTENED
    elif step.connect:
        what = queries.STAFF
    with transaction.atomic():
        row, made = PhoneCall.objects.get_or_create(digest=digest(call), defaults={"started_at": now})
        if made:
            reach.count(way=queries.WAY, what=queries.CALL, now=now)
        if what:
            _visit, made = PhoneVisit.objects.get_or_create(call=row, what=what, item=step.item)
            if made:
                reach.count(way=queries.WAY, what=what, item=step.item, now=now)


def forget_calls(now: dt.datetime) -> int:
    """Delete the rows of calls that no webhook will ask for again; the numbers stay."""
    old = PhoneCall.objects.filter(started_at__lt=now - KEEP_CALLS)
    count = old.count()
    old.delete()
    return count


# --- speech -------------------------------------------------------------------------------------


def say(*, said: Sequence[Saying], now: dt.datetime) -> list[str]:
    """The address of each saying's sound. What has not been read in beforehand is read in now, and logged."""
    reader, today = voice(), dates.local(now).date()
    keys = [saying.key(reader) for saying in said]
    made = {
        key: prompt
        for key, prompt in queries.prompts(keys).items()
        if default_storage.exists(str(prompt.file))
    }
    for key, saying in zip(keys, said, strict=True):
        if key not in made:
            logger.warning("Read in during a call, not before it: «%s»", saying.text[:60])
            made[key] = read_in(key=key, saying=saying, now=now)
    if any(prompt.used_at < today for prompt in made.values()):
        PhonePrompt.objects.filter(key__in=keys, used_at__lt=today).update(used_at=today)
    return [queries.address_of(key) for key in keys]


def read_in(*, key: str, saying: Saying, now: dt.datetime) -> PhonePrompt:
    """Make the sound of ``saying`` and keep it under ``key``. Raises speech.NoVoice, sound.Failed, OSError."""
    content, seconds = sayings.read_aloud(saying, voice())
    name = default_storage.save(f"{FOLDER}/{key[:2]}/{key}.mp3", ContentFile(content))
    told = {"text": saying.text, "slow": saying.slow, "seconds": seconds, "bytes": len(content)}
    told |= {"made_at": now, "used_at": dates.local(now).date()}
    try:
        with transaction.atomic():
            return PhonePrompt.objects.create(key=key, file=name, **told)
    except IntegrityError:
        kept = PhonePrompt.objects.get(key=key)
    if str(kept.file) != name and default_storage.exists(str(kept.file)):  # another process was first
        default_storage.delete(name)
        return kept
    PhonePrompt.objects.filter(pk=kept.pk).update(file=name, **told)
    return PhonePrompt.objects.get(pk=kept.pk)


def read_in_missing(now: dt.datetime, *, at_most: int = 1000) -> int:
    """Read in what callers may come to hear in the coming 24 hours. Returns how many files were made."""
    todo = list(queries.missing(now).items())[:at_most]
    for key, saying in todo:
        read_in(key=key, saying=saying, now=now)
    return len(todo)


def prune(now: dt.datetime) -> int:
    """Delete what nobody has heard in 60 days and will not hear soon, and files that no row names."""
    used = dates.local(now).date()
    PhonePrompt.objects.filter(key__in=queries.wanted(now)).update(used_at=used)
    old = PhonePrompt.objects.filter(used_at__lt=used - KEEP_UNUSED)
    names = list(old.values_list("file", flat=True))
    old.delete()
    for name in names:
        default_storage.delete(name)
    known = set(PhonePrompt.objects.values_list("file", flat=True))
    return len(names) + delete_orphans(FOLDER, is_named=known.__contains__, now=now)
