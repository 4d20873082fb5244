"""What is asked about the line: the facts it reads out, where it answers, what it has said, and how often."""

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from utbud.base import dates
from utbud.base.hashing import content_hash
from utbud.channels import sources, vault
from utbud.channels.models import Reach
from utbud.channels.post import Media, Post
from utbud.formats.queries import voice
from utbud.inbox.actions import ANSWER_DAYS
from utbud.phone import menu, offers, sayings
from utbud.phone.elks import Elks
from utbud.phone.menu import Facts, Spot
from utbud.phone.models import PhonePrompt, PhoneSecret
from utbud.phone.sayings import Saying
from utbud.phone.service import Addresses, PhoneService
from utbud.places import queries as places
from utbud.places.models import Place
from utbud.places.queries import Library, Timetable

WAY = "phone"  # how the line is called where reach is counted
CALL, LISTENED, HOURS, CALL_BACK, STAFF = "call", "listened", "hours", "callback", "staff"
SERVICES: tuple[PhoneService, ...] = (Elks(),)
WORDS = "ord"  # the source that key 1 reads from
OTHER_WORDS = 20  # how far back one can listen
SOON = 14  # days within which a place must open, to be read out
OVERLAP = dt.timedelta(hours=1)  # the old address still answers, while the new one is pasted at the service
PACES = {False: "vanligt", True: "langsamt"}


# --- facts --------------------------------------------------------------------------------------


def facts(now: dt.datetime, *, older: bool = False) -> Facts:
    """All that the line reads out at ``now``, in about a dozen queries; with ``older`` also the words before this week's."""
    table = places.timetable(places.active_places(), now)
    return _facts(now, table, places.library(now), *_words(now, older=older))


def coming(now: dt.datetime) -> list[Facts]:
    """The facts now and each time they change by themselves in the coming 24 hours: doors, drop-in, midnight."""
    table = places.timetable(places.active_places(), now)
    library, words = places.library(now), _words(now, older=False)
    today = dates.local(now).date()
    moments = {now}
    for day in (today, today + dt.timedelta(days=1)):
        moments.add(dates.at_stockholm(day, dt.time()))
        for place in table.places:
            moments |= table.changes(place, day)
    last = now + dt.timedelta(days=1)
    return [_facts(moment, table, library, *words) for moment in sorted(moments) if now <= moment <= last]


def _facts(
    now: dt.datetime, table: Timetable, library: Library, posts: tuple[Post, ...], has_current: bool
) -> Facts:
    statuses = {place: table.status(place, now) for place in table.places}
    desk = _desk(table.places, library)
    drop_in, today = table.next_drop_in(now), dates.local(now).date()
    return Facts(
        library=library.name,
        phone=library.phone,
        staffed=desk is not None and statuses[desk].staffed,
        staff_words=f"{desk.name}: {statuses[desk].words}" if desk else "",
        places=tuple(
            (place.name, status.words if status.open or _opens_soon(table, place, today) else "")
            for place, status in statuses.items()
        ),
        drop_in_next=drop_in.words if drop_in else "",
        drop_in_week=library.drop_in,
        offers=tuple(offers.coming(now)),
        answer_by=places.working_days_after(today, ANSWER_DAYS),
        posts=posts,
        has_current=has_current,
        readings=tuple(offers.readings(now)),
    )


def _desk(all_places: list[Place], library: Library) -> Place | None:
    """Where the library's phone is answered: at the main place."""
    return next(
        (place for place in all_places if place.pk == library.main_place_id), next(iter(all_places), None)
    )


def _opens_soon(table: Timetable, place: Place, today: dt.date) -> bool:
    return any(table.opening(place, today + dt.timedelta(days=ahead)) for ahead in range(SOON))


def _words(now: dt.datetime, *, older: bool) -> tuple[tuple[Post, ...], bool]:
    """The words that can be listened to, this week's first, and whether there is one this week."""
    source = sources.by_slug(WORDS)
    if source is None:
        return (), False
    current = source.current(now)
    offered = [current] if current else []
    if older:
        offered += [post for _moment, post in source.recent(now, OTHER_WORDS, "")]
    found: dict[str, Post] = {}
    for post in offered:
        if post.file("lyssna.mp3"):
            found.setdefault(post.item, post)
    return tuple(found.values()), current is not None and current.item in found


# --- addresses ----------------------------------------------------------------------------------


def secret(service: PhoneService) -> str:
    """The part of the address that only ``service`` and those who may change it know."""
    chosen = chosen_secret(service)
    return vault.unlock(chosen.locked) if chosen else _derived("webhook", service)


def trial_secret(service: PhoneService) -> str:
    """What stands there when staff try the line: it opens for calls that are trials, and for no others."""
    return _derived("trial", service)


