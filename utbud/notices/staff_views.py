"""Notices in the staff side: whom to call, what to post, what did not come through, and all that was said."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from utbud.formats.typeset import lost
from utbud.notices import actions, files, queries
from utbud.notices.forms import LettersForm, NoticeFilter
from utbud.notices.models import Notice, NoticeQuerySet, Way
from utbud.people.models import Look, User
from utbud.people.staff import shows_people, staff_page

ICON, PER_PAGE, PER_LIST = "comment", 50, 25
RECENT = dt.timedelta(hours=12)  # ticks that are shown with a way back
SEE = "notices.view_notice"
may_do: Callable[..., Any] = permission_required("notices.change_notice")

Row = tuple[Notice, str]  # and where it stands


# --- what is seen -------------------------------------------------------------------------------


@shows_people(SEE, "notices")
@require_safe
def notices_page(request: HttpRequest) -> HttpResponse:
    """All notices, the latest first, and how many wait for a person."""
    now = timezone.now()
    form = NoticeFilter(request.GET)
    shown = Paginator(form.chosen(), PER_PAGE).get_page(request.GET.get("p"))
    asked = request.GET.copy()
    asked.pop("p", None)
    context = {
        "form": form,
        "shown": shown,
        "rows": _rows(shown, now),
        "asked": asked.urlencode(),
        "calls": Notice.objects.all().to_call(now).count(),
        "letters": Notice.objects.all().to_post(now).count(),
        "wrong": queries.wrong_or_late(now).count(),
        "ways": queries.ways_words(),
    }
    return staff_page(request, "notices/staff/notices.html", context, title=_("Besked"), icon=ICON)


@shows_people(SEE, "calls")
@require_safe
def calls_page(request: HttpRequest) -> HttpResponse:
    """The call list: who, which number, what to say."""
    return _list_page(
        request, "calls", Notice.objects.all().to_call(timezone.now()), title=_("Ring och säg till")
    )


@shows_people(SEE, "letters")
@require_safe
def letters_page(request: HttpRequest) -> HttpResponse:
    """The letters to print and post."""
    return _letters_page(request)


@shows_people(SEE, "wrong")
@require_safe
def wrong_page(request: HttpRequest) -> HttpResponse:
    """What did not come through, or perhaps did not, or is late."""
    now = timezone.now()
    held = queries.held(now).count()
    return _list_page(request, "wrong", queries.wrong_or_late(now), title=_("Gick inte fram"), held=held)


@shows_people(SEE, "notice:{pk}", Look.How.PERSON)
@require_safe
def notice_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: what was said, what came of it, and what one can do."""
    notice = get_object_or_404(Notice.objects.select_related("done_by"), pk=pk)
    context = {"notice": notice, "state": queries.state_words(notice, timezone.now()), "back": "notice"}
    return staff_page(request, "notices/staff/notice.html", context, title=str(notice), icon=ICON)


def _letters_page(request: HttpRequest, form: LettersForm | None = None) -> HttpResponse:
    waiting = Notice.objects.all().to_post(timezone.now())
    odd = [one.name for one in waiting if lost(f"{one.name} {one.address}")]
    ticked = set(request.POST.getlist("letter")) if form else None
    more = {"form": form, "ticked": ticked, "by_hand": ", ".join(odd)}
    return _list_page(request, "letters", waiting, title=_("Skicka brev"), **more)


def _list_page(
    request: HttpRequest, name: str, waiting: NoticeQuerySet, *, title: str, **more: Any
) -> HttpResponse:
    now = timezone.now()
    shown = Paginator(waiting.order_by("due_at", "pk"), PER_LIST).get_page(request.GET.get("p"))
    ways = {"calls": [Way.CALL, Way.HAND], "letters": [Way.LETTER], "wrong": [Way.SMS, Way.EMAIL]}[name]
    recent = Notice.objects.filter(way__in=ways, done_at__gt=now - RECENT, purged_at=None).order_by(
        "-done_at"
    )
    context = {
        "shown": shown,
        "rows": _rows(shown, now),
        "recent": _rows(recent[:10], now),
        "back": name,
        **more,
    }
    status = 422 if more.get("form") else 200
    return staff_page(request, f"notices/staff/{name}.html", context, title=title, icon=ICON, status=status)


