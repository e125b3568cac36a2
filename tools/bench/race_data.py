"""The database of the race: users, sessions' owners and a published configuration, the same for every
server."""

import json
import subprocess

from measuring import RELEASE
from servers import migrate

USERS = 100_000
KNOWN_USERS = 100_000  # WeChat knows them as k0, k1, …, and allows each of them 100 logins a minute.
TEMPLATE = "race_template"

# Somebody came every 8 s or so since 2025: ids as domain/ids.hpp makes them, with 41 bits of
# milliseconds and 22 that look random.
SEED_USERS = """
INSERT INTO users (id, nickname, avatar_url, language, role, disabled, created_at, updated_at,
                   revision)
SELECT millis << 22 | (hashint8extended(n, 0) & 4194303), '麻雀 ' || n,
       'https://cdn.example.com/avatars/' || n || '.png', 'zh-CN', 'user', false,
       (1735689600000 + millis) * 1000 + n % 1000, (1735689600000 + millis) * 1000 + n % 1000, 1
FROM (SELECT n, n * 8000 + (hashint8extended(n, 1) & 4095) AS millis
      FROM generate_series(1, {users}::bigint) AS n) AS arrivals
"""

# As the simulator makes an openid of a name.
SEED_IDENTITIES = """
INSERT INTO wechat_identities (appid, openid, user_id, created_at)
SELECT 'wxsimulator', 'o' || left(translate(encode(sha256(convert_to(
         E'openid\\nwxsimulator\\nk' || n, 'UTF8')), 'base64'), '+/', '-_'), 27), id, created_at
FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) - 1 AS n FROM users) AS numbered
WHERE n < {known}
"""

# Each has logged in once: a planner that takes a table for empty scans it.
SEED_SESSIONS = """
INSERT INTO sessions (id, user_id, appid, device, address, created_at, last_seen_at, expires_at,
                      refresh_secret_hash, refresh_counter, rotated_at)
SELECT id + 1, id, 'wxsimulator', 'MicroMessenger/8.0.50', '127.0.0.1', now, now,
       now + 90 * 86400000000, sha256(int8send(id)), 0, now
FROM users, (SELECT (extract(epoch FROM now()) * 1000000)::bigint AS now) AS clock
"""

# What a mini-program keeps there: about 1 KB in 12 values.
CONFIG = {
    "theme": {"color": "#2b6cb0", "dark": False, "font_scale": 1.0},
    "banner": [{"image": f"https://cdn.example.com/banners/{n}.png", "page": f"/pages/sale/{n}"}
               for n in range(4)],
    "features": {"chat": True, "invite": False, "coupons": True, "live": False},
    "limits": {"upload_mb": 20, "comment_characters": 500},
    "notice": "欢迎光临麻雀小店，满一百元包邮。",
    "share_title": "麻雀虽小，五脏俱全",
    "customer_service": {"phone": "400-000-0000", "hours": "9:00-18:00"},
    "min_version": "3.2.0",
    "ab_home": 37,
    "search_hints": ["外套", "球鞋", "帽子", "背包"],
    "delivery": {"free_from_cents": 10000, "cities": ["北京", "上海", "广州", "深圳"]},
    "maintenance": None,
}

PROFILES = """
SELECT json_object_agg(id, json_build_object(
  'id', id::text, 'nickname', nickname, 'avatar_url', avatar_url, 'language', language, 'role', role,
  'created_at', to_char(to_timestamp(created_at / 1000000.0) AT TIME ZONE 'UTC',
                        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
FROM users WHERE id IN ({ids})
"""


class RaceData:
    def __init__(self, postgres, folder, users=USERS):
        self.postgres = postgres
        self.folder = folder
        self.users = users
        self.ids = []

    def make(self, known=KNOWN_USERS):
        """The template, which every other database is a copy of; so many of its users have logged in
        with WeChat before, and if there are any, every user has a session."""
        self.postgres.sql(f"CREATE DATABASE {TEMPLATE}")
        migrate(self.postgres.url(TEMPLATE), self.folder)
        self.postgres.sql(SEED_USERS.format(users=self.users), TEMPLATE, limit=600)
        if known > 0:
            self.postgres.sql(SEED_IDENTITIES.format(known=known), TEMPLATE, limit=600)
            self.postgres.sql(SEED_SESSIONS, TEMPLATE, limit=600)
        for key, value in CONFIG.items():
            subprocess.run(
                [RELEASE / "maque", "config-values", "set", key,
                 json.dumps(value, ensure_ascii=False),
                 f"--database.url={self.postgres.url(TEMPLATE)}"],
                cwd=self.folder, check=True, timeout=60, stdout=subprocess.DEVNULL)
        self.postgres.sql("CREATE EXTENSION IF NOT EXISTS pg_prewarm", TEMPLATE)
        self.postgres.sql("VACUUM (ANALYZE)", TEMPLATE, limit=600)
        self.ids = self.postgres.sql(
            "SELECT id FROM users ORDER BY hashint8extended(id, 2)", TEMPLATE,
            limit=120).splitlines()

    def copy(self, name):
        """A fresh copy in memory, whatever was there under this name."""
        self.postgres.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", limit=120)
        self.postgres.sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY", limit=120)
        self.postgres.sql(
            "SELECT sum(pg_prewarm(oid)) FROM pg_class WHERE relkind IN ('r', 'i')"
            " AND relnamespace = 'public'::regnamespace", name, limit=120)
        self.postgres.sql("CHECKPOINT", limit=120)
        return self.postgres.url(name)

    def profiles(self, ids, database=TEMPLATE):
        return json.loads(self.postgres.sql(PROFILES.format(ids=",".join(ids)), database))
