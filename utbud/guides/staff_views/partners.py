"""Ask a guide's partners, and read what they answered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from utbud.guides import reviews
from utbud.guides.actions import partners
from utbud.guides.forms import AskForm
from utbud.guides.models import PartnerReview
from utbud.guides.staff_views.common import SHOWS, guide_for, posted, who
from utbud.people.models import Organisation
from utbud.people.staff import staff_page

ICON = "group"


@never_cache
@require_http_methods(SHOWS)
def partners_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Where each partner stands, what they wrote, and a new question. A link is shown this once."""
    guide = guide_for(request, page_id)
    draft = guide.get_latest_revision_as_object()
    now = timezone.now()
    chosen = [row.organisation_id for row in draft.partners.all()]
    form = AskForm(posted(request), partners=Organisation.objects.filter(pk__in=chosen))
    link, asked = "", None
    if request.method == "POST" and form.is_valid():
        try:
            asked, secret = partners.ask(
                guide=guide, organisation=form.cleaned_data["organisation"], letter=form.cleaned_data["letter"],
                by=who(request), now=now,
            )  # fmt: skip
        except partners.AskError as error:
            form.add_error(None, str(error))
        else:
            link = partners.link(secret)
            form = AskForm(None, partners=Organisation.objects.filter(pk__in=chosen))
    context = {
        "guide": draft,
        "form": form,
        "standings": reviews.standings(draft, now),
        "reviews": reviews.reviews_of(guide),
        "stuck": {review.pk for review in reviews.stuck_letters(now).filter(guide=guide)},
        "link": link,
        "asked": asked,
        "now": now,
    }
    return staff_page(
        request, "guides/staff/partners.html", context,
        title=_("Partner: %(title)s") % {"title": draft.title}, icon=ICON, status=422 if form.errors else 200,
    )  # fmt: skip


def _review(request: HttpRequest, pk: int) -> PartnerReview:
    review = get_object_or_404(PartnerReview.objects.select_related("guide", "organisation"), pk=pk)
    if not review.guide.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return review


@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer has been read."""
    review = _review(request, pk)
    partners.note_seen(review=review, now=timezone.now())
    return redirect("guides_partners", review.guide_id)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The question is taken back."""
    review = _review(request, pk)
    if partners.close(review=review):
        messages.success(request, _("Frågan är tillbakadragen. Länken fungerar inte längre."))
    else:
        messages.warning(request, _("De har redan svarat."))
    return redirect("guides_partners", review.guide_id)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter that got stuck goes again."""
    review = _review(request, pk)
    partners.send_again(review=review, now=timezone.now())
    messages.success(request, _("Brevet till %(who)s skickas igen.") % {"who": review.organisation})
    return redirect("guides_partners", review.guide_id)
