//! Encoded answers, kept until something changes.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;

/// How long an answer is given without recording that its computer asks.
const ACCESS: Duration = Duration::from_secs(10);

/// When there are more answers than these, all are made anew.
const KEPT: usize = 1024;

/// Encoded answers by what they are about.
#[derive(Debug, Default)]
pub struct Cache(RwLock<HashMap<String, Entry>>);

#[derive(Debug)]
struct Entry {
    generation: u64,
    bytes: Bytes,
    accessed: Instant,
}

impl Cache {
    /// The answer about something, if it was made at this generation and not long ago: the access of a computer is
    /// recorded when its answer is made anew.
    pub fn get(&self, about: &str, generation: u64) -> Option<Bytes> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(about)?;
        (entry.generation == generation && entry.accessed.elapsed() < ACCESS).then(|| entry.bytes.clone())
    }

    /// Keeps an answer that was made at a generation.
    pub fn put(&self, about: String, generation: u64, bytes: Bytes) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= KEPT {
            entries.clear();
        }
        entries.insert(about, Entry { generation, bytes, accessed: Instant::now() });
    }
}
