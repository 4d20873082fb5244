"""Facebook, Instagram and Threads, as Meta's pages for developers say that they answer (Graph API v26.0, Threads v1.0).

Read from: Pages API «Posts», Page «Photos», «Handle errors»; Instagram platform «Content publishing», «IG Media»,
«IG Container», «Error codes»; Threads API «Posts», «Delete posts», «Troubleshooting».
"""

import re
from typing import Any

from tests.unit.channels.fakes import Asked, HttpFake, Said

TOKEN = "EAAB-right-token"


def error(code: int, message: str, subcode: int = 0, *, status: int = 400, **more: Any) -> Said:
    """An error as the Graph API gives it."""
    told = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC"} | more
    return status, {"error": told | ({"error_subcode": subcode} if subcode else {})}


def gone(method: str, name: str) -> Said:
    """Not there, or not yours to see."""
    says = f"Unsupported {method.lower()} request. Object with ID '{name}' does not exist, cannot be loaded due to missing permissions, or does not support this operation"
    return error(100, says, 33)


class Graph(HttpFake):
    """What the three have in common: the key in the form or the query, fields by name, no unknown parameters."""

    secret = "token"
    version = "v26.0"

    def __init__(self) -> None:
        super().__init__()
        self.config = {"token": TOKEN}
        self.answers: list[
            Said
        ] = []  # to be given to the deciding calls to come, in turn, before anything is done
        self.links: dict[str, str] = {}
        self.numbers = iter(range(17900000000000001, 17900000000009999))

    def refusal(self, reason: str) -> tuple[int, Any]:
        status, body = error(100, reason)[:2]
        return status, body

    def answer(self, asked: Asked) -> Said:
        given = asked.form() if asked.method == "POST" else dict(asked.query)
        token = given.pop("access_token", "")
        if asked.method == "POST" and asked.query:
            return error(100, "The form goes in the body")
        if token != TOKEN:
            return error(190, f"Malformed access token {token}", 0, status=400)
        version, *path = asked.path.strip("/").split("/")
        if version != self.version:
            return error(2635, f"You are calling a version of the API that is not {self.version}")
        if self.answers and self.decides(asked):
            return self.answers.pop(0)
        return self.serve(asked, path, given)

    def serve(self, asked: Asked, path: list[str], given: dict[str, str]) -> Said:
        """A call with the right key, by the parts of its path and what was given."""
        raise NotImplementedError

    def node(self, asked: Asked, name: str, given: dict[str, str]) -> Said:
        """Reading and deleting something that is out."""
        if name not in self.posts:
            return gone(asked.method, name)
        if asked.method == "DELETE":
            del self.posts[name]
            return 200, {"success": True, "deleted_id": name}
        about = {"id": name, "permalink": self.links[name], "permalink_url": self.links[name]}
        return 200, {
            field: about[field] for field in ["id", *given.get("fields", "").split(",")] if field in about
        }


class Facebook(Graph):
    """A Page. A token for a person can be had with ``holder``."""

    page = "1029384756"

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__()
        self.config |= {"page": self.page}
        self.holder = {"id": self.page, "name": "Biblioteket i Exempelstad"}
        self.pictures: dict[str, dict[str, Any]] = {}
        self.shared: dict[str, str] = {}  # links in posts without a picture
        monkeypatch.setattr("utbud.channels.adapters.facebook.Facebook.address", f"{self.url}/{self.version}")

    def serve(self, asked: Asked, path: list[str], given: dict[str, str]) -> Said:
        match asked.method, path:
            case "GET", ["me"]:
                return 200, self.holder
            case "POST", [self.page, "photos"]:
                if unknown := given.keys() - {"caption", "alt_text_custom", "published", "url"}:
                    return error(100, f"Unknown parameters {unknown}")
                if "source" not in asked.files() and "url" not in given:
                    return error(324, "Missing or invalid image file")
                post = self._out(given.get("caption", ""))
                self.pictures[post] = {
                    "source": asked.files().get("source"),
                    "alt": given.get("alt_text_custom"),
                }
                return 200, {"id": str(next(self.numbers)), "post_id": post}
            case "POST", [self.page, "feed"]:
                if unknown := given.keys() - {"message", "link", "published"}:
                    return error(100, f"Unknown parameters {unknown}")
                post = self._out(given.get("message", ""))
                self.shared[post] = given.get("link", "")
                return 200, {"id": post}
            case "POST", [name]:
                if name not in self.posts:
                    return gone("POST", name)
                self.posts[name] = given["message"]
                return 200, {"success": True}
            case (("GET" | "DELETE"), [name]):
                return self.node(asked, name, given)
        return error(2500, f"Unknown path components: /{'/'.join(path)}")

    def _out(self, text: str) -> str:
        post = f"{self.page}_{next(self.numbers)}"
        self.posts[post], self.links[post] = (
            text,
            f"https://www.facebook.com/{self.page}/posts/{post.split('_')[1]}",
        )
        return post


