"""What the lists of material have in common: a title, an inviting sentence or two, and what they list."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from utbud.publishing.models import ApprovedPage


class ListPage(ApprovedPage):
    """The list at /ord/, /kurser/, /filmer/ … What it lists it asks for when it is shown, so that it is never approved."""

    intro = models.TextField(_("inledning"), blank=True, max_length=600)

    parent_page_types = ["web.StartPage"]
    max_count = 1
    content_panels = [*ApprovedPage.content_panels, FieldPanel("intro")]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []

    list_of: ClassVar[Callable[[HttpRequest], dict[str, Any]]]  # see the app's apps.py

    class Meta:
        abstract = True

    def approval_content(self) -> dict[str, Any]:
        return {"title": self.title, "slug": self.slug, "intro": self.intro}

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | type(self).list_of(request)
