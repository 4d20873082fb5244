"""Mastodon's interface, as docs.joinmastodon.org has it: instance, media, statuses, accounts."""

from utbud.channels.adapters import mastodon

from . import Asked, HttpFake, Said

BUSY = 206  # the picture is not ready


class Mastodon(HttpFake):
    """A server with one account and one key."""

    secret = "token"

    def __init__(self, monkeypatch):
        super().__init__()
        monkeypatch.setattr(mastodon, "_limits", {})  # what is remembered belongs to one server
        monkeypatch.setattr(mastodon, "PAUSE", 0.0)
        self.config = {"server": self.url, "token": "mastodons-ratta-nyckel"}
        self.max_characters, self.says_limits = 500, True
        self.media: dict[str, dict] = {}
        self.busy = 0  # so many times the picture is not ready
        self.keys: dict[str, str] = {}
        self.statuses: dict[str, dict] = {}
        self.made = 0

    def decides(self, asked: Asked) -> bool:
        return asked.method != "GET" and asked.path.startswith("/api/v1/statuses")

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/api/v2/instance":
            if not self.says_limits:
                return 404, {"error": "Not found"}
            says = {"max_characters": self.max_characters, "characters_reserved_per_url": 23}
            return 200, {"configuration": {"statuses": says}}
        if asked.headers.get("Authorization") != f"Bearer {self.config['token']}":
            return 401, {"error": "The access token is invalid"}
        match asked.method, asked.path.split("/")[3:]:
            case "GET", ["accounts", "verify_credentials"]:
                return 200, {"id": "1", "acct": "biblioteket"}
            case "POST", ["media"]:
                return self._take_media(asked)
            case "GET", ["media", media]:
                self.busy -= 1
                return (BUSY, None) if self.busy >= 0 else (200, self.media[media])
            case "POST", ["statuses"]:
                return self._take_status(asked)
            case "PUT", ["statuses", status] if status in self.statuses:
                return 200, self._keep(status, asked)
            case "DELETE", ["statuses", status] if status in self.statuses:
                self.posts.pop(status, None)
                return 200, self.statuses.pop(status)
        return 404, {"error": "Record not found"}

    def _take_media(self, asked: Asked) -> Said:
        self.made += 1
        media = {
            "id": str(self.made),
            "description": asked.form()["description"],
            "content": len(asked.files()["file"]),
        }
        self.media[media["id"]] = media
        return (202 if self.busy else 200), media

    def _take_status(self, asked: Asked) -> Said:
        key = asked.headers.get("Idempotency-Key")
        if key in self.keys:
            return 200, self.statuses[self.keys[key]]
        if not asked.form().get("status"):
            return 422, {"error": "Validation failed: Text can't be blank"}
        self.made += 1
        if key:
            self.keys[key] = str(self.made)
        return 200, self._keep(str(self.made), asked)

    def _keep(self, number: str, asked: Asked) -> dict:
        """A status as it stands. An edit that names no media takes away what was there."""
        form = asked.form()
        visibility = self.statuses.get(number, {}).get("visibility") or form["visibility"]
        media = [self.media[form["media_ids[]"]]] if "media_ids[]" in form else []
        self.statuses[number] = {
            "id": number,
            "url": f"{self.url}/@biblioteket/{number}",
            "text": form["status"],
            "language": form.get("language"),
            "visibility": visibility,
            "media_attachments": media,
        }
        if visibility != "direct":
            self.posts[number] = form["status"]
        return self.statuses[number]
