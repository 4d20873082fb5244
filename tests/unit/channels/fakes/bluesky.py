"""A server of the AT protocol (PDS): com.atproto.server and com.atproto.repo, checked against the real one in tests/servers."""

import hashlib
import json
import re

import regex

from utbud.channels.adapters import bluesky

from . import Asked, HttpFake, Said

DID = "did:plc:abcdefghijklmnopqrstuvwx"
HANDLE = "biblioteket.bsky.example.org"
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")  # atproto.com/specs/tid


class Bluesky(HttpFake):
    """A server with one account and one app password."""

    secret = "password"

    def __init__(self, monkeypatch):
        super().__init__()
        monkeypatch.setattr(bluesky, "_sessions", {})  # logins belong to one server
        self.config = {"service": self.url, "handle": HANDLE, "password": "abcd-efgh-ijkl-mnop"}
        self.records: dict[tuple[str, str], dict] = {}
        self.blobs: dict[str, bytes] = {}
        self.sessions = self.refreshed = 0
        self.access, self.refresh = "", ""
        self.word = "ExpiredToken"  # what an old key is answered with

    def expire(self, *, refresh: bool = False) -> None:
        """Let the login run out, and the key for a new one too."""
        self.access = "run out"
        self.refresh = "run out" if refresh else self.refresh

    def decides(self, asked: Asked) -> bool:
        return asked.path.endswith(("putRecord", "deleteRecord"))

    def refusal(self, reason: str) -> Said:
        return 400, {"error": "InvalidRequest", "message": reason}

    def answer(self, asked: Asked) -> Said:
        method = asked.path.removeprefix("/xrpc/com.atproto.")
        bearer = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "server.createSession":
            given = asked.json()
            if (given["identifier"], given["password"]) != (HANDLE, self.config["password"]):
                return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            self.sessions += 1
            return 200, self._login()
        if method == "server.refreshSession":
            if bearer != self.refresh:
                return 400, {"error": "ExpiredToken", "message": "Token has been revoked"}
            self.refreshed += 1
            return 200, self._login()
        if bearer != self.access:
            return 400, {"error": self.word, "message": "Token has expired"}
        if method == "repo.uploadBlob":
            return self._take_blob(asked)
        what = asked.query if asked.method == "GET" else asked.json()
        if what["repo"] not in (DID, HANDLE):
            return 400, {"error": "InvalidRequest", "message": "Could not find repo"}
        return getattr(self, f"_{method.removeprefix('repo.')}")(what, (what["collection"], what["rkey"]))

    def _login(self) -> dict:
        number = self.sessions + self.refreshed
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        return {"did": DID, "handle": HANDLE, "accessJwt": self.access, "refreshJwt": self.refresh}

    def _take_blob(self, asked: Asked) -> Said:
        link = "bafkrei" + hashlib.sha256(asked.body).hexdigest()
        self.blobs[link] = asked.body
        blob = {
            "$type": "blob",
            "ref": {"$link": link},
            "mimeType": asked.headers["Content-Type"],
            "size": len(asked.body),
        }
        return 200, {"blob": blob}

    def _getRecord(self, what: dict, place: tuple[str, str]) -> Said:
        if place not in self.records:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, {"uri": uri(place), "cid": "c", "value": self.records[place]}

    def _putRecord(self, what: dict, place: tuple[str, str]) -> Said:
        if place[0] == bluesky.POSTS and (wrong := self._wrong(what, place[1])):
            return 400, {"error": "InvalidRequest", "message": wrong}
        if "swapRecord" in what and what["swapRecord"] is None and place in self.records:
            return 400, {"error": "InvalidSwap", "message": "Record was at bafy"}
        self.records[place] = what["record"]
        if place[0] == bluesky.POSTS:
            self.posts[place[1]] = what["record"]["text"]
        return 200, {"uri": uri(place), "cid": "c"}

    def _deleteRecord(self, what: dict, place: tuple[str, str]) -> Said:
        """What is gone already is no error. A picture that no record has is thrown away."""
        self.records.pop(place, None)
        self.posts.pop(place[1], None)
        used = json.dumps(list(self.records.values()))
        self.blobs = {link: blob for link, blob in self.blobs.items() if link in used}
        return 200, {}

    def _wrong(self, what: dict, name: str) -> str:
        record, text = what["record"], what["record"]["text"]
        if not TID.fullmatch(name):
            return "Invalid TID"
        if len(regex.findall(r"\X", text)) > 300:
            return "grapheme too big (maximum 300)"
        if len(text.encode()) > 3000:
            return "string too big (maximum 3000)"
        for image in record["embed"].get("images", []):
            blob = image["image"]
            if blob["ref"]["$link"] not in self.blobs:
                return f"Could not find blob: {blob['ref']['$link']}"
            if blob["size"] > 1_000_000 or not image["alt"]:
                return "Invalid image"
        return ""


def uri(place: tuple[str, str]) -> str:
    """The address of a record in the protocol."""
    return f"at://{DID}/{place[0]}/{place[1]}"
