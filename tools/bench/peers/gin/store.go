package main

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

type user struct {
	id        int64
	nickname  string
	avatarURL string
	language  string
	role      string
	createdAt int64 // microseconds since 1970
}

// store runs statements that pgx prepares once for each connection.
type store struct {
	pool *pgxpool.Pool
}

func openStore(ctx context.Context, url string, connections int32) (*store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = connections
	config.MinConns = connections
	pool, err := pgxpool.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &store{pool}, nil
}

const userColumns = "u.id, u.nickname, u.avatar_url, u.language, u.role, u.created_at"

func readUser(row pgx.Row) (user, error) {
	var u user
	err := row.Scan(&u.id, &u.nickname, &u.avatarURL, &u.language, &u.role, &u.createdAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, errUserNotFound
	}
	return u, err
}

func (s *store) find(ctx context.Context, id int64) (user, error) {
	return readUser(s.pool.QueryRow(ctx,
		"SELECT "+userColumns+" FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL", id))
}

func (s *store) change(ctx context.Context, id int64, patch profilePatch) (user, error) {
	return readUser(s.pool.QueryRow(ctx, "UPDATE users u SET nickname = coalesce($2, u.nickname),"+
		" avatar_url = coalesce($3, u.avatar_url), language = coalesce($4, u.language),"+
		" updated_at = greatest(u.updated_at, $5), revision = u.revision + 1"+
		" WHERE u.id = $1 AND u.deleted_at IS NULL RETURNING "+userColumns,
		id, patch.Nickname, patch.AvatarURL, patch.Language, time.Now().UnixMicro()))
}

func (s *store) list(ctx context.Context, after int64, limit int) ([]publicProfile, error) {
	rows, err := s.pool.Query(ctx, "SELECT u.id, u.nickname, u.avatar_url FROM users u"+
		" WHERE u.id > $1 AND NOT u.disabled AND u.deleted_at IS NULL ORDER BY u.id LIMIT $2",
		after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make([]publicProfile, 0, limit)
	for rows.Next() {
		var id int64
		var shown publicProfile
		if err := rows.Scan(&id, &shown.Nickname, &shown.AvatarURL); err != nil {
			return nil, err
		}
		shown.ID = strconv.FormatInt(id, 10)
		found = append(found, shown)
	}
	return found, rows.Err()
}

// loadConfig returns nil if `known` is the newest version.
func (s *store) loadConfig(ctx context.Context, known int64) (*publishedConfig, error) {
	rows, err := s.pool.Query(ctx, "SELECT newest.version, c.key, c.json"+
		" FROM (SELECT coalesce(max(version), 0) AS version FROM config_versions) newest"+
		" LEFT JOIN config_values c ON TRUE WHERE newest.version <> $1", known)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found *publishedConfig
	for rows.Next() {
		if found == nil {
			found = &publishedConfig{Values: map[string]json.RawMessage{}}
		}
		var key, text *string
		if err := rows.Scan(&found.Version, &key, &text); err != nil {
			return nil, err
		}
		if key != nil {
			found.Values[*key] = json.RawMessage(*text)
		}
	}
	return found, rows.Err()
}

// Sessions ------------------------------------------------------------------------------------------

type admission struct {
	openid     string
	sealedKey  []byte // Nil: none.
	device     string
	address    string
	secretHash []byte
	now        time.Time
}

type admitted struct {
	who       user
	session   int64
	isNewUser bool
}

// admit opens a session for the user of the openid, who is made if there is none, in one transaction.
func (s *store) admit(ctx context.Context, asked admission) (admitted, error) {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		var opened admitted
		err := s.pool.BeginFunc(ctx, func(tx pgx.Tx) (err error) {
			opened, err = admitWithin(ctx, tx, asked)
			return err
		})
		// Another login of the same new user was first, or, once in a lifetime, an id is taken.
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == "23505" && attempt < attempts {
			continue
		}
		return opened, err
	}
}

