package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
)

type publishedConfig struct {
	Version int64                      `json:"version"`
	Values  map[string]json.RawMessage `json:"values"`
}

type servedConfig struct {
	data json.RawMessage // A publishedConfig.
	etag string
}

// configWatch has the published configuration, and looks for a newer one every second.
type configWatch struct {
	current atomic.Pointer[servedConfig]
}

func watchConfig(ctx context.Context, from *store) (*configWatch, error) {
	watch := &configWatch{}
	version, err := watch.look(ctx, from, -1)
	if err != nil {
		return nil, err
	}
	go func() {
		for range time.Tick(time.Second) {
			newest, err := watch.look(ctx, from, version)
			if err != nil {
				log.Print(err)
				continue
			}
			version = newest
		}
	}()
	return watch, nil
}

func (w *configWatch) look(ctx context.Context, from *store, known int64) (int64, error) {
	published, err := from.loadConfig(ctx, known)
	if err != nil || published == nil {
		return known, err
	}
	data, err := json.Marshal(published)
	if err != nil {
		return known, err
	}
	w.current.Store(&servedConfig{data, fmt.Sprintf(`W/"v%d"`, published.Version)})
	return published.Version, nil
}

func (s *server) showConfig(c *gin.Context) {
	config := s.config.current.Load()
	c.Header("ETag", config.etag)
	c.Header("Cache-Control", "no-cache")
	if namesTag(c.GetHeader("If-None-Match"), config.etag) {
		c.Header("X-Trace-Id", newTraceID())
		c.Status(304)
		return
	}
	succeed(c, config.data)
}

// namesTag tells whether a field If-None-Match has the tag; they are compared weakly.
func namesTag(field, etag string) bool {
	if field == "*" {
		return true
	}
	for _, candidate := range strings.Split(field, ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}
