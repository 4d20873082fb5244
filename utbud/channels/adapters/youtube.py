"""YouTube: a film, or an item's clip, on the library's channel, by the YouTube Data API v3."""

import datetime as dt
import itertools
import re
import time
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, ClassVar
from zoneinfo import ZoneInfo

import requests
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.channel import Channel, Receipt, Refused, Remark, Setting, Unavailable, Unread, Unsure
from utbud.channels.http import answer, call
from utbud.channels.post import Media, Post, fit

NAME = "YouTube"
# A film of its own goes before the clip that any item may have.
FILM, CLIP = "film.mp4", "klipp.mp4"
CAPTIONS = {FILM: "film.vtt", CLIP: "klipp.vtt"}
STILL, STILL_MOST = "film.jpg", 2_000_000  # bytes: «Thumbnails: set» says 2 MB, the discovery document 50
# «Video chapters» in YouTube's help: the first at 00:00, at least three, in order, each at least ten seconds.
FEWEST_CHAPTERS, SHORTEST_CHAPTER = 3, 10
TITLE_LENGTH, TAGS_LENGTH = 100, 500  # characters
EDUCATION = "27"  # YouTube's own category
# Of 50 uploads, newest first, looked through for our mark: twice the 100 a day that the API lets in.
PAGES = 4
PART = 8 * 1024 * 1024  # bytes a call; must be a multiple of 256 KiB
DAY = 86400
WHO_SEES = (
    ("public", gettext_lazy("Alla")),
    ("unlisted", gettext_lazy("De som har länken")),
    ("private", gettext_lazy("Bara vi")),
)

# Reasons in YouTube's errors («YouTube Data API – Errors»), and what they mean to us.
USED_UP = ("quotaExceeded", "dailyLimitExceeded")  # begins anew at midnight in California
SLOWER = ("rateLimitExceeded", "userRateLimitExceeded", "SERVICE_UNAVAILABLE", "processingFailure")
BY_REASON = {
    "authError": gettext_lazy("Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar."),
    "youtubeSignupRequired": gettext_lazy("Kontot har ingen kanal på YouTube. Skapa en först."),
    "authenticatedUserAccountClosed": gettext_lazy("Kontot är stängt."),
    "authenticatedUserAccountSuspended": gettext_lazy("Kontot är avstängt. Logga in och se efter varför."),
    "insufficientPermissions": gettext_lazy("Nyckeln saknar rätt att göra det här. Gör en ny med rätten youtube.force-ssl."),
    "accessNotConfigured": gettext_lazy("YouTube Data API är inte påslaget i ert projekt hos Google."),
    "forbidden": gettext_lazy("Kontot får inte göra det här. Se efter att det är er kanal."),
    "invalidTitle": gettext_lazy("Titeln godtas inte. Den får vara högst 100 tecken."),
    "invalidDescription": gettext_lazy("Texten godtas inte. Den får vara högst 5000 byte."),
    "invalidTags": gettext_lazy("Ämnesorden godtas inte. De får vara högst 500 tecken ihop."),
    "videoNotFound": gettext_lazy("Filmen finns inte längre."),
}  # fmt: skip


