"""Threads: short posts on the library's profile, by the Threads API."""

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.channel import Receipt, Refused, Remark, Setting
from utbud.channels.graph import ContainerChannel, alt_text, fetchable
from utbud.channels.http import call
from utbud.channels.post import Post

# A run of emoji with all that belongs to them: skin tones, joiners, flags, keycaps.
EMOJI = regex.compile(
    r"(?:[\p{Extended_Pictographic}\p{Regional_Indicator}]|[0-9#*](?=\uFE0F?\u20E3))"
    r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u200D\uFE0F\u20E3\U000E0020-\U000E007F]*"
)


class Threads(ContainerChannel):
    """A short text with a link, and a picture that Threads fetches from our public address.

    A post can be taken away (at most 100 a day). It cannot be changed.
    """

    slug = "threads"
    label = gettext_lazy("Threads")
    about = gettext_lazy(
        "Lägger ut en kort text med länk och bild på bibliotekets profil. Webbplatsen måste gå att nå utifrån, "
        "för Threads hämtar bilden därifrån. Texten går inte att rätta efteråt, men inlägget går att ta bort.\n"
        "Du behöver en nyckel. Be den som sköter kommunens konton hos Meta om hjälp:\n"
        "1. Öppna developers.facebook.com och skapa en app för Threads API.\n"
        "2. Ge appen rättigheterna threads_basic, threads_content_publish och threads_delete.\n"
        "3. Lägg till er profil som testare i appen, och godkänn det i appen Threads.\n"
        "4. Gör en nyckel för profilen (user token generator).\n"
        "Nyckeln gäller i 60 dagar. Är kanalen på förnyar vi den varje vecka."
    )
    requires = (
        Setting(
            name="token",
            label=gettext_lazy("Nyckel"),
            help=gettext_lazy("En nyckel som gäller i 60 dagar. Den börjar ofta på THAA."),
            secret=True,
        ),
    )
    max_length = 500
    media = ("kort-kvadrat.jpg", "kort-kvadrat.png", "kort.png")
    can_recall = True
    address = "https://graph.threads.net/v1.0"
    containers, publishing, quota = "threads", "threads_publish", "threads_publishing_limit"
    state, reason = "status", "error_message"

    def count(self, text: str) -> int:
        """Characters, but an emoji is as many as its bytes in UTF-8, as the documents say."""
        return len(text) + sum(len(run.encode()) - len(run) for run in EMOJI.findall(text))

    def remarks(self, post: Post, text: str) -> list[Remark]:
        found = super().remarks(post, text)
        picture = self.picture(post)
        if picture and not fetchable(picture.url):
            says = _(
                "Threads kan inte hämta bilden från %(url)s. Webbplatsen måste ha en öppen adress med https."
            )
            found.append(Remark(says=says % {"url": picture.url}, stops=True))
        return found

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        fields = {"media_type": "TEXT", "text": text}
        if picture := self.picture(post):
            fields |= {"media_type": "IMAGE", "image_url": picture.url, "alt_text": alt_text(picture.alt)}
        return self.publish(self._profile()["id"], fields)

    def recall(self, receipt: Receipt) -> None:
        self.graph.delete(receipt.reference)

    def renew(self) -> dict[str, str]:
        """A key that lives for 60 days more (GET /refresh_access_token; the old one must be at least a day old)."""
        host = self.address.rsplit("/", 1)[0]
        asked = {"grant_type": "th_refresh_token", "access_token": self.config["token"]}
        answer = call("GET", f"{host}/refresh_access_token", service="Threads", params=asked).json()
        return {"token": str(answer["access_token"])} if answer.get("access_token") else {}

    def test(self, *, to: str = "") -> str:
        return _(
            "Nyckeln hör till profilen @%(name)s. Inget lades ut, så provet visar inte att nyckeln får göra inlägg "
            "eller ta bort dem."
        ) % {"name": self._profile()["username"]}

    def _profile(self) -> dict[str, str]:
        answer = self.graph.get("me", fields="id,username")
        if not answer.get("id"):
            raise Refused(_("Threads känner inte igen nyckeln. Gör en ny och lägg in den."))
        return {"id": str(answer["id"]), "username": str(answer.get("username", ""))}
