"""The library's channels, the outbox, those who subscribe, and how many were reached."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utbud.channels import vault
from utbud.channels.channel import Channel, Receipt, adapters
from utbud.channels.post import Post


class ChannelSetup(models.Model):
    """One channel that the library has set up: its kind (the adapter's slug), its name and its settings."""

    kind = models.CharField(_("slag"), max_length=40)
    name = models.CharField(
        _("namn"), max_length=80, unique=True, help_text=_("Så som ni själva kallar den.")
    )
    on = models.BooleanField(_("på"), default=False)
    config = models.JSONField(
        _("inställningar"), default=dict, blank=True
    )  # secrets as vault.lock keeps them
    tested_at = models.DateTimeField(_("senast provad"), null=True, blank=True)
    test_error = models.CharField(
        max_length=400, blank=True, default=""
    )  # the service said no, and nothing is new
    changed_at = models.DateTimeField(_("ändrad"), default=timezone.now)

    class Meta:
        verbose_name = _("kanal")
        verbose_name_plural = _("kanaler")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def adapter_class(self) -> type[Channel] | None:
        """What the channel is, None when the package that offered it is gone."""
        return adapters().get(self.kind)

    def adapter(self) -> Channel:
        """The channel, ready to be used. Raises KeyError when its kind is gone."""
        kind = adapters()[self.kind]
        secret = {setting.name for setting in kind.requires if setting.secret}
        return kind(
            {
                name: vault.unlock(value) if name in secret and value else value
                for name, value in self.config.items()
            }
        )


class Dispatch(models.Model):
    """What a channel was given to say of one version of an item: the approved post as it stood, and the text."""

    item = models.CharField(_("sak"), max_length=80, db_index=True)
    version = models.CharField(_("version"), max_length=64)
    channel = models.ForeignKey(
        ChannelSetup, models.PROTECT, related_name="dispatches", verbose_name=_("kanal")
    )
    title = models.CharField(_("titel"), max_length=255)
    post = models.JSONField(_("inlägg"))
    text = models.TextField(_("text"))
    made_at = models.DateTimeField(_("lagd i utkorgen"))
    withdrawn_at = models.DateTimeField(_("tillbakadragen"), null=True, blank=True)

    class Meta:
        verbose_name = _("utskick")
        verbose_name_plural = _("utskick")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "version", "channel"],
                condition=Q(withdrawn_at=None),
                name="one_dispatch_an_item_version_and_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} – {self.channel}"

    def as_post(self) -> Post:
        """The post as it was approved."""
        return Post.from_json(self.post)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what is to be done with them."""

    def due(self, now: dt.datetime) -> "DeliveryQuerySet":
        """To be sent or taken back by ``now``, and nobody's yet."""
        return self.filter(
            state__in=[Delivery.WAITING, Delivery.TAKING_BACK], due_at__lte=now, claimed_at=None
        ).exclude(dispatch__channel__kind__in=[slug for slug, kind in adapters().items() if kind.by_hand])


