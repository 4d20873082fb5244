"""What a library has left to set up, before its site says who it is and somebody can approve."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.base import letters
from utbud.calendar.models import Resource
from utbud.learning.models import Topic
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
    places_there = Place.objects.exists()
    no_main = not LibrarySettings.objects.exclude(main_place=None).exists()
    if user.has_perm("places.change_librarysettings") and places_there and no_main:
        yield FirstStep(
            _("Välj bibliotekets huvudplats"),
            reverse("wagtailsettings:edit", args=["places", "librarysettings"]),
            _("Dess adress står på varje sida och varje papper."),
        )
    if user.has_perm("people.change_user") and not letters.go_out():
        yield FirstStep(
            _("Låt en e-postserver skicka breven"),
            "",
            _(
                "Nu går inga brev ut. Den som sköter servern ställer in det (UTBUD_MAIL, se driftens handbok)."
            ),
        )
    if user.has_perm("people.add_user") and User.objects.filter(is_active=True).count() < 2:
        yield FirstStep(
            _("Lägg in dina kollegor"),
            reverse("wagtailusers_users:add"),
            _("Var och en loggar in som sig själv, med rollen för det de gör."),
        )
    if user.has_perm("people.add_responsiblepublisher") and not _two_can_approve():
        publishers = reverse(ResponsiblePublisher.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]
        yield FirstStep(
            _("Lägg in en ansvarig utgivare"),
            publishers,
            _("Ingen godkänner sitt eget. Det behövs någon utöver den som skriver."),
        )
    if user.has_perm("learning.add_topic") and not Topic.objects.exists():
        yield FirstStep(
            _("Lägg in ämnen"),
            reverse(Topic.snippet_viewset.get_url_name("list")),  # type: ignore[attr-defined]
            _("De säger vad man vill kunna, till exempel: Prata med barnbarnen på skärm."),
        )
    leaders = Resource.objects.active().filter(kind=Resource.Kind.PERSON)
    if user.has_perm("calendar.add_resource") and not leaders.exists():
        yield FirstStep(
            _("Lägg in dem som leder kurser och möter besökare"),
            reverse(Resource.snippet_viewset.get_url_name("list")),  # type: ignore[attr-defined]
            _("Då ser ni i kalendern vem som är upptagen, och ingen bokas på två ställen."),
        )
    drafts = InfoPage.objects.filter(live=False, first_published_at=None)
    for page in drafts.order_by("path"):
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
