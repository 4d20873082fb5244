"""Words as readers and editors look them up."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.models import Page as WagtailPage

from utbud.base import dates
from utbud.base.richtext import Block, jsonld, sentence_spans
from utbud.formats.content import Item
from utbud.formats.html import EMPTY, Explained, Explainer, Lexicon, blocks_html, item_html
from utbud.formats.models import Rendition
from utbud.learning.models import MaterialPage, PlannedWeek, Recheck, ServiceChange, Topic, WordPage
from utbud.learning.models.words import lines
from utbud.publishing import files
from utbud.publishing.queries import Stage, stages

PER_PAGE = 12
WARN_WEEKS = 3  # an editor is warned when any of the coming three weeks is not filled
BESIDE = 4  # weeks on the other side of New Year, in the plan of a year
WEEKS_TO_CHOOSE = 26  # half a year ahead, where a word is sent


# --- for readers --------------------------------------------------------------------------------


def live_words() -> QuerySet[WordPage]:
    """Words that readers may see, with what a list shows."""
    return WordPage.objects.live().select_related("drawing").order_by("title")


def week_of_word() -> PlannedWeek | None:
    """The week whose word is this week's: the latest that has gone out and still is out."""
    return (
        PlannedWeek.objects.filter(published_at__isnull=False, word__live=True)
        .select_related("word", "word__drawing")
        .order_by("-year", "-week")
        .first()
    )


def week_label(planned: PlannedWeek) -> str:
    """«Vecka 48, 23–29 november 2026»."""
    return week_words(planned.monday)


def week_words(first: dt.date) -> str:
    """«Vecka 48, 23–29 november 2026», for the week whose Monday is ``first``."""
    last = first + dt.timedelta(days=6)
    if first.month == last.month:
        span = f"{first.day}–{dates.date_words(last, weekday=False)}"
    else:
        first_words = dates.date_words(first, weekday=False, year=first.year != last.year)
        span = f"{first_words} – {dates.date_words(last, weekday=False)}"
    return _("Vecka %(week)s, %(span)s") % {"week": first.isocalendar().week, "span": span}


def archive_by_week(page_number: str | None) -> dict[str, Any]:
    """A page of published words, the latest week first; words without a week come last, by date."""
    words = (
        live_words()
        .annotate(gone_out=Max("weeks__published_at"))
        .order_by("-gone_out", "-first_published_at")
    )
    words = words.prefetch_related(_published_weeks())
    page: Page[WordPage] = Paginator(words, PER_PAGE).get_page(page_number)
    return {
        "words": [{"word": word, "week_label": latest_week(word)} for word in page],
        "paginator_page": page,
    }


def _published_weeks() -> Prefetch[str]:
    return Prefetch(
        "weeks",
        PlannedWeek.objects.filter(published_at__isnull=False).order_by("-year", "-week"),
        "gone_out_weeks",
    )


def latest_week(word: WordPage) -> str:
    """The label of the latest week that was the word's, or ""."""
    weeks = getattr(word, "gone_out_weeks", None)
    if weeks is None:
        weeks = list(word.weeks.filter(published_at__isnull=False).order_by("-year", "-week")[:1])
    return week_label(weeks[0]) if weeks else ""


def words_a_to_z() -> list[tuple[str, list[WordPage]]]:
    """All words under their first letter, in Swedish order (Å, Ä, Ö last)."""
    words = sorted(live_words(), key=lambda word: swedish_key(word.title))
    return [
        (letter, list(group)) for letter, group in groupby(words, key=lambda word: word.title[:1].upper())
    ]


def swedish_key(text: str) -> list[int]:
    """A sort key for Swedish: å, ä and ö come after z, other accents count as their letter."""
    order = "abcdefghijklmnopqrstuvwxyzåäö"
    plain = text.casefold().translate(str.maketrans("éèêüáàâñóç", "eeeuaaanoc"))
    return [order.find(letter) + 1 if letter in order else -ord(letter) for letter in plain]


def words_of_topic(topic: Topic) -> QuerySet[WordPage]:
    """Words that readers may see in a topic."""
    return live_words().filter(topics=topic)


def lexicon() -> Lexicon:
    """All words that readers may see, by the forms they stand in.

    Built again only when a word went out or was taken down: that is asked in one small query.
    """
    live = WordPage.objects.live().aggregate(n=Count("id"), last=Max("last_published_at"), top=Max("id"))
    state = (live["n"], live["last"], live["top"])
    if _lexicon[0] != state:
        forms: dict[str, Explained] = {}
        for title, slug, sentence, others in live_words().values_list(
            "title", "slug", "one_sentence", "forms"
        ):
            word = Explained(key=slug, term=title, sentence=sentence, url=f"/ord/{slug}/")
            for form in [title, *lines(others)]:
                forms.setdefault(form, word)
        _lexicon[:] = [state, Lexicon(forms)]
    return _lexicon[1]


_lexicon: list[Any] = [None, EMPTY]


def explained_html(html_blocks: Iterable[Any], explainer: Explainer | None = None) -> SafeString:
    """Blocks of any page's text as HTML with our words explained in place."""
    return blocks_html(tuple(html_blocks), explainer or Explainer(lexicon()))


