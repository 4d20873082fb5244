"""What a caller hears, and what each key does: the whole line, as plain values.

Pure: Facts and a name in, a Step out. Nothing here knows of 46elks, of sound files or of the database.

The same keys do the same everywhere: 7 again, 8 another pace, 9 back, 0 staff. What differs from step to
step is 1 to 6. A call has no memory: where it is stands in the address that the phone service asks next.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.channels.post import Media, Post
from utbud.phone.offers import Reading
from utbud.places.phones import parse_phone, phone_words

AGAIN, PACE, BACK, STAFF = "7", "8", "9", "0"
ALIASES = {"#": AGAIN, "*": BACK}  # not told to anyone: services treat # and * in ways of their own
READINGS, MOST_READINGS = "guider", 6  # the list, and how many there are keys for
MISSES = 3  # as many keys that mean nothing, and we say goodbye
CONNECTING, NOBODY_ANSWERED, GOODBYE = "personal/koppla", "personal/sedan", "hej-da"
TOO_MANY = "ring/fullt"
HANG_UP = ""
NOTHING: Mapping[str, str] = MappingProxyType({})


class NoSuchStep(Exception):
    """There is no step by that name."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that decides what is said, at one moment. Texts are Swedish, without a full stop."""

    library: str
    phone: str  # as people read it, "" when the library has given none
    staffed: bool  # somebody can answer that phone now
    staff_words: (
        str  # how it is where the phone is: «Stängt nu. Öppnar i morgon klockan 10», "" without places
    )
    places: tuple[tuple[str, str], ...]  # (name, how it is there now); "" for one without hours
    drop_in_next: str  # «I dag klockan 13–15 på Huvudbiblioteket», "" for none
    drop_in_week: str  # «Drop-in: måndag 13–15», "" for none
    offers: tuple[str, ...]  # whole sentences
    answer_by: dt.date  # the day by which who asks now is rung
    posts: tuple[
        Post, ...
    ] = ()  # words: this week's first, then (where they are asked for) the others, newest first
    has_current: bool = False  # the first of them is this week's
    readings: tuple[
        Reading, ...
    ] = ()  # what can be read one step at a time; the keys 1 to 6 choose among them


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who rings: a number (E.164), "" when it is withheld. ``trial`` is staff trying the line."""

    number: str = ""
    trial: bool = False


@dataclass(frozen=True)
class Spot:
    """Where a call is: the step, the pace, and how many keys in a row have meant nothing."""

    step: str
    slow: bool = False
    missed: int = 0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is said, and what comes then.

    With ``keys`` (or ``waits``) a key is waited for. Otherwise the call goes on to ``then``, or ends.
    """

    name: str
    says: tuple[str, ...] = ()  # sentences, read as one file
    digits: str = ""  # a phone number to be read digit by digit afterwards, «070-174 06 05»
    sound: Media | None = None  # a file that is there already, instead of ``says``
    connect: str = ""  # the number (E.164) that the call is put through to
    keys: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    waits: bool = False
    then: str = HANG_UP
    again: str = ""  # the step that key 7 goes to, "" for this one
    back: str = "meny"
    item: str = ""  # what is listened to, for counting


# --- the way through ----------------------------------------------------------------------------


def follow(step: Step, spot: Spot, key: str) -> Spot:
    """Where ``key`` leads from ``step``. One that means nothing repeats the step, at last it says goodbye."""
    key = ALIASES.get(key, key)
    again = step.again or step.name
    if key in step.keys:
        return Spot(step.keys[key], spot.slow)
    if key == AGAIN:
        return Spot(again, spot.slow)
    if key == PACE:
        return Spot(again, not spot.slow)
    if key == BACK:
        return Spot(step.back, spot.slow)
    if key == STAFF:
        return Spot("personal", spot.slow)
    if not step.keys and not step.waits:  # what was heard has gone: one comes to what is there now
        return Spot(step.name, spot.slow)
    if spot.missed + 1 >= MISSES:
        return Spot(GOODBYE, spot.slow)
    return Spot(step.name, spot.slow, spot.missed + 1)


