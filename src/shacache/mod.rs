//! The content cache: files named by their SHA-512 (shacache), and lists of entries under keys (shadir).
//!
//! Everything is files in two directories, which several programs may use at once. A file has its name only when it is
//! whole and on the disk. What is not here is looked for in another cache, if one is configured.

mod bundle;
mod content;
mod directory;
mod error;
mod flight;
mod staged;
mod upstream;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use self::bundle::BundleReport;
pub use self::error::Error;

use self::content::{ContentStore, PORTION, Receiving};
use self::directory::{Change, Directory};
use self::flight::Flights;
use self::upstream::{Upstream, failure};
use crate::wire::shacache::{Entry, Key, Sha512, Statistics, StoreStatistics, UpdateReport, entries};

/// How many keys are fetched at once when the whole directory is.
const AT_ONCE: usize = 8;

/// A content cache. Clones share it.
#[derive(Debug, Clone)]
pub struct Shacache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    contents: ContentStore,
    directory: Directory,
    content_upstream: Option<Upstream>,
    directory_upstream: Option<Upstream>,
    downloads: Arc<Flights<Sha512, ()>>,
    lookups: Arc<Flights<Key, Vec<u8>>>,
    content_counters: Counters,
    directory_counters: Counters,
    updating: tokio::sync::Mutex<()>,
}

/// What was asked of a store.
#[derive(Debug, Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    upstream_fetches: AtomicU64,
    failures: AtomicU64,
}

impl Counters {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a failure, if it is one: that something is not there is none.
    fn notice<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result
            && !matches!(error, Error::Missing { .. })
        {
            Self::count(&self.failures);
        }
        result
    }

    fn statistics(&self, (count, bytes): (u64, u64)) -> StoreStatistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StoreStatistics {
            count,
            bytes,
            hits: read(&self.hits),
            misses: read(&self.misses),
            upstream_fetches: read(&self.upstream_fetches),
            failures: read(&self.failures),
        }
    }
}

/// Where a cache is, and where it looks for what it does not have.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The directory of the contents.
    pub content: &'a Path,
    /// The directory of the entries.
    pub metadata: &'a Path,
    /// The URL below which another cache has contents.
    pub upstream_cache_url: Option<&'a str>,
    /// The URL below which another cache has entries.
    pub upstream_dir_url: Option<&'a str>,
}

impl Shacache {
    /// The cache in two directories, which are made when they are not there.
    ///
    /// # Errors
    /// When a directory cannot be made or read.
    pub fn open(places: Places<'_>) -> Result<Self, Error> {
        let Places { content, metadata, upstream_cache_url, upstream_dir_url } = places;
        Ok(Self(Arc::new(Inner {
            contents: ContentStore::open(content.to_owned())?,
            directory: Directory::open(metadata.to_owned())?,
            content_upstream: upstream_cache_url.map(Upstream::at),
            directory_upstream: upstream_dir_url.map(Upstream::at),
            downloads: Arc::default(),
            lookups: Arc::default(),
            content_counters: Counters::default(),
            directory_counters: Counters::default(),
            updating: tokio::sync::Mutex::default(),
        })))
    }

    /// A content, from here or from upstream: an open file, and its path.
    ///
    /// # Errors
    /// [`Error::Missing`], or what happened upstream or to the file.
    pub async fn get_content(&self, sha512: Sha512) -> Result<(File, PathBuf), Error> {
        let counters = &self.0.content_counters;
        if let Some(found) = counters.notice(self.content(sha512).await)? {
            Counters::count(&counters.hits);
            return Ok(found);
        }
        Counters::count(&counters.misses);
        let missing = || Error::missing("content", &sha512);
        let upstream = self.0.content_upstream.clone().ok_or_else(missing)?;
        let cache = self.clone();
        self.0.downloads.join(sha512, move || async move { cache.download(&upstream, sha512).await }).await?;
        self.content(sha512).await?.ok_or_else(missing)
    }

