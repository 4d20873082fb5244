"""Take in a file piece by piece, and give it to a page when it is whole."""

import datetime as dt
import uuid
from pathlib import PurePath
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from utbud.base import dates
from utbud.media import incoming
from utbud.media.actions import processing
from utbud.media.models import Asset, Kind, Upload, Version
from utbud.media.queries import named_assets
from utbud.people.models import User

KEPT = dt.timedelta(days=7)  # an upload that nothing comes to
UNUSED_KEPT = dt.timedelta(days=30)  # an asset that no page names
# What people send, by the ending of its name. What is in it is looked at when it is whole (actions.processing).
FILMS = ("mp4", "m4v", "mov", "webm", "mkv")
ENDINGS = {Kind.FILM: FILMS, Kind.SOUND: ("mp3", "m4a", "aac", "wav", "ogg", "oga", "opus", "flac", *FILMS)}


class UploadError(Exception):
    """Why something cannot be done, in Swedish, to be shown as it is."""


class TooLarge(UploadError):
    """The file is larger than we take, or than was said."""


class WrongKind(UploadError):
    """A file with such a name cannot be what is wanted."""


class NoRoom(UploadError):
    """The disk is full."""


class Gone(UploadError):
    """The upload was used, removed or purged."""


class Occupied(UploadError):
    """Somebody else writes to it right now."""


class WrongOffset(UploadError):
    """What is sent does not begin where what we have ends."""


class WrongLength(UploadError):
    """The length was said already, or is less than what has come."""


class NotWhole(UploadError):
    """Something is still missing, or nothing has come at all."""


class BadTrim(UploadError):
    """The part to keep ends before it begins."""


# --- what is sent -----------------------------------------------------------------------------


def begin(
    *, kind: str, name: str, size: int | None, recorded: bool, page_id: int | None, by: User, now: dt.datetime
) -> Upload:
    """Make room for a file of ``size`` bytes, None for one that is made as it is sent.

    Raises TooLarge, WrongKind, NotWhole (0 bytes) or NoRoom.
    """
    name = PurePath(name.replace("\\", "/")).name[-200:]
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending and ending not in ENDINGS[Kind(kind)]:
        raise WrongKind(
            _("Filen «%(name)s» är ingen film. Välj en MP4-, MOV-, WebM- eller MKV-fil.") % {"name": name}
            if kind == Kind.FILM
            else _("Filen «%(name)s» är inget ljud. Välj en MP3-, M4A-, WAV-, OGG- eller FLAC-fil.")
            % {"name": name}
        )
    if size == 0:
        raise NotWhole(_("Filen är tom. Välj en annan fil."))
    if size is not None and size > incoming.LARGEST:
        raise TooLarge(_too_large())
    if not incoming.has_room(size or 0):
        raise NoRoom(_disk_full())
    token = uuid.uuid4()
    try:
        incoming.make(token)
    except incoming.DiskFull:
        raise NoRoom(_disk_full()) from None
    return Upload.objects.create(
        token=token,
        kind=kind,
        name=name,
        size=size,
        recorded=recorded,
        page_id=page_id,
        by=by,
        started_at=now,
        changed_at=now,
    )


def append(
    *,
    upload: Upload,
    offset: int,
    source: incoming.Source,
    length: int,
    now: dt.datetime,
    size: int | None = None,
) -> Upload:
    """Add ``length`` bytes of ``source`` at ``offset``; fewer when the source breaks off. ``size``: the whole, now known.

    The row says what is safe on the disk, never more. When the disk is full an upload is removed, and a recording
    keeps what had come. Raises Gone, Occupied, WrongOffset, WrongLength, TooLarge or NoRoom.
    """
    try:
        with incoming.held(upload.token) as file:
            row = _row(upload)
            have = _settle(row, file_length=incoming.length(row.token))
            file.truncate(
                have
            )  # more than the row says came with a process that was killed before it was safe
            if offset != have:
                raise WrongOffset(
                    _("Det som skickas börjar på fel ställe. %(have)s byte har kommit.") % {"have": have}
                )
            if size is not None:
                _say_size(row, size)
            if offset + length > (incoming.LARGEST if row.size is None else row.size):
                raise TooLarge(_too_large())
            at = have
            for safe in incoming.write(file, source, at=have, most=length):
                if not Upload.objects.filter(pk=row.pk, received=at).update(received=safe, changed_at=now):
                    raise Gone(_gone())
                at = safe
    except incoming.Missing:
        Upload.objects.filter(pk=upload.pk).delete()  # a restored backup has rows and no files
        raise Gone(_gone()) from None
    except incoming.Busy:
        raise Occupied(_("Samma fil skickas redan från ett annat fönster.")) from None
    except incoming.DiskFull:
        if not upload.recorded:
            discard(upload=upload)
            raise NoRoom(_disk_full()) from None
        raise NoRoom(_("Disken på servern är full. Det som redan är inspelat finns kvar.")) from None
    row.refresh_from_db()
    return row


