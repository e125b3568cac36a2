package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	crypto "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
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
	_, err := t.parser.ParseWithClaims(token, &read, func(*jwt.Token) (any, error) { return t.key, nil })
	var wrong *jwt.ValidationError
	if errors.As(err, &wrong) && wrong.Errors == jwt.ValidationErrorExpired {
		return 0, errTokenExpired
	}
	if err != nil || !read.VerifyIssuer(issuer, true) || !read.VerifyAudience(issuer, true) ||
		read.ExpiresAt == nil {
		return 0, errUnauthenticated
	}
	id, err := strconv.ParseInt(read.Subject, 10, 64)
	if err != nil {
		return 0, errUnauthenticated
	}
	return id, nil
}

func (t *tokenCodec) sign(user, session int64, role string, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{issuer},
			Subject:   strconv.FormatInt(user, 10),
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(accessTTL)),
		},
		Session: strconv.FormatInt(session, 10),
		Role:    role,
	})
	token.Header["typ"] = "at+jwt"
	return token.SignedString(t.key)
}

// Refresh tokens ------------------------------------------------------------------------------------

// refreshToken is, for the client, base64url of its parts and an HMAC over them. The secret is that of
// the session, so that a lost answer can be given again.
type refreshToken struct {
	session int64
	counter uint32
	secret  [32]byte
}

const refreshBytes = 8 + 4 + 32

type refreshCodec struct {
	key []byte
}

func newRefreshCodec(key []byte) *refreshCodec { return &refreshCodec{key} }

func (r *refreshCodec) encode(token refreshToken) string {
	bytes := make([]byte, refreshBytes, refreshBytes+sha256.Size)
	binary.BigEndian.PutUint64(bytes, uint64(token.session))
	binary.BigEndian.PutUint32(bytes[8:], token.counter)
	copy(bytes[12:], token.secret[:])
	return base64.RawURLEncoding.EncodeToString(append(bytes, r.mac(bytes)...))
}

func (r *refreshCodec) decode(text string) (token refreshToken, ok bool) {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(bytes) != refreshBytes+sha256.Size ||
		!hmac.Equal(bytes[refreshBytes:], r.mac(bytes[:refreshBytes])) {
		return token, false
	}
	token.session = int64(binary.BigEndian.Uint64(bytes))
	token.counter = binary.BigEndian.Uint32(bytes[8:])
	copy(token.secret[:], bytes[12:])
	return token, true
}

func (r *refreshCodec) mac(bytes []byte) []byte {
	mac := hmac.New(sha256.New, r.key)
	mac.Write(bytes)
	return mac.Sum(nil)
}

func newRefreshSecret() (secret [32]byte) {
	if _, err := crypto.Read(secret[:]); err != nil {
		panic(err)
	}
	return secret
}

func hashSecret(secret [32]byte) []byte {
	hash := sha256.Sum256(secret[:])
	return hash[:]
}

// Session keys --------------------------------------------------------------------------------------

// sealer encrypts what is stored of WeChat, bound to whom it belongs to.
type sealer struct {
	aead cipher.AEAD
}

func newSealer(key []byte) *sealer {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return &sealer{aead}
}

func (s *sealer) seal(text, openid string) []byte {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(text)+s.aead.Overhead())
	if _, err := crypto.Read(nonce); err != nil {
		panic(err)
	}
	return s.aead.Seal(nonce, nonce, []byte(text), []byte(openid))
}

// Ids -----------------------------------------------------------------------------------------------

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

func init() {
	rand.Seed(time.Now().UnixNano())
}
