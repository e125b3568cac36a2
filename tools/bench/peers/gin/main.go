// The mini-program API of Maque as a Gin service would have it: gin, pgx with a pool, golang-jwt, an LRU
// in the process. One query for each read, one transaction for each login. Settings come from the
// environment:
//
//	LISTEN                127.0.0.1:8081
//	DATABASE_URL          postgres://… with the tables of Maque
//	DATABASE_CONNECTIONS  20
//	WECHAT_URL            where WeChat's server API is; without it the code is "dev-NAME" or
//	                      "dev-NAME.anything", and asks no network
//	CACHE_USERS           profiles that are kept for a minute; 0: none
//	ACCESS_KEY_HEX        the HS256 key of access tokens
//	REFRESH_KEY_HEX       the HMAC key of refresh tokens
//	SEALING_KEY_HEX       the AES-256 key of stored session_keys
package main

import (
	"context"
	"encoding/hex"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

type server struct {
	users   *store
	cache   *profileCache // Nil: none.
	config  *configWatch
	tokens  *tokenCodec
	refresh *refreshCodec
	wechat  *wechatClient // Nil: no network.
	sealer  *sealer
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func number(name, otherwise string) int {
	value, err := strconv.Atoi(setting(name, otherwise))
	if err != nil || value < 0 {
		log.Fatal(name, ": not a number")
	}
	return value
}

func key(name string) []byte {
	value, err := hex.DecodeString(os.Getenv(name))
	if err != nil || len(value) != 32 {
		log.Fatal(name, ": not 32 bytes in hexadecimal")
	}
	return value
}

func main() {
	ctx := context.Background()
	users, err := openStore(ctx, os.Getenv("DATABASE_URL"), int32(number("DATABASE_CONNECTIONS", "20")))
	if err != nil {
		log.Fatal(err)
	}
	config, err := watchConfig(ctx, users)
	if err != nil {
		log.Fatal(err)
	}
	all := &server{
		users:   users,
		cache:   newProfileCache(number("CACHE_USERS", "0")),
		config:  config,
		tokens:  newTokenCodec(key("ACCESS_KEY_HEX")),
		refresh: newRefreshCodec(key("REFRESH_KEY_HEX")),
		sealer:  newSealer(key("SEALING_KEY_HEX")),
	}
	if url := os.Getenv("WECHAT_URL"); url != "" {
		all.wechat = newWechatClient(url)
	}
	log.Fatal(all.routes().Run(setting("LISTEN", "127.0.0.1:8081")))
}

func (s *server) routes() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.Use(gin.Recovery())
	engine.GET("/ping", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"message": "pong"})
	})
	engine.GET("/api/config", s.showConfig)
	engine.POST("/api/login", s.logIn)
	engine.POST("/api/v1/token/refresh", s.refreshTokens)

	signedIn := engine.Group("/", s.authenticate)
	signedIn.GET("/api/user/info", s.showOwnProfile)
	signedIn.PATCH("/api/user/info", s.changeOwnProfile)
	signedIn.POST("/api/user/info", s.changeOwnProfile)
	signedIn.GET("/api/v1/users", s.listProfiles)

	engine.NoRoute(func(c *gin.Context) { fail(c, errRouteNotFound) })
	engine.NoMethod(func(c *gin.Context) { fail(c, errMethodNotAllowed) })
	return engine
}

// authenticate puts the user's id into the context; the request is a user's own from here on.
func (s *server) authenticate(c *gin.Context) {
	const scheme = "bearer "
	c.Header("Cache-Control", "no-store")
	field := c.GetHeader("Authorization")
	if len(field) <= len(scheme) || !strings.EqualFold(field[:len(scheme)], scheme) {
		fail(c, errUnauthenticated)
		return
	}
	id, err := s.tokens.verify(field[len(scheme):])
	if err != nil {
		fail(c, err)
		return
	}
	c.Set("user", id)
}
