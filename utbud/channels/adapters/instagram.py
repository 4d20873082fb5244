"""Instagram: pictures on the library's professional account, by the Instagram API with Facebook Login."""

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.channel import Receipt, Refused, Remark, Setting
from utbud.channels.graph import ContainerChannel, alt_text, fetchable
from utbud.channels.post import Post

HASHTAGS, MENTIONS = 30, 20  # the most in one caption


class Instagram(ContainerChannel):
    """A square picture with a caption.

    Instagram fetches the picture itself from our public address. Links in a caption cannot be pressed, so the address
    is written to be read. A post can be taken away (since December 2025, with Facebook Login only); its caption cannot
    be changed.
    """

    slug = "instagram"
    label = gettext_lazy("Instagram")
    about = gettext_lazy(
        "Lägger ut en bild med text på bibliotekets konto. Webbplatsen måste gå att nå utifrån, "
        "för Instagram hämtar bilden därifrån. Texten går inte att rätta efteråt, men inlägget går att ta bort.\n"
        "Du behöver kontots nummer och en nyckel. Be den som sköter kommunens konton hos Meta om hjälp:\n"
        "1. Gör kontot till ett företagskonto i appen Instagram, och koppla det till er sida på Facebook.\n"
        "2. Öppna developers.facebook.com och skapa en app av typen företag.\n"
        "3. Lägg till en systemanvändare i Meta Business, och ge den sidan och kontot.\n"
        "4. Gör en nyckel för systemanvändaren med rättigheterna instagram_basic, instagram_content_publish, "
        "instagram_manage_contents, pages_read_engagement och pages_show_list.\n"
        "5. Kontots nummer får du av sidans fält instagram_business_account."
    )
    requires = (
        Setting(
            name="account",
            label=gettext_lazy("Kontots nummer"),
            help=gettext_lazy("Bara siffror, oftast 17. Det är inte kontots namn."),
        ),
        Setting(
            name="token",
            label=gettext_lazy("Nyckel"),
            help=gettext_lazy("Systemanvändarens nyckel. Den börjar ofta på EAA."),
            secret=True,
        ),
    )
    max_length = 2200
    media = ("kort-kvadrat.jpg",)  # JPEG is all it takes
    must_have = media
    can_recall = True
    address = "https://graph.facebook.com/v26.0"
    containers, publishing, quota = "media", "media_publish", "content_publishing_limit"
    state, reason = "status_code", "status"

    def count(self, text: str) -> int:
        """UTF-16 units: never less than Instagram counts, whichever way it does."""
        return len(text.encode("utf-16-le")) // 2

    def body(self, post: Post) -> str:
        return "\n\n".join(part for part in (f"{post.kind}: {post.title}", post.lead, post.text) if part)

    def tail(self, post: Post) -> str:
        lines = [_("Läs mer på %(address)s") % {"address": post.url.split("://", 1)[-1].rstrip("/")}]
        if post.phone:
            lines.append(_("Har du frågor? Ring oss på %(phone)s.") % {"phone": post.phone})
        words = [regex.sub(r"[^\p{L}\p{M}\p{N}_]", "", tag) for tag in post.tags]
        tags = " ".join(f"#{word}" for word in words[:HASHTAGS] if word)
        return "\n".join(lines) + (f"\n\n{tags}" if tags else "")

    def remarks(self, post: Post, text: str) -> list[Remark]:
        found = super().remarks(post, text)
        picture = self.picture(post)
        if picture and not fetchable(picture.url):
            says = _(
                "Instagram kan inte hämta bilden från %(url)s. Webbplatsen måste ha en öppen adress med https."
            )
            found.append(Remark(says=says % {"url": picture.url}, stops=True))
        for sign, most, says in (
            ("#", HASHTAGS, _("Texten har fler än 30 taggar. Ta bort några.")),
            ("@", MENTIONS, _("Texten nämner fler än 20 konton. Ta bort några.")),
        ):
            if len(regex.findall(rf"(?<![\p{{L}}\p{{N}}_]){sign}[\p{{L}}\p{{N}}_]", text)) > most:
                found.append(Remark(says=says, stops=True))
        return found

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        picture = self.picture(post)
        if picture is None:
            raise Refused(_("Instagram behöver en bild, och det finns ingen."))
        fields = {"image_url": picture.url, "caption": text, "alt_text": alt_text(picture.alt)}
        return self.publish(self.config["account"].strip(), fields)

    def recall(self, receipt: Receipt) -> None:
        self.graph.delete(receipt.reference)

    def test(self, *, to: str = "") -> str:
        account = self.graph.get(self.config["account"].strip(), fields="id,username")
        return _(
            "Nyckeln når kontot @%(name)s. Inget lades ut, så provet visar inte att nyckeln får göra inlägg "
            "eller ta bort dem."
        ) % {"name": account.get("username")}
