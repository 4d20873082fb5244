"""The files beside a page: made from its content, kept by content hash."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django_tasks import task
from wagtail.models import Revision

from utbud.formats import actions as formats
from utbud.formats import queries as formats_queries
from utbud.formats.content import Aloud, Item, Sender
from utbud.formats.models import Kind, Rendition
from utbud.places.queries import library
from utbud.publishing.models import ApprovalRequest, ApprovedPage, OwnFile

TYPES = {
    "pdf": "application/pdf",
    "mp3": "audio/mpeg",
    "png": "image/png",
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
    "vtt": "text/vtt; charset=utf-8",
    "m4a": "audio/mp4",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
}


def content_type(name: str) -> str:
    """The media type of a file by its name's ending."""
    return TYPES[name.rsplit(".", 1)[1]]


def sender() -> Sender:
    """The library as formats show it."""
    lib = library()
    return Sender(
        name=lib.name,
        phone=lib.phone,
        address=lib.address,
        drop_in=lib.drop_in,
        base_url=lib.base_url,
        accent=lib.accent,
        logo_name=lib.logo_name,
        logo_digest=lib.logo_digest,
    )


KINDS = {
    "utskrift.pdf": Kind.PRINT,
    "utskrift-a4.pdf": Kind.PRINT_A4,
    "utskrift-a5.pdf": Kind.PRINT_A5,
    "utskrift-a5-stor.pdf": Kind.PRINT_A5_LARGE,
    "affisch.pdf": Kind.POSTER,
    "kort.png": Kind.CARD,
    "lyssna.mp3": Kind.SPEECH,
    "lyssna-langsamt.mp3": Kind.SPEECH_SLOW,
    "kort-kvadrat.png": Kind.SQUARE,
    "kort-staende.png": Kind.PORTRAIT,
    "kort-berattelse.png": Kind.STORY,
    "kort-kvadrat.jpg": Kind.SQUARE_JPEG,
    "kort-staende.jpg": Kind.PORTRAIT_JPEG,
    "kort-berattelse.jpg": Kind.STORY_JPEG,
    "klipp.mp4": Kind.CLIP,
    "klipp.vtt": Kind.CAPTIONS,
}
ALOUD = {"lyssna.mp3": False, "lyssna-langsamt.mp3": True}  # whether it is the slow one
SLOW = frozenset({"klipp.mp4", "klipp.vtt"})  # seconds, not moments


def _cards(kind: Kind) -> Callable[[ApprovedPage], Rendition]:
    return lambda page: formats.cards(item=page.as_item(), sender=sender(), kind=kind)


def _card(kind: Kind) -> Callable[[ApprovedPage], Rendition]:
    return lambda page: formats.card(item=page.as_item(), sender=sender(), kind=kind)


MAKERS: dict[str, Callable[[ApprovedPage], Rendition]] = {
    "utskrift.pdf": lambda page: formats.print_sheet(item=page.as_item(), sender=sender()),
    **{
        name: _cards(kind)
        for name, kind in KINDS.items()
        if kind in formats_queries.CARDS and kind != Kind.PRINT
    },
    "affisch.pdf": lambda page: formats.poster(item=page.as_item(), sender=sender()),
    "kort.png": lambda page: formats.card(item=page.as_item(), sender=sender()),
    "lyssna.mp3": lambda page: formats.speech(item=page.as_item(), recording=page.own_recording()),
    "lyssna-langsamt.mp3": lambda page: formats.speech(
        item=page.as_item(), slow=True, recording=page.own_recording()
    ),
    **{name: _card(kind) for name, kind in KINDS.items() if kind in formats_queries.SOCIAL},
    "klipp.mp4": lambda page: formats.clip(item=page.as_item(), sender=sender()),
    "klipp.vtt": lambda page: formats.captions(item=page.as_item(), sender=sender()),
}


def ready_one(page: ApprovedPage, name: str) -> OwnFile | None:
    """The file ``name`` beside ``page``, made if that takes but a moment; None if it is not there yet.

    Raises KeyError when the page has no such file.
    """
    if own := page.own_files().get(name):
        return own
    if name not in page.FILES:
        raise KeyError(name)
    rendition = made_one(page, name)
    if rendition is None:
        return None
    return OwnFile(key=rendition.key, stored=str(rendition.file.name), bytes=rendition.bytes)


def kept(own: OwnFile, name: str) -> OwnFile:
    """``own`` as a file in storage, for those who cannot take a text. Its name is its content's hash."""
    if own.stored:
        return own
    content = own.text.encode()
    stored = f"texts/{own.key}.{name.rsplit('.', 1)[1]}"
    if not default_storage.exists(stored):
        stored = default_storage.save(stored, ContentFile(content))
    return replace(own, stored=stored, bytes=len(content))


def make_one(page: ApprovedPage, name: str) -> Rendition:
    """The file ``name`` (one of ``page.FILES``) for what ``page`` holds now, made if it does not exist."""
    return MAKERS[name](page)


