package main

import (
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru"
)

const cacheTTL = time.Minute

type cachedProfile struct {
	shown *profile
	until time.Time
}

// profileCache keeps profiles for a minute. One that was read while a user changed is not kept.
type profileCache struct {
	profiles *lru.Cache
	changes  [1024]atomic.Uint64
}

func newProfileCache(size int) *profileCache {
	if size == 0 {
		return nil
	}
	profiles, err := lru.New(size)
	if err != nil {
		panic(err)
	}
	return &profileCache{profiles: profiles}
}

func (p *profileCache) get(id int64) *profile {
	if p == nil {
		return nil
	}
	found, ok := p.profiles.Get(id)
	if !ok {
		return nil
	}
	cached := found.(cachedProfile)
	if time.Now().After(cached.until) {
		return nil
	}
	return cached.shown
}

// version is for put: what it was before the row was read.
func (p *profileCache) version(id int64) uint64 {
	if p == nil {
		return 0
	}
	return p.changes[id%1024].Load()
}

func (p *profileCache) put(id int64, shown *profile, version uint64) {
	if p == nil {
		return
	}
	p.profiles.Add(id, cachedProfile{shown, time.Now().Add(cacheTTL)})
	if p.version(id) != version {
		p.profiles.Remove(id)
	}
}

func (p *profileCache) drop(id int64) {
	if p == nil {
		return
	}
	p.changes[id%1024].Add(1)
	p.profiles.Remove(id)
}
