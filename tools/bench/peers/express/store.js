import pg from 'pg';
import { errors } from './errors.js';
import { newId, refreshTtl } from './tokens.js';

const userColumns = 'u.id, u.nickname, u.avatar_url, u.language, u.role, u.created_at';
const reuseWindow = 10_000_000; // Microseconds, as all times in the database.

// A profile as it is shown; pg gives 64-bit integers as strings.
function profileOf(row) {
  const at = row.created_at;
  return {
    id: row.id,
    nickname: row.nickname,
    avatar_url: row.avatar_url,
    language: row.language,
    role: row.role,
    created_at: new Date(Number(at.slice(0, -3))).toISOString().slice(0, -1) + at.slice(-3) + 'Z',
  };
}

// A statement that has a name is prepared once for each connection.
export class Store {
  #pool;

  constructor(url, connections) {
    this.#pool = new pg.Pool({ connectionString: url, max: connections, min: connections });
    this.#pool.on('error', console.error);
  }

  async #rows(name, text, values) {
    return (await this.#pool.query({ name, text, values })).rows;
  }

  async find(id) {
    const [row] = await this.#rows('find',
      `SELECT ${userColumns} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL`, [id]);
    return row && profileOf(row);
  }

  async change(id, { nickname, avatar_url: avatarUrl, language }) {
    const [row] = await this.#rows('change',
      'UPDATE users u SET nickname = coalesce($2, u.nickname), avatar_url = coalesce($3, u.avatar_url),' +
      ' language = coalesce($4, u.language), updated_at = greatest(u.updated_at, $5),' +
      ' revision = u.revision + 1' +
      ` WHERE u.id = $1 AND u.deleted_at IS NULL RETURNING ${userColumns}`,
      [id, nickname, avatarUrl, language, Date.now() * 1000]);
    return row && profileOf(row);
  }

  list(after, limit) {
    return this.#rows('list', 'SELECT u.id, u.nickname, u.avatar_url FROM users u' +
      ' WHERE u.id > $1 AND NOT u.disabled AND u.deleted_at IS NULL ORDER BY u.id LIMIT $2',
      [after, limit]);
  }

  // No rows if `known` is the newest version.
  loadConfig(known) {
    return this.#rows('config', 'SELECT newest.version, c.key, c.json' +
      ' FROM (SELECT coalesce(max(version), 0) AS version FROM config_versions) newest' +
      ' LEFT JOIN config_values c ON TRUE WHERE newest.version <> $1 ORDER BY c.key', [known]);
  }

  // Opens a session for the user of the openid, who is made if there is none, in one transaction.
  async admit(asked) {
    for (let attempt = 1; ; ++attempt) {
      const client = await this.#pool.connect();
      try {
        await client.query('BEGIN');
        const opened = await admitWithin(client, asked);
        await client.query('COMMIT');
        return opened;
      } catch (error) {
        await client.query('ROLLBACK');
        // Another login of the same new user was first, or, once in a lifetime, an id is taken.
        if (error.code !== '23505' || attempt === 3) throw error;
      } finally {
        client.release();
      }
    }
  }

  // Uses the token up. Nearly always one statement is all; the other one finds out why it was not.
  async rotate(presented, hash, now) {
    const [row] = await this.#rows('rotate',
      'UPDATE sessions s SET refresh_counter = s.refresh_counter + 1, last_seen_at = $4, rotated_at = $4' +
      ' FROM users u WHERE s.id = $1 AND s.refresh_counter = $2 AND s.refresh_secret_hash = $3' +
      ' AND s.ended_at IS NULL AND s.expires_at > $4 AND s.last_seen_at > $5' +
      ' AND u.id = s.user_id AND NOT u.disabled' +
      ' RETURNING s.user_id, u.role, s.refresh_counter, s.expires_at',
      [presented.session, presented.counter, hash, now * 1000, now * 1000 - refreshTtl * 1_000_000]);
    return row ? sessionOf(row) : this.#judge(presented, hash, now * 1000);
  }

  async #judge(presented, hash, now) {
    const [row] = await this.#rows('judge',
      'SELECT s.user_id, u.role, s.refresh_counter, s.last_seen_at, s.expires_at, s.rotated_at,' +
      ' s.ended_at IS NOT NULL AS is_ended, u.disabled' +
      ' FROM sessions s JOIN users u ON u.id = s.user_id' +
      ' WHERE s.id = $1 AND s.refresh_secret_hash = $2', [presented.session, hash]);
    if (!row) throw errors.invalidRefreshToken;
    const end = Math.min(Number(row.expires_at), Number(row.last_seen_at) + refreshTtl * 1_000_000);
    if (row.is_ended || now >= end) throw errors.sessionEnded;
    if (row.disabled) throw errors.accountDisabled;
    if (Number(row.refresh_counter) === presented.counter + 1 && now - Number(row.rotated_at) < reuseWindow)
      return sessionOf(row); // The client lost the answer.
    await this.#rows('end', 'UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL',
      [presented.session, now]);
    throw errors.sessionEnded; // Somebody has a copy.
  }
}

function sessionOf(row) {
  return {
    user: row.user_id, role: row.role, counter: Number(row.refresh_counter),
    expiresAt: Number(row.expires_at) / 1000,
  };
}

async function admitWithin(client, asked) {
  const at = asked.now * 1000;
  const known = await client.query({
    name: 'identity',
    text: `SELECT ${userColumns}, u.disabled FROM wechat_identities i JOIN users u ON u.id = i.user_id` +
      ' WHERE i.appid = $1 AND i.openid = $2',
    values: [asked.appid, asked.openid],
  });
  const isNewUser = known.rows.length === 0;
  const user = profileOf(isNewUser
    ? { id: newId(asked.now), nickname: '', avatar_url: '', language: '', role: 'user', created_at: String(at) }
    : known.rows[0]);
  if (!isNewUser && known.rows[0].disabled) throw errors.accountDisabled;
  if (isNewUser) {
    await client.query({
      name: 'new user',
      text: 'INSERT INTO users (id, nickname, avatar_url, language, role, disabled, created_at,' +
        " updated_at, revision) VALUES ($1, '', '', '', $2, false, $3, $3, 1)",
      values: [user.id, user.role, at],
    });
    await client.query({
      name: 'new identity',
      text: 'INSERT INTO wechat_identities (appid, openid, user_id, created_at, sealed_session_key,' +
        ' session_key_at) VALUES ($1, $2, $3, $4, $5, $4)',
      values: [asked.appid, asked.openid, user.id, at, asked.sealedKey],
    });
  } else {
    await client.query({
      name: 'renew identity',
      text: 'UPDATE wechat_identities SET sealed_session_key = $3, session_key_at = $4' +
        ' WHERE appid = $1 AND openid = $2',
      values: [asked.appid, asked.openid, asked.sealedKey, at],
    });
  }
  const session = newId(asked.now);
  await client.query({
    name: 'new session',
    text: 'INSERT INTO sessions (id, user_id, appid, device, address, created_at, last_seen_at,' +
      ' expires_at, refresh_secret_hash, refresh_counter, rotated_at)' +
      ' VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 0, $6)',
    values: [session, user.id, asked.appid, asked.device, asked.address, at, asked.expiresAt * 1000,
      asked.secretHash],
  });
  return { user, session, isNewUser };
}
