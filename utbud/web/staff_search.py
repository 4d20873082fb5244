"""One search for the staff side: pages and drafts, what is on the web, and for those who meet people registrations, messages, calls."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from utbud.base import dates
from utbud.courses.queries import desk
from utbud.inbox import queries as inbox
from utbud.notices import queries as notices
from utbud.people.models import User
from utbud.publishing.models import Archived
from utbud.search import queries as search

SHOWN = 20  # of each kind


@dataclass(frozen=True)
class Hit:
    """Something that answers a question: what it is called, where it is, and a line about it."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Hits:
    """What was found of one kind. ``subject`` is what whoever sees it has looked at, "" where nobody is named."""

    title: str
    hits: list[Hit]
    subject: str = ""


def find(question: str, *, user: User, now: dt.datetime) -> list[Hits]:
    """What answers ``question`` of that which ``user`` may see; kinds without an answer left out."""
    question = " ".join(question.split())[: search.QUERY_MAX]
    return [found for found in _kinds(question, user, now) if found.hits] if question else []


def _kinds(question: str, user: User, now: dt.datetime) -> Iterator[Hits]:
    if user.has_perm("courses.view_registration"):
        yield Hits(_("Anmälningar"), [_registration(one) for one in desk.find(question, now)[:SHOWN]], "find")
    if user.has_perm("inbox.view_message"):
        today = dates.local(now).date()
        messages = [
            Hit(
                f"{one.get_kind_display()}: {one.name}",
                inbox.staff_url(one),
                f"{inbox.state_words(one, today)}. {one.contact_words}",
            )
            for one in inbox.find(question)[:SHOWN]
        ]
        yield Hits(_("Meddelanden"), messages, "inbox")
    if user.has_perm("notices.view_notice"):
        told = [
            Hit(
                one.name or one.address,
                reverse("notices_notice", args=[one.pk]),
                f"{one}. {notices.state_words(one, now)}",
            )
            for one in notices.find(question, now)[:SHOWN]
        ]
        yield Hits(_("Att ringa, posta eller se till"), told, "notices")
    mine = search.find_among(question, _pages_of(user))[:SHOWN]
    yield Hits(_("Sidor"), [_page(page) for page in mine])
    known = {page.pk for page in mine}
    # Also what one does not write: whoever stands in the desk is asked about it. Where readers see it.
    others = [page for page in search.find(question).pages[: SHOWN + len(known)] if page.pk not in known]
    yield Hits(_("På webben"), [_public(page) for page in others[:SHOWN]])


def _registration(found: desk.Found) -> Hit:
    row = found.registration
    state = str(row.get_state_display()).capitalize()
    note = f"{row.quota.run.course.title}, {found.when}. {state}. {row.contact_words}"
    return Hit(row.name or row.code, reverse("courses_registration", args=[row.pk]), note)


def _page(page: Page) -> Hit:
    note = f"{str(page._meta.verbose_name).capitalize()}, {page.status_string}"
    return Hit(page.draft_title, reverse("wagtailadmin_pages:edit", args=[page.pk]), note)


def _public(page: Page) -> Hit:
    return Hit(page.title, page.url or "/", str(page._meta.verbose_name).capitalize())


def _pages_of(user: User) -> Any:
    """Pages that ``user`` may find in Wagtail's lists, drafts too."""
    allowed = PagePermissionPolicy().explorable_instances(user).values_list("pk", flat=True)
    archived = list(Archived.objects.values_list("page_id", flat=True))
    return Page.objects.filter(pk__in=list(allowed), depth__gt=1).exclude(pk__in=archived)
