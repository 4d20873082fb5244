"""Pages of the site itself: the start page, pages of text, the page in other languages."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base import dates
from utbud.base import plain_language as plain
from utbud.base.richtext import blocks_from_html, plain_text
from utbud.courses.queries import public as courses
from utbud.films import queries as films
from utbud.formats.content import Aloud, Item, Section
from utbud.formats.html import EMPTY, item_html
from utbud.guides import queries as guides
from utbud.learning import queries as learning
from utbud.learning.models import Topic
from utbud.learning.models.material import SPEECH
from utbud.places import queries as places
from utbud.publishing import files
from utbud.publishing.models import ApprovedPage, Problem
from utbud.web.weekdays import weekday

# Endonyms and direction of the languages a page may be in: a name, never a flag (rules.md 20).
LANGUAGES = {
    "en": ("English", "ltr"),
    "fi": ("Suomi", "ltr"),
    "se": ("Davvisámegiella", "ltr"),
    "sma": ("Åarjelsaemien gïele", "ltr"),
    "smj": ("Julevsámegiella", "ltr"),
    "fit": ("Meänkieli", "ltr"),
    "rom": ("Romani čhib", "ltr"),
    "yi": ("ייִדיש", "rtl"),
    "ar": ("العربية", "rtl"),
    "fa": ("فارسی", "rtl"),
    "prs": ("دری", "rtl"),
    "so": ("Soomaali", "ltr"),
    "ti": ("ትግርኛ", "ltr"),
    "uk": ("Українська", "ltr"),
    "pl": ("Polski", "ltr"),
    "ckb": ("کوردیی ناوەندی", "rtl"),
    "kmr": ("Kurmancî", "ltr"),
    "tr": ("Türkçe", "ltr"),
    "bs": ("Bosanski", "ltr"),
    "es": ("Español", "ltr"),
    "de": ("Deutsch", "ltr"),
    "th": ("ไทย", "ltr"),
}


# What the buttons of the player say, in each language that there is a voice for (formats.speech.VOICES).
LISTEN = {
    "en": {"listen": "Listen", "slower": "Slower", "pause": "Pause"},
    "fi": {"listen": "Kuuntele", "slower": "Hitaammin", "pause": "Tauko"},
    "ar": {"listen": "استمع", "slower": "أبطأ", "pause": "إيقاف مؤقت"},
    "fa": {"listen": "گوش دهید", "slower": "آهسته‌تر", "pause": "مکث"},
    "uk": {"listen": "Слухати", "slower": "Повільніше", "pause": "Пауза"},
    "pl": {"listen": "Posłuchaj", "slower": "Wolniej", "pause": "Pauza"},
    "kmr": {"listen": "Guhdarî bike", "slower": "Hêdîtir", "pause": "Rawestîne"},
    "tr": {"listen": "Dinle", "slower": "Daha yavaş", "pause": "Duraklat"},
    "bs": {"listen": "Slušaj", "slower": "Sporije", "pause": "Pauza"},
    "es": {"listen": "Escuchar", "slower": "Más despacio", "pause": "Pausar"},
    "de": {"listen": "Anhören", "slower": "Langsamer", "pause": "Pause"},
    "th": {"listen": "ฟัง", "slower": "ช้าลง", "pause": "หยุดชั่วคราว"},
}


class StartPage(ApprovedPage):
    """The first page: what one can do, this week's word, where help is."""

    intro = models.TextField(_("inledning"), max_length=400, blank=True)

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "learning.WordIndexPage",
        "courses.CourseIndexPage",
        "films.FilmIndexPage",
        "guides.GuideIndexPage",
        "podcast.PodcastIndexPage",
        "web.InfoPage",
        "web.LanguagesPage",
    ]
    max_count = 1
    template = "web/start_page.html"
    # Its title makes no address: Wagtail's own title panel looks for one, in vain.
    content_panels = [FieldPanel("title"), FieldPanel("intro")]
    promote_panels: list[Any] = []
    settings_panels: list[Any] = []

    class Meta:
        verbose_name = _("startsida")

    def approval_content(self) -> dict[str, Any]:
        return {"title": self.title, "intro": self.intro}

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        week = learning.week_of_word()
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | {
            "topics": Topic.objects.all(),
            "week_word": week.word if week else None,
            "week_label": learning.week_label(week) if week else "",
            "places_now": places.statuses(now),
            "courses": courses.next_coming(now),
            "film": films.latest(),
            "guides": guides.latest_guides(),
        }