class Delivery(models.Model):
    """A dispatch on its way to one recipient. The row is the truth: jobs only say that there is something to do.

    ``claimed_at`` is set while a process holds it. A claim that was never given back is settled by
    ``actions.settle``: tried again where the service knows our key, otherwise put before a person.
    """

    WAITING, BY_HAND, SENDING, SENT = "waiting", "by_hand", "sending", "sent"
    REFUSED, UNSURE, STOPPED = "refused", "unsure", "stopped"
    TAKING_BACK, TAKEN_BACK, REMAINS, REPLACED = "taking_back", "taken_back", "remains", "replaced"
    STATES = {
        WAITING: _("på väg"),
        BY_HAND: _("ska läggas ut för hand"),
        SENDING: _("skickas"),
        SENT: _("ute"),
        REFUSED: _("gick inte ut"),
        UNSURE: _("osäkert om den gick ut"),
        STOPPED: _("stoppad"),
        TAKING_BACK: _("tas tillbaka"),
        TAKEN_BACK: _("tillbakatagen"),
        REMAINS: _("går inte att ta tillbaka"),
        REPLACED: _("rättad"),
    }

    dispatch = models.ForeignKey(
        Dispatch, models.CASCADE, related_name="deliveries", verbose_name=_("utskick")
    )
    subscriber = models.ForeignKey(
        "Subscriber",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("mottagare"),
    )
    recipient = models.CharField(
        _("mottagarens nummer"), max_length=40, blank=True
    )  # the subscriber's id, "" for none
    corrects = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("rättar")
    )
    key = models.UUIDField(_("nyckel"), unique=True)
    state = models.CharField(_("läge"), max_length=12, choices=STATES, default=WAITING)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    due_at = models.DateTimeField(_("nästa försök"))
    first_tried_at = models.DateTimeField(_("första försöket"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("påbörjad"), null=True, blank=True)
    sent_at = models.DateTimeField(_("utlagd"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("tillbakatagen"), null=True, blank=True)
    reference = models.CharField(_("tjänstens beteckning"), max_length=300, blank=True)
    url = models.URLField(_("adress"), max_length=500, blank=True)
    error = models.CharField(_("fel"), max_length=400, blank=True)
    maybe_out = models.BooleanField(
        _("kanske ute"), default=False
    )  # an answer was lost: the service may have taken it
    seen_at = models.DateTimeField(_("lagd åt sidan"), null=True, blank=True)  # a person has let it be
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("av"),
    )

    handed_over = False  # not kept: whether the adapter was called in this try
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("leverans")
        verbose_name_plural = _("leveranser")
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "recipient"], name="one_delivery_a_dispatch_and_recipient"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "taking_back", "taken_back", "remains"])
                | Q(sent_at__isnull=False),
                name="what_is_out_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.dispatch} ({self.get_state_display()})"

    @property
    def receipt(self) -> Receipt:
        """What the service said."""
        return Receipt(self.reference, self.url)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers by where they stand."""

    def active(self) -> "SubscriberQuerySet":
        """Who has said yes and not stopped."""
        return self.filter(confirmed_at__isnull=False, stopped_at=None)


class Subscriber(models.Model):
    """Someone who wants what a channel sends: an e-mail address or a phone number, and nothing more."""

    channel = models.ForeignKey(
        ChannelSetup, models.CASCADE, related_name="subscribers", verbose_name=_("kanal")
    )
    address = models.CharField(_("adress eller nummer"), max_length=254)  # lower case; numbers as +46…
    asked_at = models.DateTimeField(_("bad om det"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("sa ja"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("slutade"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("inlagd av"),
    )
    signed_on = models.DateField(
        _("skrev under"), null=True, blank=True
    )  # on paper, when staff have put them in
    letter_due_at = models.DateTimeField(
        null=True, blank=True
    )  # the letter that asks «is it you?», None: none to send
    claimed_at = models.DateTimeField(null=True, blank=True)  # it is claimed, then sent
    letter_sent_at = models.DateTimeField(null=True, blank=True)
    letter_attempts = models.PositiveSmallIntegerField(default=0)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("prenumerant")
        verbose_name_plural = _("prenumeranter")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["address"], name="subscriber_address"),
            models.Index(
                fields=["letter_due_at"],
                condition=Q(letter_due_at__isnull=False),
                name="subscriber_letter_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], name="one_subscriber_a_channel_and_address"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class IncomingText(models.Model):
    """A text message that came in and what it was answered, so that one told of twice is handled once. No number, no words."""

    digest = models.CharField(max_length=64, unique=True)  # of the channel and the service's id
    received_at = models.DateTimeField(db_index=True)
    reply = models.TextField(blank=True)

    class Meta:
        verbose_name = _("inkommet sms")
        verbose_name_plural = _("inkomna sms")

    def __str__(self) -> str:
        return self.digest[:8]


class Reach(models.Model):
    """How many, a day, an item and a way. Nobody is followed: there is nothing here but a number."""

    day = models.DateField(_("dag"))
    way = models.CharField(
        _("väg"), max_length=40
    )  # «web», «print», «phone», «screen», «feed», a channel's kind
    what = models.CharField(_("vad"), max_length=40)  # «view», «download», «call», «sent», …
    item = models.CharField(_("sak"), max_length=80, blank=True)
    count = models.PositiveIntegerField(_("antal"), default=0)

    class Meta:
        verbose_name = _("räckvidd")
        verbose_name_plural = _("räckvidd")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "way", "what", "item"], name="one_number_a_day_way_what_and_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.way} {self.what} {self.item}: {self.count}"
