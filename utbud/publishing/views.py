"""Ask for approval, and answer: logged in, or by the link in a letter."""

import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from utbud.base import letters
from utbud.base.files import serve
from utbud.formats import queries as formats
from utbud.formats.content import Aloud
from utbud.formats.models import Kind
from utbud.people.models import ResponsiblePublisher, User
from utbud.people.staff import StaffRequest, staff_page
from utbud.publishing import actions, files, posts, queries, when
from utbud.publishing.forms import DecisionForm, EmergencyForm, RequestForm
from utbud.publishing.models import ApprovalLink, ApprovalRequest, ApprovedPage, Problem, SharedPage
from utbud.publishing.standing import standing
from utbud.publishing.straight_out import STRAIGHT_OUT

may_see: Callable[..., Any] = permission_required("publishing.view_approvalrequest")
FILE_AGE = 300  # seconds a reader's browser may keep a file; then it asks with its ETag
MAKING, LOOK_AGAIN = 60, 8  # seconds: between orders of the same film, and until a page asks again
FILE_LABELS = {
    "lyssna.mp3": gettext_lazy("Uppläst"),
    "lyssna-langsamt.mp3": gettext_lazy("Uppläst långsamt"),
    "utskrift.pdf": gettext_lazy("Utskrift"),
    "utskrift-a4.pdf": gettext_lazy("Utskrift, mindre stil"),
    "utskrift-a5.pdf": gettext_lazy("Utskrift, små kort"),
    "utskrift-a5-stor.pdf": gettext_lazy("Utskrift, små kort i stor stil"),
    "affisch.pdf": gettext_lazy("Affisch"),
    "kort.png": gettext_lazy("Bild när någon delar länken"),
    "kort-kvadrat.png": gettext_lazy("Bild till kanaler, kvadrat"),
    "kort-staende.png": gettext_lazy("Bild till kanaler, stående"),
    "kort-berattelse.png": gettext_lazy("Bild till kanaler, helskärm i mobilen"),
    "klipp.mp4": gettext_lazy("Kort film med text"),
    "klipp.vtt": gettext_lazy("Filmens text"),
}


def file_of(request: HttpRequest, page: ApprovedPage, name: str) -> HttpResponseBase:
    """The file ``name`` of what ``page`` holds, made if it does not exist. Raises Http404."""
    return _file_answer(request, page, name, max_age=0)


def file_beside(
    request: HttpRequest, pages: QuerySet[Any], base: str, slug: str, name: str
) -> HttpResponseBase:
    """The file ``name`` beside the published page of ``pages`` that stands at ``base`` + ``slug``, made now if it was
    lost. A page that moved redirects. Raises Http404.
    """
    page = pages.live().filter(slug=slug).first()  # type: ignore[attr-defined]
    if page is None:
        if moved := moved_to(f"{base}{slug}"):
            return redirect(f"{base}{moved}/{name}", permanent=True)
        raise Http404(_("Sidan finns inte."))
    stem, ending = name.rsplit(".", 1)
    return _file_answer(request, page, name, max_age=FILE_AGE, filename=f"{page.slug}-{stem}.{ending}")


def sound_of(request: HttpRequest, one: Aloud, name: str, *, filename: str) -> HttpResponseBase:
    """What is read aloud by itself, as ``name`` (of files.ALOUD), made now if it does not exist."""
    made = files.aloud(one, name)
    return serve(
        request,
        made.file.open("rb"),
        size=made.bytes,
        content_type=files.content_type(name),
        etag=made.key,
        max_age=FILE_AGE,
        filename=f"{filename}-{name}",
    )


def _file_answer(
    request: HttpRequest, page: ApprovedPage, name: str, *, max_age: int, filename: str = ""
) -> HttpResponseBase:
    try:
        ready = files.ready_one(page, name)
    except KeyError:
        raise Http404(_("Filen finns inte.")) from None
    if ready is None:
        return not_yet(request, page)
    content = ready.text.encode()
    return serve(
        request,
        default_storage.open(ready.stored) if ready.stored else io.BytesIO(content),
        size=ready.bytes if ready.stored else len(content),
        content_type=files.content_type(name),
        etag=ready.key,
        max_age=max_age,
        filename=filename,
    )


