"""The inbox in the staff side: what waits, what it says, that it was answered."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_required

from utbud.base import dates
from utbud.inbox import actions, guards, queries
from utbud.inbox.forms import AnswerForm, FilterForm, LodgeForm
from utbud.inbox.models import Message
from utbud.people.models import Look, User
from utbud.people.staff import shows_people, staff_page

ICON, PER_PAGE = "mail", 50
may_add: Callable[..., Any] = permission_required("inbox.add_message")
may_change: Callable[..., Any] = permission_required("inbox.change_message")


@shows_people("inbox.view_message", "inbox")
def messages_page(request: HttpRequest) -> HttpResponse:
    """All messages: the open first, the most urgent at the top."""
    now = timezone.now()
    today = dates.local(now).date()
    form = FilterForm(request.GET)
    shown = Paginator(form.chosen(today), PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "form": form,
        "shown": shown,
        "rows": [
            (message, queries.state_words(message, today), message.overdue_on(today)) for message in shown
        ],
        "waiting": queries.open_messages(now).count(),
        "late": queries.overdue(now).count(),
        "asked": form.asked(),
    }
    return staff_page(request, "inbox/staff/messages.html", context, title=_("Inkorg"), icon=ICON)


@may_add
def lodge(request: HttpRequest) -> HttpResponse:
    """Put in what came by phone, desk, paper or letter."""
    now = timezone.now()
    form = LodgeForm(request.POST if request.method == "POST" else None, now=now)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name not in guards.OWN_FIELDS}
        message = actions.receive(**given, now=now, by=_who(request), submission_key=form.submission_key())
        day = dates.date_words(message.answer_by, year=False)
        messages.success(request, _("Det är inlagt. Svara senast %(day)s.") % {"day": day})
        return redirect("inbox_message", message.pk)
    return staff_page(
        request, "inbox/staff/lodge.html", {"form": form}, title=_("Lägg in i inkorgen"), icon=ICON
    )


@shows_people("inbox.view_message", "message:{pk}", Look.How.PERSON)
def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message with its history, and what can be done with it."""
    return _shown(request, get_object_or_404(Message, pk=pk), AnswerForm())


@require_POST
@shows_people("inbox.change_message", "message:{pk}", Look.How.PERSON)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody has had an answer."""
    message = get_object_or_404(Message, pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.answer(
                message=message, note=form.cleaned_data["note"], by=_who(request), now=timezone.now()
            )
        except actions.AlreadyAnswered:
            form.add_error(
                None,
                _("Någon annan hann före. Det du skrev står kvar här. Öppna ärendet igen om det behövs."),
            )
        else:
            messages.success(request, _("Tack. Nu är det besvarat."))
            return redirect("inbox_messages")
    return _shown(request, get_object_or_404(Message, pk=pk), form)


@require_POST
@may_change
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a message wait for an answer again."""
    try:
        actions.reopen(message=get_object_or_404(Message, pk=pk), by=_who(request), now=timezone.now())
    except actions.NotAnswered:
        messages.warning(
            request,
            _("Det går inte att öppna igen. Antingen är det redan öppet, eller så är texten borttagen."),
        )
    else:
        messages.success(request, _("Nu väntar det på svar igen."))
    return redirect("inbox_message", pk)


@require_POST
@may_change
def mark_spam(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a message aside that needs no answer."""
    try:
        actions.mark_spam(message=get_object_or_404(Message, pk=pk), by=_who(request), now=timezone.now())
    except actions.AlreadyAnswered:
        messages.warning(request, _("Det är redan besvarat."))
        return redirect("inbox_message", pk)
    messages.success(request, _("Det är lagt åt sidan. Du kan öppna det igen."))
    return redirect("inbox_messages")


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission checks let nobody else in


def _shown(request: HttpRequest, message: Message, form: AnswerForm) -> HttpResponse:
    today = dates.local(timezone.now()).date()
    context = {
        "message": message,
        "state": queries.state_words(message, today),
        "changes": message.changes.select_related("by"),
        "form": form,
        "may_change": request.user.has_perm("inbox.change_message"),
    }
    return staff_page(request, "inbox/staff/message.html", context, title=str(message), icon=ICON)
