"""All addresses. The public ones never change once published (product.md)."""

import re

from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from utbud.calendar import urls as calendar_urls
from utbud.channels import urls as channels_urls
from utbud.courses import urls as courses_urls
from utbud.films import urls as films_urls
from utbud.guides import urls as guides_urls
from utbud.inbox import urls as inbox_urls
from utbud.learning import urls as learning_urls
from utbud.people import urls as people_urls
from utbud.phone import urls as phone_urls
from utbud.podcast import urls as podcast_urls
from utbud.publishing import urls as publishing_urls
from utbud.publishing.files import ALOUD
from utbud.screens import urls as screens_urls
from utbud.search import urls as search_urls
from utbud.web import help_views, views

SOUNDS = "|".join(map(re.escape, ALOUD))

urlpatterns = [
    path("", include(people_urls)),
    # Rooms of Wagtail's that this house does not have: one site (UTBUD_BASE_URL), and an approval of its own (docs/adr/0005).
    re_path(r"^admin/sites/", views.no_such_room, name="no_sites"),
    re_path(r"^admin/workflows/", views.no_such_room, name="no_workflows"),
    re_path(r"^admin/reports/workflow", views.no_such_room, name="no_workflow_reports"),
    path("admin/", include(wagtailadmin_urls)),
    path("dokument/", include(wagtaildocs_urls)),
    path("halsa/", views.health, name="health"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    re_path(r"^media/(?P<name>.+)$", views.media, name="media"),
    re_path(r"^utseende/(?P<digest>[0-9a-f]+)\.css$", views.stylesheet, name="stylesheet"),
    path("", include(publishing_urls)),
    path("", include(search_urls)),
    path("", include(inbox_urls)),
    path("", include(calendar_urls)),
    path("hjalp/", help_views.help_page, name="help_page"),
    re_path(rf"^hjalp/(?P<name>{SOUNDS})$", help_views.help_sound, name="help_sound"),
    path("", include(channels_urls)),
    path("", include(phone_urls)),
    path("", include(screens_urls)),
    path("", include(learning_urls)),
    path("", include(courses_urls)),
    path("", include(films_urls)),
    path("", include(guides_urls)),
    path("", include(podcast_urls)),
    re_path(rf"^(?P<path>[-\w/]+)/(?P<name>{SOUNDS})$", views.sound, name="page_sound"),
    path("", include(wagtail_urls)),
]

handler404 = "utbud.web.views.not_found"
handler500 = "utbud.web.views.server_error"
