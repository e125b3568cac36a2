"""What is asked in the race: scenarios, each with the requests that it is made of.

A request is a record: the bytes that are sent, 0x1F, a text that has to be in the body of the answer, 0x1E.
Ten "#" stand for a number that no other request has; a run of "@" for the refresh token that the same
connection was given last. wrk (race.lua) and load_generator read the same files."""

import base64
import json
import random
import time
import typing

NUMBER = "#" * 10
READ_USERS = 20_000  # Whose rows are read, or who log in, in random order.
CACHED_USERS = 1_000  # Few enough to be in every cache after a second.
TOKENS_GOOD_FOR = 300  # Seconds; they live for fifteen minutes.


class Scenario(typing.NamedTuple):
    name: str
    title: str
    tool: str = "wrk"  # Or "load_generator", where an answer makes the next request.
    cached: bool = True  # Whether the servers have their cache of profiles.
    writes: bool = False  # Whether it needs a database of its own.
    status: int = 200
    kinds: dict = {}  # Of a mix: weights by the name of a scenario.
    needs_refresh_token: bool = False


SCENARIOS = {each.name: each for each in (
    Scenario("ping", "GET /ping"),
    Scenario("info_cached", "user info, cached"),
    Scenario("info_uncached", "user info, uncached", cached=False),
    Scenario("list", "list of 20 users, uncached", cached=False),
    Scenario("config", "config"),
    Scenario("config_known", "config, If-None-Match (304)", status=304),
    Scenario("patch", "PATCH profile", writes=True),
    Scenario("login_known", "WeChat login, known users", writes=True),
    Scenario("login_new", "WeChat login, new users", writes=True),
    Scenario("refresh", "token refresh", tool="load_generator", writes=True,
             needs_refresh_token=True),
    Scenario("mix", "the mix", tool="load_generator", writes=True, needs_refresh_token=True,
             kinds={"info_mixed": 70, "config": 15, "list": 8, "patch": 4, "login_known": 1,
                    "login_new": 1, "refresh": 1}),
)}


def record(method, target, expected="", token=None, body=None, fields=()):
    lines = [f"{method} {target} HTTP/1.1", "Host: api.example.com",
             "User-Agent: MicroMessenger/8.0.50", "Accept: */*", *fields]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    text = b""
    if body is not None:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode() + text + b"\x1f" + expected.encode() + b"\x1e"


class Requests:
    """Makes the files of records. `run` is new for each run: WeChat takes no code twice."""

    def __init__(self, folder, data, keys):
        self.folder = folder
        self.data = data
        self.keys = keys
        self.random = random.Random(20251124)
        self.minted = {}
        self.minted_at = 0

    def _tokens(self, count):
        """A token for each of so many users."""
        if time.monotonic() > self.minted_at + TOKENS_GOOD_FOR:
            self.minted, self.minted_at = {}, time.monotonic()
        if count not in self.minted:
            self.minted[count] = list(zip(self.data.ids, self.keys.tokens(self.data.ids[:count])))
        return self.minted[count]

    def file(self, name, run, server):
        """The file with the records of one kind of request to the server, a race.Probe."""
        records = getattr(self, f"_{name}")(run, server)
        path = self.folder / f"{name}.requests"
        path.write_bytes(b"".join(records))
        return path

    def _ping(self, *_):
        return [record("GET", "/ping", '{"message":"pong"}')]

    def _info(self, count):
        return [record("GET", "/api/user/info", f'"id":"{user}"', token)
                for user, token in self._tokens(count)]

    def _info_cached(self, *_):
        return self._info(CACHED_USERS)

    def _info_uncached(self, *_):
        return self._info(READ_USERS)

    def _info_mixed(self, *_):
        return self._info(READ_USERS)

    def _list(self, *_):
        made = []
        for user, token in self._tokens(READ_USERS)[:2000]:
            cursor = base64.urlsafe_b64encode(user.encode()).rstrip(b"=").decode()
            made.append(record("GET", f"/api/v1/users?limit=20&cursor={cursor}",
                               '"next_cursor":', token))
        return made

    def _config(self, *_):
        return [record("GET", "/api/config", "麻雀虽小")]

    def _config_known(self, _, server):
        return [record("GET", "/api/config", fields=[f"If-None-Match: {server.etag}"])]

    def _patch(self, *_):
        return [record("PATCH", "/api/user/info", f"麻雀 {NUMBER}", token,
                       {"nickname": f"麻雀 {NUMBER}"}) for _, token in self._tokens(READ_USERS)]

    def _login_known(self, run, _):
        return [record("POST", "/api/login", '"is_new_user":false', None,
                       {"code": f"dev-k{number}.{run}{NUMBER}"}) for number in range(READ_USERS)]

    def _login_new(self, run, _):
        return [record("POST", "/api/login", '"is_new_user":true', None,
                       {"code": f"dev-n{run}{NUMBER}"})]

    def _setup(self, run, _):
        return [record("POST", "/api/login", '"is_new_user":true', None,
                       {"code": f"dev-s{run}{NUMBER}"})]

    def _refresh(self, _, server):
        return [record("POST", "/api/v1/token/refresh", '"refresh_token":"', None,
                       {"refresh_token": "@" * server.refresh_token_size})]
