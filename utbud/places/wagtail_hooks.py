"""The staff side: places with their hours, and days that differ everywhere."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from utbud.places.forms import TimesFormSet
from utbud.places.models import Place, SpecialDay


class TimesPanel(InlinePanel):
    """Rows of time that are compared with each other before they are saved."""

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = TimesFormSet
        return options


HOURS = [
    FieldRowPanel([FieldPanel("weekday"), FieldPanel("kind")]),
    FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
]
SPECIAL_DAY = [
    FieldRowPanel([FieldPanel("date"), FieldPanel("reason")]),
    FieldRowPanel([FieldPanel("closed"), FieldPanel("kind")]),
    FieldRowPanel([FieldPanel("opens"), FieldPanel("closes")]),
]


class PlaceViewSet(SnippetViewSet):
    model = Place
    icon = "home"
    menu_label = _("Platser och öppettider")
    copy_view_enabled = False
    list_display = [
        "name",
        "kind",
        Column("address", label=_("Adress")),
        BooleanColumn("active", label=_("Visas"), sort_key="active"),
    ]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("kind"),
                FieldPanel("slug"),
                FieldPanel("order"),
                FieldPanel("active"),
            ],
            heading=_("Platsen"),
        ),
        MultiFieldPanel(
            [FieldPanel("street"), FieldPanel("postal_code"), FieldPanel("city"), FieldPanel("phone")],
            heading=_("Så hittar man hit"),
        ),
        MultiFieldPanel([FieldPanel("about"), FieldPanel("accessibility")], heading=_("Om platsen")),
        TimesPanel("hours", panels=HOURS, heading=_("Öppettider varje vecka"), label=_("Öppettid")),
        TimesPanel(
            "special_days",
            panels=SPECIAL_DAY,
            heading=_("Dagar som avviker här"),
            label=_("Avvikande dag"),
            help_text=_(
                "Tiderna gäller i stället för de vanliga av samma slag. Helgdagar är stängda om inget står här."
            ),
        ),
    ]


class SpecialDayViewSet(SnippetViewSet):
    """Days that differ at every place. Those of one place stand with the place."""

    model = SpecialDay
    icon = "calendar-alt"
    menu_label = _("Avvikande dagar överallt")
    copy_view_enabled = False
    list_display = ["date", "reason", "kind", BooleanColumn("closed", label=_("Stängt")), "opens", "closes"]
    panels = SPECIAL_DAY

    def get_queryset(self, request: Any) -> Any:
        return SpecialDay.objects.filter(place=None)


class PlacesGroup(SnippetViewSetGroup):
    menu_label = _("Platser")
    menu_icon = "u-place"
    menu_order = 250
    items = (PlaceViewSet, SpecialDayViewSet)


register_snippet(PlacesGroup)
