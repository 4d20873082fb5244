"""The whole site, before and after an editor has changed everything that an editor can change: what readers get is the same.

The staff's addresses are found in the program, not listed here. What comes later is held to it. What may change at once
stands in ``publishing.straight_out``, and nowhere else.
"""

import datetime as dt
import io
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.urls import Resolver404, get_resolver, resolve
from django.utils import timezone
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

from tests.unit.films.conftest import CHAPTERS, CUES, keep_asset
from tests.unit.podcast.conftest import mp3  # noqa: F401 - a fixture
from utbud.courses.actions import runs
from utbud.courses.models import CourseIndexPage, CoursePage, Occasion, Quota, Run
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.formats.models import Recording
from utbud.guides.models import GuideIndexPage, GuidePage, GuidePartner
from utbud.learning.models import MaterialPage, Topic
from utbud.people.models import Organisation
from utbud.phone import queries as phone
from utbud.places.models import LibrarySettings, Opening, OpeningHours, Place, SpecialDay
from utbud.publishing import actions, posts
from utbud.publishing.models import ApprovedPage
from utbud.publishing.straight_out import STRAIGHT_OUT

pytestmark = pytest.mark.django_db
CHANGED = "Ändrat bakom ryggen"

# Addresses whose whole purpose is to change what readers see, by their name, and the rows of the table that let them.
STRAIGHT = {
    "courses_plan": "courses.Run",
    "courses_more_times": "courses.Occasion",
    "courses_import": "courses.Occasion",
    "courses_run_change": "courses.Run",
    "courses_run_cancel": "courses.Run",
    "courses_occasion": "courses.Occasion",
    "courses_occasion_cancel": "courses.Occasion",
    "courses_seats": "courses.Quota",
    "courses_desk": "courses.Quota",
    "learning_year": "learning.PlannedWeek",
    "places_days": "places.SpecialDay",
    "places_remove_day": "places.SpecialDay",
}
TAKES_DOWN = {"wagtailadmin_pages:unpublish", "publishing_withdraw", "publishing_put_away"}  # must never wait
OF_ONES_OWN = {
    "wagtailadmin_logout",
    "wagtailadmin_login",
    "wagtailadmin_password_reset",
    "wagtailadmin_account",
}
SLOW = (
    "lyssna",
    "utskrift",
    "affisch",
    "kort",
    "klipp",
)  # made from what their key is a hash of, and compared by it


def picture(name, colour="white"):
    drawn, out = Pillow.new("RGB", (400, 300), colour), io.BytesIO()
    drawn.save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def image(name):
    made = Image.objects.create(title=name, file=picture(f"{name}.png"))
    made.get_file_hash(), made.get_file_size()  # as the staff side's own form keeps them
    return made