def material_context(page: MaterialPage, item: Item, file_base: str, *, own: str = "") -> dict[str, Any]:
    """What the page of any material shows beside its fields (learning/material.html).

    ``item`` is what is read, ``file_base`` the address its files stand under, ``own`` the word that it explains.
    """
    html = item_html(item, lexicon=lexicon(), own=own)
    speaks = "lyssna.mp3" in page.FILES
    sounds = files.spoken(page, item) if speaks else (None, None)
    voice, slow_voice = map(_times, sounds)
    return {
        "item": item,
        "lead_html": html.lead,
        "reading": html.sections,
        "easy_html": a_sentence_a_line(item.easy),
        "marks": voice["marks"],
        "slow_marks": slow_voice["marks"],
        "seconds": voice["seconds"],
        "has_sound": all(sounds) or not speaks,
        "topics": page.topics.all(),
        "drawing_url": f"{settings.MEDIA_URL}{page.drawing.file.name}" if page.drawing else "",
        "checked": dates.date_words(page.checked_on, weekday=False),
        "changes": open_changes(page),
        "file_base": file_base,
        "audio_url": file_base + "lyssna.mp3" if speaks else "",
        "slow_audio_url": file_base + "lyssna-langsamt.mp3" if speaks else "",
        "print_url": file_base + "utskrift.pdf",
        "poster_url": file_base + "affisch.pdf",
    }


def open_changes(page: MaterialPage) -> list[ServiceChange]:
    """What has changed in the services that ``page`` is about since anyone looked at it, the latest first. One query."""
    if not page.pk:
        return []
    rows = Recheck.objects.filter(page_id=page.pk, done_at=None).select_related("change__service")
    return [row.change for row in rows.order_by("-change__at")]


def word_context(word: WordPage, file_base: str) -> dict[str, Any]:
    """What the page of ``word`` shows beside its fields."""
    item = word.content()
    return material_context(word, item, file_base, own=word.slug) | {
        "week_label": latest_week(word),
        "related": live_words().filter(pk__in=[related.word_id for related in word.related.all()]),
        "jsonld": jsonld(defined_term(word, item)),
    }


def a_sentence_a_line(blocks: Iterable[Block]) -> SafeString:
    """Plain blocks as HTML with each sentence on a line of its own, as easy Swedish is set."""
    paragraphs = []
    for block in blocks:
        sentences = (escape(block.text[start:end]) for start, end in sentence_spans(block.text))
        paragraphs.append(f'<p class="p">{"<br>".join(sentences)}</p>')
    return mark_safe("".join(paragraphs))  # every sentence went through escape()


def _times(rendition: Rendition | None) -> dict[str, Any]:
    """Where the sentences begin in a sound; nothing is made while a reader waits for a page."""
    if rendition is None:
        return {"marks": "", "seconds": 0}
    return {
        "marks": files.marks_words(rendition),
        "seconds": round(rendition.meta["seconds"]),
    }


def defined_term(word: WordPage, item: Item) -> dict[str, Any]:
    """A word as a ``DefinedTerm`` (schema.org)."""
    return {
        "@context": "https://schema.org",
        "@type": "DefinedTerm",
        "@id": settings.BASE_URL + item.path,
        "name": item.title,
        "alternateName": lines(word.forms),
        "description": item.lead,
        "inLanguage": "sv",
        "url": settings.BASE_URL + item.path,
        "inDefinedTermSet": {
            "@type": "DefinedTermSet",
            "name": item.kind,
            "url": f"{settings.BASE_URL}/ord/",
        },
    }


def latest_words(topic: str = "") -> QuerySet[WordPage]:
    """Words that readers may see, those that went out last first; ``topic`` is a topic's slug, "" for all."""
    words = WordPage.objects.live().filter(first_published_at__isnull=False)
    if topic:
        words = words.filter(topics__slug=topic)
    return words.order_by("-first_published_at", "-pk")


# --- for editors --------------------------------------------------------------------------------


class WeekRow:
    """A week in the year's plan, filled or not."""

    def __init__(
        self, year: int, week: int, planned: PlannedWeek | None, stage: Stage | None, now: dt.datetime
    ) -> None:
        self.year, self.week, self.planned, self.stage = year, week, planned, stage
        self.monday = dates.monday_of(year, week)
        self.sunday = self.monday + dt.timedelta(days=6)
        today = dates.local(now).date()
        self.is_past = self.sunday < today
        self.is_current = self.monday <= today <= self.sunday
        self.month = dates.MONTHS[self.monday.month - 1]

    @property
    def key(self) -> str:
        """«2026-48», as forms send it."""
        return f"{self.year}-{self.week}"

    @property
    def word(self) -> WordPage | None:
        """The week's word, if it has one."""
        return self.planned.word if self.planned else None

    @property
    def can_be_cleared(self) -> bool:
        """Whether its word can be taken off it: has not gone out, and would not at once (actions.clear_week)."""
        return bool(self.planned and not self.planned.published_at and self.stage != Stage.APPROVED)

    @property
    def is_gap(self) -> bool:
        """No word, and not too late for one."""
        return self.planned is None and not self.is_past

    @property
    def dates(self) -> str:
        """«23–29 nov»."""
        first, last = self.monday, self.sunday
        short = dates.MONTHS[last.month - 1][:3]
        if first.month == last.month:
            return f"{first.day}–{last.day} {short}"
        return f"{first.day} {dates.MONTHS[first.month - 1][:3]}–{last.day} {short}"


