"""From a film to a guide: choose the film, pick moments, go on in the editor."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from utbud.films.models import FilmPage
from utbud.guides.actions import from_film as actions
from utbud.guides.forms import MomentFormSet
from utbud.guides.staff_views.common import SHOWS, index_for, posted, who
from utbud.media.captions import short_clock
from utbud.media.models import FILM_NAMES, State
from utbud.people.staff import staff_page
from utbud.places.queries import library

ICON = "media"
PER_PAGE = 25
EMPTY_ROWS = 3  # for moments of one's own, where there is no script


@require_safe
def choose_film(request: HttpRequest) -> HttpResponse:
    """The films that a guide can be made of."""
    index_for(request)
    films = FilmPage.objects.filter(asset__state=State.READY).select_related("asset")
    films = films.prefetch_related("guides").order_by("draft_title", "pk")
    context = {"shown": Paginator(films, PER_PAGE).get_page(request.GET.get("p"))}
    return staff_page(
        request, "guides/staff/choose_film.html", context, title=_("Gör en guide av en film"), icon=ICON
    )


@require_http_methods(SHOWS)
def from_film(request: HttpRequest, film_id: int) -> HttpResponse:
    """Pick the moments that become steps."""
    index_for(request)
    film = get_object_or_404(FilmPage, pk=film_id)
    draft: FilmPage = film.get_latest_revision_as_object()
    if draft.asset is None or not draft.asset.is_ready:
        messages.warning(request, _("Filmen är inte klar än. Vänta tills den är bearbetad."))
        return redirect("guides_choose_film")
    sent = posted(request)
    suggested = [] if sent else actions.suggestions(draft)
    initial = [{"use": one.chosen, "second": one.second, "text": one.text} for one in suggested]
    rows = MomentFormSet(sent, prefix="m", initial=initial or None, form_kwargs={"empty_permitted": True})
    if not sent:
        rows.extra = EMPTY_ROWS
    made, error = actions.guides_of(film), ""
    if sent and rows.is_valid():
        chosen = [
            actions.Moment(row.cleaned_data["second"], row.cleaned_data["text"])
            for row in rows
            if row.cleaned_data.get("use")
        ]
        try:
            guide = actions.make_guide(
                film=film, moments=chosen, again="again" in sent, accent=library().accent, by=who(request),
                now=timezone.now(),
            )  # fmt: skip
        except actions.FilmError as says:
            error = str(says)
        else:
            messages.success(
                request, _("Guiden är ett utkast. Läs igenom stegen, och beskriv bilderna i ord.")
            )
            return redirect("wagtailadmin_pages:edit", guide.pk)
    version = draft.asset.version(*reversed(FILM_NAMES))
    context = {
        "film": draft,
        "made": made,
        "rows": rows,
        "error": error,
        "version": version,
        "cues": [[cue.start, cue.end, " ".join(cue.text.split())] for cue in draft.cues],
        "length": short_clock(draft.asset.seconds or 0),
    }
    return staff_page(
        request, "guides/staff/from_film.html", context,
        title=_("Gör en guide av filmen: %(title)s") % {"title": draft.title}, icon=ICON,
        status=422 if error or rows.total_error_count() else 200,
    )  # fmt: skip
