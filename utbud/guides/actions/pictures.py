"""Pictures in a guide's steps: taken in privately, marked, made, put in the draft, forgotten."""

import datetime as dt
import json
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.models import Page

from utbud.guides import marks as drawn
from utbud.guides.models import GuidePage, MarkedPicture
from utbud.media.actions import processing
from utbud.media.models import Asset
from utbud.people.models import User
from utbud.publishing import queries as publishing

MOST_BYTES = 12 * 1024 * 1024
UNFINISHED_LIVES = dt.timedelta(days=7)


class PictureError(Exception):
    """Why a picture cannot be used, in Swedish, to be shown as it is."""


class StepGone(PictureError):
    """The step has been taken out of the guide."""


def take_in(*, content: bytes, by: User | None, now: dt.datetime) -> MarkedPicture:
    """Keep a picture privately, to be marked. No reader sees it before it is saved. Raises PictureError."""
    if len(content) > MOST_BYTES:
        raise PictureError(_("Bilden är större än 12 MB. Ta en skärmbild, eller gör den mindre."))
    try:
        source, _width, _height = drawn.clean(content)
    except drawn.BadPicture:
        raise PictureError(
            _("Det går inte att läsa filen som en bild. Använd en skärmbild i JPG eller PNG.")
        ) from None
    return _kept(source, [], by, now)


def take_image(*, image: Image, by: User | None, now: dt.datetime) -> MarkedPicture:
    """Open a picture of the library to be marked, or to be marked again. Raises PictureError.

    One that somebody has approved is left as it was: its source is copied, and another picture will be made.
    """
    made = MarkedPicture.objects.filter(image=image).first()
    if made is None:
        try:
            with image.open_file() as file:
                content = file.read()
        except OSError:
            raise PictureError(_("Bildens fil finns inte kvar. Välj en annan bild.")) from None
        return take_in(content=content, by=by, now=now)
    if not was_put_before_anyone(image):
        return made
    return _kept(source_of(made), made.marks, by, now)


def take_frame(*, asset: Asset, second: float, by: User | None, now: dt.datetime) -> MarkedPicture:
    """Take the frame of a film at ``second``, to be marked. Raises PictureError."""
    try:
        frame = processing.poster(asset=asset, second=second)
    except processing.CannotTakeIn as error:
        raise PictureError(str(error)) from None
    with default_storage.open(str(frame.file.name)) as file:
        return take_in(content=file.read(), by=by, now=now)


def _kept(source: bytes, marks: list[Any], by: User | None, now: dt.datetime) -> MarkedPicture:
    picture = MarkedPicture(marks=marks, made_by=by, made_at=now)
    picture.source.save(f"{uuid.uuid4().hex}.png", ContentFile(source), save=True)
    return picture


def source_of(picture: MarkedPicture) -> bytes:
    """The picture without marks. Raises PictureError when its file is gone."""
    try:
        with default_storage.open(str(picture.source.name)) as file:
            return bytes(file.read())
    except OSError:
        raise PictureError(_("Bilden utan markeringar finns inte kvar. Ladda upp den igen.")) from None


def save(
    *,
    picture: MarkedPicture,
    marks: tuple[drawn.Mark, ...],
    guide: GuidePage,
    step: str,
    alt: str,
    accent: str,
    by: User | None,
    now: dt.datetime,
) -> Image:
    """Make the picture with its marks and put it, and what it shows in words, in a step of the guide's draft.

    ``step`` is the block's id. Made again it takes the place of what it was, unless that was put before a publisher or a partner.
    Raises PictureError.
    """
    content = drawn.render(source_of(picture), marks, accent=accent)
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=guide.pk)
        draft = GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object()
        number, block = _step(draft, step)
        picture.marks = [mark.data() for mark in marks]
        picture.made_by, picture.made_at = by, now
        if picture.image is not None and was_put_before_anyone(picture.image):
            picture = _kept(source_of(picture), picture.marks, by, now)
        title = _("%(guide)s, steg %(number)s") % {"guide": draft.title, "number": number}
        picture.image = _image(picture.image, title[:255], content, alt, by)
        picture.save()
        block.value["picture"], block.value["alt"] = picture.image, alt
        draft.save_revision(user=by, clean=False, log_action=True)
    return picture.image


def make_unmarked(*, picture: MarkedPicture, title: str, accent: str, by: User | None) -> Image:
    """The picture as it is, with no marks yet, for a step that is being made."""
    content = drawn.render(source_of(picture), drawn.marks_of(picture.marks), accent=accent)
    picture.image = _image(None, title[:255], content, "", by)
    picture.save(update_fields=["image"])
    return picture.image


def _step(draft: GuidePage, step: str) -> tuple[int, Any]:
    for number, block in enumerate(draft.steps, 1):
        if str(block.id) == step:
            return number, block
    raise StepGone(_("Steget finns inte kvar i guiden. Gå tillbaka och välj ett annat."))


def _image(image: Image | None, title: str, content: bytes, alt: str, by: User | None) -> Image:
    file = ContentFile(content, name=f"{slugify(title)[:60] or 'steg'}-{uuid.uuid4().hex[:8]}.png")
    if image is None:
        image = Image(title=title, uploaded_by_user=by)
        before = ""
    else:
        before = str(image.file.name)
        image.renditions.all().delete()
    image.file, image.description = file, alt[:255]
    image._set_image_file_metadata()  # its size and hash, which Wagtail sets in its own forms only
    image.save()
    if before:
        transaction.on_commit(lambda: default_storage.delete(before))
    return image


def was_put_before_anyone(image: Image) -> bool:
    """Whether a picture stands in what a publisher or a partner has seen, or in what readers see."""
    if publishing.is_kept(image):
        return True
    asked = GuidePage.objects.filter(reviews__isnull=False).values_list(
        "reviews__revision__content", flat=True
    )
    return any(image.pk in pictures_in(content) for content in asked.iterator())


def pictures_in(content: dict[str, Any]) -> set[int]:
    """The ids of the pictures in the steps of a guide's revision."""
    steps = content.get("steps") or "[]"
    blocks = json.loads(steps) if isinstance(steps, str) else steps
    return {one["value"]["picture"] for one in blocks if one.get("value", {}).get("picture")}


def take_out(*, guide: GuidePage, step: str, by: User | None) -> None:
    """Take the picture out of a step of the draft. The picture stays in the library. Raises StepGone."""
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=guide.pk)
        draft = GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object()
        _number, block = _step(draft, step)
        block.value["picture"], block.value["alt"] = None, ""
        draft.save_revision(user=by, clean=False, log_action=True)


def forget(*, picture: MarkedPicture) -> None:
    """Delete the picture without marks. What readers get stays, but its marks can no longer be changed."""
    picture.delete()  # its file goes with it (see ``file_goes_too``)


def file_goes_too(instance: MarkedPicture, **_kwargs: Any) -> None:
    """A picture without marks is deleted with its row, however the row goes: with the picture in the library too."""
    name = str(instance.source.name)
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def purge_unfinished(now: dt.datetime) -> int:
    """Delete pictures that came in and were never saved. Returns how many."""
    old = MarkedPicture.objects.filter(image=None, made_at__lt=now - UNFINISHED_LIVES)
    done = 0
    for picture in old:
        picture.delete()
        done += 1
    return done
