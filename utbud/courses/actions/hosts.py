"""The address at which the association that hosts an occasion notes who came."""

import secrets

from django.db import transaction

from utbud.courses.models import Occasion
from utbud.people.models import User


@transaction.atomic
def open_link(*, occasion: Occasion, by: User) -> str:
    """Make a new secret address; one that was given out before stops working. Returns its key."""
    key = secrets.token_urlsafe(24)
    Occasion.objects.filter(pk=occasion.pk).update(host_key=key)
    occasion.host_key = key
    return key


@transaction.atomic
def close_link(*, occasion: Occasion, by: User) -> None:
    """Take the address back. Twice is once."""
    Occasion.objects.filter(pk=occasion.pk).update(host_key=None)
    occasion.host_key = None
