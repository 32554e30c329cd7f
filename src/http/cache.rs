//! Encoded answers, kept until something changes.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;

/// How long an answer is given without recording that its computer asks.
const ACCESS: Duration = Duration::from_secs(10);

/// The encoded information of computers.
#[derive(Debug, Default)]
pub struct Cache(RwLock<HashMap<String, Entry>>);

#[derive(Debug)]
struct Entry {
    generation: u64,
    bytes: Bytes,
    accessed: Instant,
}

impl Cache {
    /// The answer for a computer, if it was made at this generation and the computer's access was recorded lately.
    pub fn get(&self, computer: &str, generation: u64) -> Option<Bytes> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(computer)?;
        (entry.generation == generation && entry.accessed.elapsed() < ACCESS).then(|| entry.bytes.clone())
    }

    /// Keeps an answer that was made at a generation, now that the access is recorded.
    pub fn put(&self, computer: String, generation: u64, bytes: Bytes) {
        let entry = Entry { generation, bytes, accessed: Instant::now() };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(computer, entry);
    }
}
