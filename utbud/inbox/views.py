"""Where people ask, offer and report, and see what happens next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from utbud.base import dates
from utbud.base.networks import client_address
from utbud.inbox import actions, guards, limits, queries
from utbud.inbox.contact import ContactKind, read_contact
from utbud.inbox.forms import AccessibilityForm, AnsweredForm, CallForm, ContactForm, WriteForm
from utbud.inbox.models import Message
from utbud.places import queries as places

WANTS: dict[str, type[AnsweredForm]] = {"uppringd": CallForm, "skriva": WriteForm}


@never_cache
def contact(request: HttpRequest) -> HttpResponse:
    """/samarbeta/: a question, or an offer to do something together.

    ``?vill=uppringd`` asks to be rung up, ``?vill=skriva`` for an answer in writing: pages of their own, that lead to each other.
    """
    wants = WANTS.get(request.GET.get("vill", ""))
    made, known = (wants, {"kind": Message.Kind.QUESTION}) if wants else (ContactForm, {})
    form = made(request.POST if request.method == "POST" else None, now=timezone.now())
    return _take_in(request, form, form.template, **known)


@never_cache
def report_accessibility(request: HttpRequest) -> HttpResponse:
    """/tillganglighet/rapportera/: something that does not work, or a version that is needed. ``?sida=`` names the page."""
    now = timezone.now()
    if request.method == "POST":
        form = AccessibilityForm(request.POST, now=now)
    else:
        form = AccessibilityForm(now=now, initial={"page_address": request.GET.get("sida", "")[:300]})
    return _take_in(request, form, "inbox/report.html", kind=Message.Kind.ACCESSIBILITY)


def _take_in(request: HttpRequest, form: guards.GuardedForm, template: str, **known: Any) -> HttpResponse:
    library, status = places.library(form.now), 200
    if request.method == "POST" and form.is_valid():
        key = form.submission_key()
        message = queries.by_submission(key)
        contact = read_contact(form.cleaned_data["contact"])
        if (
            message is None
            and guards.within_limit(address=client_address(request), now=form.now)
            and limits.may_take_in(contact, form.now)
        ):
            given = {
                name: value for name, value in form.cleaned_data.items() if name not in guards.OWN_FIELDS
            }
            message = actions.receive(
                **given, **known, came_by=Message.Way.WEB, now=form.now, submission_key=key
            )
        if message:
            return redirect("inbox_receipt", message.code)
        form.add_error(None, guards.over_limit_words(library.phone))
        status = 429
    context = {"form": form, "lib": library, "months": places.message_months()}
    return render(request, template, context, status=status)


@never_cache
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What happens next. The page names nobody: it may be left on a screen or in a printer."""
    message = get_object_or_404(Message, code=code)
    day = dates.date_words(message.answer_by, year=False)
    promises: dict[str, str] = {
        ContactKind.PHONE: _("Vi ringer dig senast %(day)s."),
        ContactKind.EMAIL: _("Vi svarar med e-post senast %(day)s."),
    }
    thanks = {
        Message.Kind.QUESTION: _("Tack, vi har fått din fråga"),
        Message.Kind.OFFER: _("Tack, vi har fått ditt förslag"),
        Message.Kind.ACCESSIBILITY: _("Tack, vi har fått ditt meddelande"),
    }
    context = {
        "message": message,
        "thanks": thanks[Message.Kind(message.kind)],
        "promise": promises.get(message.contact_kind, _("Vi svarar dig senast %(day)s.")) % {"day": day},
        "received": dates.date_words(dates.local(message.received_at).date()),
        "lib": places.library(),
    }
    response = render(request, "inbox/receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