@dataclass(frozen=True)
class Api:
    """The YouTube Data API, for whoever has ``token``."""

    address: str
    token: str
    pauses: tuple[float, ...]

    def call(
        self, method: str, path: str, *, fine: tuple[int, ...] = (), **options: Any
    ) -> requests.Response:
        """One call. Raises Refused or Unavailable, but for the statuses that are ``fine``."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        url = path if "://" in path else f"{self.address}{path}"
        some = tuple(range(400, 500))
        response = call(
            method, url, service=NAME, fine=some, headers=headers, allow_redirects=False, **options
        )
        if response.status_code >= 400 and response.status_code not in fine:
            raise meaning(response, self.token)
        return response

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """What stands at ``path``."""
        return answer(self.call("GET", path, params=params))

    def upload(
        self,
        path: str,
        params: dict[str, str],
        about: dict[str, Any],
        file: IO[bytes],
        length: int,
        *,
        fine: tuple[int, ...] = (),
    ) -> dict[str, Any]:
        """Send a ``file`` of ``length`` bytes in parts (the resumable protocol), read as they are sent: a film may be
        larger than memory. After a break we ask how much came, and go on from there.
        """
        started = self.call(
            "POST",
            f"/upload{path}",
            fine=fine,
            params=params | {"uploadType": "resumable"},
            json=about,
            headers={
                "X-Upload-Content-Length": str(length),
                "X-Upload-Content-Type": "application/octet-stream",
            },
        )
        if started.status_code in fine:
            return {}
        session, pauses = started.headers.get("Location"), iter(self.pauses)
        if not session:
            raise Unavailable(_("YouTube svarade inte med vart filmen ska skickas."))
        came, sure = 0, True
        while True:
            if sure:
                file.seek(came)
            part = file.read(PART) if sure else b""
            span = f"{came}-{came + len(part) - 1}" if part else "*"
            try:
                response = self.call(
                    "PUT",
                    session,
                    fine=(404, 410, *fine),
                    data=part,
                    headers={"Content-Range": f"bytes {span}/{length}"},
                )
            except Unavailable:
                if (pause := next(pauses, None)) is None:
                    raise
                time.sleep(pause)
                sure = False
                continue
            if response.status_code in (404, 410):
                raise Unavailable(_("Uppladdningen till YouTube avbröts. Vi börjar om."))
            if response.status_code != 308:
                return {} if response.status_code in fine else answer(response)
            before, came = came, received(response)
            if sure and came <= before:
                raise Unavailable(_("Uppladdningen till YouTube kommer inte vidare. Vi börjar om."))
            sure = True


def received(response: requests.Response) -> int:
    """How many bytes YouTube has: «bytes=0-524287» is 524288. No such header means none."""
    found = re.fullmatch(r"bytes=0-(\d+)", response.headers.get("Range", ""))
    return int(found[1]) + 1 if found else 0


def meaning(response: requests.Response, token: str) -> Refused | Unavailable:
    """The exception to raise for an answer with a status of 400 to 499."""
    try:
        error = response.json()["error"]
        says = str(error.get("message", ""))
        reason = str((error.get("errors") or [{}])[0].get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        says = reason = ""
    if reason in USED_UP:
        return Unavailable(
            _("Dagens utrymme hos YouTube är slut. Det fylls på i morgon."), retry_after=until_refill()
        )
    if reason == "uploadLimitExceeded":
        return Unavailable(_("YouTube tar inte emot fler filmer från er i dag."), retry_after=DAY)
    if reason in SLOWER or response.status_code == 429:
        after = response.headers.get("Retry-After", "")
        return Unavailable(_("YouTube ber oss vänta."), retry_after=float(after) if after.isdecimal() else 60)
    advice = BY_REASON.get(reason) or (BY_REASON["authError"] if response.status_code == 401 else "")
    advice = advice or _("Det togs inte emot (svar %(status)s).") % {"status": response.status_code}
    quote = _("Svaret var: «%(said)s»") % {"said": says.replace(token, "…")[:160]} if says else ""
    return Refused(f"{NAME}: {advice} {quote}".strip())


def until_refill() -> float:
    """Seconds until the day's quota begins anew, midnight Pacific time, and five minutes to be sure."""
    now = dt.datetime.now(ZoneInfo("America/Los_Angeles"))
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), now.tzinfo)
    return (midnight.astimezone(dt.UTC) - now.astimezone(dt.UTC)).total_seconds() + 300


def plain(text: str) -> str:
    """``text`` without the two signs that YouTube takes in no title, description or tag."""
    return text.replace("<", "‹").replace(">", "›")


