"""The staff side: recordings, in a list of their own and in the chooser."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from utbud.formats import views
from utbud.formats.forms import RecordingForm
from utbud.formats.models import Recording
from utbud.formats.policy import RecordingPolicy


class RecordingChooserViewSet(SnippetChooserViewSet):
    permission_policy = RecordingPolicy(Recording)
    creation_form_class = RecordingForm
    create_view_class = views.RecordingChooserCreateView
    creation_tab_label = _("Ladda upp")
    create_action_label = _("Ladda upp")
    create_action_clicked_label = _("Laddar upp …")


class RecordingViewSet(SnippetViewSet):
    model = Recording
    icon = "u-speaker"
    menu_label = _("Inläsningar")
    menu_order = 320
    add_to_admin_menu = True
    copy_view_enabled = False
    add_view_class = views.RecordingCreateView
    chooser_viewset_class = RecordingChooserViewSet
    permission_policy = RecordingPolicy(Recording)
    list_display = [
        "title",
        Column("length", label=_("Längd")),
        Column("created_by", label=_("Inläst av")),
        DateColumn("created_at", label=_("Inläst"), sort_key="created_at"),
    ]
    search_fields = ["title"]
    panels = [FieldPanel("title"), HelpPanel(template="formats/panels/listen.html", heading=_("Lyssna"))]

    def get_queryset(self, request: Any) -> Any:
        return Recording.objects.select_related("created_by")


register_snippet(RecordingViewSet)


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    """Record and listen, for those who are logged in to the staff side."""
    return [
        path("inlasningar/ny/", views.add_recording, name="formats_add_recording"),
        path("inlasningar/<int:pk>/lyssna.mp3", views.listen, name="formats_listen"),
    ]
