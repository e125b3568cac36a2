// The peer that Maque on PostgreSQL is measured against: Gin and pgx on the same tables, one query
// for each read, one transaction for each login. GET /api/user/info and POST /api/login answer like
// Maque. A login asks WeChat, or whoever -wechat names; without it the code is "dev-NAME" or
// "dev-NAME.anything", and asks no network.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

type server struct {
	users  *store
	tokens *tokenCodec
	wechat *wechatClient // Nil: no network.
}

func main() {
	address := flag.String("listen", "127.0.0.1:8081", "where to listen")
	database := flag.String("database", "", "postgres://… of the database")
	connections := flag.Int("connections", 20, "connections to the database, at most")
	wechat := flag.String("wechat", "", "where WeChat's server API is: http://HOST:PORT")
	keyHex := flag.String("key-hex", "", "the HS256 key of access tokens")
	flag.Parse()

	key, err := hex.DecodeString(*keyHex)
	if err != nil || len(key) < 32 {
		log.Fatal("-key-hex: at least 32 bytes")
	}
	users, err := openStore(context.Background(), *database, int32(*connections))
	if err != nil {
		log.Fatal(err)
	}
	all := &server{users: users, tokens: newTokenCodec(key)}
	if *wechat != "" {
		all.wechat = newWechatClient(*wechat)
	}

	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(gin.Recovery())
	engine.GET("/ping", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"message": "pong"})
	})
	engine.POST("/api/login", all.logIn)
	engine.GET("/api/user/info", all.showOwnProfile)
	log.Fatal(engine.Run(*address))
}

type profile struct {
	ID        string `json:"id"`
	Nickname  string `json:"nickname"`
	AvatarURL string `json:"avatar_url"`
	Language  string `json:"language"`
	Role      string `json:"role"`
	CreatedAt string `json:"created_at"`
}

type openedSession struct {
	AccessToken      string  `json:"access_token"`
	TokenType        string  `json:"token_type"`
	ExpiresIn        int64   `json:"expires_in"`
	RefreshToken     string  `json:"refresh_token"`
	RefreshExpiresIn int64   `json:"refresh_expires_in"`
	IsNewUser        bool    `json:"is_new_user"`
	User             profile `json:"user"`
}

func profileOf(u user) profile {
	return profile{
		ID:        strconv.FormatInt(u.id, 10),
		Nickname:  u.nickname,
		AvatarURL: u.avatarURL,
		Language:  u.language,
		Role:      u.role,
		CreatedAt: time.UnixMicro(u.createdAt).UTC().Format("2006-01-02T15:04:05.000000Z"),
	}
}

func (s *server) showOwnProfile(c *gin.Context) {
	const scheme = "Bearer "
	field := c.GetHeader("Authorization")
	if !strings.HasPrefix(field, scheme) {
		fail(c, http.StatusUnauthorized, 40100, "unauthenticated")
		return
	}
	id, err := s.tokens.verify(field[len(scheme):])
	if err != nil {
		fail(c, http.StatusUnauthorized, 40100, "unauthenticated")
		return
	}
	found, err := s.users.find(c.Request.Context(), id)
	switch {
	case errors.Is(err, errNotFound):
		fail(c, http.StatusNotFound, 40400, "no such user")
	case err != nil:
		failDatabase(c, err)
	default:
		succeed(c, profileOf(found))
	}
}

func (s *server) logIn(c *gin.Context) {
	var body struct {
		Code string `json:"code" binding:"required,max=512"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		fail(c, http.StatusBadRequest, 40000, "invalid body")
		return
	}
	openid, err := s.identify(c.Request.Context(), body.Code)
	if err != nil {
		fail(c, http.StatusBadRequest, 40000, "invalid code")
		return
	}
	device := c.Request.UserAgent()
	if len(device) > 256 {
		device = device[:256]
	}
	refreshToken, refreshHash := newRefreshToken()
	now := time.Now()
	opened, err := s.users.admit(c.Request.Context(), admission{
		openid: openid, device: device, address: c.RemoteIP(), refreshHash: refreshHash, now: now})
	if err != nil {
		failDatabase(c, err)
		return
	}
	accessToken, err := s.tokens.sign(opened, now)
	if err != nil {
		fail(c, http.StatusInternalServerError, 50000, "internal error")
		return
	}
	c.Header("Cache-Control", "no-store")
	succeed(c, openedSession{
		AccessToken:      accessToken,
		TokenType:        "Bearer",
		ExpiresIn:        int64(accessTTL / time.Second),
		RefreshToken:     refreshToken,
		RefreshExpiresIn: int64(refreshTTL / time.Second),
		IsNewUser:        opened.isNewUser,
		User:             profileOf(opened.who),
	})
}

func (s *server) identify(ctx context.Context, code string) (string, error) {
	if s.wechat != nil {
		return s.wechat.exchange(ctx, code)
	}
	openid, ok := openidOf(code)
	if !ok {
		return "", errors.New("invalid code")
	}
	return openid, nil
}

type envelope struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
	TraceID string `json:"trace_id"`
}

func succeed(c *gin.Context, data any) {
	c.JSON(http.StatusOK, envelope{200, "ok", data, newTraceID()})
}

func fail(c *gin.Context, status, code int, message string) {
	c.JSON(status, envelope{code, message, nil, newTraceID()})
}

func failDatabase(c *gin.Context, err error) {
	log.Print(err)
	fail(c, http.StatusServiceUnavailable, 50300, "database unavailable")
}