def chosen_secret(service: PhoneService) -> PhoneSecret | None:
    """The secret that staff chose last, and who; None while nobody has."""
    return PhoneSecret.objects.filter(service=service.slug).select_related("made_by").first()


def service_of(given: str, now: dt.datetime) -> PhoneService | None:
    """The service whose secret is ``given``; the one before it holds for ``OVERLAP`` more."""
    return next((one for one in SERVICES if any(_is(known, given) for known in _known(one, now))), None)


def _is(known: str, given: str) -> bool:
    return bool(known) and constant_time_compare(known, given)


def _known(service: PhoneService, now: dt.datetime) -> list[str]:
    chosen = list(PhoneSecret.objects.filter(service=service.slug)[:2])
    found = [trial_secret(service), *(vault.unlock(one.locked) for one in chosen[:1])]
    if not chosen or now - chosen[0].made_at < OVERLAP:
        before = vault.unlock(chosen[1].locked) if len(chosen) > 1 else _derived("webhook", service)
        found.append(before)
    return found


def _derived(use: str, service: PhoneService) -> str:
    return salted_hmac(f"utbud.phone.{use}", service.slug, algorithm="sha256").hexdigest()[:40]


def start_address(service: PhoneService) -> str:
    """What the service asks when somebody rings."""
    return settings.BASE_URL + reverse("phone_start", args=[secret(service)])


def addresses(given: str) -> Addresses:
    """What the service asks during a call that began with the secret ``given``."""

    def enter(spot: Spot) -> str:
        return settings.BASE_URL + reverse("phone_enter", args=[given, PACES[spot.slow], spot.step])

    def chosen(spot: Spot) -> str:
        where = [given, PACES[spot.slow], spot.missed, spot.step]
        return settings.BASE_URL + reverse("phone_chosen", args=where)

    return Addresses(enter, chosen)


def address_of(key: str) -> str:
    """Where the sound of a prompt is fetched."""
    return settings.BASE_URL + reverse("phone_sound", args=[key])


def sound_address(media: Media, post: Post) -> str:
    """Where a word's own sound is fetched: another address when it has changed, since services keep files for good."""
    version = content_hash([post.version, media.stored])[:12]
    return f"{media.url}{'&' if '?' in media.url else '?'}v={version}"


# --- what is read -------------------------------------------------------------------------------


def wanted(now: dt.datetime) -> dict[str, Saying]:
    """All that callers may come to hear in the coming 24 hours, by key, the nearest first. Raises formats' speech.NoVoice."""
    reader, said = voice(), []
    for moment in coming(now):
        for slow in PACES:
            for step in menu.everything(moment, slow=slow):
                said += sayings.of_step(dataclasses.replace(step, digits=""), slow=slow, missed=True)
    for slow in PACES:
        said += sayings.every_digit(slow=slow)
    return {one.key(reader): one for one in dict.fromkeys(said)}


def missing(now: dt.datetime) -> dict[str, Saying]:
    """What of ``wanted`` has not been read in yet."""
    found = wanted(now)
    made = set(PhonePrompt.objects.filter(key__in=found).values_list("key", flat=True))
    return {key: saying for key, saying in found.items() if key not in made}


def prompts(keys: Iterable[str]) -> dict[str, PhonePrompt]:
    """Those of ``keys`` that are read in."""
    return {prompt.key: prompt for prompt in PhonePrompt.objects.filter(key__in=list(keys))}


def text_of(address: str, now: dt.datetime) -> str:
    """What is said in the sound at ``address``, "" for one that the line does not play."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    if found := re.search(r"/([0-9a-f]{64})\.mp3$", path):
        prompt = PhonePrompt.objects.filter(key=found[1]).first()
        return prompt.text if prompt else ""
    for post in _words(now, older=True)[0]:
        if path in {urlsplit(media.url).path for media in post.media}:
            return f"{post.title}. {post.lead}\n\n{post.text}"
    return ""


# --- how often ----------------------------------------------------------------------------------


@dataclass
class Week:
    """What the line did in a week from ``monday``."""

    monday: dt.date
    calls: int = 0
    listened: int = 0
    hours: int = 0
    call_backs: int = 0
    to_staff: int = 0


def weeks(now: dt.datetime, count: int = 8) -> list[Week]:
    """The latest weeks, this one first, in one query."""
    today = dates.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    mondays = [monday - dt.timedelta(weeks=back) for back in range(count)]
    sums: dict[tuple[dt.date, str], int] = defaultdict(int)
    for day, what, number in Reach.objects.filter(way=WAY, day__gte=mondays[-1]).values_list(
        "day", "what", "count"
    ):
        sums[day - dt.timedelta(days=day.weekday()), what] += number
    return [
        Week(one, *(sums[one, what] for what in (CALL, LISTENED, HOURS, CALL_BACK, STAFF))) for one in mondays
    ]
