"""«Idag»: what someone must do today, on one page."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django.db.models import F
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.channels import queries as channels
from utbud.channels.models import Delivery
from utbud.courses import words
from utbud.courses.models import Occasion
from utbud.courses.queries import staff as courses
from utbud.courses.queries.times import where_words
from utbud.guides import reviews
from utbud.helpdesk.queries import visits as helpdesk
from utbud.inbox import limits
from utbud.inbox import queries as inbox
from utbud.learning import queries as learning
from utbud.notices import queries as notices
from utbud.people import logins
from utbud.people.models import ResponsiblePublisher, User
from utbud.podcast import production
from utbud.publishing import queries as publishing
from utbud.publishing.models import ApprovalRequest
from utbud.web import first_steps

CERTIFICATE_WARNING = dt.timedelta(days=90)
SHOWN = 8  # rows of each kind; the rest is a link away


@dataclass(frozen=True)
class Task:
    """A thing to do: what, where to do it, and a line about it."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Tasks of one kind. ``urgent`` comes first and is said in words; ``people`` when residents are named in it.

    ``key`` is what one asks for to see all of them, where not all are shown.
    """

    title: str
    tasks: list[Task]
    count: int
    urgent: bool = False
    people: bool = False
    key: str = ""


def today_for(user: User, now: dt.datetime, *, whole: str = "") -> list[Group]:
    """What waits for ``user`` (and for others with the same role), the urgent first; empty groups left out.

    Of each the first; of the one whose key is ``whole`` all.
    """
    groups = [group for group in _groups(user, now, whole) if group.tasks]
    return sorted(groups, key=lambda group: not group.urgent)


def _groups(user: User, now: dt.datetime, whole: str) -> Iterator[Group]:
    def some(of: Callable[..., Group], *given: object) -> Group:
        key = of.__name__.removeprefix("_")
        return replace(of(*given, None if key == whole else SHOWN), key=key)

    today = dates.local(now).date()
    yield some(_first_steps, user)
    yield _logins(user, now)
    if user.has_perm("publishing.view_approvalrequest"):
        yield some(_approvals, user)
        yield some(_returned, user)
        yield some(_changed)
    if user.has_perm("learning.view_plannedweek"):
        yield some(_gaps, now)
    if user.has_perm("inbox.view_message"):
        yield some(_messages, now)
    if user.has_perm("courses.view_registration"):
        yield some(_courses, now)
        yield some(_stuck_lines, now)
        yield some(_ending_offers, now)
        yield some(_unmarked, now)
    if user.has_perm("helpdesk.add_visit"):
        yield some(_left_visits, now)
    if user.has_perm("publishing.view_approvalrequest"):
        yield some(_letters, now)
    if user.has_perm("guides.add_markedpicture"):
        yield some(_partners)
    if user.has_perm("notices.view_notice"):
        yield _ceilings(now)
        yield some(_notices, now)
        yield some(_wrong_notices, now)
    if user.has_perm("channels.view_delivery"):
        yield some(_deliveries)
    yield some(_podcast, user, today)
    if user.has_perm("learning.add_servicechange"):
        yield some(_rechecks)
        yield some(_reviews, today)
    if user.has_perm("publishing.view_approvalrequest"):
        yield some(_certificates, today)


def _first_steps(user: User, most: int | None) -> Group:
    left = first_steps.left_for(user)
    tasks = [Task(step.title, step.url, step.why) for step in left[:most]]
    return Group(_("Kom i gång"), tasks, len(left), urgent=True)


def _logins(user: User, now: dt.datetime) -> Group:
    failures = logins.failures(now) if user.has_perm("people.view_logintry") else 0
    tasks = [
        Task(
            _("%(n)s fel lösenord det senaste dygnet") % {"n": failures},
            reverse("people_login_tries"),
            _("Någon kan försöka gissa. Se efter varifrån det kommer."),
        )
    ]
    return Group(_("Inloggningar"), tasks if failures >= logins.ALARM else [], 1, urgent=True)


def _approvals(user: User, most: int | None) -> Group:
    waiting = publishing.waiting()
    mine = publishing.publisher_of(user) is not None
    tasks = [
        Task(
            request.page.draft_title,
            reverse("publishing_decide", args=[request.pk]),
            _("skickad %(when)s") % {"when": _day(request.requested_at)},
        )
        for request in waiting[:most]
    ]
    return Group(_("Att godkänna") if mine else _("Väntar på utgivaren"), tasks, len(waiting), urgent=mine)


def _returned(user: User, most: int | None) -> Group:
    rows = ApprovalRequest.objects.filter(
        decision=ApprovalRequest.RETURNED, requested_by=user, page__latest_revision=F("revision")
    ).select_related("page")
    tasks = [
        Task(row.page.draft_title, reverse("wagtailadmin_pages:edit", args=[row.page_id]), row.comment)
        for row in rows[:most]
    ]
    return Group(_("Skickat tillbaka till dig"), tasks, len(rows), urgent=True)


def _changed(most: int | None) -> Group:
    rows = list(
        ApprovalRequest.objects.filter(
            decision=ApprovalRequest.APPROVED, voided_at__isnull=False, published_at=None
        )
        .exclude(page__approval_requests__requested_at__gt=F("requested_at"))
        .select_related("page")
    )
    tasks = [
        Task(
            row.page.draft_title,
            reverse("publishing_request", args=[row.page_id]),
            _("behöver godkännas igen"),
        )
        for row in rows[:most]
    ]
    return Group(_("Ändrat efter godkännande"), tasks, len(rows), urgent=True)


def _gaps(now: dt.datetime, most: int | None) -> Group:
    weeks = learning.unfilled_weeks(now)
    tasks = [
        Task(
            _("Vecka %(week)s har inget ord. Skriv ord för vecka %(week)s")
            % {"week": day.isocalendar().week},
            reverse("learning_write_for_week", args=day.isocalendar()[:2]),
            _("går ut %(day)s") % {"day": dates.date_words(day, year=False)},
        )
        for day in weeks[:most]
    ]
    return Group(_("Luckor i året"), tasks, len(weeks), urgent=True)


def _messages(now: dt.datetime, most: int | None) -> Group:
    waiting = list(inbox.open_messages(now))
    late = {message.pk for message in inbox.overdue(now)}
    tasks = [
        Task(
            f"{message.get_kind_display()}: {message.name}",
            inbox.staff_url(message),
            _("skulle ha svarats %(day)s") % {"day": dates.date_words(message.answer_by, year=False)}
            if message.pk in late
            else _("svara senast %(day)s") % {"day": dates.date_words(message.answer_by, year=False)},
        )
        for message in waiting[:most]
    ]
    return Group(_("Att svara på"), tasks, len(waiting), urgent=bool(late), people=True)


def _courses(now: dt.datetime, most: int | None) -> Group:
    rows = courses.today_and_tomorrow(now)
    tasks = [
        _occasion_task(one, now, f"{where_words(one)}. {courses.joined_words(one, stand)}")
        for one, stand in rows[:most]
    ]
    return Group(_("Kurser i dag och i morgon"), tasks, len(rows))


def _stuck_lines(now: dt.datetime, most: int | None) -> Group:
    stuck = courses.stuck_lines(now)
    says = _("%(free)s, men %(name)s står först i kön och behöver %(needs)s")
    tasks = [
        Task(
            one.first.quota.run.course.title,
            f"{reverse('courses_run', args=[one.first.quota.run_id])}?grupp={one.first.quota_id}",
            says
            % {
                "free": ngettext("%(left)s ledig plats", "%(left)s lediga platser", one.left)
                % {"left": one.left},
                "name": one.first.name or _("någon"),
                "needs": one.first.seat_count,
            },
        )
        for one in stuck[:most]
    ]
    return Group(_("Lediga platser som ingen i kön får plats på"), tasks, len(stuck), people=True)


def _ending_offers(now: dt.datetime, most: int | None) -> Group:
    offers = courses.ending_offers(now)
    tasks = [
        Task(
            f"{one.name or one.code}: {one.quota.run.course.title}",
            reverse("courses_registration", args=[one.pk]),
            _("svara senast %(when)s") % {"when": notices.when_words(one.offer_expires_at, now)},
        )
        for one in offers[:most]
        if one.offer_expires_at
    ]
    return Group(_("Erbjudanden som snart går ut"), tasks, offers.count(), people=True)


def _unmarked(now: dt.datetime, most: int | None) -> Group:
    rows = courses.unmarked(now)
    tasks = [_occasion_task(one, now, where_words(one)) for one in rows[:most]]
    return Group(_("Närvaro som saknas"), tasks, len(rows))


def _occasion_task(occasion: Occasion, now: dt.datetime, note: str) -> Task:
    when = words.time_words(occasion.starts_at, occasion.ends_at, now)
    return Task(f"{occasion.run.course.title}, {when}", reverse("courses_day", args=[occasion.pk]), note)


def _left_visits(now: dt.datetime, most: int | None) -> Group:
    left = helpdesk.left(now)
    tasks = [
        Task(
            one.words,
            reverse("helpdesk_left"),
            _("började %(day)s. Hur länge tog det?") % {"day": dates.date_words(one.visit.day, year=False)},
        )
        for one in left[:most]
    ]
    return Group(_("Besök som inte avslutades"), tasks, len(left))


def _letters(now: dt.datetime, most: int | None) -> Group:
    stuck = publishing.stuck_letters(now)
    url = reverse("publishing_approvals")
    tasks = [Task(f"{letter.publisher.name}: {letter.request.page.draft_title}", url) for letter in stuck]
    tasks += [
        Task(
            f"{review.organisation}: {review.guide.draft_title}",
            reverse("guides_partners", args=[review.guide_id]),
        )
        for review in reviews.stuck_letters(now)
    ]
    return Group(_("Brev som kanske inte kom fram"), tasks[:most], len(tasks), urgent=True)


def _partners(most: int | None) -> Group:
    answers = reviews.unread()
    tasks = [
        Task(
            f"{review.organisation}: {review.guide.draft_title}",
            reverse("guides_partners", args=[review.guide_id]),
            _("säger att det stämmer") if review.agrees else _("vill att något ändras"),
        )
        for review in answers[:most]
    ]
    return Group(_("Svar från partner"), tasks, answers.count(), urgent=True)


def _ceilings(now: dt.datetime) -> Group:
    stopped = limits.stopped_today(now)
    held = notices.held(now).count()
    tasks = [
        Task(
            _("Ett tak för det som skickas är nått i dag"),
            reverse("notices_wrong"),
            ngettext(
                "Ett besked väntar på att ni säger ja", "%(held)s besked väntar på att ni säger ja", held
            )
            % {"held": held},
        )
    ]
    return Group(_("Ovanligt mycket skickas"), tasks if stopped else [], 1 if stopped else 0, urgent=True)


def _notices(now: dt.datetime, most: int | None) -> Group:
    waiting = notices.to_do(now)
    tasks = [
        Task(
            f"{one.get_way_display().capitalize()}: {one.name or one.address}",
            reverse("notices_notice", args=[one.pk]),
            _("%(what)s. Senast %(when)s") % {"what": one, "when": notices.when_words(one.expires_at, now)}
            if one.expires_at
            else str(one),
        )
        for one in waiting[:most]
    ]
    soon = waiting.filter(expires_at__lte=now + dt.timedelta(days=1)).exists()
    return Group(_("Ring, skriv eller säg till"), tasks, waiting.count(), urgent=soon, people=True)


def _wrong_notices(now: dt.datetime, most: int | None) -> Group:
    wrong = notices.wrong_or_late(now)
    tasks = [
        Task(
            f"{one.get_way_display().capitalize()}: {one.name or one.address}",
            reverse("notices_notice", args=[one.pk]),
            notices.state_words(one, now),
        )
        for one in wrong[:most]
    ]
    return Group(_("Besked som inte gick fram"), tasks, wrong.count(), urgent=True, people=True)


def _deliveries(most: int | None) -> Group:
    waiting = channels.for_a_person()
    tasks = [
        Task(str(one.dispatch), reverse("channels_delivery", args=[one.pk]), str(one.get_state_display()))
        for one in waiting[:most]
    ]
    wrong = waiting.filter(state__in=[Delivery.REFUSED, Delivery.UNSURE]).exists()
    return Group(_("Kanalerna väntar på dig"), tasks, waiting.count(), urgent=wrong)


def _rechecks(most: int | None) -> Group:
    pages = learning.to_recheck()
    tasks = [
        Task(
            page.title,
            reverse("learning_check_page", args=[page.pk]),
            "; ".join(str(one.change) for one in page.open_rechecks),
        )
        for page in pages[:most]
    ]
    return Group(_("En tjänst har ändrats"), tasks, pages.count(), urgent=True)


def _reviews(today: dt.date, most: int | None) -> Group:
    late = learning.overdue_reviews(today)
    tasks = [
        Task(
            page.title,
            reverse("learning_check_page", args=[page.pk]),
            _("%(kind)s, skulle ha kontrollerats %(day)s. Ansvarig: %(who)s")
            % {
                "kind": capfirst(page._meta.verbose_name),
                "day": dates.date_words(page.review_by, weekday=False),
                "who": page.responsible or _("ingen"),
            },
        )
        for page in late[:most]
    ]
    return Group(_("Att kontrollera igen"), tasks, late.count())


def _podcast(user: User, today: dt.date, most: int | None) -> Group:
    rows = production.of_user(user, today)
    tasks = [
        Task(
            f"{row.get_step_display()}: {row.episode.draft_title}",
            reverse("podcast_plan", args=[row.episode_id]),
            _("senast %(day)s") % {"day": dates.date_words(row.due_on, weekday=False)} if row.due_on else "",
        )
        for row in rows[:most]
    ]
    late = any(row.due_on and row.due_on < today for row in rows)
    return Group(_("Du och podden"), tasks, len(rows), urgent=late)


def _certificates(today: dt.date, most: int | None) -> Group:
    rows = ResponsiblePublisher.objects.filter(
        active=True, certificate_expires__lte=today + CERTIFICATE_WARNING
    )
    tasks = [
        Task(
            row.name,
            "",
            _("gäller till %(day)s") % {"day": dates.date_words(row.certificate_expires, weekday=False)},
        )
        for row in rows[:most]
        if row.certificate_expires
    ]
    return Group(_("Utgivningsbevis som snart går ut"), tasks, len(rows))


def _day(moment: dt.datetime) -> str:
    return dates.date_words(dates.local(moment).date(), year=False)
