"""Words in Wagtail's menu, and topics as snippets."""

from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from utbud.learning import queries, staff_views, staff_views_answers, staff_views_services
from utbud.learning.models import DigitalService, Topic
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return [
        path("aret/", staff_views.this_year, name="learning_this_year"),
        path("aret/<int:year>/", staff_views.year, name="learning_year"),
        path("aret/<int:year>/<int:week>/skriv/", staff_views.write_for_week, name="learning_write_for_week"),
        path("ord/granska/<int:page_id>/", staff_views.check, name="learning_check"),
        path("svar/", staff_views_answers.answers_page, name="learning_answers"),
        path("kontrollera/", staff_views_services.to_check, name="learning_to_check"),
        path("kontrollera/<int:page_id>/", staff_views_services.check_page, name="learning_check_page"),
        path("kontrollera/tjanster/", staff_views_services.service_changes, name="learning_service_changes"),
        path(
            "kontrollera/tjanster/<int:pk>/angra/",
            staff_views_services.undo_change,
            name="learning_undo_change",
        ),
    ]


@hooks.register("register_admin_menu_item")
def year_item() -> MenuItem:
    return RightMenuItem(
        _("Året"),
        reverse("learning_this_year"),
        name="aret",
        icon_name="calendar",
        order=110,
        right="learning.view_plannedweek",
    )


class WordsItem(MenuItem):
    """«Ord»: straight to the list of words."""

    def is_shown(self, request: Any) -> bool:
        index = queries.word_index() if request.user.has_perm("learning.view_plannedweek") else None
        if index is None:
            return False
        self.url = reverse("wagtailadmin_explore", args=[index.pk])
        return True


@hooks.register("register_admin_menu_item")
def words_item() -> MenuItem:
    return WordsItem(_("Ord"), "", name="ord", icon_name="openquote", order=105)


@hooks.register("register_admin_menu_item")
def to_check_item() -> MenuItem:
    return RightMenuItem(
        _("Kontrollera"),
        reverse("learning_to_check"),
        name="kontrollera",
        icon_name="history",
        order=118,
        right="learning.add_servicechange",
    )


@hooks.register("register_reports_menu_item")
def answers_item() -> MenuItem:
    return MenuItem(_("Gick det bra?"), reverse("learning_answers"), name="svar", icon_name="help", order=60)


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Ämnen")
    list_display = ["title", "slug", "order"]
    search_fields = ["title"]
    add_to_settings_menu = True


register_snippet(TopicViewSet)


class DigitalServiceViewSet(SnippetViewSet):
    model = DigitalService
    icon = "mobile-alt"
    menu_label = _("Digitala tjänster")
    list_display = ["name"]
    search_fields = ["name"]
    copy_view_enabled = False
    add_to_settings_menu = True


register_snippet(DigitalServiceViewSet)
