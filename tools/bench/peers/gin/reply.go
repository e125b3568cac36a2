package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log"
	"math/rand"
	"net/http"

	"github.com/gin-gonic/gin"
)

type envelope struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
	TraceID string `json:"trace_id"`
}

// apiError is a row of docs/errors.md.
type apiError struct {
	status  int
	code    int
	message string
}

func (e *apiError) Error() string { return e.message }

var (
	errInvalidJSON         = &apiError{400, 40001, "the body is not valid JSON"}
	errInvalidField        = &apiError{400, 40002, "invalid field"}
	errInvalidCode         = &apiError{400, 40003, "the login code is invalid or expired"}
	errUnauthenticated     = &apiError{401, 40100, "authentication required"}
	errTokenExpired        = &apiError{401, 40101, "the access token has expired"}
	errSessionEnded        = &apiError{401, 40102, "the session has ended"}
	errInvalidRefreshToken = &apiError{401, 40104, "the refresh token is invalid"}
	errAccountDisabled     = &apiError{403, 40301, "the account is disabled"}
	errUserBlocked         = &apiError{403, 40302, "WeChat has blocked this user"}
	errRouteNotFound       = &apiError{404, 40400, "no such route"}
	errUserNotFound        = &apiError{404, 40401, "no such user"}
	errMethodNotAllowed    = &apiError{405, 40500, "method not allowed"}
	errBodyTooLarge        = &apiError{413, 41300, "the body is too large"}
	errNotJSON             = &apiError{415, 41500, "unsupported content type"}
	errTooManyRequests     = &apiError{429, 42900, "too many requests"}
	errInternal            = &apiError{500, 50000, "internal error"}
	errRejectedByWechat    = &apiError{502, 50200, "WeChat refused the server"}
	errBadWechatReply      = &apiError{502, 50201, "unexpected reply from WeChat"}
	errDatabase            = &apiError{503, 50302, "the database is unavailable"}
	errWechatUnavailable   = &apiError{503, 50303, "WeChat is unavailable"}
)

func succeed(c *gin.Context, data any) {
	trace := newTraceID()
	c.Header("X-Trace-Id", trace)
	c.JSON(http.StatusOK, envelope{200, "ok", data, trace})
}

// fail ends the request. What is no apiError came from the database.
func fail(c *gin.Context, err error) {
	var known *apiError
	if !errors.As(err, &known) {
		log.Print(err)
		known = errDatabase
	}
	trace := newTraceID()
	c.Header("X-Trace-Id", trace)
	if known.status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.AbortWithStatusJSON(known.status, envelope{known.code, known.message, nil, trace})
}

func newTraceID() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	return hex.EncodeToString(id[:])
}