def year_plan(year: int, *, now: dt.datetime) -> list[WeekRow]:
    """Every ISO week of ``year`` (52 or 53 rows) with its word and where the word stands."""
    planned = {row.week: row for row in PlannedWeek.objects.filter(year=year).select_related("word")}
    standing = stages([row.word for row in planned.values()])
    rows = []
    for week in range(1, dates.weeks_in(year) + 1):
        row = planned.get(week)
        rows.append(WeekRow(year, week, row, standing[row.word_id] if row else None, now))
    return rows


def across_new_year(year: int, *, now: dt.datetime) -> list[WeekRow]:
    """The nearest weeks of the years beside ``year`` that a word of it can be moved to."""
    before, after = year_plan(year - 1, now=now)[-BESIDE:], year_plan(year + 1, now=now)[:BESIDE]
    return [
        row for row in (*before, *after) if not row.is_past and not (row.planned and row.planned.published_at)
    ]


def unfilled_weeks(now: dt.datetime) -> list[dt.date]:
    """The Mondays of the coming three weeks that have no word."""
    today = dates.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    coming = [monday + dt.timedelta(weeks=ahead) for ahead in range(1, WARN_WEEKS + 1)]
    taken = set(
        PlannedWeek.objects.filter(year__in={day.isocalendar().year for day in coming}).values_list(
            "year", "week"
        )
    )
    return [day for day in coming if tuple(day.isocalendar()[:2]) not in taken]


def free_weeks(*, now: dt.datetime) -> list[tuple[str, str]]:
    """The coming weeks that have no word, (key, words) each: «2026-50», «vecka 50, måndag 7 december 2026»."""
    monday = dates.local(now).date()
    monday -= dt.timedelta(days=monday.weekday())
    coming = [monday + dt.timedelta(weeks=ahead) for ahead in range(1, WEEKS_TO_CHOOSE + 1)]
    taken = set(PlannedWeek.objects.filter(year__gte=monday.isocalendar().year).values_list("year", "week"))
    return [
        (f"{year}-{week}", _("Vecka %(week)s, %(day)s") % {"week": week, "day": dates.date_words(day)})
        for day in coming
        for year, week in [tuple(day.isocalendar()[:2])]
        if (year, week) not in taken
    ]


def words_to_plan() -> list[WordPage]:
    """Words that wait for no week, those never published first."""
    words = WordPage.objects.exclude(weeks__published_at=None, weeks__isnull=False)
    return list(words.order_by("first_published_at", "title"))


class OverdueReviews:
    """Published material of every kind whose review date has passed, the longest past first.

    Counted and sliced as a paginator does: as many queries however many there are.
    """

    def __init__(self, today: dt.date) -> None:
        first, *others = (
            kind.objects.live().filter(review_by__lt=today).order_by().values_list("review_by", "page_ptr_id")
            for kind in MaterialPage.kinds()
        )
        self._keys = first.union(*others, all=True).order_by("review_by", "page_ptr_id")

    def count(self) -> int:
        """How many there are."""
        return int(self._keys.count())

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[MaterialPage]:
        keys = [pk for _day, pk in self._keys[part]]
        found: dict[int, MaterialPage] = {}
        for kind in MaterialPage.kinds():
            pages = kind.objects.filter(pk__in=keys)
            found |= {page.pk: page for page in pages.select_related("responsible", "content_type")}
        return [found[pk] for pk in keys if pk in found]


def overdue_reviews(today: dt.date) -> OverdueReviews:
    """Published words, courses, films, guides and episodes whose review date has passed."""
    return OverdueReviews(today)


def to_recheck() -> QuerySet[WagtailPage]:
    """Published pages that a changed service marked and nobody has gone through, the longest marked first.

    ``open_rechecks`` of each tells which changes.
    """
    left = Q(rechecks__done_at=None)
    return (
        WagtailPage.objects.live()
        .filter(Exists(Recheck.objects.filter(page=OuterRef("pk"), done_at=None)))
        .annotate(since=Min("rechecks__change__at", filter=left))
        .select_related("content_type")
        .prefetch_related(Prefetch("rechecks", Recheck.objects.open(), "open_rechecks"))
        .order_by("since", "pk")
    )


def latest_changes() -> QuerySet[ServiceChange]:
    """What staff have noted of services, the latest first, with how many pages each marked and how many are left."""
    rows = ServiceChange.objects.select_related("service", "by").order_by("-at", "-pk")
    return rows.annotate(marked=Count("rechecks"), left=Count("rechecks", filter=Q(rechecks__done_at=None)))


def word_index() -> WagtailPage | None:
    """The archive page, where new words are made."""
    from utbud.learning.models import WordIndexPage  # noqa: PLC0415, RUF100

    return WordIndexPage.objects.first()