def moved_to(path: str) -> str:
    """The slug of the published page that stood at ``path`` («/ord/molnet») before, "" for none."""
    moved = Redirect.objects.filter(old_path=path).select_related("redirect_page").first()
    there = moved is not None and moved.redirect_page is not None and moved.redirect_page.live
    return str(moved.redirect_page.slug) if moved is not None and there else ""


def not_yet(request: HttpRequest, page: ApprovedPage) -> HttpResponse:
    """What takes longer than anyone waits is made by the worker; the page asks again by itself."""
    revision = (
        page.latest_revision_id if not page.live or page.has_unpublished_changes else page.live_revision_id
    )
    if revision and cache.add(f"making:{revision}", True, MAKING):
        files.make_films.enqueue(revision_id=revision)
    usual = formats.usual_seconds().get(Kind.CLIP)
    context = {"page": page, "seconds": round(usual) if usual else None}
    response = render(request, "publishing/not_yet.html", context, status=503)
    response["Retry-After"] = response["Refresh"] = str(LOOK_AGAIN)
    response["Cache-Control"] = "no-store"
    return response


def look_at(request: HttpRequest, page: ApprovedPage, file_base: str) -> HttpResponse:
    """The page as readers will get it, its files taken from ``file_base``."""
    response: HttpResponse = page.make_preview_request(
        request, page.default_preview_mode, extra_request_attrs={"file_base": file_base}
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _shown(approval: ApprovalRequest) -> dict[str, Any]:
    page = approval.revision.as_object()
    return {
        "approval": approval,
        "page": page,
        "goes_out_at": page.goes_out_at(),
        "problems": page.problems(),
        "also": page.also_approved(),
        "files": _files(page),
        "preflights": posts.preflights(page, approval.texts) if isinstance(page, SharedPage) else [],
    }


def _files(page: ApprovedPage) -> list[tuple[str, Any, bool, int | None]]:
    """The files beside ``page``: name, label, whether it is made, and the seconds it usually takes."""
    names = [name for name in FILE_LABELS if name in page.FILES]
    if not names:
        return []
    made = formats.progress(
        item=page.as_item(),
        sender=files.sender(),
        recording=page.own_recording(),
        kinds=[files.KINDS[name] for name in names],
    )
    return [
        (name, FILE_LABELS[name], one.is_ready, round(one.usual_seconds) if one.usual_seconds else None)
        for name, one in zip(names, made, strict=True)
    ]


# --- logged in ----------------------------------------------------------------------------------


def request_approval(request: StaffRequest, page_id: int) -> HttpResponse:
    """Confirm what is sent, to whom, and when it goes out; then send it."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, ApprovedPage) or not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    draft = page.get_latest_revision_as_object()
    if nothing_new := actions.why_not_asked(draft):
        messages.info(request, nothing_new)
        return redirect("wagtailadmin_pages:edit", page.pk)
    times = when.times_of(draft)
    now = timezone.now()
    form = RequestForm(request.POST or None, times=times.choices(now=now) if times else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                if times and (key := form.cleaned_data["when"]) != when.AT_ONCE:
                    times.choose(page=page, key=key, by=request.user, now=now)
                approval = actions.request_approval(
                    page=page, message=form.cleaned_data["message"], by=request.user, now=now
                )
        except when.NotThen as error:
            form.add_error("when", str(error))
        except actions.ApprovalError as error:
            form.add_error(None, str(error))
        else:
            count = approval.links.count()
            if count:
                messages.success(
                    request,
                    " ".join(
                        (
                            _("«%(title)s» väntar nu på godkännande.") % {"title": draft.title},
                            letters.promise(
                                _("Utgivaren får ett brev."),
                                instead=_("Säg till utgivaren att den ligger under Godkänna."),
                            ),
                        )
                    ),
                )
            else:
                messages.warning(
                    request,
                    _(
                        "«%(title)s» väntar på godkännande, men ingen annan ansvarig utgivare finns som kan få ett brev."
                    )
                    % {"title": draft.title},
                )
            return redirect("wagtailadmin_explore", page.get_parent().pk)
    problems = draft.problems()
    problems += [Problem("", says, stops=True) for says in actions.what_channels_stop(draft)]
    context = {
        "form": form,
        "page": draft,
        "goes_out_at": draft.goes_out_at(),
        "choosable": times is not None,
        "stopping": [problem for problem in problems if problem.stops],
        "advice": [problem for problem in problems if not problem.stops],
        "field_names": _field_names(draft),
    }
    return staff_page(
        request,
        "publishing/request.html",
        context,
        title=_("Skicka för godkännande: %(title)s") % {"title": draft.title},
        icon="check",
        status=422 if form.errors else 200,
    )


@require_safe
@never_cache
def where_it_stands(request: StaffRequest, page_id: int) -> HttpResponse:
    """What stands above the text in the editor, asked anew after each autosave."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, ApprovedPage) or not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    found = standing(page.get_latest_revision_as_object(), now=timezone.now())
    return JsonResponse({"says": found.says, "warns": found.warns})


def _field_names(page: ApprovedPage) -> dict[str, str]:
    return {
        field.name: str(field.verbose_name)
        for field in page._meta.get_fields()
        if hasattr(field, "verbose_name")
    }


@may_see
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision."""
    context = {"waiting": queries.waiting(), "stuck": queries.stuck_letters(timezone.now())}
    return staff_page(request, "publishing/approvals.html", context, title=_("Att godkänna"), icon="check")


@may_see
@require_safe
def straight_out(request: HttpRequest) -> HttpResponse:
    """What goes out without approval, and why."""
    title = _("Det som går ut utan godkännande")
    return staff_page(
        request, "publishing/straight_out.html", {"rows": STRAIGHT_OUT}, title=title, icon="check"
    )


@never_cache
def decide(request: StaffRequest, request_id: int) -> HttpResponse:
    """See one item as it will look and answer."""
    approval = get_object_or_404(ApprovalRequest.objects.select_related("page", "revision"), pk=request_id)
    if not approval.page.specific.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    publisher = queries.publisher_of(request.user)
    own = bool(publisher and queries.is_own(approval, publisher))
    emergency = queries.may_approve_in_emergency(request.user)
    is_emergency = request.POST.get("form") == "emergency"
    form = DecisionForm(None if is_emergency else request.POST or None)
    emergency_form = EmergencyForm(request.POST if is_emergency else None)
    if request.method == "POST":
        posted = emergency_form if is_emergency else form
        if posted.is_valid():
            try:
                _answer(request, approval, publisher, posted.cleaned_data, is_emergency)
            except actions.ApprovalError as error:
                posted.add_error(None, str(error))
            else:
                approval.refresh_from_db()
                messages.success(request, said(approval))
                return redirect("publishing_approvals")
    context = _shown(approval) | {
        "why_not": "" if publisher else _why_not(request.user),
        "form": form if publisher and not own else None,
        "emergency_form": emergency_form if emergency else None,
        "own": own,
        "look_url": reverse("publishing_look", args=[approval.pk]),
        "file_base": reverse("publishing_decide", args=[approval.pk]) + "fil/",
    }
    return staff_page(
        request,
        "publishing/decide.html",
        context,
        title=_("Godkänna: %(title)s") % {"title": context["page"].title},
        icon="check",
        status=422 if form.errors or emergency_form.errors else 200,
    )


def _why_not(user: User) -> str:
    """Why ``user`` cannot answer, and what to do about it."""
    says = _("Bara en ansvarig utgivare kan godkänna.")
    if not ResponsiblePublisher.objects.filter(active=True).exists():
        says += " " + _("Ingen är inlagd som ansvarig utgivare än.")
    else:
        says += " " + letters.promise(
            _("Utgivarna har fått ett brev med en egen länk."),
            instead=_("Säg till utgivaren att logga in och titta under Godkänna."),
        )
    remedy = (
        _("Är det du? Öppna Inställningar, Ansvariga utgivare, och välj din inloggning där.")
        if user.has_perm("people.change_responsiblepublisher")
        else _("Är det du? Be den som är administratör välja din inloggning under Ansvariga utgivare.")
    )
    return f"{says} {remedy}"


def _answer(
    request: StaffRequest, approval: ApprovalRequest, publisher: Any, data: dict[str, str], is_emergency: bool
) -> None:
    now = timezone.now()
    if is_emergency:
        actions.approve_in_emergency(request=approval, by=request.user, reason=data["reason"], now=now)
    elif publisher is None:
        raise actions.NotPublisher(_("Bara en ansvarig utgivare kan svara här."))
    elif data["decision"] == ApprovalRequest.APPROVED:
        actions.approve(
            request=approval, publisher=publisher, by=request.user, now=now, comment=data["comment"]
        )
    else:
        actions.send_back(
            request=approval, publisher=publisher, by=request.user, comment=data["comment"], now=now
        )


def said(approval: ApprovalRequest) -> str:
    """What happened, in a sentence."""
    title = approval.page.title
    if approval.decision == ApprovalRequest.RETURNED:
        return _("«%(title)s» är skickad tillbaka till redaktören.") % {"title": title}
    if approval.published_at:
        return _("«%(title)s» är godkänd och publicerad.") % {"title": title}
    return _("«%(title)s» är godkänd. Den går ut av sig själv när det är dags.") % {"title": title}


@require_safe
def look(request: HttpRequest, request_id: int) -> HttpResponse:
    """The item as it will look, for the frame in ``decide``."""
    approval = get_object_or_404(ApprovalRequest.objects.select_related("revision"), pk=request_id)
    page = approval.revision.as_object()
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return look_at(request, page, reverse("publishing_decide", args=[request_id]) + "fil/")


@require_safe
def staff_file(request: HttpRequest, request_id: int, name: str) -> HttpResponseBase:
    """A file of the item that waits."""
    approval = get_object_or_404(ApprovalRequest.objects.select_related("revision"), pk=request_id)
    page = approval.revision.as_object()
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return file_of(request, page, name)


@require_POST
def send_letter_again(request: StaffRequest, link_id: int) -> HttpResponse:
    """Let a letter that got stuck go again."""
    link = get_object_or_404(ApprovalLink.objects.select_related("request__page", "publisher"), pk=link_id)
    if not link.request.page.specific.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    actions.send_letter_again(link=link, by=request.user, now=timezone.now())
    messages.success(request, _("Brevet till %(name)s skickas igen.") % {"name": link.publisher.name})
    return redirect("publishing_approvals")


# --- by the link in a letter --------------------------------------------------------------------


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """See the item as it will look and answer, once, without logging in. Reading never decides."""
    now = timezone.now()
    try:
        letter = actions.open_link(token=token, now=now)
    except actions.LinkUnusable as error:
        return _private(render(request, "publishing/link_unusable.html", {"why": str(error)}, status=410))
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            approval = actions.answer_by_link(token=token, now=now, **form.cleaned_data)
        except actions.LinkUnusable as error:
            return _private(render(request, "publishing/link_unusable.html", {"why": str(error)}, status=410))
        except actions.ApprovalError as error:
            form.add_error(None, str(error))
        else:
            return _private(
                render(
                    request, "publishing/link_answered.html", {"said": said(approval), "approval": approval}
                )
            )
    here = reverse("publishing_link", args=[token])
    context = _shown(letter.request) | {
        "form": form,
        "letter": letter,
        "look_url": here + "sida/",
        "file_base": here,
    }
    return _private(render(request, "publishing/link.html", context, status=422 if form.errors else 200))


@never_cache
@require_safe
def link_look(request: HttpRequest, token: str) -> HttpResponse:
    """The item as it will look, for the frame in ``link``."""
    return _private(look_at(request, _linked_page(token), reverse("publishing_link", args=[token])))


@never_cache
@require_safe
def link_file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """A file of the item in a letter."""
    return _private(file_of(request, _linked_page(token), name))


def _linked_page(token: str) -> ApprovedPage:
    try:
        page: ApprovedPage = actions.open_link(token=token, now=timezone.now()).request.revision.as_object()
    except actions.LinkUnusable as error:
        raise Http404(str(error)) from None
    return page


def _private(response: Any) -> Any:
    """The address is a secret: no search engine keeps it, and no other site is told it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"  # «no-referrer» would make our own form's Origin null
    return response
