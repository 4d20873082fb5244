"""Digital services that material is about. One that changes marks all that depends on it, for somebody to look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class DigitalService(models.Model):
    """A service that people use and others run: BankID, Swish, 1177. It changes when it likes."""

    name = models.CharField(_("namn"), max_length=80, unique=True)

    panels = [FieldPanel("name")]

    class Meta:
        verbose_name = _("digital tjänst")
        verbose_name_plural = _("digitala tjänster")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServiceChange(models.Model):
    """Staff have seen that a service looks or works in another way than before."""

    service = models.ForeignKey(
        DigitalService, models.CASCADE, related_name="changes", verbose_name=_("tjänst")
    )
    what = models.CharField(_("vad som har ändrats"), max_length=200)
    at = models.DateTimeField(_("när"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("ändring i en tjänst")
        verbose_name_plural = _("ändringar i tjänster")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.service}: {self.what}"


class RecheckQuerySet(models.QuerySet["Recheck"]):
    """Rechecks by where they stand."""

    def open(self) -> "RecheckQuerySet":
        """Not done, of pages that readers see, with what changed; the first first."""
        rows = self.filter(done_at=None, page__live=True)
        return rows.select_related("change__service").order_by("change__at", "pk")


class Recheck(models.Model):
    """A page that has to be gone through because of a change, and who did it."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="rechecks", verbose_name=_("sida"))
    change = models.ForeignKey(ServiceChange, models.CASCADE, related_name="rechecks")
    done_at = models.DateTimeField(_("kontrollerad"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = RecheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("kontroll efter en ändring")
        verbose_name_plural = _("kontroller efter ändringar")
        ordering = ["change__at"]
        constraints = [
            models.UniqueConstraint(fields=["page", "change"], name="a_page_is_marked_once_a_change"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by=None), name="a_recheck_has_when_before_who"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} – {self.change}"
