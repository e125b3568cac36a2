package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

var errNotFound = errors.New("not found")

type user struct {
	id        int64
	nickname  string
	avatarURL string
	language  string
	role      string
	createdAt int64 // microseconds since 1970
}

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
		return u, errNotFound
	}
	return u, err
}

// find reads the row with a statement that pgx has prepared.
func (s *store) find(ctx context.Context, id int64) (user, error) {
	return readUser(s.pool.QueryRow(ctx, "SELECT "+userColumns+" FROM users u WHERE u.id = $1", id))
}

type admission struct {
	openid      string
	device      string
	address     string
	refreshHash []byte
	now         time.Time
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
	who, err := readUser(tx.QueryRow(ctx, "SELECT "+userColumns+
		" FROM wechat_identities i JOIN users u ON u.id = i.user_id"+
		" WHERE i.appid = $1 AND i.openid = $2", appid, asked.openid))
	isNewUser := errors.Is(err, errNotFound)
	if err != nil && !isNewUser {
		return admitted{}, err
	}

	inserts := &pgx.Batch{} // One round trip for all of them.
	if isNewUser {
		who = user{id: newID(asked.now), role: "user", createdAt: now}
		inserts.Queue("INSERT INTO users (id, nickname, avatar_url, language, role, disabled,"+
			" created_at, updated_at, revision) VALUES ($1, '', '', '', $2, false, $3, $3, 1)",
			who.id, who.role, now)
		inserts.Queue("INSERT INTO wechat_identities (appid, openid, user_id, created_at)"+
			" VALUES ($1, $2, $3, $4)", appid, asked.openid, who.id, now)
	}
	session := newID(asked.now)
	inserts.Queue("INSERT INTO sessions (id, user_id, appid, device, address, created_at,"+
		" last_seen_at, expires_at, refresh_secret_hash, refresh_counter, rotated_at)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 0, $6)",
		session, who.id, appid, asked.device, asked.address, now,
		asked.now.Add(sessionTTL).UnixMicro(), asked.refreshHash)
	if err := tx.SendBatch(ctx, inserts).Close(); err != nil {
		return admitted{}, err
	}
	return admitted{who, session, isNewUser}, nil
}