    async fn download(&self, upstream: &Upstream, sha512: Sha512) -> Result<(), Error> {
        let counters = &self.0.content_counters;
        Counters::count(&counters.upstream_fetches);
        let mut download = counters.notice(upstream.content(&sha512).await)?;
        let mut upload = self.upload().await?;
        loop {
            let chunk = download.chunk().await.map_err(|error| failure(&error, "content", &sha512));
            match counters.notice(chunk)? {
                Some(chunk) => upload = upload.write(chunk.as_ref()).await?,
                None => break,
            }
        }
        match upload.keep(Some(sha512)).await {
            Err(Error::Checksum { found }) => Err(Error::Upstream(format!("{sha512} has the SHA-512 {found} there"))),
            kept => kept.map(drop),
        }
    }

    async fn content(&self, sha512: Sha512) -> Result<Option<(File, PathBuf)>, Error> {
        self.blocking(move |inner| inner.contents.get(&sha512)).await
    }

    /// Begins to take a content.
    ///
    /// # Errors
    /// When there can be no file.
    pub async fn upload(&self) -> Result<Upload, Error> {
        let receiving = self.0.content_counters.notice(self.blocking(|inner| inner.contents.receive()).await)?;
        Ok(Upload { cache: self.clone(), receiving, buffer: Vec::new() })
    }

    /// The entries of a key as JSON, from here or from upstream.
    ///
    /// # Errors
    /// [`Error::Missing`], or what happened upstream or to the file.
    pub async fn get_entries(&self, key: Key) -> Result<Vec<u8>, Error> {
        let counters = &self.0.directory_counters;
        let asked = key.clone();
        if let Some(text) = counters.notice(self.blocking(move |inner| inner.directory.text(&asked)).await)? {
            Counters::count(&counters.hits);
            return Ok(text);
        }
        Counters::count(&counters.misses);
        let upstream = self.0.directory_upstream.clone().ok_or_else(|| Error::missing("key", &key))?;
        let (cache, asked) = (self.clone(), key.clone());
        let lookup = move || async move {
            Counters::count(&cache.0.directory_counters.upstream_fetches);
            let found = cache.0.directory_counters.notice(upstream.entries(&asked).await)?;
            let text = entries(&found).into_bytes();
            cache.blocking(move |inner| inner.directory.add(&asked, &found)).await?;
            Ok(text)
        };
        self.0.lookups.join(key, lookup).await
    }

