package main

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"
)

type tokens struct {
	AccessToken      string `json:"access_token"`
	TokenType        string `json:"token_type"`
	ExpiresIn        int64  `json:"expires_in"`
	RefreshToken     string `json:"refresh_token"`
	RefreshExpiresIn int64  `json:"refresh_expires_in"`
	IsNewUser        bool   `json:"is_new_user"`
}

type openedSession struct {
	tokens
	User *profile `json:"user"`
}

func (s *server) logIn(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	var body struct {
		Code *string `json:"code"`
	}
	if err := readBody(c, &body); err != nil {
		fail(c, err)
		return
	}
	if body.Code == nil || *body.Code == "" || len(*body.Code) > 512 ||
		strings.IndexFunc(*body.Code, unicode.IsControl) >= 0 {
		fail(c, errInvalidField)
		return
	}
	openid, sealedKey, err := s.identify(c.Request.Context(), *body.Code)
	if err != nil {
		fail(c, err)
		return
	}
	device := c.Request.UserAgent()
	if len(device) > 256 {
		device = device[:256]
	}
	secret := newRefreshSecret()
	now := time.Now()
	opened, err := s.users.admit(c.Request.Context(), admission{
		openid: openid, sealedKey: sealedKey, device: device, address: c.RemoteIP(),
		secretHash: hashSecret(secret), now: now})
	if err != nil {
		fail(c, err)
		return
	}
	issued, err := s.issue(opened.who.id, opened.who.role, refreshToken{opened.session, 0, secret},
		now, now.Add(sessionTTL))
	if err != nil {
		fail(c, err)
		return
	}
	issued.IsNewUser = opened.isNewUser
	succeed(c, openedSession{issued, profileOf(opened.who)})
}

// identify asks WeChat. The session_key comes back sealed.
func (s *server) identify(ctx context.Context, code string) (string, []byte, error) {
	if s.wechat == nil {
		openid, ok := openidOf(code)
		if !ok {
			return "", nil, errInvalidCode
		}
		return openid, nil, nil
	}
	openid, sessionKey, err := s.wechat.exchange(ctx, code)
	if err != nil {
		return "", nil, err
	}
	return openid, s.sealer.seal(sessionKey, openid), nil
}

func (s *server) issue(user int64, role string, current refreshToken, now, end time.Time) (tokens, error) {
	access, err := s.tokens.sign(user, current.session, role, now)
	if err != nil {
		return tokens{}, errInternal
	}
	if idle := now.Add(refreshTTL); idle.Before(end) {
		end = idle
	}
	return tokens{
		AccessToken:      access,
		TokenType:        "Bearer",
		ExpiresIn:        int64(accessTTL / time.Second),
		RefreshToken:     s.refresh.encode(current),
		RefreshExpiresIn: int64(end.Sub(now) / time.Second),
	}, nil
}

func (s *server) refreshTokens(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	var body struct {
		RefreshToken *string `json:"refresh_token"`
	}
	if err := readBody(c, &body); err != nil {
		fail(c, err)
		return
	}
	if body.RefreshToken == nil || len(*body.RefreshToken) > 256 {
		fail(c, errInvalidField)
		return
	}
	presented, ok := s.refresh.decode(*body.RefreshToken)
	if !ok {
		fail(c, errInvalidRefreshToken)
		return
	}
	now := time.Now()
	current, err := s.users.rotate(c.Request.Context(), presented, now)
	if err != nil {
		fail(c, err)
		return
	}
	issued, err := s.issue(current.user, current.role,
		refreshToken{presented.session, current.counter, presented.secret}, now, current.expiresAt)
	if err != nil {
		fail(c, err)
		return
	}
	succeed(c, issued)
}
