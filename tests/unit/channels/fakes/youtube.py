"""YouTube and Google's login, held to the API's own discovery document (the one google-api-python-client ships).

Method, path, query parameters and body are checked against it; what it does not say is from the pages «Resumable
uploads», «Videos: insert/update», «Captions: insert» and «Errors».
"""

import functools
import itertools
import json
import re
from pathlib import Path
from typing import Any

import googleapiclient

from tests.unit.channels.fakes import Asked, HttpFake, Said

CHUNK = 256 * 1024  # all parts but the last are a multiple of this


@functools.cache
def discovery() -> dict[str, Any]:
    """The description of the API, by its publisher."""
    file = Path(googleapiclient.__file__).parent / "discovery_cache/documents/youtube.v3.json"
    return dict(json.loads(file.read_text()))


def error(status: int, reason: str, message: str = "") -> Said:
    """An error as Google's APIs give it."""
    says = message or reason
    errors = [{"message": says, "domain": "youtube", "reason": reason}]
    return status, {"error": {"code": status, "message": says, "errors": errors}}


def against_schema(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    """What in ``value`` is not as the schema says."""
    if "$ref" in schema:
        schema = discovery()["schemas"][schema["$ref"]]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": float}
    kind = kinds[schema["type"]]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return [f"{where} is not {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is not one of {schema['enum']}"]
    if kind is list:
        return [wrong for one in value for wrong in against_schema(one, schema["items"], f"{where}[]")]
    if kind is dict:
        known = schema.get("properties", {})
        wrong = [f"{where} has no {name}" for name in value.keys() - known.keys()]
        return wrong + [
            bad
            for name in value.keys() & known.keys()
            for bad in against_schema(value[name], known[name], f"{where}.{name}")
        ]
    return []


def against_method(name: str, query: dict[str, str], body: Any) -> list[str]:
    """What in a call of ``videos.insert`` and the like is not as the document says."""
    resource, verb = name.split(".")
    method = discovery()["resources"][resource]["methods"][verb]
    known = method["parameters"] | discovery()["parameters"]
    wrong = [f"unknown parameter {one}" for one in query.keys() - known.keys()]
    wrong += [
        f"{one} is missing"
        for one, told in method["parameters"].items()
        if told.get("required") and one not in query
    ]
    wrong += [
        f"{one} is no number"
        for one in query
        if known.get(one, {}).get("type") == "integer" and not query[one].isdecimal()
    ]
    wrong += [f"{one} is not true or false" for one in query if known.get(one, {}).get("type") == "boolean" and query[one] not in ("true", "false")]  # fmt: skip
    if "request" in method:
        return wrong + against_schema(body, method["request"], method["request"]["$ref"])
    return wrong + ([] if body is None else ["there should be no body"])


class YouTube(HttpFake):
    """A channel. ``audited`` says whether Google has looked at the project; ``breaks`` cuts uploads off."""

    secret = "refresh_token"

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__()
        self.config = {"client_id": "klient", "client_secret": "hemlig", "refresh_token": "1//right"}
        self.videos: dict[str, dict[str, Any]] = {}  # everything in the channel, newest last
        self.files: dict[str, bytes] = {}
        self.captions: dict[str, dict[str, bytes]] = {}  # by film, then language
        self.stills: dict[str, tuple[str, bytes]] = {}  # by film: type and content
        self.complaints: list[str] = []  # what was asked against the discovery document
        self.answers: dict[str, Said] = {}  # by method: said instead, once
        self.breaks: list[
            int
        ] = []  # the parts to come: so many bytes of each are taken, then the line is cut
        self.audited, self.channel = True, True
        self._sessions: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        monkeypatch.setattr("utbud.channels.adapters.youtube.YouTube.address", self.url)
        monkeypatch.setattr("utbud.channels.adapters.youtube.YouTube.login", f"{self.url}/token")
        monkeypatch.setattr("utbud.channels.adapters.youtube.YouTube.pauses", (0, 0, 0))

    def decides(self, asked: Asked) -> bool:
        """What makes a film public, changes it, or takes it away. Uploading does not: it is private."""
        return asked.path == "/youtube/v3/videos" and asked.method in ("PUT", "DELETE")

    def refusal(self, reason: str) -> tuple[int, Any]:
        status, body = error(403, "forbidden", reason)[:2]
        return status, body

    def _reply(self, asked: Asked) -> tuple[int, Any, dict[str, str], bool, bool]:
        if asked.path.startswith("/session/") and asked.body and self.breaks:
            self._take(asked, self.breaks.pop(0))
            return 0, None, {}, True, False
        return super()._reply(asked)

    def answer(self, asked: Asked) -> Said:
        said = self._answer(asked)
        self.posts = {
            name: "{title}\n\n{description}".format(**video["snippet"])
            for name, video in self.videos.items()
            if video["status"]["privacyStatus"] == "public"
        }
        return said

    def _answer(self, asked: Asked) -> Said:
        if asked.path == "/token":
            return self._token(asked.form())
        if asked.headers.get("Authorization") != "Bearer ya29.right":
            return error(401, "authError", "Invalid Credentials")
        if asked.path.startswith("/session/"):
            return self._take(asked, len(asked.body))
        upload = asked.path.startswith("/upload/")
        path = asked.path.removeprefix("/upload")
        verbs = {
            ("POST", "/youtube/v3/videos"): "videos.insert",
            ("PUT", "/youtube/v3/videos"): "videos.update",
            ("GET", "/youtube/v3/videos"): "videos.list",
            ("DELETE", "/youtube/v3/videos"): "videos.delete",
            ("GET", "/youtube/v3/channels"): "channels.list",
            ("GET", "/youtube/v3/playlistItems"): "playlistItems.list",
            ("POST", "/youtube/v3/captions"): "captions.insert",
            ("POST", "/youtube/v3/thumbnails/set"): "thumbnails.set",
        }
        name = verbs.get((asked.method, path))
        if name is None or upload != name.endswith((".insert", ".set")):
            return error(404, "notFound", f"{asked.method} {asked.path}")
        body = asked.json() if asked.body and name != "thumbnails.set" else None
        if wrong := against_method(name, asked.query, body):
            self.complaints += wrong
            return error(400, "badRequest", "; ".join(wrong))
        if name in self.answers:
            return self.answers.pop(name)
        if name == "thumbnails.set":
            return self._thumbnails_set(asked)
        if upload:
            return self._start(name, asked, body)
        return getattr(self, "_" + name.replace(".", "_"))(asked.query, body)

    def _token(self, form: dict[str, str]) -> Said:
        if form.get("grant_type") != "refresh_token":
            return 400, {"error": "unsupported_grant_type"}
        if (form.get("client_id"), form.get("client_secret")) != ("klient", "hemlig"):
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if form.get("refresh_token") != "1//right":
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return 200, {"access_token": "ya29.right", "expires_in": 3599, "token_type": "Bearer"}

    # --- uploads --------------------------------------------------------------------------------

    def _start(self, name: str, asked: Asked, body: dict[str, Any]) -> Said:
        if asked.query.get("uploadType") != "resumable":
            return error(400, "badRequest", "uploadType")
        if wrong := self._wrong(body["snippet"]) if name == "videos.insert" else "":
            return error(400, wrong)
        if name == "captions.insert" and body["snippet"]["videoId"] not in self.videos:
            return error(404, "videoNotFound")
        session = f"/session/{next(self._numbers)}"
        length = int(asked.headers["X-Upload-Content-Length"])
        self._sessions[session] = {"name": name, "body": body, "length": length, "data": b"", "done": None}
        return 200, None, {"Location": self.url + session}

    def _take(self, asked: Asked, most: int) -> Said:
        session = self._sessions.get(asked.path)
        if session is None:
            return 404, None
        if session["done"]:
            return 200, session["done"]
        span = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)", asked.headers["Content-Range"])
        if span is None or int(span[3]) != session["length"]:
            return error(400, "badRequest", "Content-Range")
        if span[1] is not None:
            first, last = int(span[1]), int(span[2])
            if first != len(session["data"]) or last - first + 1 != len(asked.body):
                return error(400, "badRequest", "Content-Range does not go on from what we have")
            if last + 1 != session["length"] and len(asked.body) % CHUNK:
                return error(400, "badRequest", "a part must be a multiple of 256 KiB")
            session["data"] += asked.body[:most]
        if len(session["data"]) == session["length"]:
            return self._finish(session)
        have = len(session["data"])
        return 308, None, {"Range": f"bytes=0-{have - 1}"} if have else {}

    def _finish(self, session: dict[str, Any]) -> Said:
        body = session["body"]
        if session["name"] == "captions.insert":
            tracks = self.captions.setdefault(body["snippet"]["videoId"], {})
            if body["snippet"]["language"] in tracks:
                return error(409, "captionExists")
            tracks[body["snippet"]["language"]] = session["data"]
            session["done"] = {"kind": "youtube#caption", "id": "caption"} | body
            return 200, session["done"]
        name = f"film{next(self._numbers):07}"
        self.videos[name] = {"id": name, **body, "status": body["status"] | {"uploadStatus": "uploaded"}}
        self.files[name] = session["data"]
        session["done"] = self.videos[name]
        return 200, self.videos[name]

    def _thumbnails_set(self, asked: Asked) -> Said:
        """A simple upload: the picture is the body. «Thumbnails: set»."""
        if asked.query.get("uploadType") != "media":
            return error(400, "badRequest", "uploadType")
        if not asked.body:
            return error(400, "mediaBodyRequired")
        if asked.headers["Content-Type"] not in ("image/jpeg", "image/png", "application/octet-stream"):
            return error(400, "invalidImage")
        if asked.query["videoId"] not in self.videos:
            return error(404, "videoNotFound")
        self.stills[asked.query["videoId"]] = asked.headers["Content-Type"], asked.body
        return 200, {"kind": "youtube#thumbnailSetResponse", "items": []}

    # --- the rest -------------------------------------------------------------------------------

    def _wrong(self, snippet: dict[str, Any]) -> str:
        title, text = snippet.get("title", ""), snippet.get("description", "")
        tags = snippet.get("tags", [])
        if not title or len(title) > 100 or set(title) & set("<>"):
            return "invalidTitle"
        if len(text.encode()) > 5000 or set(text) & set("<>"):
            return "invalidDescription"
        if len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags)) > 500 or "<" in "".join(tags):
            return "invalidTags"
        return ""

    def _channels_list(self, query: dict[str, str], body: None) -> Said:
        if not self.channel:
            return 200, {"items": []}
        uploads = {"relatedPlaylists": {"uploads": "UU1"}}
        return 200, {
            "items": [{"id": "UC1", "snippet": {"title": "Exempelbiblioteket"}, "contentDetails": uploads}]
        }

    def _playlistItems_list(self, query: dict[str, str], body: None) -> Said:
        if not self.videos:
            return error(404, "playlistNotFound")
        newest = list(reversed(self.videos))
        start, most = int(query.get("pageToken", 0)), int(query.get("maxResults", 5))
        if most > 50:
            return error(400, "badRequest", "maxResults")
        items = [{"contentDetails": {"videoId": name}} for name in newest[start : start + most]]
        more = {"nextPageToken": str(start + most)} if start + most < len(newest) else {}
        return 200, {"items": items} | more

    def _videos_list(self, query: dict[str, str], body: None) -> Said:
        found = [self.videos[name] for name in query["id"].split(",") if name in self.videos]
        return 200, {
            "items": [{part: one[part] for part in ["id", *query["part"].split(",")]} for one in found]
        }

    def _videos_update(self, query: dict[str, str], body: dict[str, Any]) -> Said:
        video = self.videos.get(body.get("id", ""))
        if video is None:
            return error(404, "videoNotFound")
        for part in query["part"].split(","):
            if part == "snippet":
                if not body["snippet"].get("categoryId"):
                    return error(400, "invalidCategoryId")
                if wrong := self._wrong(body["snippet"]):
                    return error(400, wrong)
            video[part] = body[part]  # what is not sent is wiped
            if part == "status":
                video[part] = body[part] | {"uploadStatus": "processed"}
                if not self.audited:
                    video[part]["privacyStatus"] = "private"
        return 200, video

    def _videos_delete(self, query: dict[str, str], body: None) -> Said:
        if self.videos.pop(query["id"], None) is None:
            return error(404, "videoNotFound")
        return 204, None
