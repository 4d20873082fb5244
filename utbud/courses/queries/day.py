"""The day itself: who is expected to an occasion, who came, and the addresses that lead to it."""

from django.utils.crypto import constant_time_compare, salted_hmac

from utbud.courses.models import Occasion

SALT = "utbud.courses.evaluation"
SIGNED = 10  # letters of the token that nobody can guess


def evaluation_token(occasion: Occasion) -> str:
    """What stands in the address of an occasion's evaluation: short enough for a QR code on a paper list."""
    return f"{occasion.pk}-{_signed(occasion.pk)}"


def evaluation_path(occasion: Occasion) -> str:
    """Where those who were there say how it went."""
    return f"/kurser/utvardering/{evaluation_token(occasion)}/"


def occasion_of_token(token: str) -> Occasion | None:
    """The occasion that ``token`` leads to; None for one that we have not given out."""
    number, _dash, signed = token.partition("-")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        return None
    if not constant_time_compare(signed, _signed(int(number))):
        return None
    rows = Occasion.objects.select_related("run__course", "run__place", "run__host", "place", "quota")
    return rows.filter(pk=int(number)).first()


def _signed(pk: int) -> str:
    return salted_hmac(SALT, str(pk), algorithm="sha256").hexdigest()[:SIGNED]
