"""What films add to the workshop of a page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.films.models import FilmPage


def youtube(page: Any) -> list[tuple[str, str]]:
    """Where one says that the film is on YouTube already."""
    if not isinstance(page, FilmPage):
        return []
    says = _("Ändra filmen på YouTube") if page.youtube_id else _("Filmen finns redan på YouTube")
    return [(says, reverse("wagtailadmin_pages:edit", args=[page.pk]) + "#tab-youtube")]
