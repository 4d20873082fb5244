"""What goes with something that is deleted in Wagtail's own views: said where Wagtail asks (rule 28)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import NestedObjects
from django.db import models, router
from django.http import HttpRequest
from django.utils.translation import gettext as _

from utbud.people.models import User


def goes_with(instances: Iterable[models.Model]) -> list[str]:
    """«Öppettider: 14», for every kind of row of ours that would be deleted with ``instances``, and has a name for people."""
    rows = list(instances)
    if not rows:
        return []
    collector = NestedObjects(using=router.db_for_write(type(rows[0])), origin=rows)
    collector.collect(rows)
    counts: Counter[type[models.Model]] = Counter()
    for model, found in collector.model_objs.items():
        parents = {type(row) for row in rows} | {one for row in rows for one in type(row)._meta.parents}
        if isinstance(model, str) or model in parents or model._meta.auto_created:
            continue
        if model.__module__.startswith("utbud.") and "verbose_name" in model._meta.original_attrs:
            counts[model] = len(found)
    return sorted(f"{_called(model).capitalize()}: {count}" for model, count in counts.items())


def _called(model: type[models.Model]) -> str:
    """Many of them, as people say it: Django would make «besläktat ords» of what has no plural said."""
    said = "verbose_name_plural" in model._meta.original_attrs
    return str(model._meta.verbose_name_plural if said else model._meta.verbose_name)


def tell(request: HttpRequest, *given: Any) -> None:
    """Above Wagtail's question: what goes as well."""
    if request.method != "GET" or not given:
        return
    instances = given[0] if isinstance(given[0], models.QuerySet | list | tuple) else [given[0]]
    if any(isinstance(one, User) for one in instances):
        messages.warning(
            request,
            _("Har någon slutat? Ta i stället bort krysset vid Aktiv. Då finns namnet kvar i historiken."),
        )
    if goes := goes_with(instances):
        messages.warning(
            request,
            _("Det här försvinner också, och kan inte hämtas tillbaka. %(what)s.")
            % {"what": ". ".join(goes)},
        )
