"""Sizes and lengths as people read them, in Swedish."""

from django.utils.translation import gettext as _


def size_words(count: int) -> str:
    """Bytes: «850 kB», «12 MB», «1,4 GB»."""
    if count < 1_000_000:
        return _("%(count)s kB") % {"count": max(1, round(count / 1000)) if count else 0}
    if count < 1_000_000_000:
        return _("%(count)s MB") % {"count": round(count / 1_000_000)}
    return _("%(count)s GB") % {"count": f"{count / 1_000_000_000:.1f}".replace(".", ",")}


def length_words(seconds: float) -> str:
    """«3 min 12 s», «45 s», «1 tim 2 min»."""
    whole = round(seconds)
    if whole >= 3600:
        return _("%(hours)s tim %(minutes)s min") % {"hours": whole // 3600, "minutes": whole % 3600 // 60}
    if whole >= 60:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": whole // 60, "seconds": whole % 60}
    return _("%(seconds)s s") % {"seconds": whole}