def standing(upload: Upload) -> Upload:
    """The upload as it is, ``received`` never more than its file has. Raises Gone."""
    row = _row(upload)
    try:
        _settle(row, file_length=incoming.length(row.token))
    except incoming.Missing:
        raise Gone(_gone()) from None
    return row


def discard(*, upload: Upload) -> None:
    """Remove an upload and its bytes."""
    Upload.objects.filter(pk=upload.pk).delete()
    incoming.remove(upload.token)


def _row(upload: Upload) -> Upload:
    row = Upload.objects.filter(pk=upload.pk).first()
    if row is None:
        raise Gone(_gone())
    return row


def _settle(row: Upload, *, file_length: int) -> int:
    """What of an upload is truly there: the lesser of what the row says and what the file has."""
    if file_length < row.received:
        Upload.objects.filter(pk=row.pk, received=row.received).update(received=file_length)
        row.received = file_length
    return row.received


def _say_size(row: Upload, size: int) -> None:
    if size > incoming.LARGEST:
        raise TooLarge(_too_large())
    if (row.size is not None and size != row.size) or size < row.received:
        raise WrongLength(_("Filens storlek är redan sagd."))
    Upload.objects.filter(pk=row.pk).update(size=size)
    row.size = size


def _gone() -> str:
    return _("Uppladdningen finns inte kvar. Börja om med filen.")


def _too_large() -> str:
    return _("Filen är för stor. Den får vara högst 4 GB. Dela upp den, eller spara den med lägre kvalitet.")


def _disk_full() -> str:
    return _("Disken på servern är full. Säg till den som sköter servern, och försök igen sedan.")


# --- what becomes of it -----------------------------------------------------------------------


def finish(
    *,
    upload: Upload,
    page: Page,
    by: User,
    now: dt.datetime,
    trim_start: float | None = None,
    trim_end: float | None = None,
) -> Asset:
    """Make an asset of what has come and give it to the draft of ``page`` (a TimedPage).

    A recording that was cut off is used as far as it came. Killed in the middle, the upload stands as it stood. Raises
    NotWhole, BadTrim, Gone, Occupied, NoRoom, or processing.CannotTakeIn.
    """
    _check_trim(trim_start, trim_end)
    try:
        with incoming.held(upload.token):
            row = standing(upload)
            if row.received == 0:
                raise NotWhole(_("Inget har kommit än, så det finns inget att använda."))
            if not row.is_whole and not row.recorded:
                raise NotWhole(_("Filen är inte helt uppladdad. Fortsätt, eller ta bort den."))
            with incoming.disk_full():
                asset = processing.take_in(
                    path=incoming.lend(row.token),
                    kind=row.kind,
                    name=_asset_name(row),
                    by=by,
                    now=now,
                    trim_start=trim_start,
                    trim_end=trim_end,
                )
            with transaction.atomic():
                give(page=page, asset=asset, by=by)
                Upload.objects.filter(pk=row.pk).delete()
            incoming.remove(row.token)
    except incoming.Missing:
        Upload.objects.filter(pk=upload.pk).delete()
        raise Gone(_gone()) from None
    except incoming.Busy:
        raise Occupied(_("Filen tas redan om hand. Vänta lite och läs in sidan igen.")) from None
    except incoming.DiskFull:
        raise NoRoom(_disk_full()) from None
    return asset


def _asset_name(upload: Upload) -> str:
    """The file's own name; of a recording when it was made, with the ending that its bytes have."""
    if not upload.recorded:
        return upload.name or _("Fil utan namn")
    began = dates.local(upload.started_at)
    name = _("Inspelning %(day)s klockan %(time)s") % {
        "day": dates.date_words(began.date(), weekday=False, year=False),
        "time": began.strftime("%H.%M"),
    }
    return name + PurePath(upload.name).suffix.lower()


def _check_trim(start: float | None, end: float | None) -> None:
    if (start is not None and start < 0) or (end is not None and end <= (start or 0)):
        raise BadTrim(_("Slutet måste komma efter början."))


def give(*, page: Page, asset: Asset, by: User) -> None:
    """Let the draft of ``page`` have ``asset``. What belonged to another (the still) is let go of."""
    with transaction.atomic():
        draft = _locked_draft(page)
        # The purge locks it too: what it is about to remove cannot be chosen.
        if not Asset.objects.select_for_update().filter(pk=asset.pk).exists():
            raise Gone(_("Filmen finns inte kvar. Spela in eller ladda upp den igen."))
        if draft.asset_id == asset.pk:
            return
        draft.asset = asset
        if hasattr(draft, "poster_at"):
            draft.poster_at = None
        # A draft may lack what the page must have; it is the film alone that changes here.
        draft.save_revision(user=by, clean=False, log_action=True)


