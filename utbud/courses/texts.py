"""Joining, leaving and answering by text message: «KURS 12 Anna», «AVBOKA 47110», «JA 47110».

Read forgivingly, answered in at most two messages without links. What says more than that is left to a person: nobody
should lose a question because it began with the wrong word. A code only works from the number that registered, and a
wrong code is answered the same whether it exists or not.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from utbud.base.hashing import content_hash
from utbud.channels import sms
from utbud.channels.adapters.sms import LINK
from utbud.channels.subscribers.actions import YES_WORDS
from utbud.courses import words
from utbud.courses.actions import codes, seats
from utbud.courses.actions.seats import CourseError, Person
from utbud.courses.models import Quota, Registration, Run
from utbud.courses.models.registrations import RegistrationQuerySet, Way
from utbud.courses.queries.seats import place_in_line
from utbud.courses.queries.times import Offered, offered_one
from utbud.formats.content import shortened
from utbud.inbox.contact import ContactKind
from utbud.places import queries as places
from utbud.places.phones import parse_phone

SEGMENTS = 2  # messages that an answer may take
NAME_WORDS = 4  # what is longer is no name
LONGEST = 160  # letters: what is longer says more than this
LISTED = 4  # registrations that «AVBOKA» alone tells of

CODE = r"(?:kod(?:en)?\W*)?(?P<code>\d[\d -]*)"
THANKS = r"(?:\W*(?:tack|gärna|snälla|mvh|hälsningar))*\W*"
GROUP = r"kurs(?:en)?\W*(?:nr|nummer)?\W*(?P<group>\d{1,9})(?!\d)"
ASKED = r"(?:hej\W+)?(?:(?:jag|vi)\s+vill\s+)?"
JOINING = re.compile(
    rf"{ASKED}(?:anmäl\w*\W+(?:mig\W+)?)?(?:(?:till|på|gå)\W+)*{GROUP}(?P<name>.*)", re.I | re.S
)
NAME_FIRST = re.compile(rf"(?:anmäl\w*\W+)?(?P<name>\D+?)\W+(?:(?:till|på)\W+)?{GROUP}{THANKS}", re.I | re.S)
LEAVING = re.compile(
    rf"{ASKED}(?:avboka\w*|avbokning|avanmäl\w*|återbud)\W*(?:min (?:plats|tid|anmälan)\W*)?(?:(?:till|på|för)\W+)?(?:kurs(?:en)?\W*)?(?:{CODE})?{THANKS}",
    re.I,
)
ANSWERING = re.compile(
    rf"(?:hej\W+)?(?:(?P<yes>{YES_WORDS.pattern})|(?P<no>nej+|nä+|no))\W*(?:{CODE})?{THANKS}", re.I
)
NAME = re.compile(
    rf"(?:\W|\b(?:jag heter|mitt namn är|namn|mvh|hälsningar)\b)*(?P<name>.*?){THANKS}", re.I | re.S
)
# Words that no name holds: with one of them it is a sentence, and a person reads it.
NO_NAME = frozenset(
    (
        *(
            "och",
            "eller",
            "jag",
            "vi",
            "du",
            "ni",
            "hon",
            "han",
            "hen",
            "det",
            "den",
            "är",
            "har",
            "kan",
            "kommer",
            "vill",
        ),
        *(
            "ska",
            "ha",
            "när",
            "var",
            "hur",
            "vad",
            "vem",
            "vilken",
            "vilka",
            "inte",
            "min",
            "mina",
            "finns",
            "plats",
        ),
        *(
            "platser",
            "full",
            "kurs",
            "kursen",
            "med",
            "på",
            "för",
            "till",
            "en",
            "ett",
            "barn",
            "barnbarn",
            "fru",
            "man",
        ),
        *("mamma", "pappa", "personer", "st"),
    )
)


def receive(text: str, number: str, now: dt.datetime) -> str | None:
    """Do what ``text`` from ``number`` asks of a course, and give the answer; None when it is not for us, or unclear."""
    contact = parse_phone(number)
    if contact is None:  # an advertiser or a machine
        return None
    text = " ".join(text.split())
    if len(text) > LONGEST:
        return None
    for pattern, handle in ((LEAVING, _leave), (ANSWERING, _answer), (JOINING, _join), (NAME_FIRST, _join)):
        if found := pattern.fullmatch(text):
            return handle(found, contact, now)
    return None


# --- joining ------------------------------------------------------------------------------------


def _join(found: re.Match[str], contact: str, now: dt.datetime) -> str | None:
    name = _name(found["name"])
    if name is None:
        return None
    quota = Quota.objects.filter(pk=int(found["group"]), run__course__live=True).first()
    if quota is None:
        return _fit(_("Vi hittar ingen kurs med nummer %(number)s.") % {"number": found["group"]}, _help(now))
    offered = offered_one(quota, now)
    if offered is None:
        return _fit(_("Den kursen är redan över."), _help(now))
    if refusal := _refusal(offered):
        return _fit(refusal, _help(now))
    if not name:
        return _about(
            offered,
            lambda title, when, where: (
                _(
                    "Vad heter du? Svara KURS %(number)s och ditt namn. Då anmäler du dig till %(title)s%(when)s."
                )
                % {"number": quota.pk, "title": title, "when": when}
            ),
        )
    try:
        registration = seats.register(
            quota=quota,
            name=name,
            contact=contact,
            people=[Person(name)],
            came_by=Way.SMS,
            now=now,
            submission_key=content_hash(["sms", contact, quota.pk, name, now]),
        )
    except CourseError as error:
        return _fit(str(error), _help(now))
    return _standing(registration, now)


def _name(said: str) -> str | None:
    """The name in what was said beside the number: "" for none, None when it is something else."""
    found = NAME.fullmatch(said)
    name = found["name"].strip(" ,.:;-–") if found else ""
    parts = name.split()
    if len(parts) > NAME_WORDS or len(name) > 100 or NO_NAME & {part.strip(",.").lower() for part in parts}:
        return None
    if "?" in said or not all(sign.isalpha() or sign in " -'’." for sign in name):
        return None
    return name.title() if name == name.lower() or (name == name.upper() and len(name) > 2) else name


def _refusal(offered: Offered) -> str:
    """Why nobody joins this by text, "" when one may."""
    run, title = offered.run, shortened(offered.course.title, 60)
    if offered.cancelled:
        return _("%(title)s är tyvärr inställd.") % {"title": title}
    if run.joining == Run.Joining.NONE:
        return _("Till %(title)s behöver du inte anmäla dig. Välkommen %(when)s.") % {
            "title": title,
            "when": offered.when,
        }
    if run.joining == Run.Joining.HOST and run.host:
        return _("Till %(title)s anmäler du dig hos %(host)s.") % {"title": title, "host": run.host.name}
    if run.joining == Run.Joining.ELSEWHERE and not LINK.search(run.elsewhere):
        return _("Till %(title)s anmäler du dig så här: %(how)s") % {
            "title": title,
            "how": shortened(run.elsewhere, 90),
        }
    if run.joining != Run.Joining.OPEN:
        return _("Till %(title)s kan man inte anmäla sig med sms.") % {"title": title}
    return ""


def _standing(registration: Registration, now: dt.datetime) -> str:
    """Where a registration stands, with its code; or that it is called off, or over."""
    offered = offered_one(registration.quota, now)
    if offered is None:
        return _fit(_("Den kursen är redan över."), _help(now))
    if offered.cancelled:
        title = shortened(offered.course.title, 60)
        return _fit(_("%(title)s är tyvärr inställd.") % {"title": title}, _help(now))
    code = {"spoken": words.spoken_code(registration.code), "code": registration.code}
    if registration.state == Registration.WAITING:
        place = place_in_line(registration)
        return _about(
            offered,
            lambda title, when, where: (
                _(
                    "Det är fullt på %(title)s%(when)s. Du står på plats %(place)s i kön. Vi hör av oss om det blir plats. "
                    "Din kod är %(spoken)s. Vill du inte vänta? Svara AVBOKA %(code)s."
                )
                % {"title": title, "when": when, "place": place, **code}
            ),
            registration,
        )
    if registration.state == Registration.OFFERED:
        return _about(
            offered,
            lambda title, when, where: (
                _(
                    "Det finns plats för dig på %(title)s%(when)s. Svara JA %(code)s om du vill ha den, NEJ %(code)s om du inte vill."
                )
                % {"title": title, "when": when, **code}
            ),
            registration,
        )
    many = registration.seat_count
    yours = _("Ni har %(count)s platser på") % {"count": many} if many > 1 else _("Du har en plats på")
    return _about(
        offered,
        lambda title, when, where: (
            _(
                "%(yours)s %(title)s%(when)s%(where)s. Din kod är %(spoken)s. Får du förhinder? Svara AVBOKA %(code)s."
            )
            % {"yours": yours, "title": title, "when": when, "where": where, **code}
        ),
        registration,
    )


# --- leaving ------------------------------------------------------------------------------------


def _leave(found: re.Match[str], contact: str, now: dt.datetime) -> str | None:
    given = _figures(found["code"])
    if given:
        registration, refusal = _tried(given, contact, now, group=True)
        return _cancel(registration, now) if registration else refusal
    mine = _standing_of(contact, now)
    if not mine:
        return _fit(_("Vi hittar ingen anmälan från det här numret."), _help(now))
    if len(mine) > 1:
        return _which(_("Vilken vill du avboka? Svara AVBOKA och koden."), mine, now)
    return _cancel(mine[0], now)


def _cancel(registration: Registration, now: dt.datetime) -> str:
    """Let the party go, and say so."""
    if registration.state == Registration.CANCELLED:
        return _fit(
            _("Den anmälan är redan avbokad.")
            if registration.had_seat
            else _("Du står inte längre i den kön.")
        )
    offered = offered_one(registration.quota, now)
    if offered is None:
        return _fit(_("Den kursen är redan över."), _help(now))
    try:
        seats.cancel(registration=registration, way=Way.SMS, now=now)
    except CourseError:
        return _fit(_("Den anmälan gäller inte längre."), _help(now))
    return _about(
        offered,
        lambda title, when, where: (
            (
                _("Du är avbokad från %(title)s%(when)s. Välkommen en annan gång.")
                if registration.had_seat
                else _("Du står inte längre i kön till %(title)s%(when)s. Välkommen en annan gång.")
            )
            % {"title": title, "when": when}
        ),
        registration,
    )


# --- answering an offer ---------------------------------------------------------------------------


def _answer(found: re.Match[str], contact: str, now: dt.datetime) -> str | None:
    given = _figures(found["code"])
    if given:
        registration, refusal = _tried(given, contact, now)
        if registration is None:
            return refusal
    else:
        offers = [one for one in _standing_of(contact, now) if one.state == Registration.OFFERED]
        if not offers:
            return None  # yes to something that a person asked
        if len(offers) > 1:
            return _which(_("Vilken menar du? Svara JA eller NEJ och koden."), offers, now)
        registration = offers[0]
    if found["yes"]:
        return _accept(registration, now)
    if registration.state == Registration.OFFERED:
        return _cancel(registration, now)
    if registration.state in (Registration.REGISTERED, Registration.WAITING):
        # «Nej» to an offer that is past, or to nothing: what stands is not taken from anyone by a guess.
        return _standing(registration, now)
    return _fit(_("Den anmälan gäller inte längre."), _help(now))


def _accept(registration: Registration, now: dt.datetime) -> str:
    if registration.state == Registration.OFFERED:
        try:
            registration = seats.accept(registration=registration, way=Way.SMS, now=now)
        except seats.Closed as error:
            return _fit(str(error), _help(now))
        except CourseError:
            return _fit(_("Erbjudandet gäller inte längre."), _help(now))
    if registration.state not in Registration.STANDING:
        return _fit(_("Erbjudandet gäller inte längre."), _help(now))
    return _standing(registration, now)


# --- whose is it ----------------------------------------------------------------------------------


def _figures(text: str | None) -> str:
    return re.sub(r"\D", "", text or "")


def _of(contact: str) -> RegistrationQuerySet:
    rows = Registration.objects.filter(contact=contact, contact_kind=ContactKind.PHONE)
    return rows.select_related("quota__run__course", "quota__run__place", "quota__run__host")


def _tried(
    code: str, contact: str, now: dt.datetime, *, group: bool = False
) -> tuple[Registration | None, str]:
    """The registration that ``code`` is for, or what to answer. Wrong ones are slowed, as on the web."""
    tried = codes.by_text(contact=contact, now=now)
    if tried.wait_until:
        return None, _fit(
            _("Flera koder har varit fel. %(wait)s och försök igen.")
            % {"wait": codes.wait_words(tried.wait_until, now)},
            _help(now),
        )
    found = _by_code(code, contact) or (_by_group(code, contact, now) if group else None)
    if found is None:
        return None, _unknown_code(now)
    codes.by_text_right(contact=contact, now=now)
    return found, ""


def _by_code(code: str, contact: str) -> Registration | None:
    return _of(contact).filter(code=code).first()


def _by_group(number: str, contact: str, now: dt.datetime) -> Registration | None:
    """The only one that stands in group ``number``: «AVBOKA 12» by somebody who thinks of the number of the course."""
    mine = [one for one in _standing_of(contact, now) if str(one.quota_id) == number]
    return mine[0] if len(mine) == 1 else None


def _standing_of(contact: str, now: dt.datetime) -> Sequence[Registration]:
    """What has been joined from this number and is not over, the first to be joined first."""
    coming = _of(contact).standing().filter(quota__occasions__ends_at__gt=now)
    return list(coming.order_by("pk").distinct())


# --- how it is said -------------------------------------------------------------------------------


def _help(now: dt.datetime) -> str:
    phone = places.library(now).phone
    return (
        _("Ring oss på %(phone)s, så hjälper vi dig.") % {"phone": phone}
        if phone
        else _("Kom till oss, så hjälper vi dig.")
    )


def _unknown_code(now: dt.datetime) -> str:
    return _fit(_("Vi hittar ingen sådan anmälan från det här numret."), _help(now))


def _which(ask: str, registrations: Sequence[Registration], now: dt.datetime) -> str:
    """``ask``, and the registrations with their codes: as many as there is room for."""
    lines, more = [], _("Du har fler.")
    for one in registrations[:LISTED]:
        offered = offered_one(one.quota, now)
        day = f" {words.day_words(offered.first.starts_at, now)}" if offered else ""
        lines.append(f"{one.code}: {shortened(one.quota.run.course.title, 40)}{day}.")
    said = [ask, *lines, *([more] if len(lines) < len(registrations) else [])]
    while len(lines) > 1 and sms.segments(sms.normalise(" ".join(said))) > SEGMENTS:
        lines.pop()
        said = [ask, *lines, more]
    return _fit(*said)


def _about(
    offered: Offered | None,
    say: Callable[[str, str, str], str],
    registration: Registration | None = None,
) -> str:
    """What ``say(title, when, where)`` gives, the first of shorter and shorter that fits."""
    course = offered.course if offered else registration.quota.run.course if registration else None
    title = course.title if course else ""
    when = f", {offered.when}" if offered else ""
    where = f", {offered.where}" if offered and not LINK.search(offered.where) else ""
    tries = (
        (title, when, where),
        (title, when, ""),
        (shortened(title, 60), when, ""),
        (shortened(title, 30), "", ""),
        (_("kursen"), "", ""),
    )
    said = [sms.normalise(say(*one)) for one in tries]
    return next((one for one in said if sms.segments(one) <= SEGMENTS), said[-1])


def _fit(*parts: str) -> str:
    """``parts`` as one answer, in signs that text messages have; what is too long is cut."""
    said = sms.normalise(" ".join(parts))
    while sms.segments(said) > SEGMENTS:
        said = shortened(said, len(said) - 10)
        said = sms.normalise(said)
    return said
