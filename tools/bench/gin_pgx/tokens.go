package main

import (
	crypto "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt"
)

const (
	issuer     = "maque"
	accessTTL  = 15 * time.Minute
	refreshTTL = 30 * 24 * time.Hour
	sessionTTL = 90 * 24 * time.Hour
	appid      = "wxsimulator"
)

type claims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"`
	Role    string `json:"role"`
}

type tokenCodec struct {
	key    []byte
	parser *jwt.Parser
}

func newTokenCodec(key []byte) *tokenCodec {
	jwt.MarshalSingleStringAsArray = false
	return &tokenCodec{key, jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}))}
}

// verify returns the user's id.
func (t *tokenCodec) verify(token string) (int64, error) {
	var read claims
	if _, err := t.parser.ParseWithClaims(token, &read, func(*jwt.Token) (any, error) {
		return t.key, nil
	}); err != nil {
		return 0, err
	}
	if !read.VerifyIssuer(issuer, true) || !read.VerifyAudience(issuer, true) || read.ExpiresAt == nil {
		return 0, errors.New("a token of somebody else")
	}
	return strconv.ParseInt(read.Subject, 10, 64)
}

func (t *tokenCodec) sign(opened admitted, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{issuer},
			Subject:   strconv.FormatInt(opened.who.id, 10),
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(accessTTL)),
		},
		Session: strconv.FormatInt(opened.session, 10),
		Role:    opened.who.role,
	})
	token.Header["typ"] = "at+jwt"
	return token.SignedString(t.key)
}

// newRefreshToken returns a token for the client and the hash that is stored.
func newRefreshToken() (string, []byte) {
	secret := make([]byte, 32)
	if _, err := crypto.Read(secret); err != nil {
		panic(err)
	}
	hash := sha256.Sum256(secret)
	return base64.RawURLEncoding.EncodeToString(secret), hash[:]
}

// openidOf does what the simulator of WeChat does with "dev-NAME" and "dev-NAME.anything".
func openidOf(code string) (string, bool) {
	if !strings.HasPrefix(code, "dev-") {
		return "", false
	}
	name, _, _ := strings.Cut(code[len("dev-"):], ".")
	if name == "" || len(name) > 32 {
		return "", false
	}
	hash := sha256.Sum256([]byte("openid\n" + appid + "\n" + name))
	return ("o" + base64.RawURLEncoding.EncodeToString(hash[:]))[:28], true
}

// newID returns an id that sorts by time: 41 bits of milliseconds since 2025-01-01, 22 random ones.
func newID(now time.Time) int64 {
	const epoch = 1735689600000
	return (now.UnixMilli()-epoch)<<22 | rand.Int63n(1<<22)
}

func newTraceID() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	return hex.EncodeToString(id[:])
}

func init() {
	rand.Seed(time.Now().UnixNano())
}
