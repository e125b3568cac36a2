use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::profiles::Profile;

const TTL: Duration = Duration::from_secs(60);
const SHARDS: usize = 64;

struct Cached {
    shown: Arc<Profile>,
    until: Instant,
}

struct Shard {
    profiles: Mutex<LruCache<i64, Cached>>,
    changes: AtomicU64,
}

/// Keeps profiles for a minute. One that was read while a user changed is not kept.
pub struct ProfileCache {
    shards: Vec<Shard>, // None: nothing is kept.
}

impl ProfileCache {
    pub fn new(size: usize) -> Self {
        let each = size / SHARDS;
        let shard = || Shard {
            profiles: Mutex::new(LruCache::new(each)),
            changes: AtomicU64::new(0),
        };
        let count = NonZeroUsize::new(each).map_or(0, |_| SHARDS);
        ProfileCache { shards: std::iter::repeat_with(shard).take(count).collect() }
    }

    fn shard(&self, id: i64) -> Option<&Shard> {
        // The lower bits of an id are random.
        if self.shards.is_empty() { None } else { self.shards.get(id as usize % SHARDS) }
    }

    pub fn get(&self, id: i64) -> Option<Arc<Profile>> {
        let mut profiles = self.shard(id)?.profiles.lock().unwrap();
        let cached = profiles.get(&id)?;
        if cached.until < Instant::now() {
            return None;
        }
        Some(cached.shown.clone())
    }

    /// For put(): what it was before the row was read.
    pub fn version(&self, id: i64) -> u64 {
        self.shard(id).map_or(0, |shard| shard.changes.load(Ordering::SeqCst))
    }

    pub fn put(&self, id: i64, shown: &Arc<Profile>, version: u64) {
        if let Some(shard) = self.shard(id) {
            let mut profiles = shard.profiles.lock().unwrap();
            if shard.changes.load(Ordering::SeqCst) == version {
                profiles.put(id, Cached { shown: shown.clone(), until: Instant::now() + TTL });
            }
        }
    }

    pub fn drop(&self, id: i64) {
        if let Some(shard) = self.shard(id) {
            let mut profiles = shard.profiles.lock().unwrap();
            shard.changes.fetch_add(1, Ordering::SeqCst);
            profiles.pop(&id);
        }
    }
}
