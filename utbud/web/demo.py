"""Load the demo: content from data files, sent through the same approval as anything else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import Page

from utbud.base import dates
from utbud.courses.models import CourseIndexPage
from utbud.learning import actions as learning
from utbud.learning.models import DigitalService, RelatedWord, Topic, WordIndexPage, WordPage
from utbud.people.models import (
    ADMINISTRATOR,
    DESK,
    EDITOR,
    PUBLISHER,
    Competence,
    ResponsiblePublisher,
    TargetGroup,
    User,
)
from utbud.places.models import LibrarySettings, OpeningHours, Place, SpecialDay
from utbud.publishing import actions as publishing
from utbud.publishing.models import ApprovedPage
from utbud.web import demo_courses, demo_media, demo_visits
from utbud.web.actions import setup
from utbud.web.demo_files import FOLDER, drawing, read, read_all, services_about
from utbud.web.demo_publish import approve_and_publish
from utbud.web.models import InfoPage, LanguagesPage, StartPage

PASSWORD = "digitalt-utbud-demo"  # noqa: S105 - shown to everyone who starts the demo; `utbud check` warns on a real site
LOGINS = (
    ("redaktor", "Redaktören", "(demo)", EDITOR),
    ("utgivare", "Utgivaren", "(demo)", PUBLISHER),
    ("disk", "Disken", "(demo)", DESK),
    ("admin", "Administratören", "(demo)", ADMINISTRATOR),
)
PUBLISHED = 44  # words whose weeks have been; the rest lie ahead
APPROVED, WAITING, DRAFTS = (1, 2, 3, 5), (6,), (7, 8)  # weeks ahead; 4 is left as a gap to see


@transaction.atomic
def load(*, now: dt.datetime, say: Callable[[str], object]) -> None:
    """Fill an empty site: all of it or, if something stops it, nothing."""
    start = setup()
    editor, publisher = _logins()
    _library(dates.local(now).date())
    say("Platser och öppettider är på plats.")
    _topics()
    demo_media.services()
    _texts(start, editor, publisher, now)
    say("Sidorna är på plats.")
    words = _words(editor, now)
    say(f"{len(words)} ord är skrivna.")
    _year(words, editor, publisher, now)
    say("Året är planerat.")

    def publish(page: ApprovedPage, moment: dt.datetime) -> None:
        approve_and_publish(page, editor, publisher, moment)

    runs = demo_courses.load(editor=editor, publish=publish, now=now)
    say(f"Kurserna är planerade, {runs} omgångar.")
    say(f"Ett år i disken är noterat, {demo_visits.load(now=now)} besök.")
    guides, asked = demo_media.load(editor=editor, publish=publish, now=now)
    say(f"{guides} guider är skrivna. {asked} filmer och poddavsnitt görs i bakgrunden.")


def load_drafts() -> list[str]:
    """Pages of text as drafts, for a library that begins with its own site. Returns their titles."""
    start = StartPage.objects.get()
    if not FOLDER.is_dir() or InfoPage.objects.exists():
        return []
    return [page.title for page in _info_pages(start, None)]


# --- people and places --------------------------------------------------------------------------


def _logins() -> tuple[User, ResponsiblePublisher]:
    users = {}
    for username, first, last, role in LOGINS:
        user = User(username=username, first_name=first, last_name=last, email=f"{username}@example.org")
        user.set_password(PASSWORD)
        user.save()
        user.groups.add(Group.objects.get(name=role))
        users[username] = user
    publishers = [
        ResponsiblePublisher.objects.create(user=users["utgivare"] if row.pop("login") else None, **row)
        for row in read("library.yaml")["publishers"]
    ]
    return users["redaktor"], publishers[0]


def _library(today: dt.date) -> None:
    data = read("library.yaml")
    data.pop("publishers")
    places = {}
    for order, row in enumerate(data.pop("places")):
        hours = row.pop("hours", [])
        place = places[row["slug"]] = Place.objects.create(order=order, **row)
        OpeningHours.objects.bulk_create(OpeningHours(place=place, **hour) for hour in hours)
    for row in data.pop("special_days"):
        where = places.get(row.pop("place"))
        for day in _days(row, today):
            SpecialDay.objects.create(place=where, date=day, **row)
    library = LibrarySettings.load()
    library.main_place = places[data.pop("main_place")]
    for name, value in data.items():
        setattr(library, name, "\n".join(value) if isinstance(value, list) else value)
    library.full_clean()
    library.save()


def _days(row: dict[str, Any], today: dt.date) -> list[dt.date]:
    """The dates of a special day: its own, or its day of the month this year and next."""
    date, month_day = row.pop("date", None), row.pop("month_day", None)
    if date:
        return [dt.date.fromisoformat(str(date))]
    return [dt.date.fromisoformat(f"{year}-{month_day}") for year in (today.year, today.year + 1)]


def _topics() -> None:
    for row in read("topics.yaml"):
        codes = row.pop("digcomp")
        topic = Topic.objects.create(**row)
        topic.competences.set(Competence.objects.filter(code__in=codes))


# --- pages --------------------------------------------------------------------------------------


def _texts(start: StartPage, editor: User, publisher: ResponsiblePublisher, now: dt.datetime) -> None:
    texts = read("start.yaml")
    start.title, start.intro = texts["title"], texts["intro"]
    index = WordIndexPage.objects.get()
    texts = read("word_index.yaml")
    index.title, index.intro = texts["title"], texts["intro"]
    languages = LanguagesPage.objects.get()
    texts = read("languages.yaml")
    languages.intro = texts["intro"]
    languages.texts = [("text", row) for row in texts["languages"]]
    courses = CourseIndexPage.objects.get()
    texts = read("course_index.yaml")
    courses.title, courses.intro = texts["title"], texts["intro"]
    for page in (start, index, languages, courses, *_info_pages(start, editor)):
        page.save_revision(user=editor)
        approve_and_publish(page, editor, publisher, now)


def _info_pages(start: StartPage, owner: User | None) -> list[InfoPage]:
    made: dict[str, InfoPage] = {}
    for row in sorted(read_all("pages").values(), key=lambda row: bool(row.get("parent"))):
        parent: Page = made.get(row.pop("parent", "") or "", start)
        page = InfoPage(**row, live=False, owner=owner, locale=start.locale)
        parent.add_child(instance=page)
        page.save_revision(user=owner)
        made[page.slug] = page
    return list(made.values())


def _words(editor: User, now: dt.datetime) -> list[WordPage]:
    """All words as drafts, in the order of the year."""
    index = WordIndexPage.objects.get()
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    groups = {group.code: group for group in TargetGroup.objects.all()}
    data = {slug: read(f"words/{slug}.yaml") for slug in read("year.yaml")["order"]}
    words: dict[str, WordPage] = {}
    for slug, row in data.items():
        word = WordPage(
            title=row["term"],
            slug=slug,
            locale=index.locale,
            live=False,
            owner=editor,
            responsible=editor,
            drawing=drawing(slug, title=row["term"], alt=row["drawing_alt"]),
            forms="\n".join(row["forms"]),
            misspellings="\n".join(row["misspellings"]),
            steps=[("step", step) for step in row["steps"]],
            sources=[("source", source) for source in row["sources"]],
            **{
                name: row[name].strip()
                for name in (
                    "pronunciation",
                    "one_sentence",
                    "explanation",
                    "likeness",
                    "notice",
                    "misunderstanding",
                    "drawing_alt",
                    "easy",
                )
            },
        )
        word.topics = [topics[topic] for topic in row["topics"]]
        word.serves = [groups[code] for code in row["serves"]]
        word.services = list(DigitalService.objects.filter(name__in=services_about("words", slug)))
        index.add_child(instance=word)
        words[slug] = word
    for slug, word in words.items():
        word.related = [
            RelatedWord(word=words[other], sort_order=n) for n, other in enumerate(data[slug]["related"])
        ]
        word.save()
    return list(words.values())


def _year(words: list[WordPage], editor: User, publisher: ResponsiblePublisher, now: dt.datetime) -> None:
    today = dates.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    if now < dates.at_stockholm(monday, dt.time(8)):
        monday -= dt.timedelta(weeks=1)  # this week's word has not gone out yet
    for word, ahead in zip(words, range(1 - PUBLISHED, 1), strict=False):
        _plan(word, monday + dt.timedelta(weeks=ahead), editor, publisher, now)
    rest = words[PUBLISHED:]
    for word, ahead in zip(rest, (*APPROVED, *WAITING, *DRAFTS), strict=False):
        day = monday + dt.timedelta(weeks=ahead)
        year, week, _weekday = day.isocalendar()
        _written(word, today, editor)
        learning.plan_week(word=word, year=year, week=week, by=editor, now=now)
        if ahead in APPROVED:
            approve_and_publish(word, editor, publisher, now)
        elif ahead in WAITING:
            publishing.request_approval(page=word, message="Klar att läsa.", by=editor, now=now)
    for word in rest[len(APPROVED) + len(WAITING) + len(DRAFTS) :]:
        _written(word, today, editor)


def _plan(
    word: WordPage, monday: dt.date, editor: User, publisher: ResponsiblePublisher, now: dt.datetime
) -> None:
    """Publish ``word`` as it went out on ``monday``."""
    moment = dates.at_stockholm(monday, dt.time(8))
    year, week, _weekday = monday.isocalendar()
    _written(word, monday, editor)
    learning.plan_week(word=word, year=year, week=week, by=editor, now=moment)
    approve_and_publish(word, editor, publisher, moment)
    WordPage.objects.filter(pk=word.pk).update(first_published_at=moment, last_published_at=moment)


def _written(word: WordPage, day: dt.date, editor: User) -> None:
    word.checked_on, word.review_by = day, day + dt.timedelta(days=365)
    word.save_revision(user=editor)