class YouTube(Channel):
    """A film with captions, chapters and still; or the clip (a Short, being upright and short). The text is its description.

    The film is uploaded for our eyes only, given its captions, and then opened: it is never public without captions.
    A tag with the delivery's key marks it as ours, so that a second try finds it and goes on where the first stopped.
    A correction changes title and description; the film itself stays.
    """

    slug = "youtube"
    label = gettext_lazy("YouTube")
    about = gettext_lazy(
        "Lägger ut filmer och klipp på bibliotekets kanal, med undertexter, delar och stillbild.\n"
        "Du behöver tre nycklar från Google. Be den som sköter kommunens konton om hjälp:\n"
        "1. Öppna console.cloud.google.com, skapa ett projekt och slå på YouTube Data API v3.\n"
        "2. Skapa en OAuth-klient av typen webbapp. Ställ projektet i produktion, annars slutar nyckeln gälla efter sju dagar.\n"
        "3. Hämta en refresh token med OAuth 2.0 Playground. Välj egna nycklar och rätten youtube.force-ssl. "
        "Logga in med kontot som har kanalen.\n"
        "4. Be Google granska projektet. Tills det är gjort kan bara ni se filmerna."
    )
    requires = (
        Setting(name="client_id", label=gettext_lazy("Klient-id"), help=gettext_lazy("Slutar på apps.googleusercontent.com.")),
        Setting(name="client_secret", label=gettext_lazy("Klientens hemlighet"), secret=True),
        Setting(
            name="refresh_token",
            label=gettext_lazy("Nyckel (refresh token)"),
            help=gettext_lazy("Den börjar på 1//."),
            secret=True,
        ),
        Setting(
            name="who_sees",
            label=gettext_lazy("Vem ska kunna se filmen?"),
            default="public",
            choices=WHO_SEES,
        ),
    )  # fmt: skip
    max_length = 5000
    unit = gettext_lazy("byte")
    media = (FILM, CLIP, *CAPTIONS.values(), STILL)  # a film or a clip, and what goes with it
    must_have = (FILM, CLIP)
    can_recall = True
    can_correct = True
    when_corrected = gettext_lazy(
        "Filmen är kvar som den är. Säger den fel? Dra tillbaka, och lägg ut den igen när texten är rätt."
    )
    repeat_within = dt.timedelta(days=2)  # what PAGES reaches back
    lease = dt.timedelta(hours=1)  # a gigabyte at 2.5 Mbit/s
    address: ClassVar[str] = "https://youtube.googleapis.com"
    login: ClassVar[str] = "https://oauth2.googleapis.com/token"
    pauses: ClassVar[tuple[float, ...]] = (1, 2, 4, 8, 16)  # seconds, after each break in an upload

    # --- what it would say ----------------------------------------------------------------------

    def count(self, text: str) -> int:
        return len(text.encode())

    def body(self, post: Post) -> str:
        return "\n\n".join(part for part in (post.lead, chapter_lines(post.chapters), post.text) if part)

    def tail(self, post: Post) -> str:
        lines = [_("Läs, lyssna eller skriv ut: %(url)s") % {"url": post.url}]
        if post.phone:
            lines.append(_("Har du frågor? Ring oss på %(phone)s.") % {"phone": post.phone})
        return "\n".join(lines)

    def picture(self, post: Post) -> Media | None:
        return post.file(FILM, CLIP)

    def declines(self, post: Post) -> str:
        if post.file(FILM, CLIP):
            return ""
        return _("Det finns ingen film att lägga ut, eller så ligger den redan på YouTube.")

    def remarks(self, post: Post, text: str) -> list[Remark]:
        found = super().remarks(post, text)
        film = post.file(FILM, CLIP)
        if film and not post.file(CAPTIONS[film.name]):
            says = {
                FILM: _("Filmen saknar undertexter. Den får inte visas utan dem."),
                CLIP: _("Klippet saknar undertexter. En film får inte visas utan dem."),
            }
            found.append(Remark(says=says[film.name], stops=True))
        if film and film.name == FILM and post.chapters and not chapter_lines(post.chapters):
            found.append(
                Remark(
                    says=_(
                        "Delarna följer inte med. YouTube vill ha minst tre, med den första från början och minst tio "
                        "sekunder i varje."
                    )
                )
            )
        if plain(text) != text:
            found.append(Remark(says=_("YouTube tar inte emot tecknen < och >. De byts mot ‹ och ›.")))
        return found

    # --- what it does ---------------------------------------------------------------------------

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        film, privacy = post.file(FILM, CLIP), self.config["who_sees"]
        captions = post.file(CAPTIONS[film.name]) if film else None
        if not (film and captions):
            raise Refused(_("YouTube behöver ett klipp och dess undertexter."))
        try:
            length = size_of(film)  # as storage has it: what was noted when it was approved is only a note
        except OSError as error:
            raise Refused(
                _("Filmen finns inte kvar bland våra filer. Godkänn sidan igen, så görs den om.")
            ) from error
        api, mark = self._api(), f"utbud-{key}"
        video = self._find(api, mark)
        if video is None:
            about = {
                "snippet": self._words(post, text)
                | {
                    "tags": tags(mark, post.tags),
                    "categoryId": EDUCATION,
                    "defaultLanguage": post.language,
                    "defaultAudioLanguage": post.language,
                },
                "status": status("private"),
            }
            with film.open() as file:
                made = api.upload("/youtube/v3/videos", {"part": "snippet,status"}, about, file, length).get(
                    "id"
                )
            if not made:
                raise Unread(_("YouTube tog emot filmen, men svarade något som vi inte förstår."))
            video = str(made)
        track = {"snippet": {"videoId": video, "language": post.language, "name": "", "isDraft": False}}
        said = captions.read()
        api.upload(
            "/youtube/v3/captions", {"part": "snippet"}, track, BytesIO(said), len(said), fine=(409,)
        )  # 409: there already
        if film.name == FILM:
            self._give_still(api, video, post.file(STILL))
        if privacy != "private":
            self._open(api, video, privacy)
        return Receipt(video, f"https://www.youtube.com/watch?v={video}")

    def correct(self, receipt: Receipt, post: Post, text: str) -> Receipt:
        api = self._api()
        videos = api.get("/youtube/v3/videos", part="snippet", id=receipt.reference).get("items", [])
        if not videos:
            raise Refused(f"{NAME}: {BY_REASON['videoNotFound']}")
        keep = (
            "tags",
            "categoryId",
            "defaultLanguage",
            "defaultAudioLanguage",
        )  # what is not sent would be wiped
        snippet = {name: videos[0]["snippet"][name] for name in keep if name in videos[0]["snippet"]}
        body = {"id": receipt.reference, "snippet": snippet | self._words(post, text)}
        api.call("PUT", "/youtube/v3/videos", params={"part": "snippet"}, json=body)
        return receipt

    def recall(self, receipt: Receipt) -> None:
        self._api().call("DELETE", "/youtube/v3/videos", fine=(404,), params={"id": receipt.reference})

    def test(self, *, to: str = "") -> str:
        channel = self._channel(self._api())
        return _(
            "Nycklarna hör till kanalen «%(name)s». Ingen film lades upp, så provet visar inte att Google har "
            "granskat projektet. Innan dess kan bara ni se filmerna."
        ) % {"name": channel["snippet"]["title"]}

    # --- steps ----------------------------------------------------------------------------------

    def _words(self, post: Post, text: str) -> dict[str, str]:
        title = f"{post.kind}: {post.title}"
        if len(title) > TITLE_LENGTH:
            title = fit(post.title, "", TITLE_LENGTH, len).text
        return {"title": plain(title), "description": plain(text)}

    def _api(self) -> Api:
        """Trade the refresh token for one that lasts an hour."""
        form = {
            name: self.config.get(name, "").strip()
            for name in ("client_id", "client_secret", "refresh_token")
        }
        try:
            reply = call(
                "POST",
                self.login,
                service="Google",
                fine=(400, 401),
                data=form | {"grant_type": "refresh_token"},
            )
        except Unsure as error:  # asking twice is harmless
            raise Unavailable(str(error), retry_after=error.retry_after) from error
        given = answer(reply)
        if token := given.get("access_token"):
            return Api(self.address, token, self.pauses)
        if given.get("error") == "invalid_client":
            raise Refused(_("Google känner inte igen klienten. Se över klient-id och hemlighet."))
        if given.get("error") == "invalid_grant":
            raise Refused(
                _("Nyckeln till YouTube gäller inte längre. Hämta en ny refresh token och lägg in den.")
            )
        raise Refused(
            _("Google släppte inte in oss (%(error)s).") % {"error": given.get("error") or reply.status_code}
        )

    def _channel(self, api: Api) -> dict[str, Any]:
        channels = api.get("/youtube/v3/channels", part="snippet,contentDetails", mine="true").get(
            "items", []
        )
        if not channels:
            raise Refused(f"{NAME}: {BY_REASON['youtubeSignupRequired']}")
        return dict(channels[0])

    def _find(self, api: Api, mark: str) -> str | None:
        """The film that an earlier try left with our ``mark``, among the newest uploads."""
        playlist = self._channel(api)["contentDetails"]["relatedPlaylists"]["uploads"]
        page: dict[str, str] = {}
        for _turn in range(PAGES):
            query = {"part": "contentDetails", "playlistId": playlist, "maxResults": "50"} | page
            # 404: a channel with no film yet has no such list
            found = answer(api.call("GET", "/youtube/v3/playlistItems", fine=(404,), params=query))
            ids = [item["contentDetails"]["videoId"] for item in found.get("items", [])]
            if not ids:
                return None
            videos = api.get("/youtube/v3/videos", part="snippet,status", id=",".join(ids)).get("items", [])
            for video in videos:
                whole = video["status"].get("uploadStatus") in ("uploaded", "processed")
                if whole and mark in video["snippet"].get("tags", []):
                    return str(video["id"])
            if "nextPageToken" not in found:
                return None
            page = {"pageToken": found["nextPageToken"]}
        return None

    def _give_still(self, api: Api, video: str, still: Media | None) -> None:
        """Our own still as the film's thumbnail. A channel that may not (its phone number is not verified) keeps
        YouTube's own: the film goes out all the same.
        """
        if still is None or not still.stored:
            return
        content = still.read()
        if len(content) <= STILL_MOST:
            api.call(
                "POST",
                "/upload/youtube/v3/thumbnails/set",
                fine=(400, 403, 404, 413, 429),
                params={"videoId": video, "uploadType": "media"},
                data=content,
                headers={"Content-Type": still.content_type},
            )

    def _open(self, api: Api, video: str, privacy: str) -> None:
        body = {"id": video, "status": status(privacy)}
        found = answer(api.call("PUT", "/youtube/v3/videos", params={"part": "status"}, json=body))
        said = found.get("status")
        if not isinstance(said, dict) or "privacyStatus" not in said:
            raise Unread(_("YouTube tog emot filmen, men svarade något som vi inte förstår."))
        if said["privacyStatus"] != privacy:
            raise Refused(
                _(
                    "Filmen ligger på YouTube, men bara ni kan se den. Google måste först granska projektet. Försök sedan igen."
                )
            )