def step(name: str, facts: Facts, caller: Caller, *, slow: bool = False) -> Step:
    """The step called ``name`` as it is now. Raises NoSuchStep."""
    if name in _STEPS:
        return _STEPS[name](facts, caller, slow)
    if found := re.fullmatch(r"ord/([^/]+)(/sedan)?", name):
        return _after_word(found[1], facts, slow) if found[2] else _word(found[1], facts, slow)
    if found := re.fullmatch(rf"{READINGS}/([^/]+)/(\d{{1,3}})", name):
        return _reading(found[1], int(found[2]), facts, slow)
    raise NoSuchStep(name)


def sorry_key() -> str:
    """What is said before a step is repeated because the key meant nothing there."""
    return _("Den knappen används inte här.")


# --- the steps ----------------------------------------------------------------------------------


def _choices(facts: Facts, slow: bool) -> tuple[str, ...]:
    said = []
    if facts.has_current:
        said.append(_("Tryck 1 för veckans digitala ord."))
    if facts.offers:
        said.append(_("Tryck 2 för kurser och öppettider."))
    elif facts.drop_in_next:
        said.append(_("Tryck 2 för öppettider och drop-in."))
    else:
        said.append(_("Tryck 2 för öppettider."))
    said.append(_("Tryck 3 så ringer vi upp dig."))
    if facts.readings:
        said.append(_("Tryck 4 för en guide, ett steg i taget."))
    if facts.staffed and facts.phone:
        said.append(_("Tryck 0 för att prata med personal."))
    return (*said, _("Tre knappar fungerar överallt."), _pace_words(slow))


def _menu(name: str, facts: Facts, slow: bool, *, welcome: tuple[str, ...] = ()) -> Step:
    keys = {"1": "ord", "2": "tider", "3": "ring"} | ({"4": READINGS} if facts.readings else {})
    return Step(name=name, says=(*welcome, *_choices(facts, slow)), keys=keys, again="meny")


def _start(facts: Facts, caller: Caller, slow: bool) -> Step:
    return _menu("start", facts, slow, welcome=(_("Välkommen till %s.") % facts.library,))


def _back_words() -> str:
    return _("Tryck 7 för att höra igen eller 9 för att gå tillbaka.")


def _this_weeks_word(facts: Facts, caller: Caller, slow: bool) -> Step:
    if not facts.has_current:
        return _no_word("ord")
    says = (_("Nu läser vi veckans digitala ord."), _("Tryck på en knapp om du vill avbryta."))
    return Step(name="ord", says=says, then=f"ord/{facts.posts[0].item}")


def _no_word(name: str) -> Step:
    return Step(name=name, says=(_("Det ordet går inte att lyssna på just nu."),), then="meny")


def _word(item: str, facts: Facts, slow: bool) -> Step:
    name = f"ord/{item}"
    post = next((post for post in facts.posts if post.item == item), None)
    names = ("lyssna-langsamt.mp3", "lyssna.mp3") if slow else ("lyssna.mp3",)
    sound = post.file(*names) if post else None
    if sound is None:  # taken back while somebody listened
        return _no_word(name)
    return Step(name=name, sound=sound, then=f"{name}/sedan", item=item)


def _after_word(item: str, facts: Facts, slow: bool) -> Step:
    items = [post.item for post in facts.posts]
    place = items.index(item) + 1 if item in items else 0
    keys = {"1": f"ord/{items[place]}"} if place < len(items) else {}
    says = [_("Tryck 1 för ett annat ord.")] if keys else []
    if slow:
        says.append(
            _(
                "Tryck 7 för att höra ordet igen, 8 för att höra det i vanlig fart eller 9 för att gå tillbaka."
            )
        )
    else:
        says.append(
            _("Tryck 7 för att höra ordet igen, 8 för att höra det långsammare eller 9 för att gå tillbaka.")
        )
    return Step(name=f"ord/{item}/sedan", says=tuple(says), keys=keys, waits=True, again=f"ord/{item}")


# --- one step at a time -----------------------------------------------------------------------


def _readings(facts: Facts, caller: Caller, slow: bool) -> Step:
    if not facts.readings:
        return _no_reading(READINGS)
    offered = facts.readings[:MOST_READINGS]
    says = [
        _("Tryck %(key)s för %(title)s.") % {"key": key, "title": reading.title}
        for key, reading in enumerate(offered, 1)
    ]
    keys = {str(key): f"{READINGS}/{reading.key}/0" for key, reading in enumerate(offered, 1)}
    return Step(name=READINGS, says=(_("Välj en guide."), *says, _back_words()), keys=MappingProxyType(keys))