@pytest.fixture(autouse=True)
def _clock(now):
    """The clock stands still, so that what differs has been changed by somebody."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def full_site(site, no_files, mp3, now):  # noqa: F811 - the fixture
    """A word, a film, a guide, an episode and a course with a run, out, with pictures, a partner, a place and a logotype."""
    moment = timezone.now() - dt.timedelta(hours=1)

    def out(page, parent, **rows):
        parent.add_child(instance=page)
        for name, value in rows.items():
            setattr(page, name, value)
        page.save()
        page.save_revision(user=site.editor)
        request = actions.request_approval(page=page, message="", by=site.editor, now=moment)
        actions.approve(request=request, publisher=site.publisher, by=site.chief, now=moment)
        actions.publish_due(moment)
        page.refresh_from_db()
        assert page.live, page.title
        return page

    def index(kind, title, slug):
        found = kind.objects.first()
        if found is None:
            return out(kind(title=title, slug=slug, live=False, owner=site.editor), site.start)
        if not found.live:
            found.save_revision(user=site.editor)
            request = actions.request_approval(page=found, message="", by=site.editor, now=moment)
            actions.approve(request=request, publisher=site.publisher, by=site.chief, now=moment)
        return found

    place = Place.objects.create(
        name="Huvudbiblioteket", slug="huvudbiblioteket", kind=Place.Kind.MAIN, street="Storgatan 1"
    )
    for day in range(7):
        OpeningHours.objects.create(place=place, weekday=day, opens=dt.time(0), closes=dt.time(23, 59))
    SpecialDay.objects.create(
        date=timezone.localdate() + dt.timedelta(days=9),
        closed=True,
        reason="Planeringsdag",
        kind=Opening.OPEN,
    )
    library = LibrarySettings.load()
    library.library_name, library.phone, library.main_place = "Provbiblioteket", "08-465 004 00", place
    library.logo, library.logo_alt = image("logotyp"), "Provbiblioteket"
    library.save()
    topic = Topic.objects.first()
    usual = {
        "live": False,
        "owner": site.editor,
        "drawing_alt": "En ruta.",
        "one_sentence": "En mening som vi provar med.",
    }
    recording = Recording.objects.create(
        title="Inläst", file=default_storage.save("r.mp3", ContentFile(mp3)), digest="a" * 64, seconds=3.0
    )
    pages = SimpleNamespace()
    from utbud.learning.models import WordIndexPage, WordPage
    from utbud.podcast.models import EpisodePage, PodcastIndexPage, ShowPage

    pages.word = out(
        WordPage(
            title="Nätfiske",
            slug="natfiske",
            explanation="<p>En kort text.</p>",
            drawing=image("ord"),
            recording=recording,
            **usual,
        ),
        index(WordIndexPage, "Ord", "ord"),
        topics=[topic],
    )
    pages.film = out(
        FilmPage(
            title="Betala",
            slug="betala",
            asset=keep_asset({name: name.encode() for name in ("sound", "720p", "poster-1.000")}),
            captions=CUES,
            captions_from="hand",
            chapters=CHAPTERS,
            drawing=image("film"),
            **usual,
        ),
        index(FilmIndexPage, "Filmer", "filmer"),
    )
    steps = [
        (
            "step",
            {
                "action": "Öppna appen.",
                "picture": image("steg"),
                "alt": "En skärm.",
                "right": "",
                "wrong": "",
            },
        )
    ]
    partner = Organisation.objects.create(name="Solrosen", logo=image("partner"))
    pages.guide = out(
        GuidePage(
            title="Skaffa BankID",
            slug="bankid",
            steps=steps,
            needs="En telefon",
            drawing=image("guide"),
            **usual,
        ),
        index(GuideIndexPage, "Guider", "guider"),
        partners=[GuidePartner(organisation=partner)],
        film=pages.film,
    )
    pages.show = out(
        ShowPage(
            title="Podden",
            slug="podden",
            description="En podd.",
            owner_email="podd@example.org",
            cover=None,
            live=False,
            owner=site.editor,
        ),
        index(PodcastIndexPage, "Podd", "podd"),
    )
    pages.episode = out(
        EpisodePage(
            title="Lösenord",
            slug="losenord",
            asset=keep_asset({"sound": mp3}, kind="sound", seconds=90.0),
            number=1,
            captions=[[0.0, 4.0, "Hej.", "Anna"]],
            captions_from="hand",
            chapters=CHAPTERS,
            drawing=image("avsnitt"),
            **usual,
        ),
        pages.show,
    )
    pages.course = out(
        CoursePage(
            title="Ring med bild",
            slug="ring",
            about="<p>Vi provar.</p>",
            task="ringa",
            drawing=image("kurs"),
            beside_times=[("fee", 0), ("fee", 50), ("note", "Vi bjuder på kaffe.")],
            **usual,
        ),
        index(CourseIndexPage, "Kurser", "kurser"),
        topics=[topic],
    )
    start = (timezone.now() + dt.timedelta(days=7)).replace(minute=0, second=0, microsecond=0)
    pages.run = runs.plan_run(
        course=pages.course,
        times=[(start, start + dt.timedelta(hours=2))],
        by=site.editor,
        now=moment,
        place=place,
        seats=5,
        fee=50,
        note="Vi bjuder på kaffe.",
    )
    return pages


class Links(HTMLParser):
    """The addresses in a page."""

    def __init__(self, html):
        super().__init__()
        self.found = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.found.add(value.split("#")[0])
            elif name == "srcset" and value:
                self.found |= {part.split()[0] for part in value.split(",")}


def what_readers_get(client):
    """Every public address with its bytes, every file by its key, every prompt of the phone line."""
    client.logout()
    found, waiting = (
        {},
        {
            "/",
            "/sitemap.xml",
            "/press/",
            "/kalender.ics",
            "/floden/",
            "/skarm/",
            *map(str, public_addresses()),
        },
    )
    waiting |= {
        f"/skarm/{slug}/{rest}"
        for slug in Place.objects.values_list("slug", flat=True)
        for rest in ("", "nu.json")
    }
    while waiting:
        url = waiting.pop()
        parts = urlsplit(url)
        if (
            url in found
            or (parts.netloc and parts.netloc not in ("localhost:8000", "testserver"))
            or parts.scheme not in ("", "http")
        ):
            continue
        name = parts.path.rsplit("/", 1)[-1]
        if (
            not parts.path.startswith("/")
            or parts.path.startswith(("/admin/", "/static/", "/prenumerera"))
            or name.startswith(SLOW)
        ):
            continue
        answer = client.get(parts.path + (f"?{parts.query}" if parts.query else ""))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[url] = (answer.status_code, without_chance(content))
        if answer.get("Content-Type", "").startswith(
            ("text/html", "application/xml", "application/rss", "application/atom")
        ):
            waiting |= Links(content.decode()).found
            waiting |= set(
                re.findall(r"<loc>([^<]+)</loc>|<enclosure[^>]*url=\"([^\"]+)", content.decode())[0:0]
            )
            waiting |= set(re.findall(r"https?://(?:localhost:8000|testserver)[^\s\"'<>]+", content.decode()))
    for page in Page.objects.live().specific():
        if isinstance(page, MaterialPage):
            for one in posts.post_of(page).media:
                found[f"{page.public_path}{one.name}"] = one.key or one.stored
    found["the phone line"] = {key: saying.text for key, saying in phone.wanted(timezone.now()).items()}
    return found


CHANCE = re.compile(
    rb'name="(csrfmiddlewaretoken|key|submission_key|stamp|started)" value="[^"]*"|DTSTAMP:\w+|nonce="[^"]*"|"(now|made|at)": ?"[^"]*"'
)


def without_chance(content):
    return CHANCE.sub(b"", content)


def addresses(patterns, before="", space=""):
    """Every address of the program, with its name and the names of its parts."""
    for one in patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(
                one.url_patterns, route, f"{space}{one.namespace}:" if one.namespace else space
            )
        elif one.name:
            yield route, space + one.name, one.pattern.converters


def public_addresses():
    """Public addresses without parts."""
    for route, _name, parts in addresses(get_resolver().url_patterns):
        if not route.startswith("admin/") and not parts and not re.search(r"[\^(\\]", route):
            yield f"/{route}"


def staff_addresses(pages):
    """Every staff address by its name, with each of the site's things put in."""
    ids = {"page_id": [page.pk for page in vars(pages).values() if isinstance(page, Page)]}
    ids["image_id"] = list(Image.objects.values_list("pk", flat=True))
    ids |= {"parent_page_id": ids["page_id"][:1], "pk": range(1, 4), "film_id": [pages.film.pk]}
    for route, name, parts in addresses(get_resolver().url_patterns):
        known = {one: ids.get(one) for one in parts}
        if (
            not route.startswith("admin/")
            or re.search(r"[\^(\\]", route)
            or any(values is None for values in known.values())
        ):
            continue
        filled = [f"/{route}"]
        for one, values in known.items():
            filled = [re.sub(rf"<\w+:{one}>", str(value), url) for url in filled for value in values]
        yield name, filled


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: where, and what stands in them."""

    def __init__(self, html):
        super().__init__()
        self.found, self.now, self.area, self.chosen = [], None, None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self.now = {"action": given.get("action", ""), "data": {}, "texts": set(), "files": set()}
            if given.get("method", "").lower() == "post":
                self.found.append(self.now)
        if self.now is None or not given.get("name") or "disabled" in given:
            if tag == "option" and self.chosen and "selected" in given and self.now is not None:
                self.now["data"][self.chosen] = given.get("value", "")
            return
        name, kind = given["name"], given.get("type", "text")
        if tag == "input" and kind == "file":
            self.now["files"].add(name)
        elif tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in given:
                self.now["data"][name] = given.get("value", "on")
            elif kind == "radio":
                self.now["data"].setdefault(name, given.get("value", "on"))
        elif tag == "input":
            self.now["data"][name] = given.get("value", "")
            if kind in ("text", "search") and not re.search(
                r"focal|_FORMS$|date|day|time|slug|-count$", name
            ):
                self.now["texts"].add(name)
        elif tag == "textarea":
            self.area, self.now["data"][name] = name, ""
            self.now["texts"].add(name)
        elif tag == "select":
            self.chosen = name
        elif tag == "button" and name in ("save", "action-request-approval"):
            self.now["data"].setdefault(name, given.get("value", "1"))

    def handle_endtag(self, tag):
        if tag == "form":
            self.now = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.chosen = None

    def handle_data(self, data):
        if self.area and self.now:
            self.now["data"][self.area] += data


def change_all(client, editor, pages):
    """Send every form that an editor meets, with other words and another file. Returns the names of those that were sent."""
    client.force_login(editor)
    client.raise_request_exception = False
    sent, seen = set(), set()
    for name, urls in staff_addresses(pages):
        if name in STRAIGHT or name in TAKES_DOWN or name in OF_ONES_OWN:
            continue
        for url in urls:
            answer = client.get(url)
            if answer.status_code == 404:
                continue
            html = (
                answer.status_code == 200
                and not answer.streaming
                and "html" in answer.get("Content-Type", "")
            )
            forms = Forms(answer.content.decode()).found if html else []
            if answer.streaming:
                b"".join(answer.streaming_content)  # read to its end, so that the file is closed
            if not forms and "page_id" not in resolve(url).kwargs:
                break  # what has no form, or may not be seen, for one thing has none for another; pages are of many kinds
            for form in forms:
                where = form["action"] or url
                if (
                    not where.startswith("/admin/")
                    or name_of(where) in STRAIGHT.keys() | TAKES_DOWN | OF_ONES_OWN
                ):
                    continue
                key = where, tuple(sorted(form["data"]))
                if key in seen:
                    continue
                seen.add(key)
                data = form["data"] | {text: f"{CHANGED} {len(sent)}" for text in form["texts"]}
                data |= {
                    file: picture("ny.png", "red") for file in {*form["files"], "file"}
                }  # also where none is asked for
                client.post(where, data)
                sent.add(name_of(where))
    for kept in Image.objects.all():
        new = {
            "title": CHANGED,
            "file": picture("ny.png", "red"),
            "description": CHANGED,
            "collection": kept.collection_id,
            "tags": "",
            "focal_point_x": 9,
            "focal_point_y": 9,
            "focal_point_width": 9,
            "focal_point_height": 9,
        }
        client.post(f"/admin/images/{kept.pk}/", new)
        client.post(f"/admin/images/{kept.pk}/delete/")
        client.post(
            f"/admin/images/multiple/{kept.pk}/delete/", headers={"X-Requested-With": "XMLHttpRequest"}
        )
        client.post(f"/admin/bulk/wagtailimages/image/delete/?id={kept.pk}&next=/admin/")
    for page in Page.objects.live():
        client.post(
            f"/admin/bulk/wagtailcore/page/delete/?id={page.pk}&next=/admin/",
            {"wagtail_site_name": "Digitalt utbud"},
        )
        for action, more in {
            "delete": {},
            "publish": {},
            "move": {"destination_page_id": pages.word.get_parent().pk},
        }.items():
            client.post(f"/admin/api/main/pages/{page.pk}/action/{action}/", more)
    return sent


def name_of(url):
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def rewrite_drafts(editor):
    """Write something else in every field of every page, as a draft."""
    for page in Page.objects.live().specific():
        if not isinstance(page, ApprovedPage):
            continue
        draft = page.get_latest_revision_as_object()
        mine = {field.name for field in Page._meta.get_fields()} - {"title", "slug"}
        for field in draft._meta.concrete_fields:
            if (
                field.name not in mine
                and isinstance(field, models.CharField | models.TextField)
                and field.editable
                and not field.choices
            ):
                setattr(draft, field.name, f"{CHANGED}-{page.pk}"[: field.max_length or 99])
            elif isinstance(field, models.ForeignKey) and field.related_model is Image:
                setattr(draft, field.name, image("utkast"))
            elif field.name in ("captions", "chapters"):
                setattr(draft, field.name, [])
        draft.save_revision(user=editor, clean=False)


def change_rows():
    """Change every field of what staff edit outside pages, but those in the table, in the database itself."""
    allowed = {row.model.lower(): set(row.fields) for row in STRAIGHT_OUT}
    rows = [*get_snippet_models(), LibrarySettings, OpeningHours, Run, Occasion, Quota, Image, Recording]
    # Approved on the course's page, and chosen from there: the actions hold them (test_runs), not the database.
    allowed["courses.run"] |= {"fee", "note", "elsewhere"}
    for kind in {*rows}:
        label = kind._meta.label_lower
        for row in kind._default_manager.all():
            change = {}
            for field in kind._meta.concrete_fields:
                if field.name in allowed.get(label, ()) or field.primary_key or field.choices or field.unique:
                    continue
                if isinstance(field, models.FileField) or field.name in (
                    "file_hash",
                    "digest",
                    "width",
                    "height",
                    "joins",
                    "submission_key",
                ):
                    continue  # what ``keep_file`` and the media's own rows hold
                if isinstance(field, models.CharField | models.TextField):
                    change[field.name] = CHANGED[: field.max_length]
            kind._default_manager.filter(pk=row.pk).update(**change)


def differing(before, after):
    """The addresses that do not answer as before."""
    return sorted(url for url in before.keys() | after.keys() if before.get(url) != after.get(url))


def test_nothing_that_an_editor_does_behind_a_page_reaches_readers(full_site, site, client):
    before = what_readers_get(client)
    assert {
        "/ord/natfiske/",
        "/filmer/betala/film.mp4",
        "/guider/bankid/",
        "/podd/podden/rss.xml",
        "/kurser/ring/",
        "/skarm/huvudbiblioteket/",
    } <= {urlsplit(url).path for url in before}
    sent = change_all(client, site.editor, full_site)
    assert {"wagtailimages:edit", "wagtailadmin_pages:edit", "media_trim"} <= sent, sorted(sent)
    rewrite_drafts(site.editor)
    after = what_readers_get(client)
    assert differing(before, after) == []
    change_rows()  # what goes straight out stands in the table, and the rest is seen by no reader
    assert differing(after, what_readers_get(client)) == []


def test_every_address_that_goes_straight_out_has_its_row():
    names = {name for _route, name, _parts in addresses(get_resolver().url_patterns)}
    assert (STRAIGHT.keys() - names, set(STRAIGHT.values()) - {row.model for row in STRAIGHT_OUT}) == (
        set(),
        set(),
    )
