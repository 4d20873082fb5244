"""Make an empty database into a site that a library can begin with."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Collection, Locale, Page, Site

from utbud.courses.models import CourseIndexPage
from utbud.films.models import FilmIndexPage
from utbud.guides.models import GuideIndexPage
from utbud.helpdesk.actions.questions import load_questions
from utbud.learning.models import WordIndexPage
from utbud.people import actions as people
from utbud.podcast.models import PodcastIndexPage
from utbud.web.models import LanguagesPage, StartPage

LISTS: tuple[tuple[type[Page], str, str], ...] = (
    (CourseIndexPage, "Kurser", "kurser"),
    (FilmIndexPage, "Digitala hörnan", "filmer"),
    (GuideIndexPage, "Guider", "guider"),
    (PodcastIndexPage, "Poddar", "podd"),
)


@transaction.atomic
def setup() -> StartPage:
    """Roles, the law's groups, DigComp, the desk's questions, and the pages that everything hangs on. Can be run again."""
    people.load_target_groups()
    people.load_competences()
    load_questions()
    locale = Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)[0]
    start = StartPage.objects.first()
    if start is None:
        start = _first_pages(locale)
    for kind, title, slug in LISTS:  # a site from before there was one of them gets it too
        if not kind.objects.exists():
            start.add_child(instance=kind(title=title, slug=slug, locale=locale))
    address = urlsplit(settings.BASE_URL)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": address.hostname or "localhost",
            "port": address.port or (443 if settings.SECURE else 80),
            "root_page": start,
            "site_name": settings.WAGTAIL_SITE_NAME,
        },
    )
    people.ensure_roles()
    # Wagtail calls them both Root, and staff meet them in paths and lists.
    Page.objects.filter(depth=1).update(title="Alla sidor", draft_title="Alla sidor")
    Collection.objects.filter(depth=1).update(name="Alla bilder")
    return start


def _first_pages(locale: Locale) -> StartPage:
    root = Page.objects.filter(depth=1).first()
    if root is None:
        root = Page.add_root(
            instance=Page(
                title="Root", slug="root", locale=locale, content_type=ContentType.objects.get_for_model(Page)
            )
        )
    # Wagtail's first migration leaves a page of welcome in English.
    Site.objects.all().delete()
    for page in root.get_children():
        page.delete()
    root.refresh_from_db()
    start: StartPage = root.add_child(
        instance=StartPage(title=settings.WAGTAIL_SITE_NAME, slug="start", locale=locale)
    )
    start.add_child(instance=WordIndexPage(title="Veckans digitala ord", slug="ord", locale=locale))
    start.add_child(instance=LanguagesPage(title="Språk", slug="sprak", locale=locale))
    return start