def made_one(page: ApprovedPage, name: str) -> Rendition | None:
    """The file ``name`` if it can be had within a moment: one that takes long to make only if it is made already."""
    if name not in SLOW:
        return make_one(page, name)
    kind = KINDS[name]
    ready = formats_queries.ready(item=page.as_item(), sender=sender(), kinds=[kind]).get(kind)
    return make_one(page, name) if ready else None


def make(page: ApprovedPage, *, slow: bool = False) -> None:
    """Make the files of ``page`` that do not exist: those that take a moment, or (``slow``) those that take longer."""
    for name in sorted(page.FILES, key=lambda name: name not in ALOUD):  # somebody may be listening
        if (name in SLOW) == slow:
            make_one(page, name)


def make_soon(request: ApprovalRequest) -> None:
    """Have the worker make the files, so that they are there when the publisher looks."""
    make_files.enqueue(request.pk)
    make_films.enqueue(revision_id=request.revision_id)
    make_own_soon(request)


def make_own_soon(request: ApprovalRequest) -> None:
    """Have the worker make what the page of a request cannot go out without, where something lacks."""
    if not request.revision.as_object().is_made():
        make_own.enqueue(revision_id=request.revision_id)


@task(priority=20)  # before what Wagtail keeps of who refers to whom, and what callers may come to hear
def make_files(request_id: int) -> None:
    """Make the quick files of a request's revision. Doing it twice makes nothing twice."""
    request = ApprovalRequest.objects.filter(pk=request_id).select_related("revision").first()
    if request is not None:
        page = request.revision.as_object()
        make(page)
        if page.read_aloud():
            make_read_aloud.enqueue(revision_id=request.revision_id)


@task(
    priority=-10
)  # who listens before it is made waits a second: paper and pictures of other pages go first
def make_read_aloud(revision_id: int) -> None:
    """Make the sounds of what a revision reads aloud by itself. Doing it twice makes nothing twice."""
    revision = Revision.objects.filter(pk=revision_id).first()
    for one in revision.as_object().read_aloud().values() if revision else ():
        for name in ALOUD:
            aloud(one, name)


def aloud(one: Aloud, name: str) -> Rendition:
    """``one`` as ``name`` (of ALOUD), made if it does not exist."""
    return formats.speech(item=one.item, slow=ALOUD[name], language=one.language)


def player(one: Aloud, base: str) -> dict[str, str]:
    """What learning/_listen.html shows of ``one``, whose sounds stand under the address ``base``. Makes nothing."""
    [shown] = players([(one, base)])
    return shown


def players(rows: Sequence[tuple[Aloud, str]]) -> list[dict[str, str]]:
    """The same of each of ``rows``, with its address: one query, however many they are."""
    made = formats_queries.sounds([one for one, _base in rows])
    return [
        {
            "audio_url": f"{base}lyssna.mp3",
            "slow_audio_url": f"{base}lyssna-langsamt.mp3",
            "marks": marks_words(calm),
            "slow_marks": marks_words(slow),
            "title": one.item.title,
        }
        for (one, base), (calm, slow) in zip(rows, made, strict=True)
    ]


def marks_words(rendition: Rendition | None) -> str:
    """The seconds at which the sentences of a sound begin, as the player reads them; "" before it is made."""
    return " ".join(f"{mark:.2f}" for mark in rendition.meta["marks"]) if rendition else ""


@task(queue_name="slow", priority=10)
def make_films(revision_id: int) -> None:
    """Make what takes long of a revision: seconds, so it goes before films that staff sent in. Doing it twice makes nothing twice."""
    revision = Revision.objects.filter(pk=revision_id).first()
    if revision is not None:
        make(revision.as_object(), slow=True)


@task(queue_name="slow", priority=20)
def make_own(revision_id: int) -> None:
    """Make what the page of a revision cannot go out without: somebody waits for it. Twice makes nothing twice."""
    revision = Revision.objects.filter(pk=revision_id).first()
    if revision is not None:
        revision.as_object().make_own()


def spoken(page: ApprovedPage, item: Item) -> tuple[Rendition | None, Rendition | None]:
    """The page read aloud, and read slowly, where they are made already. Makes nothing.

    What is found is remembered by the published revision, since the keys take time to compute, for as long as
    it holds the same item (a course's changes with its dates).
    """
    published = None if page.has_unpublished_changes else page.live_revision_id
    if published in _spoken and _spoken[published][0] == item:
        return _spoken[published][1]
    kinds = (Kind.SPEECH, Kind.SPEECH_SLOW)
    ready = formats_queries.ready(item=item, sender=sender(), recording=page.own_recording(), kinds=kinds)
    found = ready.get(Kind.SPEECH), ready.get(Kind.SPEECH_SLOW)
    if all(found) and published:
        _spoken[published] = item, found
    return found


_spoken: dict[int, tuple[Item, tuple[Rendition | None, Rendition | None]]] = {}
