package main

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

type profile struct {
	ID        string `json:"id"`
	Nickname  string `json:"nickname"`
	AvatarURL string `json:"avatar_url"`
	Language  string `json:"language"`
	Role      string `json:"role"`
	CreatedAt string `json:"created_at"`
}

type publicProfile struct {
	ID        string `json:"id"`
	Nickname  string `json:"nickname"`
	AvatarURL string `json:"avatar_url"`
}

type profilePage struct {
	Items      []publicProfile `json:"items"`
	NextCursor *string         `json:"next_cursor"`
}

func profileOf(u user) *profile {
	return &profile{
		ID:        strconv.FormatInt(u.id, 10),
		Nickname:  u.nickname,
		AvatarURL: u.avatarURL,
		Language:  u.language,
		Role:      u.role,
		CreatedAt: time.UnixMicro(u.createdAt).UTC().Format("2006-01-02T15:04:05.000000Z"),
	}
}

func (s *server) showOwnProfile(c *gin.Context) {
	id := c.GetInt64("user")
	if found := s.cache.get(id); found != nil {
		succeed(c, found)
		return
	}
	asked := s.cache.version(id)
	found, err := s.users.find(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	shown := profileOf(found)
	s.cache.put(id, shown, asked)
	succeed(c, shown)
}

type profilePatch struct {
	Nickname  *string `json:"nickname"`
	AvatarURL *string `json:"avatar_url"`
	Language  *string `json:"language"`
}

func (s *server) changeOwnProfile(c *gin.Context) {
	var patch profilePatch
	if err := readBody(c, &patch); err != nil {
		fail(c, err)
		return
	}
	if !patch.isValid() {
		fail(c, errInvalidField)
		return
	}
	id := c.GetInt64("user")
	changed, err := s.users.change(c.Request.Context(), id, patch)
	s.cache.drop(id)
	if err != nil {
		fail(c, err)
		return
	}
	succeed(c, profileOf(changed))
}

var languageTag = regexp.MustCompile(`^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$`)

func (p *profilePatch) isValid() bool {
	if p.Nickname == nil && p.AvatarURL == nil && p.Language == nil {
		return false
	}
	if p.Nickname != nil && (utf8.RuneCountInString(*p.Nickname) > 64 ||
		strings.IndexFunc(*p.Nickname, isHidden) >= 0) {
		return false
	}
	if p.AvatarURL != nil && !isAvatarURL(*p.AvatarURL) {
		return false
	}
	return p.Language == nil || (len(*p.Language) <= 35 && languageTag.MatchString(*p.Language))
}

// isHidden is true of what controls, is invisible or turns the direction of writing.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || r == 0x200b || r == 0x200e || r == 0x200f || r == 0xfeff ||
		r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f
}

func isAvatarURL(text string) bool {
	if text == "" {
		return true
	}
	parsed, err := url.Parse(text)
	return err == nil && len(text) <= 1024 && parsed.Scheme == "https" && parsed.Host != "" &&
		parsed.User == nil
}

func (s *server) listProfiles(c *gin.Context) {
	limit, err := strconv.Atoi(c.DefaultQuery("limit", "20"))
	if err != nil || limit < 1 || limit > 100 {
		fail(c, errInvalidField)
		return
	}
	after := int64(0)
	if cursor, given := c.GetQuery("cursor"); given {
		text, err := base64.RawURLEncoding.DecodeString(cursor)
		if err == nil {
			after, err = strconv.ParseInt(string(text), 10, 64)
		}
		if err != nil || after < 1 {
			fail(c, errInvalidField)
			return
		}
	}
	found, err := s.users.list(c.Request.Context(), after, limit+1)
	if err != nil {
		fail(c, err)
		return
	}
	page := profilePage{Items: found}
	if len(found) > limit {
		page.Items = found[:limit]
		next := base64.RawURLEncoding.EncodeToString([]byte(found[limit-1].ID))
		page.NextCursor = &next
	}
	succeed(c, page)
}