class Containers(Graph):
    """Making and publishing in two steps."""

    account: str
    paths: tuple[str, str, str]  # containers, publishing, quota
    fields: tuple[str, str]  # state and reason of a container
    known: set[str]
    text: str
    site: str

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__()
        self.containers: dict[str, dict[str, str]] = {}
        self.made: dict[str, dict[str, str]] = {}  # what each post was made of
        self.slow = 0  # so many times a container is not ready
        self.failure = ""  # what a container says when it has failed
        self.used, self.most = 0, 100
        monkeypatch.setattr("utbud.channels.graph.ContainerChannel.pauses", (0, 0, 0))

    def decides(self, asked: Asked) -> bool:
        return asked.method == "DELETE" or asked.path.endswith(f"/{self.paths[1]}")

    def serve(self, asked: Asked, path: list[str], given: dict[str, str]) -> Said:
        containers, publishing, quota = self.paths
        match asked.method, path:
            case "GET", [self.account, found] if found == quota:
                config = {"quota_total": self.most, "quota_duration": 86400}
                return 200, {"data": [{"quota_usage": self.used, "config": config}]}
            case "POST", [self.account, found] if found == containers:
                if unknown := given.keys() - self.known:
                    return error(100, f"Unknown parameters {unknown}")
                if wrong := self.wrong(given):
                    return wrong
                name = str(next(self.numbers))
                self.containers[name] = given
                return 200, {"id": name}
            case "POST", [self.account, found] if found == publishing:
                return self._publish(given)
            case "GET", [name] if name in self.containers:
                return 200, self._state(name)
            case (("GET" | "DELETE"), [name]):
                return self.node(asked, name, given)
        return error(2500, f"Unknown path components: /{'/'.join(path)}")

    def wrong(self, given: dict[str, str]) -> Said | None:
        """What the service has against making this."""
        raise NotImplementedError

    def _state(self, name: str) -> dict[str, str]:
        state, reason = self.fields
        if self.failure:
            return {state: "ERROR", reason: self.failure, "id": name}
        if self.slow:
            self.slow -= 1
            return {state: "IN_PROGRESS", "id": name}
        self.containers[name]["ready"] = "yes"
        return {state: "FINISHED", "id": name}

    def _publish(self, given: dict[str, str]) -> Said:
        container = self.containers.get(given.get("creation_id", ""))
        if container is None:
            return error(24, "The media builder does not exist or has expired", 2207008)
        if "ready" not in container:
            return error(9007, "The media is not ready for publishing", 2207027)
        name = str(next(self.numbers))
        self.made[name] = {field: value for field, value in container.items() if field != "ready"}
        self.posts[name], self.links[name] = container.get(self.text, ""), self.site + name
        self.used += 1
        return 200, {"id": name}


class Instagram(Containers):
    """A professional account, by Facebook Login."""

    account = "17841400000000001"
    paths = ("media", "media_publish", "content_publishing_limit")
    fields = ("status_code", "status")
    known = {"image_url", "caption", "alt_text"}
    text = "caption"
    site = "https://www.instagram.com/p/"

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__(monkeypatch)
        self.config |= {"account": self.account}
        monkeypatch.setattr(
            "utbud.channels.adapters.instagram.Instagram.address", f"{self.url}/{self.version}"
        )

    def serve(self, asked: Asked, path: list[str], given: dict[str, str]) -> Said:
        if (asked.method, path) == ("GET", [self.account]):
            return 200, {"id": self.account, "username": "exempelbiblioteket"}
        return super().serve(asked, path, given)

    def wrong(self, given: dict[str, str]) -> Said | None:
        caption = given.get("caption", "")
        if not given.get("image_url", "").startswith("https://"):
            return error(9004, "The media could not be fetched from this uri", 2207052)
        if not given["image_url"].endswith((".jpg", ".jpeg")):
            return error(36001, "The image format is not supported", 2207005)
        if (
            len(caption) > 2200
            or len(re.findall(r"#\w", caption)) > 30
            or len(re.findall(r"(?<!\w)@\w", caption)) > 20
        ):
            return error(36004, "The caption was too long", 2207010)
        if len(given.get("alt_text", "")) > 1000:
            return error(100, "Param alt_text is too long")
        return None


class Threads(Containers):
    """A profile."""

    version = "v1.0"
    account = "27841400000000002"
    paths = ("threads", "threads_publish", "threads_publishing_limit")
    fields = ("status", "error_message")
    known = {"media_type", "text", "image_url", "alt_text"}
    text = "text"
    site = "https://www.threads.com/@exempelbiblioteket/post/"

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__(monkeypatch)
        self.most = 250
        monkeypatch.setattr("utbud.channels.adapters.threads.Threads.address", f"{self.url}/{self.version}")

    def serve(self, asked: Asked, path: list[str], given: dict[str, str]) -> Said:
        if (asked.method, path) == ("GET", ["me"]):
            return 200, {"id": self.account, "username": "exempelbiblioteket"}
        return super().serve(asked, path, given)

    def wrong(self, given: dict[str, str]) -> Said | None:
        match given.get("media_type"):
            case "TEXT" if not given.get("text") or "image_url" in given:
                return error(100, "Param text is required, and image_url is for media_type=IMAGE")
            case "IMAGE" if not given.get("image_url", "").startswith("https://"):
                return error(100, "Param image_url must be a public address")
            case "TEXT" | "IMAGE":
                return (
                    error(100, "Param text must be at most 500 characters long")
                    if len(given["text"]) > 500
                    else None
                )
        return error(100, "Param media_type must be one of TEXT, IMAGE, VIDEO, CAROUSEL")