def _no_reading(name: str) -> Step:
    return Step(name=name, says=(_("Den guiden går inte att lyssna på just nu."),), then="meny")


def _reading(key: str, number: int, facts: Facts, slow: bool) -> Step:
    """The reading's beginning (0), one of its steps, or its end."""
    name = f"{READINGS}/{key}"
    reading = next((one for one in facts.readings if one.key == key), None)
    if reading is None:  # taken back, or another Monday's
        return _no_reading(f"{name}/{number}")
    count = len(reading.steps)
    number = min(number, count + 1)  # it was made shorter while somebody listened
    onward, back = {"1": f"{name}/{number + 1}"}, f"{name}/{number - 1}"
    if number == 0:
        says = [f"{reading.title}.", *reading.before]
        says.append(_("Guiden har %(count)s steg.") % {"count": count})
        says += [_("Tryck 1 för första steget."), _pace_words(slow)]
        back = READINGS
    elif number <= count:
        says = [
            _("Steg %(number)s av %(count)s.") % {"number": number, "count": count},
            *reading.steps[number - 1],
        ]
        says.append(
            _("Tryck 1 för nästa steg.")
            if number < count
            else _("Det var sista steget. Tryck 1 när du är klar.")
        )
        says.append(
            _(
                "Tryck 7 för att höra steget igen, 8 för att höra det i vanlig fart eller 9 för att gå tillbaka ett steg."
            )
            if slow
            else _(
                "Tryck 7 för att höra steget igen, 8 för att höra det långsammare eller 9 för att gå tillbaka ett steg."
            )
        )
    else:
        says = [*(reading.done or (_("Nu är du klar."),)), _("Tryck 1 för en annan guide.")]
        says.append(_("Tryck 9 för att gå tillbaka ett steg."))
        onward = {"1": READINGS}
    if facts.staffed and facts.phone and not 0 < number <= count:  # in the middle it would be said too often
        says.append(_("Tryck 0 för att prata med personal."))
    return Step(
        name=f"{name}/{number}",
        says=tuple(says),
        keys=MappingProxyType(onward),
        back=back,
        item=key if number == 0 else "",
    )


def _pace_words(slow: bool) -> str:
    if slow:
        return _("Tryck 7 för att höra igen, 8 för att höra i vanlig fart eller 9 för att gå tillbaka.")
    return _("Tryck 7 för att höra igen, 8 för att höra långsammare eller 9 för att gå tillbaka.")


def _hours(facts: Facts, caller: Caller, slow: bool) -> Step:
    says = list(facts.offers)
    if facts.drop_in_next:
        says.append(_("Nästa tid för digital hjälp utan att boka: %s.") % facts.drop_in_next)
    if facts.drop_in_week:
        says.append(f"{facts.drop_in_week}.")
    for place, words in facts.places:
        if words:
            says.append(f"{place}: {words}.")
        else:
            says.append(_("%s har inga fasta tider. Fråga personalen.") % place)
    if not says:
        says.append(_("Just nu finns inga öppettider att läsa upp."))
    return Step(name="tider", says=(*says, _back_words()), waits=True)


def _ring_us(facts: Facts) -> list[str]:
    return [_("Du kan ringa oss på %s.") % facts.phone] if facts.phone else []


def _call_me(facts: Facts, caller: Caller, slow: bool) -> Step:
    if not parse_phone(caller.number):
        return _no_number("ring", facts)
    says = (_("Vi kan ringa upp dig på det här numret."),)
    return Step(name="ring", says=says, digits=phone_words(caller.number), then="ring/fraga")


def _no_number(name: str, facts: Facts) -> Step:
    says = [_("Vi kan inte se ditt nummer."), *_ring_us(facts)]
    if facts.staffed and facts.phone:
        says.append(_("Tryck 0 för att prata med personal eller 9 för att gå tillbaka."))
    else:
        says.append(_("Tryck 9 för att gå tillbaka."))
    return Step(name=name, says=tuple(says), waits=True)


def _is_it_right(facts: Facts, caller: Caller, slow: bool) -> Step:
    says = (
        _("Tryck 1 om vi ska ringa det numret."),
        _("Tryck 7 för att höra numret igen eller 9 för att gå tillbaka."),
    )
    return Step(name="ring/fraga", says=says, keys={"1": "ring/ja"}, again="ring")


