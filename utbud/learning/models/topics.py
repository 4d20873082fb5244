"""Topics: what one wants to be able to do in life, with the DigComp competences behind it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from utbud.people.models import Competence


class Topic(models.Model):
    """A life goal, as a person would say it: «Betala och handla». Words, films and courses share them."""

    title = models.CharField(
        _("vad man vill kunna"),
        max_length=80,
        unique=True,
        help_text=_("Som man säger det, till exempel: Betala och handla."),
    )
    slug = models.SlugField(_("adress"), unique=True)
    about = models.CharField(_("en mening om ämnet"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    competences = models.ManyToManyField(
        Competence, blank=True, related_name="topics", verbose_name=_("kompetenser i DigComp 3.0")
    )

    panels = [
        FieldPanel("title"),
        FieldPanel("slug"),
        FieldPanel("about"),
        FieldPanel("order"),
        FieldPanel("competences"),
    ]

    class Meta:
        verbose_name = _("ämne")
        verbose_name_plural = _("ämnen")
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/ord/amne/{self.slug}/"