func admitWithin(ctx context.Context, tx pgx.Tx, asked admission) (admitted, error) {
	now := asked.now.UnixMicro()
	var disabled bool
	var who user
	err := tx.QueryRow(ctx, "SELECT "+userColumns+", u.disabled"+
		" FROM wechat_identities i JOIN users u ON u.id = i.user_id"+
		" WHERE i.appid = $1 AND i.openid = $2", appid, asked.openid).Scan(
		&who.id, &who.nickname, &who.avatarURL, &who.language, &who.role, &who.createdAt, &disabled)
	isNewUser := errors.Is(err, pgx.ErrNoRows)
	if err != nil && !isNewUser {
		return admitted{}, err
	}
	if disabled {
		return admitted{}, errAccountDisabled
	}

	var keyAt *int64
	if asked.sealedKey != nil {
		keyAt = &now
	}
	writes := &pgx.Batch{} // One round trip for all of them.
	if isNewUser {
		who = user{id: newID(asked.now), role: "user", createdAt: now}
		writes.Queue("INSERT INTO users (id, nickname, avatar_url, language, role, disabled,"+
			" created_at, updated_at, revision) VALUES ($1, '', '', '', $2, false, $3, $3, 1)",
			who.id, who.role, now)
		writes.Queue("INSERT INTO wechat_identities (appid, openid, user_id, created_at,"+
			" sealed_session_key, session_key_at) VALUES ($1, $2, $3, $4, $5, $6)",
			appid, asked.openid, who.id, now, asked.sealedKey, keyAt)
	} else if asked.sealedKey != nil {
		writes.Queue("UPDATE wechat_identities SET sealed_session_key = $3, session_key_at = $4"+
			" WHERE appid = $1 AND openid = $2", appid, asked.openid, asked.sealedKey, keyAt)
	}
	session := newID(asked.now)
	writes.Queue("INSERT INTO sessions (id, user_id, appid, device, address, created_at,"+
		" last_seen_at, expires_at, refresh_secret_hash, refresh_counter, rotated_at)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 0, $6)",
		session, who.id, appid, asked.device, asked.address, now,
		asked.now.Add(sessionTTL).UnixMicro(), asked.secretHash)
	if err := tx.SendBatch(ctx, writes).Close(); err != nil {
		return admitted{}, err
	}
	return admitted{who, session, isNewUser}, nil
}

type currentSession struct {
	user      int64
	role      string
	counter   uint32
	expiresAt time.Time
}

const reuseWindow = 10 * time.Second

// rotate uses the token up. Nearly always one statement is all; the other one finds out why it was not.
func (s *store) rotate(ctx context.Context, presented refreshToken, now time.Time) (currentSession, error) {
	var current currentSession
	var expiresAt int64
	hash := hashSecret(presented.secret)
	err := s.pool.QueryRow(ctx, "UPDATE sessions s SET refresh_counter = s.refresh_counter + 1,"+
		" last_seen_at = $4, rotated_at = $4 FROM users u"+
		" WHERE s.id = $1 AND s.refresh_counter = $2 AND s.refresh_secret_hash = $3"+
		" AND s.ended_at IS NULL AND s.expires_at > $4 AND s.last_seen_at > $5"+
		" AND u.id = s.user_id AND NOT u.disabled"+
		" RETURNING s.user_id, u.role, s.refresh_counter, s.expires_at",
		presented.session, presented.counter, hash, now.UnixMicro(), now.Add(-refreshTTL).UnixMicro(),
	).Scan(&current.user, &current.role, &current.counter, &expiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.judge(ctx, presented, hash, now)
	}
	current.expiresAt = time.UnixMicro(expiresAt)
	return current, err
}

func (s *store) judge(ctx context.Context, presented refreshToken, hash []byte, now time.Time) (currentSession, error) {
	var current currentSession
	var lastSeenAt, expiresAt, rotatedAt int64
	var isEnded, disabled bool
	err := s.pool.QueryRow(ctx, "SELECT s.user_id, u.role, s.refresh_counter, s.last_seen_at,"+
		" s.expires_at, s.rotated_at, s.ended_at IS NOT NULL, u.disabled"+
		" FROM sessions s JOIN users u ON u.id = s.user_id"+
		" WHERE s.id = $1 AND s.refresh_secret_hash = $2", presented.session, hash,
	).Scan(&current.user, &current.role, &current.counter, &lastSeenAt, &expiresAt, &rotatedAt,
		&isEnded, &disabled)
	current.expiresAt = time.UnixMicro(expiresAt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return current, errInvalidRefreshToken
	case err != nil:
		return current, err
	case isEnded || !now.Before(current.expiresAt) || !now.Before(time.UnixMicro(lastSeenAt).Add(refreshTTL)):
		return current, errSessionEnded
	case disabled:
		return current, errAccountDisabled
	case current.counter == presented.counter+1 && now.Sub(time.UnixMicro(rotatedAt)) < reuseWindow:
		return current, nil // The client lost the answer.
	}
	_, err = s.pool.Exec(ctx, "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
		presented.session, now.UnixMicro())
	if err != nil {
		return current, err
	}
	return current, errSessionEnded // Somebody has a copy.
}
