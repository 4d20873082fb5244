"""Forms of the staff side: a place with its hours and special days."""

from typing import Any

from django.core.exceptions import ValidationError
from modelcluster.forms import BaseChildFormSet

from utbud.places.models import refuse_collision


class TimesFormSet(BaseChildFormSet):
    """Rows of time of one place, where no two may promise different things at once.

    They are compared here, as they were written, since what stands in the database may be on its way out.
    """

    def clean(self) -> None:
        super().clean()
        seen: list[Any] = []
        for form in self.forms:
            if (
                form.errors
                or form in self.deleted_forms
                or (not form.has_changed() and form.instance.pk is None)
            ):
                continue
            try:
                refuse_collision(form.instance, seen)
            except ValidationError as error:
                form.add_error("opens", error)
            seen.append(form.instance)