    /// Adds an entry to a key. What is there already stays.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn put_entry(&self, key: Key, entry: Entry) -> Result<(), Error> {
        let added = self.blocking(move |inner| inner.directory.add(&key, &[entry])).await;
        self.0.directory_counters.notice(added).map(drop)
    }

    /// Refreshes the directory. Without upstream, what names a content that is not here goes. With it, every key gets the
    /// entries that it has upstream, and goes when it has none; where upstream cannot be asked, entries stay.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn update(&self) -> Result<UpdateReport, Error> {
        let _updating = self.0.updating.lock().await;
        let keys = self.blocking(|inner| inner.directory.keys()).await?;
        let mut report = UpdateReport::default();
        let Some(upstream) = &self.0.directory_upstream else {
            return self.blocking(move |inner| Ok(inner.prune(&keys))).await;
        };
        for some in keys.chunks(AT_ONCE) {
            let fetches: Vec<_> = some
                .iter()
                .map(|key| {
                    let (cache, upstream, key) = (self.clone(), upstream.clone(), key.clone());
                    tokio::spawn(async move { cache.refresh(&upstream, key).await })
                })
                .collect();
            for (key, fetch) in some.iter().zip(fetches) {
                match fetch.await {
                    Ok(Ok(Some(Refreshed::Removed))) => report.removed.push(key.to_string()),
                    Ok(Ok(Some(Refreshed::Updated))) => report.updated.push(key.to_string()),
                    Ok(Ok(None)) => {}
                    Ok(Err(error)) => log::warn!("the entries of {key} stay as they are: {error}"),
                    Err(error) => log::error!("the entries of {key} stay as they are: {error}"),
                }
            }
        }
        Ok(report)
    }

    async fn refresh(&self, upstream: &Upstream, key: Key) -> Result<Option<Refreshed>, Error> {
        let counters = &self.0.directory_counters;
        Counters::count(&counters.upstream_fetches);
        let found = match counters.notice(upstream.entries(&key).await) {
            Err(Error::Missing { .. }) => Vec::new(),
            found => found?,
        };
        let work = move |inner: &Inner| {
            let mut refreshed = None;
            inner.directory.change(&key, |is_there, _| match (is_there, found.is_empty()) {
                (false, _) => Change::Nothing,
                (true, true) => {
                    refreshed = Some(Refreshed::Removed);
                    Change::Removal
                }
                (true, false) => {
                    refreshed = Some(Refreshed::Updated);
                    Change::Entries(found)
                }
            })?;
            Ok(refreshed)
        };
        self.blocking(work).await
    }

    /// How much there is, and what was asked.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub async fn statistics(&self) -> Result<Statistics, Error> {
        let count = |inner: &Inner| {
            Ok(Statistics {
                content: inner.content_counters.statistics(inner.contents.size()?),
                directory: inner.directory_counters.statistics(inner.directory.size()?),
            })
        };
        self.blocking(count).await
    }

    /// Works with files, where that keeps nobody waiting.
    async fn blocking<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.unwrap_or_else(|error| Err(Error::File(error.to_string())))
    }
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refreshed {
    Removed,
    Updated,
}

impl Inner {
    /// Removes the entries whose contents are not here, and the files that are no lists.
    fn prune(&self, keys: &[Key]) -> UpdateReport {
        let mut report = UpdateReport::default();
        for key in keys {
            let mut change = |_, list: Option<Vec<Entry>>| {
                let Some(list) = list else {
                    report.removed.push(key.to_string());
                    return Change::Removal;
                };
                let is_here = |entry: &Entry| entry.sha512().is_some_and(|sha512| self.contents.has(&sha512));
                let (kept, gone): (Vec<Entry>, Vec<Entry>) = list.into_iter().partition(is_here);
                match (kept.is_empty(), gone.is_empty()) {
                    (_, true) => Change::Nothing,
                    (true, false) => {
                        report.removed.push(key.to_string());
                        Change::Removal
                    }
                    (false, false) => {
                        report.updated.push(key.to_string());
                        Change::Entries(kept)
                    }
                }
            };
            if let Err(error) = self.directory.change(key, &mut change) {
                log::warn!("the entries of {key} stay as they are: {error}");
            }
        }
        report
    }
}

/// A content that is being taken. It is gone unless it is kept.
#[derive(Debug)]
pub struct Upload {
    cache: Shacache,
    receiving: Receiving,
    buffer: Vec<u8>,
}

impl Upload {
    /// Takes bytes.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn write(mut self, bytes: &[u8]) -> Result<Self, Error> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < PORTION { Ok(self) } else { self.flush().await }
    }

    async fn flush(self) -> Result<Self, Error> {
        let Self { cache, mut receiving, mut buffer } = self;
        let written = cache.blocking(move |_| {
            receiving.write(&buffer)?;
            buffer.clear();
            Ok((receiving, buffer))
        });
        let (receiving, buffer) = cache.0.content_counters.notice(written.await)?;
        Ok(Self { cache, receiving, buffer })
    }

    /// Keeps the content under its name, which is the expected one if one is expected.
    ///
    /// # Errors
    /// [`Error::Checksum`], or when it cannot be written.
    pub async fn keep(self, expected: Option<Sha512>) -> Result<Sha512, Error> {
        let Self { cache, receiving, .. } = self.flush().await?;
        let kept = cache.blocking(move |inner| inner.contents.keep(receiving, expected.as_ref())).await;
        cache.0.content_counters.notice(kept)
    }
}
