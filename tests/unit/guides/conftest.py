"""Guides with steps, pictures and partners."""

import datetime as dt
import io
from collections.abc import Callable, Sequence

import pytest
from django.core.files.images import ImageFile
from PIL import Image as Pillow
from PIL import ImageDraw
from wagtail.images.models import Image

from utbud.guides.models import GuideIndexPage, GuidePage, GuidePartner
from utbud.people.models import Organisation

ONE_SENTENCE = "Så flyttar du ditt BankID till en ny telefon."


def screenshot(width: int = 540, height: int = 900, name: str = "skarm.png") -> Image:
    """A picture of a screen with a marked spot, in the library of pictures."""
    drawn = Pillow.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, width, height // 9), fill="#335588")
    pen.rectangle(
        (width // 8, height // 2, width - width // 8, height // 2 + height // 9), outline="#000000", width=9
    )
    content = io.BytesIO()
    drawn.save(content, "PNG")
    content.seek(0)
    picture = Image.objects.create(title=name, file=ImageFile(content, name=name))
    picture.get_file_hash()  # as the staff side's own form keeps it
    return picture


def step(
    action: str = "Öppna appen BankID.",
    right: str = "",
    wrong: str = "",
    picture: Image | None = None,
    alt: str = "",
):
    """A step as a StreamField takes it."""
    return ("step", {"action": action, "right": right, "wrong": wrong, "picture": picture, "alt": alt})


STEPS = (
    (
        "Öppna appen BankID i din nya telefon.",
        "Du ser en blå skärm.",
        "Hittar du inte appen? Be oss om hjälp.",
    ),
    ("Tryck på Skaffa BankID. Vänta lite.", "", ""),
    ("Skriv din nya kod två gånger.", "Nu syns en grön bock.", ""),
)


@pytest.fixture
def guides(site) -> GuideIndexPage:
    """The list of guides."""
    index = GuideIndexPage.objects.first()
    if index is None:
        index = GuideIndexPage(title="Guider", slug="guider")
        site.start.add_child(instance=index)
    return index


@pytest.fixture
def write_guide(guides, site) -> Callable[..., GuidePage]:
    """Write a guide as an editor does: ``write_guide(title="Swisha", minutes=5)`` gives a draft with a revision.

    ``steps`` are what ``step`` gives, ``partners`` organisations, ``topics`` topics.
    """

    def write_guide(
        title: str = "Skaffa BankID i en ny telefon",
        *,
        partners: Sequence[Organisation] = (),
        topics: Sequence = (),
        services: Sequence = (),
        by=None,
        **fields,
    ) -> GuidePage:
        by = by or site.editor
        fields = {
            "one_sentence": ONE_SENTENCE,
            "needs": "Din nya telefon\nDin gamla telefon",
            "minutes": 15,
            "steps": [step(*words) for words in STEPS],
            "done": "Du har BankID i din nya telefon.",
            "checked_on": dt.date(2026, 11, 23),
            "review_by": dt.date(2027, 11, 23),
            "responsible": by,
        } | fields
        guide = GuidePage(title=title, live=False, owner=by, **fields)
        guides.add_child(instance=guide)
        guide.topics.set(topics)
        guide.services.set(services)
        guide.partners.set([GuidePartner(organisation=one) for one in partners])
        guide.save()
        guide.save_revision(user=by, clean=False)
        return guide

    return write_guide


@pytest.fixture
def publish_guide(site, now) -> Callable[..., GuidePage]:
    """Put a draft out without asking anyone, where approval is not what is tried."""

    def publish_guide(guide: GuidePage, at: dt.datetime | None = None) -> GuidePage:
        moment = at or now
        GuidePage.objects.filter(pk=guide.pk).update(
            live=True,
            has_unpublished_changes=False,
            first_published_at=moment,
            last_published_at=moment,
            live_revision=guide.latest_revision,
        )
        return GuidePage.objects.get(pk=guide.pk)

    return publish_guide


@pytest.fixture
def guide(write_guide, publish_guide) -> GuidePage:
    """A published guide of three steps."""
    return publish_guide(write_guide())


@pytest.fixture
def partner(db) -> Organisation:
    """A department with a mark."""
    return Organisation.objects.create(
        name="Tillväxtavdelningen",
        kind=Organisation.Kind.DEPARTMENT,
        logo=screenshot(300, 100, "marke.png"),
    )
