"""What a library has left to set up, before its site says who it is and somebody can approve."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.people.models import ResponsiblePublisher, User
from utbud.places.models import LibrarySettings, OpeningHours, Place
from utbud.web.models import InfoPage


@dataclass(frozen=True)
class FirstStep:
    """Something to set up: what, where, and why."""

    title: str
    url: str
    why: str


def left_for(user: User) -> list[FirstStep]:
    """What is left of that which ``user`` may do, in the order to do it. Empty for a site that is set up."""
    return list(_steps(user))


def _steps(user: User) -> Iterator[FirstStep]:
    told = LibrarySettings.objects.exclude(phone="").exclude(municipality="")
    if user.has_perm("places.change_librarysettings") and not told.exists():
        url = reverse("wagtailsettings:edit", args=["places", "librarysettings"])
        yield FirstStep(
            _("Skriv bibliotekets namn, kommun och telefon"),
            url,
            _("De står på varje sida och varje papper."),
        )
    if user.has_perm("places.add_place") and not OpeningHours.objects.exists():
        places = reverse(Place.snippet_viewset.get_url_name("list"))
        yield FirstStep(
            _("Lägg in en plats och dess öppettider"), places, _("Då vet alla var och när de får hjälp.")
        )
    if user.has_perm("people.add_responsiblepublisher") and not _two_can_approve():
        publishers = reverse(ResponsiblePublisher.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]
        yield FirstStep(
            _("Lägg in en ansvarig utgivare"),
            publishers,
            _("Ingen godkänner sitt eget. Det behövs någon utöver den som skriver."),
        )
    drafts = InfoPage.objects.filter(live=False, first_published_at=None)
    for page in drafts.order_by("path")[:4]:
        if page.permissions_for_user(user).can_edit():
            yield FirstStep(
                _("Gå igenom sidan «%(title)s»") % {"title": page.draft_title},
                reverse("wagtailadmin_pages:edit", args=[page.pk]),
                _("Den är skriven åt er. Byt det som inte stämmer, och skicka den för godkännande."),
            )


def _two_can_approve() -> bool:
    """Whether what any of the staff writes can be approved by somebody else."""
    publishers = ResponsiblePublisher.objects.filter(active=True)
    writers = User.objects.filter(is_active=True).exclude(responsible_publisher__active=True)
    return publishers.count() > 1 or (
        publishers.exists() and (writers.exists() or publishers.filter(Q(user=None)).exists())
    )
