"""Facebook: posts on the library's Page, by the Pages API."""

from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.channel import Channel, Receipt, Refused, Setting
from utbud.channels.graph import Graph
from utbud.channels.post import Post


class Facebook(Channel):
    """A photo with the text as its caption, or a post with the link where there is no picture.

    The Graph API has no idempotency key, so ``repeat_within`` is nothing: where the answer is lost a person looks.
    A correction changes the text; Facebook does not let a picture be changed.
    """

    slug = "facebook"
    label = gettext_lazy("Facebook")
    about = gettext_lazy(
        "Lägger ut text och bild på bibliotekets sida på Facebook.\n"
        "Du behöver sidans nummer och en nyckel. Be den som sköter kommunens konton hos Meta om hjälp:\n"
        "1. Öppna developers.facebook.com och skapa en app av typen företag.\n"
        "2. Ge appen rättigheterna pages_manage_posts, pages_read_engagement och pages_show_list.\n"
        "3. Lägg till en systemanvändare i Meta Business, och ge den er sida med rätt att skapa innehåll.\n"
        "4. Hämta sidans nyckel (page access token) med systemanvändaren. En sådan nyckel går inte ut."
    )
    requires = (
        Setting(
            name="page",
            label=gettext_lazy("Sidans nummer"),
            help=gettext_lazy("Bara siffror. Det står på sidan, under Om."),
        ),
        Setting(
            name="token",
            label=gettext_lazy("Sidans nyckel"),
            help=gettext_lazy("Page access token. Den börjar ofta på EAA."),
            secret=True,
        ),
    )
    max_length = 63206
    media = ("kort-kvadrat.jpg", "kort-kvadrat.png", "kort.png")
    can_recall = True
    can_correct = True
    address: ClassVar[str] = "https://graph.facebook.com/v26.0"

    @property
    def graph(self) -> Graph:
        """The service, with our key."""
        return Graph(self.address, self.config.get("token", "").strip(), str(self.label))

    def body(self, post: Post) -> str:
        return "\n\n".join(part for part in (f"{post.kind}: {post.title}", post.lead, post.text) if part)

    def tail(self, post: Post) -> str:
        lines = [_("Läs, lyssna eller skriv ut: %(url)s") % {"url": post.url}]
        if post.phone:
            lines.append(_("Har du frågor? Ring oss på %(phone)s.") % {"phone": post.phone})
        return "\n".join(lines)

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        page, picture = self.config["page"].strip(), self.picture(post)
        if picture:
            fields = {"caption": text, "alt_text_custom": picture.alt.strip()}
            files = {"source": (picture.name, picture.read(), picture.content_type)}
            made = self.graph.create(f"{page}/photos", fields, files=files)
        else:
            made = self.graph.create(f"{page}/feed", {"message": text, "link": post.url})
        return self._receipt(made)

    def correct(self, receipt: Receipt, post: Post, text: str) -> Receipt:
        self.graph.post(receipt.reference, {"message": text})
        return receipt

    def recall(self, receipt: Receipt) -> None:
        self.graph.delete(receipt.reference)

    def test(self, *, to: str = "") -> str:
        page = self.graph.get("me", fields="id,name")
        if str(page.get("id")) != self.config["page"].strip():
            raise Refused(
                _("Nyckeln hör till «%(name)s» och inte till sidan. Hämta sidans egen nyckel.")
                % {"name": page.get("name")}
            )
        return _(
            "Nyckeln hör till sidan «%(name)s». Inget lades ut, så provet visar inte att nyckeln får göra inlägg."
        ) % {"name": page.get("name")}

    def _receipt(self, reference: str) -> Receipt:
        otherwise = f"https://www.facebook.com/{reference}"
        return Receipt(reference, self.graph.permalink(reference, "permalink_url", otherwise))