def draft_of(page: Page) -> Any:
    """The page as it was written last, whoever has published what."""
    return Page.objects.get(pk=page.pk).specific.get_latest_revision_as_object()


def _locked_draft(page: Page) -> Any:
    """The same in a transaction, with one change of it after the other."""
    Page.objects.select_for_update().filter(pk=page.pk).first()
    return draft_of(page)


def trim(*, page: Page, start: float | None, end: float | None, by: User, now: dt.datetime) -> Asset:
    """Cut the film of the draft of ``page`` to ``start``–``end``, seconds of it as it is shown; below zero and past its end
    lies what an earlier cut took away. The draft gets the new film, and captions and chapters move with it.

    Raises BadTrim, or processing.CannotTakeIn.
    """
    if start is not None and end is not None and end <= start:
        raise BadTrim(_("Slutet måste komma efter början."))
    with transaction.atomic():
        draft = _locked_draft(page)
        before = draft.asset.trim_start or 0.0
        asset = processing.cut(asset=draft.asset, start=start, end=end, by=by, now=now)
        moved = (asset.trim_start or 0.0) - before
        left = None if asset.trim_end is None else asset.trim_end - (asset.trim_start or 0.0)
        draft.asset = asset
        draft.captions = _moved_captions(draft.captions, moved, left)
        draft.chapters = _moved_chapters(draft.chapters, moved, left)
        if hasattr(draft, "poster_at"):
            draft.poster_at = None
        draft.save_revision(user=by, clean=False, log_action=True)
    return asset


def _moved_captions(kept: list[list[object]], by: float, left: float | None) -> list[list[object]]:
    moved = []
    for start, end, *rest in kept:
        first, last = max(0.0, float(str(start)) - by), float(str(end)) - by
        if left is not None:
            last = min(last, left)
        if last > first:
            moved.append([round(first, 3), round(last, 3), *rest])
    return moved


def _moved_chapters(kept: list[list[object]], by: float, left: float | None) -> list[list[object]]:
    """A chapter that began before the cut begins with it; of several only the last is left."""
    before = [row for row in kept if float(str(row[0])) - by <= 0]
    after = [
        [round(float(str(start)) - by, 3), *rest]
        for start, *rest in kept
        if 0 < float(str(start)) - by < (left if left is not None else float("inf"))
    ]
    return [[0.0, *before[-1][1:]], *after] if before else after


def set_poster(*, page: Page, second: float, by: User) -> Version:
    """Make the frame at ``second`` the still of the film, in the draft of ``page``. Raises processing.CannotTakeIn."""
    version = processing.poster(asset=draft_of(page).asset, second=second)
    with transaction.atomic():
        draft = _locked_draft(page)
        draft.poster_at = float(version.name.rpartition("-")[2])
        draft.save_revision(user=by, clean=False, log_action=True)
    return version


# --- what is forgotten ------------------------------------------------------------------------


def purge_uploads(now: dt.datetime) -> int:
    """Remove uploads to which nothing has come for a week, and files that lost their row. Returns how many."""
    done = 0
    for upload in Upload.objects.filter(changed_at__lt=now - KEPT):
        try:
            with incoming.held(upload.token):
                fresh = Upload.objects.filter(pk=upload.pk, changed_at__lt=now - KEPT)
                if fresh.delete()[0]:
                    incoming.remove(upload.token)
                    done += 1
        except incoming.Missing:
            done += Upload.objects.filter(pk=upload.pk).delete()[0]
        except incoming.Busy:
            continue
    left = set(map(str, Upload.objects.values_list("token", flat=True)))
    for path in incoming.forgotten((now - KEPT).timestamp()):
        if path.stem not in left:
            path.unlink(missing_ok=True)
            done += 1
    return done


def purge_assets(now: dt.datetime) -> int:
    """Remove assets that came more than 30 days ago and that no page, and no version of one, names. Returns how many.

    An original goes with the last that shares it.
    """
    done = 0
    old = Asset.objects.filter(created_at__lt=now - UNUSED_KEPT)
    for asset in old.exclude(pk__in=named_assets()):
        with transaction.atomic():
            same = Asset.objects.select_for_update().filter(pk=asset.pk).first()
            # Asked again, under the lock: somebody may have chosen it just now.
            if same is None or same.pk in named_assets():
                continue
            try:
                with transaction.atomic():
                    processing.remove(asset=same)
            except models.ProtectedError:  # something that is no page needs it
                continue
            done += 1
    return done
