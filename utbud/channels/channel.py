"""What a channel is. An adapter is one file in ``adapters/``: what it declares, and a few methods.

An adapter never touches the database. It is made with its settings, is asked what it would say, and
says it. It raises ``Refused`` (trying again would not help) or ``Unavailable`` (it may).
"""

import datetime as dt
import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from utbud.channels.post import Fitted, Media, Post, fit, graphemes

ALWAYS = dt.timedelta.max
EMAIL, SMS = "email", "sms"


class Refused(Exception):
    """The service said no. The message is Swedish, says why and what to do, and is shown as it is."""


class Unavailable(Exception):
    """The service could not be reached, or asked us to wait ``retry_after`` (seconds). The message is Swedish."""

    def __init__(self, says: str, *, retry_after: float = 0) -> None:
        super().__init__(says)
        self.retry_after = retry_after


class Unsure(Unavailable):
    """The service may have taken it, or not: the answer never came. Tried again only where ``repeat_within`` allows."""


class Unread(Unsure):
    """The service answered, but not so that we can tell whether it took it. A person decides, at once."""


@dataclass(frozen=True)
class Receipt:
    """What a service said when it had taken a post: its own name for it, and where it can be seen."""

    reference: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A thing that staff fill in to set a channel up. ``name`` is the key in the adapter's ``config``."""

    name: str
    label: Any  # Swedish, may be lazy
    help: Any = ""
    secret: bool = False  # kept encrypted and never shown again
    required: bool = True
    default: str = ""
    choices: tuple[tuple[str, Any], ...] = ()  # (value, label), where there are but a few to choose from
    check: Callable[[str], object] | None = None  # raises Refused for what can never work


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something about what a channel would get. ``stops`` means that it cannot be sent so."""

    says: str  # Swedish, with what to do
    stops: bool = False


class Channel:
    """A push channel. Subclasses declare and fill in ``send``; the rest has a default.

    ``key`` in ``send`` is the same each time one delivery is tried: give it to the service as idempotency key
    or record name, and say in ``repeat_within`` for how long that makes a second try harmless.
    """

    do_not_call_in_templates = True  # a template shows the class and does not make one

    slug: ClassVar[str]
    label: ClassVar[Any]  # «Mastodon»
    about: ClassVar[Any] = ""  # Swedish: what it does, and how to get what ``requires`` asks for
    requires: ClassVar[tuple[Setting, ...]] = ()
    max_length: ClassVar[int | None] = None
    unit: ClassVar[Any] = "tecken"
    media: ClassVar[
        tuple[str, ...]
    ] = ()  # files it sends, by name in the item's address; the first there is, unless it sends several
    must_have: ClassVar[
        tuple[str, ...]
    ] = ()  # files without which nothing can be sent there (one of them is enough)
    by_hand: ClassVar[bool] = False  # a person posts it and says so
    subscribers: ClassVar[str] = ""  # EMAIL or SMS: a delivery to each subscriber of the channel
    can_recall: ClassVar[bool] = False
    can_correct: ClassVar[bool] = False
    when_corrected: ClassVar[Any] = ""  # Swedish: what else one should know of a correction there
    repeat_within: ClassVar[dt.timedelta] = dt.timedelta(
        0
    )  # since the first try; ALWAYS when the key is kept for good
    lease: ClassVar[dt.timedelta] = dt.timedelta(seconds=90)  # longer than any send takes

    def __init__(self, config: Mapping[str, str]) -> None:
        self.config = {setting.name: setting.default for setting in self.requires} | {
            name: value for name, value in config.items() if value
        }

    def missing(self) -> list[str]:
        """The labels of what must be filled in but is not."""
        return [str(one.label) for one in self.requires if one.required and not self.config.get(one.name)]

    def faults(self) -> dict[str, str]:
        """What is filled in but cannot work, in Swedish, by the name of the setting."""
        found = {}
        for one in self.requires:
            if one.check and (given := self.config.get(one.name)):
                try:
                    one.check(given)
                except Refused as error:
                    found[one.name] = str(error)
        return found

    # --- what it would say ----------------------------------------------------------------------

    def limit(self) -> int | None:
        """The most that ``count`` may say of a text, None for no limit."""
        return self.max_length

    def count(self, text: str) -> int:
        """The length of ``text`` as the service counts it."""
        return graphemes(text)

    def body(self, post: Post) -> str:
        """What the channel says before the link, unless staff have written it themselves."""
        return f"{post.kind}: {post.title}\n\n{post.lead}"

    def tail(self, post: Post) -> str:
        """What must stand whole at the end: the link, and tags where the channel has them."""
        return post.url

    def compose(self, post: Post) -> Fitted:
        """The channel's own text for ``post``, made to fit."""
        limit = self.limit()
        if limit is None:
            return Fitted("\n\n".join(part for part in (self.body(post), self.tail(post)) if part))
        return fit(self.body(post), self.tail(post), limit, self.count)

    def picture(self, post: Post) -> Media | None:
        """The file that goes with the text."""
        return post.file(*self.media)

    def declines(self, post: Post) -> str:
        """Why the channel has nothing to say of such a ``post`` at all (Swedish); "" when it has. Nothing is then sent."""
        return ""

    def remarks(self, post: Post, text: str) -> list[Remark]:
        """What is wrong or worth knowing about sending ``text`` for ``post`` here; subclasses add to it."""
        found = []
        limit = self.limit()
        if not text.strip():
            found.append(
                Remark(says=_("Texten är tom. Skriv något, eller ta tillbaka förslaget."), stops=True)
            )
        if limit is not None and (length := self.count(text)) > limit:
            found.append(
                Remark(
                    says=_("Texten är %(over)s %(unit)s för lång. Korta den.")
                    % {"over": length - limit, "unit": self.unit},
                    stops=True,
                )
            )
        if self.must_have and not post.file(*self.must_have):
            found.append(
                Remark(says=_("Här behövs en bild eller ett klipp, och det finns inget."), stops=True)
            )
        picture = self.picture(post)
        if picture and picture.content_type.startswith("image/") and not picture.alt.strip():
            found.append(Remark(says=_("Bilden saknar beskrivning för den som inte ser den."), stops=True))
        return found

    def price(self, text: str, recipients: int = 0) -> str:
        """What one recipient costs and, where there are several, what all do, in words; "" for nothing."""
        return ""

    # --- what it does ---------------------------------------------------------------------------

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        """Say ``text``, with the files it takes, to ``to`` (a subscriber's address, "" for our own page)."""
        raise NotImplementedError

    def correct(self, receipt: Receipt, post: Post, text: str) -> Receipt:
        """Change what was said to ``text``. Can be done twice without harm."""
        raise NotImplementedError

    def recall(self, receipt: Receipt) -> None:
        """Take back what was said. What is gone already is no error; can be done twice without harm."""
        raise NotImplementedError

    def renew(self) -> Mapping[str, str]:
        """New values of settings that run out (a key that lives for 60 days), asked for once a week; {} for none."""
        return {}

    def test(self, *, to: str = "") -> str:
        """Prove that the settings work, with the least that shows (``to``: an address where one is needed).

        Returns Swedish: what was done and what was seen. Raises Refused or Unavailable.
        """
        raise NotImplementedError


@functools.cache
def adapters() -> dict[str, type[Channel]]:
    """Every kind of channel by its slug: our own files, then what other packages offer as ``utbud.channels``."""
    folder = importlib.import_module(f"{__package__}.adapters")  # by name: the adapters import this file
    for found in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
        importlib.import_module(found.name)
    offered = [entry.load() for entry in entry_points(group="utbud.channels")]
    kinds = [*_subclasses(Channel), *offered]
    return {kind.slug: kind for kind in kinds if hasattr(kind, "slug")}


def secret_names() -> set[str]:
    """What any adapter's settings call what must be locked away."""
    return {setting.name for kind in adapters().values() for setting in kind.requires if setting.secret}


def _subclasses(kind: type[Channel]) -> list[type[Channel]]:
    found = []
    for one in kind.__subclasses__():
        if one.__module__.startswith("utbud.channels.adapters."):
            found.append(one)
        found += _subclasses(one)
    return found