def size_of(media: Media) -> int:
    """The bytes of a file as storage has it."""
    with media.open() as file:
        return int(file.seek(0, 2))


def chapter_lines(chapters: tuple[tuple[float, str], ...]) -> str:
    """Chapters as YouTube reads them out of a description, a line each; "" for those that it would not take."""
    times = [int(start) for start, _title in chapters]
    far = all(after - before >= SHORTEST_CHAPTER for before, after in itertools.pairwise(times))
    if len(times) < FEWEST_CHAPTERS or times[0] != 0 or not far:
        return ""
    return "\n".join(f"{clock(start)} {' '.join(title.split())}" for start, title in chapters)


def clock(seconds: float) -> str:
    """«00:00», «1:02:05»."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes:02}:{left:02}"


def status(privacy: str) -> dict[str, Any]:
    """All of a film's status: what an update leaves out is put back to YouTube's own choice."""
    return {
        "privacyStatus": privacy,
        "embeddable": True,
        "license": "youtube",
        "publicStatsViewable": True,
        "selfDeclaredMadeForKids": False,
    }


def tags(mark: str, words: tuple[str, ...]) -> list[str]:
    """The mark and as many ``words`` as there is room for. One with a space counts two more, for its quotes."""
    found, length = [mark], len(mark)
    for word in (" ".join(plain(word).replace(",", " ").split()) for word in words):
        length += 1 + len(word) + 2 * (" " in word)
        if length > TAGS_LENGTH:
            break
        if word:
            found.append(word)
    return found
