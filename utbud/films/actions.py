"""Begin a film: from nothing, from an address on YouTube, from a channel's feed."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from utbud.base import outward
from utbud.base.pictures import is_whole
from utbud.base.richtext import sentence_spans
from utbud.channels import http
from utbud.channels.channel import Refused, Unavailable
from utbud.films import staff_queries, youtube
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.people.models import User

SERVICE = "YouTube"
LARGEST_FEED, LARGEST_PICTURE = 4_000_000, 6_000_000  # bytes; a feed of 15 films is 50 kB
PICTURES_FROM = (".ytimg.com", ".ggpht.com")  # where YouTube keeps thumbnails
LONGEST_ABOUT, LONGEST_SENTENCE = 2800, 160


class FilmError(Exception):
    """Why a film cannot be begun so, in Swedish, to be shown as it is. ``field`` is the form's field, "" for all."""

    def __init__(self, says: str, *, field: str = "") -> None:
        super().__init__(says)
        self.field = field


class NoList(FilmError):
    """There is no list page for films."""


class AlreadyHere(FilmError):
    """The film on YouTube has a page here."""

    def __init__(self, says: str, page: FilmPage) -> None:
        super().__init__(says, field="address")
        self.page = page


class BadTitle(FilmError):
    """The title makes no address."""


def start(*, title: str, sentence: str, by: User) -> FilmPage:
    """A new draft with its title and sentence. Raises NoList or BadTitle."""
    with transaction.atomic():
        return _draft(_locked_list(), by, title=title, one_sentence=sentence)


def start_from_youtube(*, video: str, title: str, sentence: str, seconds: float | None, by: User) -> FilmPage:
    """A new draft of a film that is on YouTube. Raises AlreadyHere, NoList or BadTitle."""
    with transaction.atomic():
        index = _locked_list()
        if (there := staff_queries.known_ids().get(video)) is not None:
            raise AlreadyHere(_("Filmen finns redan här: «%(title)s».") % {"title": there.draft_title}, there)
        return _draft(
            index, by, title=title, one_sentence=sentence, youtube_id=video, youtube_seconds=seconds
        )


def _locked_list() -> FilmIndexPage:
    """The list page, locked: two who begin the same film at once come one after the other."""
    index = FilmIndexPage.objects.select_for_update(of=("self",)).first()
    if index is None:
        raise NoList(
            _("Sidan Digitala hörnan finns inte. Be den som sköter systemet att lägga tillbaka den.")
        )
    return index


def _draft(index: FilmIndexPage, by: User, **fields: object) -> FilmPage:
    film = FilmPage(live=False, has_unpublished_changes=True, owner=by, responsible=by, **fields)
    try:
        index.add_child(instance=film)
        film.save_revision(user=by, log_action=True)
    except ValidationError as error:
        says = _("Titeln går inte att använda. Skriv en annan. %(why)s") % {"why": " ".join(error.messages)}
        raise BadTitle(says, field="title") from error
    return film


# --- a channel's films -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ChannelFilms:
    """What a channel's feed has."""

    name: str
    here: list[youtube.Found]  # have a page already
    new: list[youtube.Found]


def look_at(query: dict[str, str]) -> ChannelFilms:
    """Ask YouTube for a channel's latest films (its feed has at most 15). Raises FilmError with what went wrong."""
    content = _fetched(youtube.FEED, query, LARGEST_FEED)
    try:
        name, films = youtube.read_feed(content)
    except youtube.Unclear as error:
        raise FilmError(str(error)) from error
    known = staff_queries.known_ids()
    return ChannelFilms(
        name=name,
        here=[film for film in films if film.id in known],
        new=[film for film in films if film.id not in known],
    )


def _fetched(address: str, query: dict[str, str], most: int) -> bytes:
    try:
        response = http.call("GET", address, service=SERVICE, params=query, fine=(400, 404), stream=True)
        with response:
            if response.status_code in (400, 404):
                raise FilmError(
                    _("YouTube har ingen sådan kanal. Se efter att adressen eller id är rätt."),
                    field="channel",
                )
            content = b""
            for part in response.iter_content(64 * 1024):
                content += part
                if len(content) > most:
                    raise FilmError(_("YouTube svarade med något som är för stort. Försök igen om en stund."))
            return content
    except (Unavailable, Refused) as error:
        raise FilmError(str(error)) from error
    except OSError as error:  # cut off in the middle: requests' errors are OSError
        raise FilmError(_("YouTube slutade svara mitt i. Försök igen om en stund.")) from error


@dataclass(frozen=True)
class Brought:
    """What came of bringing films in."""

    films: list[FilmPage]
    without_picture: int
    already: int


def bring_in(*, query: dict[str, str], chosen: Collection[str], by: User, now: dt.datetime) -> Brought:
    """Drafts of the ``chosen`` films (ids) of a channel, with title, text and their picture as our own.

    Doing it twice makes nothing twice. Raises FilmError.
    """
    found = look_at(query)
    made, pictureless = [], 0
    already = sum(film.id in chosen for film in found.here)
    for one in found.new:
        if one.id not in chosen:
            continue
        picture = _picture(one)  # before the lock: YouTube is asked
        try:
            made.append(_bring(one, picture, by))
        except AlreadyHere:
            already += 1
            continue
        pictureless += picture is None
    return Brought(made, pictureless, already)


def _bring(one: youtube.Found, picture: bytes | None, by: User) -> FilmPage:
    with transaction.atomic():
        index = _locked_list()
        if (there := staff_queries.known_ids().get(one.id)) is not None:
            raise AlreadyHere(_("Filmen finns redan här: «%(title)s».") % {"title": there.draft_title}, there)
        fields = {
            "title": one.title[:255],
            "one_sentence": first_sentence(one),
            "about": about_html(one.description),
        }
        drawing = None
        if picture is not None:
            file = ImageFile(BytesIO(picture), name=f"youtube-{one.id}.jpg")
            drawing = Image.objects.create(title=one.title[:255], file=file, uploaded_by_user=by)
        return _draft(index, by, **fields, youtube_id=one.id, youtube_seconds=one.seconds, drawing=drawing)


def _picture(one: youtube.Found) -> bytes | None:
    """The film's picture on YouTube, None where it cannot be had: the draft is made all the same."""
    url = outward.parsed(one.thumbnail)
    if url is None or url.scheme != "https" or not str(url.host).endswith(PICTURES_FROM):
        return None
    try:
        content = _fetched(one.thumbnail, {}, LARGEST_PICTURE)
    except FilmError:
        return None
    return content if is_whole(content) else None


def first_sentence(one: youtube.Found) -> str:
    """The description's first sentence if it is short enough to be a promise, else the title."""
    line = next((line.strip() for line in one.description.splitlines() if line.strip()), "")
    for begins, ends in sentence_spans(line)[:1]:
        said = line[begins:ends].strip()
        if said and len(said) <= LONGEST_SENTENCE and "http" not in said:
            return said
    return one.title[:LONGEST_SENTENCE]


def about_html(description: str) -> str:
    """A description as rich text: a paragraph for each block of lines, as much as there is room for."""
    made, length = [], 0
    for block in description.replace("\r\n", "\n").split("\n\n"):
        text = " ".join(block.split())
        if text and length + len(text) <= LONGEST_ABOUT:
            made.append(f"<p>{escape(text)}</p>")
            length += len(text)
    return "".join(made)
