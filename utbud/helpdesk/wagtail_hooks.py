"""The desk in Wagtail's menu, and its questions among the settings."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from utbud.helpdesk.models import Question
from utbud.helpdesk.urls import admin_urlpatterns
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Disken"),
        reverse("helpdesk_desk"),
        name="disken",
        icon_name="clipboard-list",
        order=114,
        right="helpdesk.add_visit",
    )


class QuestionViewSet(SnippetViewSet):
    """What the desk notes. An answer that is taken away is only hidden, and a renamed one keeps its figures."""

    model = Question
    icon = "clipboard-list"
    menu_label = _("Frågor i disken")
    list_display = ["text", "part", BooleanColumn("active", label=_("Ställs"), sort_key="active")]
    copy_view_enabled = False
    add_to_settings_menu = True
    panels = [
        FieldPanel("text"),
        FieldPanel("part"),
        FieldPanel("survey"),
        FieldRowPanel([FieldPanel("order"), FieldPanel("active")]),
        InlinePanel(
            "choices",
            heading=_("Svar"),
            label=_("Svar"),
            help_text=_(
                "Ett svar som byter namn är samma svar i siffrorna. Ett svar som du tar bort döljs bara: det som är noterat finns kvar."
            ),
            panels=[
                FieldRowPanel([FieldPanel("text"), FieldPanel("active")]),
                FieldRowPanel([FieldPanel("survey"), FieldPanel("looks_for")]),
            ],
        ),
    ]


register_snippet(QuestionViewSet)