def _yes_call_me(facts: Facts, caller: Caller, slow: bool) -> Step:
    if not parse_phone(caller.number):
        return _no_number("ring/ja", facts)
    day = dates.date_words(facts.answer_by, year=False)
    if caller.trial:
        says = (
            _("Det här är ett prov, så ingen ringer upp."),
            _("Den som ringer på riktigt blir uppringd senast %s.") % day,
        )
    else:
        says = (
            _("Tack. Vi ringer dig senast %s.") % day,
            _("Vi frågar aldrig efter din kod eller ditt BankID."),
        )
    return Step(name="ring/ja", says=(*says, _("Lägg på, eller tryck 9 för att gå tillbaka.")), waits=True)


def _too_many(facts: Facts, caller: Caller, slow: bool) -> Step:
    says = (_("I dag är det många som vill bli uppringda, och vi hinner inte ringa fler."), *_ring_us(facts))
    return Step(name=TOO_MANY, says=(*says, _("Tryck 9 för att gå tillbaka.")), waits=True)


def _staff(facts: Facts, caller: Caller, slow: bool) -> Step:
    number = parse_phone(facts.phone)
    if facts.staffed and number:
        says = (_("Nu kopplar vi dig till personalen."), _("Det kan dröja lite innan någon svarar."))
        return Step(name="personal", says=says, then=CONNECTING)
    if facts.staffed or not facts.staff_words:
        closed = [_("Just nu går det inte att koppla dig till personalen.")]
    else:
        closed = [_("Just nu kan ingen svara i telefonen."), f"{facts.staff_words}."]
    return _offer_call("personal", closed)


def _connect(facts: Facts, caller: Caller, slow: bool) -> Step:
    number = parse_phone(facts.phone)
    if facts.staffed and number:
        return Step(name=CONNECTING, connect=number)
    return _staff(facts, caller, slow)  # it closed while we said so


def _offer_call(name: str, says: list[str]) -> Step:
    offer = _("Tryck 3 så ringer vi upp dig, eller 9 för att gå tillbaka.")
    return Step(name=name, says=(*says, offer), keys={"3": "ring"})


def _nobody_answered(facts: Facts, caller: Caller, slow: bool) -> Step:
    return _offer_call(NOBODY_ANSWERED, [_("Tyvärr kunde ingen svara just nu.")])


def _goodbye(facts: Facts, caller: Caller, slow: bool) -> Step:
    says = (_("Nu avslutar vi samtalet."), *_ring_us(facts), _("Välkommen att ringa igen. Hej då."))
    return Step(name=GOODBYE, says=says)


_STEPS = {
    "start": _start,
    "meny": lambda facts, caller, slow: _menu("meny", facts, slow),
    "ord": _this_weeks_word,
    READINGS: _readings,
    "tider": _hours,
    "ring": _call_me,
    "ring/fraga": _is_it_right,
    "ring/ja": _yes_call_me,
    TOO_MANY: _too_many,
    "personal": _staff,
    CONNECTING: _connect,
    NOBODY_ANSWERED: _nobody_answered,
    GOODBYE: _goodbye,
}


# --- all that may be said -----------------------------------------------------------------------

SOMEONE = Caller(number="+46701740605")  # a number of fiction, to stand for those who show theirs
NOBODY = Caller()


def everything(facts: Facts, *, slow: bool = False) -> list[Step]:
    """Every step that a caller may come to now, one of each text."""
    names = list(_STEPS)
    names += ["ord/-"]  # one that is not there any longer
    callers = {"ring": (SOMEONE, NOBODY), "ring/ja": (SOMEONE, Caller(number=SOMEONE.number, trial=True))}
    found = [
        step(name, facts, caller, slow=slow) for name in names for caller in callers.get(name, (SOMEONE,))
    ]
    found += [_after_word("-", replace(facts, posts=posts), slow) for posts in ((), facts.posts)]
    found.append(_no_reading(READINGS))
    found += [
        _reading(one.key, number, facts, slow)
        for one in facts.readings[:MOST_READINGS]
        for number in range(len(one.steps) + 2)
    ]
    return list({(one.says, one.digits, one.sound): one for one in found}.values())
