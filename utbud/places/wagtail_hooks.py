"""The staff side: places with their hours, and days that differ everywhere."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from utbud.places.forms import WEEK, TimesFormSet
from utbud.places.models import Place, SpecialDay
from utbud.places.urls import admin_urlpatterns


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
        MultiFieldPanel(
            [FieldPanel(name) for name in WEEK],
            heading=_("Öppettider varje vecka"),
            help_text=_("Skriv dagar och tider på en rad. Det som inte står är stängt."),
        ),
        TimesPanel(
            "hours",
            panels=HOURS,
            heading=_("Öppettider dag för dag"),
            label=_("Öppettid"),
            classname="collapsed",
            help_text=_(
                "Här finns samma tider, och de som bara gäller en period. Ändra här eller på raden ovan, inte på båda."
            ),
        ),
        TimesPanel(
            "special_days",
            classname="collapsed",
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


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


class DaysItem(MenuItem):
    """For those who may say that a day differs."""

    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm("places.set_day"))


@hooks.register("register_admin_menu_item")
def days_item() -> MenuItem:
    return DaysItem(_("Dagar som avviker"), reverse("places_days"), name="dagar", icon_name="date", order=245)
