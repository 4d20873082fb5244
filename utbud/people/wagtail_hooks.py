"""The staff side: who answers for what is published, and whom the law names."""

from typing import Any

from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from utbud.people import actions, goes_with, queries, staff_views
from utbud.people.models import Organisation, ResponsiblePublisher, TargetGroup
from utbud.people.staff import RightMenuItem

for moment in ("before_delete_snippet", "before_delete_page", "before_delete_user"):
    hooks.register(moment, goes_with.tell)


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def publisher_has_the_role(request: Any, saved: Any) -> None:
    if isinstance(saved, ResponsiblePublisher):
        actions.give_role_of(saved)


class ResponsiblePublisherViewSet(SnippetViewSet):
    model = ResponsiblePublisher
    icon = "check"
    menu_label = _("Ansvariga utgivare")
    menu_order = 300
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = [
        "name",
        "email",
        Column(
            "certificate",
            label=_("Utgivningsbevis"),
            accessor=lambda publisher: queries.certificate_words(publisher, timezone.localdate()),
            sort_key="certificate_expires",
        ),
        BooleanColumn("active", label=_("I tjänst"), sort_key="active"),
    ]
    search_fields = ["name", "email"]


class TargetGroupViewSet(SnippetViewSet):
    model = TargetGroup
    icon = "glasses"
    menu_label = _("Målgrupper i bibliotekslagen")
    menu_order = 310
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = ["name", "law"]
    panels = [FieldPanel("name"), FieldPanel("law"), FieldPanel("code")]


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    icon = "link"
    menu_label = _("Föreningar och partner")
    menu_order = 320
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = [
        "name",
        "kind",
        "contact_name",
        BooleanColumn("active", label=_("Vi har kontakt"), sort_key="active"),
    ]
    search_fields = ["name", "contact_name"]


register_snippet(ResponsiblePublisherViewSet)
register_snippet(OrganisationViewSet)
register_snippet(TargetGroupViewSet)


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return [
        path("inloggningar/", staff_views.login_tries, name="people_login_tries"),
        path("personuppgifter/visat/", staff_views.looks_page, name="people_looks"),
    ]


@hooks.register("register_settings_menu_item")
def login_tries() -> RightMenuItem:
    return RightMenuItem(
        _("Inloggningar"), reverse("people_login_tries"), name="inloggningar", icon_name="lock", order=330,
        right="people.view_logintry",
    )  # fmt: skip


@hooks.register("register_settings_menu_item")
def looks_item() -> RightMenuItem:
    return RightMenuItem(
        _("Vem har sett personuppgifter"), reverse("people_looks"), name="visat", icon_name="view", order=340,
        right="people.view_look",
    )  # fmt: skip
