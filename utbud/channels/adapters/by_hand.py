"""By hand: for any place without an interface, or where the library has no permission to use it."""

from django.utils.translation import gettext_lazy as _

from utbud.channels.channel import Channel, Setting
from utbud.channels.post import Post


class ByHand(Channel):
    """A person copies the text, takes the picture, posts it and ticks it off. The tick is the receipt."""

    slug = "by-hand"
    label = _("För hand")
    about = _(
        "För en grupp, en anslagstavla eller en tidning som inte går att nå på annat sätt. "
        "Texten och bilden läggs fram här. Du lägger ut dem själv och kryssar för när det är gjort."
    )
    requires = (
        Setting(
            name="where",
            label=_("Var ska det läggas ut?"),
            help=_("Så att nästa person hittar dit. Till exempel adressen till gruppen."),
            required=False,
        ),
    )
    by_hand = True
    media = ("kort-kvadrat.png", "kort.png")

    def body(self, post: Post) -> str:
        return f"{post.kind}: {post.title}\n\n{post.lead}\n\n{post.text}".strip()
