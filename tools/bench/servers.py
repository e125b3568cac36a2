"""The servers that Maque is measured against, and Maque itself, with the settings that all of them share:
the same database, pool, keys and WeChat. tools/bench/peers has their code."""

import json
import os
import pathlib
import subprocess
import urllib.request

from measuring import RELEASE, ROOT, Peer, build_gin, end_with_parent, free_port

BUILD = ROOT / "build/peers"
PEERS = ROOT / "tools/bench/peers"
OPERATOR_TOKEN = "an-operators-token-for-as-long-as-it-is-measured"
CACHED_USERS = 100_000  # As Maque's cache.users is by default.


class Keys:
    """Secrets of one measurement; Maque derives its key for access tokens from the first one."""

    def __init__(self, secret):
        self.secret = secret
        self.access_hex = self.mint([])[0]

    def mint(self, ids):
        """The access key in hexadecimal, and then a token of fifteen minutes for each user id."""
        minted = subprocess.run(
            [RELEASE / "tools/bench/token_mint", self.secret], input="".join(f"{i}\n" for i in ids),
            capture_output=True, text=True, check=True, timeout=60)
        return minted.stdout.splitlines()

    def tokens(self, ids):
        return self.mint(ids)[1:]


def settings_of_peer(keys, database_url, connections, wechat_url, cached):
    return {
        "DATABASE_URL": database_url,
        "DATABASE_CONNECTIONS": str(connections),
        "WECHAT_URL": wechat_url,
        "CACHE_USERS": str(CACHED_USERS if cached else 0),
        "ACCESS_KEY_HEX": keys.access_hex,
        "REFRESH_KEY_HEX": "52" * 32,
        "SEALING_KEY_HEX": "53" * 32,
    }


class Programs:
    """Builds what isn't built yet."""

    def __init__(self):
        BUILD.mkdir(parents=True, exist_ok=True)
        self.gin = build_gin("peers/gin", BUILD)
        self.rust = build_rust()
        self.express = build_express()


def build_rust():
    # Debian's compiler and crates, whatever else is installed.
    environment = os.environ | {"PATH": "/usr/bin:/bin", "CARGO_HOME": str(BUILD / "cargo")}
    subprocess.run(
        ["cargo", "build", "--quiet", "--release", "--offline", "--target-dir", BUILD / "rust"],
        cwd=PEERS / "rust", check=True, timeout=1200, env=environment)
    return BUILD / "rust/release/rust-peer"


def build_express():
    folder = PEERS / "express"
    installed = folder / "node_modules/.package-lock.json"
    lock = folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--omit=dev", "--silent"], cwd=folder, check=True, timeout=600)
        installed.touch()
    return folder / "main.js"


class Servers:
    """Makes servers; none is started."""

    NAMES = ("Maque", "Gin", "Rust", "Express")

    def __init__(self, folder, keys, connections, maque_arguments=()):
        self.folder = pathlib.Path(folder)
        self.keys = keys
        self.connections = connections
        self.maque_arguments = list(maque_arguments)
        self.programs = Programs()
        self.operator_ports = {}

    def make(self, name, database_url, wechat_url, cached):
        if name == "Maque":
            return self._maque(database_url, wechat_url, cached)
        command = {"Gin": [self.programs.gin], "Rust": [self.programs.rust],
                   "Express": ["node", self.programs.express]}[name]
        settings = settings_of_peer(self.keys, database_url, self.connections, wechat_url, cached)
        if name == "Express":
            settings["NODE_ENV"] = "production"
        server = Peer(self.folder, lambda port: command, settings)
        server.environment["LISTEN"] = f"127.0.0.1:{server.port}"
        return server

    def _maque(self, database_url, wechat_url, cached):
        return Peer(
            self.folder,
            lambda port: [RELEASE / "maque", f"--http.port={port}", *self._operator(port),
                          f"--database.url={database_url}",
                          f"--database.pool_size={self.connections}", "--database.max_overflow=0",
                          f"--cache.users={CACHED_USERS if cached else 0}", "--wechat.mode=live",
                          "--wechat.appid=wxsimulator", "--wechat.max_workers=512",
                          f"--wechat.base_url={wechat_url}", "--log.access_sample=0.01",
                          f"--log.file={self.folder}/{port}.log", *self.maque_arguments],
            {"MAQUE_WECHAT_APP_SECRET": "secret", "MAQUE_AUTH_SIGNING_SECRET": self.keys.secret,
             "MAQUE_ADMIN_TOKEN": OPERATOR_TOKEN})

    def _operator(self, port):
        self.operator_ports[port] = free_port()
        return [f"--admin.port={self.operator_ports[port]}"]

    def ask_operator(self, server, path):
        """What the operator's listener of a Maque that was made here answers."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.operator_ports[server.port]}{path}",
            headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"})
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return json.load(answer)["data"]

    def nginx(self):
        """Answers everything as GET /ping is answered: what HTTP alone costs on this machine."""
        def command(port):
            folder = self.folder / f"nginx-{port}"
            folder.mkdir()
            (folder / "nginx.conf").write_text(
                (PEERS / "nginx/nginx.conf").read_text().replace("$PORT", str(port)))
            return ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors"]
        return Peer(self.folder, command)


def migrate(database_url, folder):
    subprocess.run([RELEASE / "maque", "migrate", f"--database.url={database_url}"], cwd=folder,
                   check=True, timeout=60, stdout=subprocess.DEVNULL, preexec_fn=end_with_parent())
