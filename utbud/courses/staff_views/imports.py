"""Take in a season that was planned elsewhere: choose a file, see what it becomes, say yes."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from utbud.base import tables
from utbud.courses import imports, words
from utbud.courses.actions import imports as actions
from utbud.courses.forms.care import ImportForm
from utbud.courses.staff_views.common import ICON, may_plan, who
from utbud.people.staff import staff_page

SALT = "utbud.courses.imports"
STALE = 24 * 3600  # seconds that a preview can be said yes to


@never_cache
@may_plan
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a file; see what it becomes; say yes."""
    if "rows" in request.POST:
        return _make(request)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        return _preview(request, form.rows, drafts=form.cleaned_data["drafts"])
    context = {"form": form, "most": imports.MOST}
    status = 422 if form.errors else 200
    return staff_page(
        request, "courses/staff/import.html", context, title=_("Importera kurser"), icon=ICON, status=status
    )


def _preview(request: HttpRequest, rows: imports.Rows, *, drafts: bool) -> HttpResponse:
    now = timezone.now()
    checked = actions.check(rows, drafts=drafts, now=now)
    packed = signing.dumps({"rows": imports.packed(rows), "drafts": drafts}, salt=SALT, compress=True)
    context: dict[str, Any] = {
        "rows": [
            (
                one,
                words.time_words(one.row.starts_at, one.row.ends_at, now)
                if one.row.starts_at and one.row.ends_at
                else "",
            )
            for one in checked
        ],
        "made": sum(one.made for one in checked),
        "exist": sum(one.exists for one in checked),
        "wrong": sum(bool(one.problem) for one in checked),
        "remarks": rows.remarks,
        "drafts": sorted({one.name for one in checked if one.made and one.new_course}),
        "packed": packed,
    }
    return staff_page(
        request, "courses/staff/import_preview.html", context, title=_("Stämmer det här?"), icon=ICON
    )


def _make(request: HttpRequest) -> HttpResponse:
    try:
        held = signing.loads(request.POST["rows"], salt=SALT, max_age=STALE)
    except signing.BadSignature:
        messages.error(request, _("Sidan har varit öppen för länge. Välj filen en gång till."))
        return redirect("courses_import")
    rows = [imports.Wanted.unpacked(row) for row in held["rows"]]
    made, drafts = actions.make(rows, drafts=held["drafts"], by=who(request), now=timezone.now())
    said = ngettext("Ett tillfälle är inlagt.", "%(count)s tillfällen är inlagda.", made) % {"count": made}
    if not made:
        said = _("Allt i filen fanns redan. Inget nytt är inlagt.")
    if drafts:
        more = ngettext("En ny kurs är ett utkast.", "%(count)s nya kurser är utkast.", drafts)
        said = f"{said} {more % {'count': drafts}}"
    messages.success(request, said)
    return redirect("courses_runs")


@may_plan
@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """A table to begin with."""
    head, *rows = imports.template()
    headers = {"Content-Disposition": 'attachment; filename="kurser-mall.csv"'}
    return HttpResponse(tables.csv_file(head, rows), content_type=tables.CSV_TYPE, headers=headers)