def _rows(notices: Iterable[Notice], now: dt.datetime) -> list[Row]:
    return [(notice, queries.state_words(notice, now)) for notice in notices]


# --- letters ------------------------------------------------------------------------------------


@shows_people(SEE, "letters", Look.How.PAPER)
@require_POST
def letters_file(request: HttpRequest) -> HttpResponse:
    """The ticked letters as a PDF."""
    now = timezone.now()
    form = LettersForm(request.POST, waiting=Notice.objects.all().to_post(now))
    if not form.is_valid():
        return _letters_page(request, form)
    made = files.letters_pdf(list(form.cleaned_data["letter"].order_by("due_at", "pk")), now)
    headers = {"Content-Disposition": 'inline; filename="brev.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@shows_people("notices.change_notice", "letters")
@require_POST
def letters_posted(request: HttpRequest) -> HttpResponse:
    """The ticked letters are in the letter box."""
    now = timezone.now()
    form = LettersForm(request.POST, waiting=Notice.objects.all().to_post(now))
    if not form.is_valid():
        return _letters_page(request, form)
    done = 0
    for notice in form.cleaned_data["letter"]:
        try:
            actions.done(notice=notice, by=_who(request), now=now)
        except actions.NotNow as error:
            messages.error(request, str(error))
        else:
            done += 1
    if done:
        said = (
            _("Ett brev är avbockat.") if done == 1 else _("%(count)s brev är avbockade.") % {"count": done}
        )
        messages.success(request, said)
    return redirect("notices_letters")


# --- what is done -------------------------------------------------------------------------------

DEEDS: dict[str, tuple[Callable[..., None], Any]] = {
    "reached": (actions.done, gettext_lazy("Tack. Samtalet är avbockat.")),
    "no-answer": (actions.not_reached, gettext_lazy("Det är noterat. Samtalet ligger kvar i listan.")),
    "said": (actions.done, gettext_lazy("Tack. Det är avbockat.")),
    "posted": (actions.done, gettext_lazy("Tack. Brevet är avbockat.")),
    "other-way": (actions.done, gettext_lazy("Tack. Det är avbockat.")),
    "give-up": (actions.give_up, gettext_lazy("Det är lagt åt sidan. Personen räknas som inte nådd.")),
    "call": (actions.call_instead, gettext_lazy("Nu står det i listan över samtal.")),
    "again": (actions.send_again, gettext_lazy("Det skickas igen om en stund.")),
    "came-through": (
        partial(actions.settle_unsure, went_out=True),
        gettext_lazy("Tack. Det räknas som framme."),
    ),
    "never-came": (
        partial(actions.settle_unsure, went_out=False),
        gettext_lazy("Tack. Det skickas igen om det behövs."),
    ),
    "undo": (actions.undo, gettext_lazy("Bocken är borttagen.")),
}
CAN_UNDO = {"reached", "said", "no-answer", "posted", "other-way", "give-up", "came-through"}
BACK = {"calls": "notices_calls", "letters": "notices_letters", "wrong": "notices_wrong"}


@may_do
@require_POST
def held(request: HttpRequest, what: str) -> HttpResponse:
    """All that a ceiling stopped: sent, or put aside."""
    do = {"skicka": actions.let_go, "lagg-undan": actions.put_aside}.get(what)
    if do is None:
        raise Http404
    count = do(by=_who(request), now=timezone.now())
    said = (
        _("%(count)s besked skickas om en stund.")
        if what == "skicka"
        else _("%(count)s besked är lagda åt sidan.")
    )
    messages.success(request, said % {"count": count})
    return redirect("notices_wrong")


@may_do
@require_POST
def deed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """What a person does with a notice, then back to the list they came from."""
    if what not in DEEDS:
        raise Http404
    notice = get_object_or_404(Notice, pk=pk)
    do, said = DEEDS[what]
    try:
        do(notice=notice, by=_who(request), now=timezone.now())
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        page = reverse("notices_notice", args=[pk])
        buttons = [messages.button(page, _("Ångra"))] if what in CAN_UNDO else None
        messages.success(request, said, buttons=buttons)
    name = BACK.get(request.POST.get("back", ""))
    return redirect(name) if name else redirect("notices_notice", pk)


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission checks let nobody else in