class InfoPage(ApprovedPage):
    """A page of text: /om/, /hjalp-nagon-annan/, /tillganglighet/ and what a library adds."""

    lead = models.CharField(_("det viktigaste i en mening"), max_length=240, blank=True)
    body = RichTextField(_("text"), features=["h2", "h3", "bold", "ul", "ol", "link"], max_length=20_000)
    checked_on = models.DateField(_("senast kontrollerad"), default=timezone.localdate)

    parent_page_types = ["web.StartPage", "web.InfoPage"]
    subpage_types = ["web.InfoPage"]
    template = "web/info_page.html"
    content_panels = [
        *ApprovedPage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        FieldPanel("checked_on"),
    ]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []
    search_fields = [
        *ApprovedPage.search_fields,
        index.SearchField("lead", boost=2),
        index.SearchField("body"),
    ]

    FILES = SPEECH

    class Meta:
        verbose_name = _("textsida")
        verbose_name_plural = _("textsidor")

    def approval_content(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "slug": self.slug,
            "lead": self.lead,
            "body": self.body,
            "checked": str(self.checked_on),
        }

    @property
    def public_path(self) -> str:
        """The public address of the page."""
        return public_path(self)

    def as_item(self) -> Item:
        blocks = blocks_from_html(expand_db_html(self.body))
        return Item(
            kind="",
            title=self.title,
            lead=self.lead,
            path=self.public_path,
            version="",
            date=self.checked_on,
            sections=(Section("", blocks),) if blocks else (),
        )

    def problems(self) -> list[Problem]:
        text = plain_text(blocks_from_html(self.body))
        figures = plain.readability(text)
        if not text:
            return [Problem("body", gettext("Skriv en text."), stops=True)]
        if figures.lix > plain.WARN_OVER:
            says = gettext("LIX är %(lix)d: %(band)s. Försök komma under 40.") % {
                "lix": round(figures.lix),
                "band": figures.band,
            }
            return [Problem("body", says)]
        return []

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        item = self.as_item()
        html = item_html(item, lexicon=learning.lexicon())
        return context | {
            "lead_html": html.lead,
            "body_html": html.sections[0].html if html.sections else "",
            "heard": files.player(Aloud(item=item), getattr(request, "file_base", self.public_path)),
            "children": self.get_children().live().order_by("title"),
            "checked": dates.date_words(self.checked_on, weekday=False),
        }


class LanguagesPage(ApprovedPage):
    """/sprak/: how to get help, in the reader's own language."""

    texts = StreamField(
        [
            (
                "text",
                blocks.StructBlock(
                    [
                        (
                            "code",
                            blocks.ChoiceBlock(
                                choices=[(code, name) for code, (name, _dir) in LANGUAGES.items()],
                                label=_("Språk"),
                            ),
                        ),
                        ("heading", blocks.CharBlock(label=_("Rubrik på språket"), max_length=120)),
                        ("body", blocks.RichTextBlock(label=_("Text"), features=["bold", "ul", "link"])),
                    ],
                    label=_("Ett språk"),
                ),
            )
        ],
        verbose_name=_("språk"),
        blank=True,
    )
    intro = models.TextField(_("inledning på svenska"), max_length=400, blank=True)

    parent_page_types = ["web.StartPage"]
    subpage_types: list[str] = []
    max_count = 1
    template = "web/languages_page.html"
    content_panels = [*ApprovedPage.content_panels, FieldPanel("intro"), FieldPanel("texts")]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []
    search_fields = [*ApprovedPage.search_fields, index.SearchField("texts")]

    class Meta:
        verbose_name = _("sida på flera språk")

    def approval_content(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "slug": self.slug,
            "intro": self.intro,
            "texts": self.texts.get_prep_value(),
        }

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        drop_in, hours = places.next_drop_in(now), places.drop_in_hours(dates.local(now).date())
        aloud = self.read_aloud()
        heard = dict(zip(aloud, files.players([(one, one.item.path) for one in aloud.values()]), strict=True))
        languages = []
        for code, item in self._items():
            shown = _language(item, code)
            if code in heard and aloud[code].item == item:
                shown |= {"heard": heard.pop(code), "said": LISTEN[code]}
            if weekday(code, 0):
                shown |= {"next": _next(drop_in, code), "hours": _hours(hours, code)}
            languages.append(shown)
        return context | {
            "languages": languages,
            "drop_in": drop_in,
        }

    def _items(self) -> list[tuple[str, Item]]:
        """Each text by its language."""
        return [(block.value["code"], self._item(block.value)) for block in self.texts]

    def _item(self, value: Any) -> Item:
        blocks = blocks_from_html(expand_db_html(value["body"].source))
        return Item(
            kind="",
            title=LANGUAGES[value["code"]][0],
            lead=value["heading"],
            path=f"{public_path(self)}{value['code']}/",
            version="",
            date=timezone.localdate(),
            sections=(Section("", blocks),) if blocks else (),
        )

    def read_aloud(self) -> dict[str, Aloud]:
        """The texts of languages that have a voice; of two in one language the first."""
        found: dict[str, Aloud] = {}
        for code, item in self._items():
            if code in LISTEN:
                found.setdefault(code, Aloud(item=item, language=code))
        return found


def public_path(page: ApprovedPage) -> str:
    """The public address of a page that Wagtail serves: «/om/latt-svenska/»."""
    return "/" + page.url_path.lstrip("/").partition("/")[2]


def _next(drop_in: places.DropIn | None, code: str) -> tuple[str, str] | None:
    """The day of the next drop-in in the language ``code``, and the date and hours in figures."""
    if drop_in is None:
        return None
    start, end = dates.local(drop_in.start), dates.local(drop_in.end)
    return weekday(code, start.weekday()), f"{start.day}/{start.month} {start:%H:%M}–{end:%H:%M}"


def _hours(
    hours: dict[places.Place, list[places.OpeningHours]], code: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The drop-in of an ordinary week: each place with its days in the language ``code`` and its hours in figures."""
    return [
        (place.name, [(weekday(code, row.weekday), f"{row.opens:%H:%M}–{row.closes:%H:%M}") for row in rows])
        for place, rows in hours.items()
    ]


def _language(item: Item, code: str) -> dict[str, Any]:
    name, direction = LANGUAGES[code]
    html = item_html(item, lexicon=EMPTY)
    return {
        "code": code,
        "name": name,
        "dir": direction,
        "heading": html.lead,
        "html": html.sections[0].html if html.sections else "",
    }
