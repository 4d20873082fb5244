"""/sok/"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from utbud.search import queries

PER_PAGE = 10


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Answer ?q=. Without a question the page shows only the box."""
    question = request.GET.get("q", "").strip()[: queries.QUERY_MAX]
    found = queries.find(question)
    page = Paginator(found.pages, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "query": question,
        "asked": bool(question),
        "corrected": found.corrected,
        "help": found.help and page.number == 1,
        "number": page.paginator.count + found.help,
        "page_obj": page,
        "results": [
            {
                "title": hit.title,
                "url": hit.get_url(request),
                "excerpt": getattr(hit, "one_sentence", "")
                or getattr(hit, "lead", "")
                or getattr(hit, "intro", ""),
                "kind": hit.specific_class._meta.verbose_name,
                "takes": getattr(hit, "takes", ""),
            }
            for hit in page
        ],
    }
    return render(request, "search/search.html", context)
