"""Files come in: the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload), and a plain form.

Of its extensions: creation, creation-defer-length, termination and expiration. An upload belongs to who made it.
Each request carries the session's cookie and, but HEAD and OPTIONS, Django's CSRF token in ``X-CSRFToken``.
"""

import base64
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from utbud.media import incoming
from utbud.media.actions import processing, uploads
from utbud.media.models import Kind, Upload
from utbud.media.staff_views.common import may_add, page_of, who
from utbud.people.staff import question

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-defer-length,termination,expiration"
OFFSET = "application/offset+octet-stream"
LONGEST_METADATA = 4000  # characters
# 423 is not in the protocol's core; its reference server and clients use it so.
STATUS: dict[type[uploads.UploadError], HTTPStatus] = {
    uploads.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    uploads.NoRoom: HTTPStatus.INSUFFICIENT_STORAGE,
    uploads.Gone: HTTPStatus.GONE,
    uploads.Occupied: HTTPStatus.LOCKED,
    uploads.WrongOffset: HTTPStatus.CONFLICT,
}


class Told(Exception):
    """An answer that says what is wrong."""

    def __init__(self, status: HTTPStatus, says: str = "") -> None:
        self.status, self.says = status, says


def _tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Speak the protocol around ``view``: the version, the method that is meant, errors as answers."""

    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.tus_method = request.headers.get("X-HTTP-Method-Override", request.method).upper()  # type: ignore[attr-defined, union-attr]
        try:
            if request.tus_method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:  # type: ignore[attr-defined]
                raise Told(HTTPStatus.PRECONDITION_FAILED)
            response = view(request, *args, **kwargs)
        except Told as told:
            response = HttpResponse(told.says, status=told.status, content_type="text/plain; charset=utf-8")
        except uploads.UploadError as error:
            status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
            response = HttpResponse(str(error), status=status, content_type="text/plain; charset=utf-8")
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        if response.status_code == HTTPStatus.PRECONDITION_FAILED:
            response["Tus-Version"] = VERSION
        return response

    return spoken


@may_add
@_tus
def uploads_view(request: HttpRequest) -> HttpResponse:
    """OPTIONS tells what we can, POST begins an upload."""
    match request.tus_method:  # type: ignore[attr-defined]
        case "OPTIONS":
            return HttpResponse(
                status=HTTPStatus.NO_CONTENT,
                headers={
                    "Tus-Version": VERSION,
                    "Tus-Extension": EXTENSIONS,
                    "Tus-Max-Size": str(incoming.LARGEST),
                },
            )
        case "POST":
            return _create(request)
    raise Told(HTTPStatus.METHOD_NOT_ALLOWED)


def _create(request: HttpRequest) -> HttpResponse:
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    size = _number(request, "Upload-Length")
    deferred = request.headers.get("Upload-Defer-Length")
    if (size is None) == (deferred is None) or deferred not in (None, "1"):
        raise Told(HTTPStatus.BAD_REQUEST, "Upload-Length or Upload-Defer-Length: 1")
    kind, page_id = told.get("kind", Kind.FILM), None
    if "page" in told:
        if not told["page"].isdecimal():
            raise Told(HTTPStatus.BAD_REQUEST, "page")
        page = page_of(request, int(told["page"]))
        kind, page_id = page.ASSET_KIND, page.pk
    if kind not in Kind.values:
        raise Told(HTTPStatus.BAD_REQUEST, "kind")
    upload = uploads.begin(
        kind=kind,
        name=told.get("filename", ""),
        size=size,
        recorded="recorded" in told,
        page_id=page_id,
        by=who(request),
        now=timezone.now(),
    )
    where = request.build_absolute_uri(reverse("media_upload", args=[upload.token]))
    return HttpResponse(status=HTTPStatus.CREATED, headers={"Location": where} | _expires(upload))


@may_add
@_tus
def upload_view(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """HEAD tells how much has come, PATCH brings more, DELETE ends it."""
    if request.tus_method not in ("HEAD", "PATCH", "DELETE"):  # type: ignore[attr-defined]
        raise Told(HTTPStatus.METHOD_NOT_ALLOWED)
    upload = Upload.objects.filter(token=token).first()
    if upload is None:
        raise Told(HTTPStatus.NOT_FOUND)
    if upload.by_id != who(request).pk:
        raise PermissionDenied
    match request.tus_method:  # type: ignore[attr-defined]
        case "HEAD":
            return _tell(uploads.standing(upload))
        case "PATCH":
            return _take(request, upload)
    uploads.discard(upload=upload)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _tell(upload: Upload) -> HttpResponse:
    size = {"Upload-Defer-Length": "1"} if upload.size is None else {"Upload-Length": str(upload.size)}
    name = base64.b64encode(upload.name.encode()).decode()
    headers = {"Upload-Offset": str(upload.received), "Upload-Metadata": f"filename {name}"}
    return HttpResponse(status=HTTPStatus.OK, headers=headers | size | _expires(upload))


def _take(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != OFFSET:
        raise Told(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, OFFSET)
    offset = _number(request, "Upload-Offset")
    if offset is None:
        raise Told(HTTPStatus.BAD_REQUEST, "Upload-Offset")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or "Transfer-Encoding" in request.headers:
        raise Told(HTTPStatus.LENGTH_REQUIRED)
    upload = uploads.append(
        upload=upload,
        offset=offset,
        source=request,
        length=int(length),
        size=_number(request, "Upload-Length"),
        now=timezone.now(),
    )
    headers = {"Upload-Offset": str(upload.received)} | _expires(upload)
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=headers)


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date((upload.changed_at + uploads.KEPT).timestamp())}


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise Told(HTTPStatus.BAD_REQUEST, name)
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """«filename ZmlsbQ==,recorded» → {"filename": "film", "recorded": ""}."""
    if len(header) > LONGEST_METADATA:
        raise Told(HTTPStatus.BAD_REQUEST, "Upload-Metadata")
    found = {}
    for pair in filter(None, header.split(",")):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode().replace("\0", "")
        except ValueError:  # not base64, or not UTF-8
            raise Told(HTTPStatus.BAD_REQUEST, "Upload-Metadata") from None
    return found


# --- what becomes of it -----------------------------------------------------------------------


def own_upload(request: HttpRequest, token: uuid.UUID) -> Upload:
    """The upload of whoever asks. Raises Http404 or PermissionDenied."""
    upload = get_object_or_404(Upload, token=token)
    if upload.by_id != who(request).pk:
        raise PermissionDenied
    return upload


@may_add
@require_POST
def use_upload(request: HttpRequest, page_id: int, token: uuid.UUID) -> HttpResponse:
    """Give what has come to the page, trimmed if that is said."""
    page = page_of(request, page_id)
    upload = Upload.objects.filter(token=token).first()
    if upload is None:  # pressed twice: the first press did it
        messages.info(request, _("Filen är redan använd eller borttagen."))
        return redirect("media_workshop", page_id)
    upload = own_upload(request, token)
    try:
        uploads.finish(
            upload=upload,
            page=page,
            by=who(request),
            now=timezone.now(),
            trim_start=seconds(request.POST.get("start")),
            trim_end=seconds(request.POST.get("end")),
        )
    except (uploads.UploadError, processing.CannotTakeIn) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Filen är inne. Nu bearbetas den. Du kan gå härifrån så länge."))
    return redirect("media_workshop", page_id)


@may_add
@require_http_methods(["GET", "HEAD", "POST"])
def discard_upload(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """«Ta bort», after a question."""
    upload = own_upload(request, token)
    if request.method != "POST":
        back = request.GET.get("back", "")
        there = reverse("media_workshop", args=[upload.page_id]) if back and upload.page_id else ""
        return question(
            request,
            title=_("Ta bort %(name)s?") % {"name": upload.name},
            says=_("Filen har inte använts än. Tas den bort måste den spelas in eller laddas upp igen."),
            button=_("Ta bort filen"),
            back=there or reverse("media_assets"),
            keeps={"back": back},
        )
    uploads.discard(upload=upload)
    messages.success(request, _("Filen är borttagen."))
    if upload.page_id and request.POST.get("back") == "workshop":
        return redirect("media_workshop", upload.page_id)
    return redirect("media_assets")


def seconds(text: str | None) -> float | None:
    """«12,5» → 12.5; None for nothing. Raises BadRequest for what is no time."""
    if not (text or "").strip():
        return None
    try:
        value = float(str(text).strip().replace(",", "."))
    except ValueError:
        raise BadRequest from None
    if not 0 <= value < 1_000_000:
        raise BadRequest
    return value


# --- without JavaScript -----------------------------------------------------------------------


class ToUpload(FileUploadHandler):
    """A file in a form, written as it comes to where uploads stand. Nothing of it is kept in memory.

    Makes ``upload``, or says in ``error`` why not and reads no more.
    """

    def __init__(self, request: HttpRequest, page: Any) -> None:
        super().__init__(request)
        self.page, self.by = page, who(request)
        self.upload: Upload | None = None
        self.error: uploads.UploadError | None = None

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any) -> None:  # noqa: N803
        self.expected = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.upload is not None:
            raise StopUpload(connection_reset=True)
        with self._telling():
            if not incoming.has_room(self.expected):
                raise uploads.NoRoom(_("Disken på servern är full. Säg till den som sköter servern."))
            if self.expected > incoming.LARGEST + 1024**2:
                raise uploads.TooLarge(_("Filen är för stor. Den får vara högst 4 GB."))
            self.upload = uploads.begin(
                kind=self.page.ASSET_KIND,
                name=self.file_name or "",
                size=None,
                recorded=False,
                page_id=self.page.pk,
                by=self.by,
                now=timezone.now(),
            )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._telling():
            assert self.upload is not None  # noqa: S101 - new_file comes first
            self.upload = uploads.append(
                upload=self.upload,
                offset=start,
                source=_Once(raw_data),
                length=len(raw_data),
                now=timezone.now(),
            )

    def file_complete(self, file_size: int) -> None:
        with self._telling():
            assert self.upload is not None  # noqa: S101
            if file_size == 0:
                raise uploads.NotWhole(_("Filen är tom. Välj en annan fil."))
            self.upload = uploads.append(
                upload=self.upload,
                offset=file_size,
                source=_Once(b""),
                length=0,
                size=file_size,
                now=timezone.now(),
            )

    def upload_interrupted(self) -> None:
        self.drop()

    def drop(self) -> None:
        """Leave nothing behind."""
        if self.upload is not None:
            uploads.discard(upload=self.upload)

    def _telling(self) -> "_Telling":
        return _Telling(self)


class _Telling:
    """Turns an error of ours into one that Django stops reading for."""

    def __init__(self, handler: ToUpload) -> None:
        self.handler = handler

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, uploads.UploadError):
            self.handler.error = error
            self.handler.drop()
            raise StopUpload(connection_reset=False) from error  # the rest is read, or no browser shows why


class _Once:
    def __init__(self, piece: bytes) -> None:
        self.piece = piece

    def read(self, size: int, /) -> bytes:
        now, self.piece = self.piece[:size], self.piece[size:]
        return now


@csrf_exempt  # checked below, when the file has somewhere to go
@may_add
@require_POST
def form_upload(request: HttpRequest, page_id: int) -> HttpResponse:
    """A file in a plain form: the same checks, written to the disk as it comes."""
    page = page_of(request, page_id)
    handler = ToUpload(request, page)
    handler.chunk_size = 4 * 1024**2
    request.upload_handlers = [handler]
    try:
        return _form_upload(request, page=page, handler=handler)
    finally:
        handler.drop()  # what was not used: a forged form, a broken line, a file that was refused


@csrf_protect
def _form_upload(request: HttpRequest, *, page: Any, handler: ToUpload) -> HttpResponse:
    sent = request.POST  # reads it all
    if handler.error is not None:
        messages.error(request, str(handler.error))
    elif handler.upload is None or handler.upload.size is None:
        messages.error(request, _("Välj en fil först."))
    else:
        try:
            uploads.finish(
                upload=handler.upload,
                page=page,
                by=who(request),
                now=timezone.now(),
                trim_start=seconds(sent.get("start")),
                trim_end=seconds(sent.get("end")),
            )
        except (uploads.UploadError, processing.CannotTakeIn) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Filen är inne. Nu bearbetas den. Du kan gå härifrån så länge."))
    return redirect("media_workshop", page.pk)
