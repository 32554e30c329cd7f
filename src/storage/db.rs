//! The database handle and its two kinds of transactions.

use std::cell::RefCell;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags, Params, Row};
use tokio::sync::watch;

use super::backup::backup;
use super::clock::Clock;
use super::image::Image;
use super::legacy::Imported;
use super::open::{self, Opening};
use super::writer::Writer;
use super::{Error, OpenError, recording};
use crate::domain::clock::{ClockChange, ClockState};
use crate::domain::error::Refusal;
use crate::domain::timestamp::Timestamp;

/// A database: one writer, any number of readers. Clones share it; it is checkpointed and closed with the last one.
#[derive(Debug, Clone)]
pub struct Db(Arc<Inner>);

/// Numbers the databases in memory of this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// What stands for the path of a database in memory.
pub const MEMORY: &str = ":memory:";

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    memory: Option<Memory>,
    opening: Opening,
    imported: Option<Imported>,
    // Readers are dropped first: the writer's connection, closed last, empties and removes the log.
    readers: Mutex<Vec<Connection>>,
    writer: Writer,
}

/// A database in memory. Its readers see no snapshot while something is written, so they and the writer take turns.
#[derive(Debug)]
struct Memory {
    name: String,
    turn: Arc<RwLock<()>>,
}

/// A snapshot of the database.
#[derive(Debug, Clone, Copy)]
pub struct ReadTx<'a> {
    connection: &'a Connection,
}

/// A transaction that may change the database; it can read as a [`ReadTx`].
#[derive(Debug)]
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    clock: &'a Clock,
    /// The events that the running closure recorded.
    recorded: RefCell<Vec<i64>>,
}

impl Db {
    /// Opens the file, making it and its schema when they are missing. A database of the Python proxy is imported.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about a file that is not ours, newer, or damaged.
    pub fn open(path: &Path, opening: &Opening) -> Result<Self, OpenError> {
        let (connection, imported) = open::open_writer(path, opening)?;
        let sqlite = |source| OpenError::Sqlite { path: path.to_owned(), source };
        let writer = Writer::start(connection, None).map_err(sqlite)?;
        let (path, opening) = (path.to_owned(), opening.clone());
        Ok(Self(Arc::new(Inner { path, memory: None, opening, imported, readers: Mutex::default(), writer })))
    }

    /// Makes a database in memory, of which nothing is left when it is closed, or when the process ends however it does.
    ///
    /// # Errors
    /// [`OpenError::Sqlite`] when there is no memory for it.
    pub fn open_in_memory(opening: &Opening) -> Result<Self, OpenError> {
        let path = PathBuf::from(MEMORY);
        let sqlite = |source| OpenError::Sqlite { path: path.clone(), source };
        let name = format!("slapproxy-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let connection = open::open_memory(&name, opening).map_err(sqlite)?;
        let turn = Arc::new(RwLock::new(()));
        let writer = Writer::start(connection, Some(Arc::clone(&turn))).map_err(sqlite)?;
        let (memory, opening) = (Some(Memory { name, turn }), opening.clone());
        Ok(Self(Arc::new(Inner { path, memory, opening, imported: None, readers: Mutex::default(), writer })))
    }

    /// Runs a closure in a write transaction, on the writer thread. When this returns `Ok`, the change is on disk.
    ///
    /// # Errors
    /// What the closure returns, or a failure of the database; nothing was changed then.
    pub async fn write<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(&WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match self.0.writer.submit(closure).await {
            Err(_) => Err(Error::Closed.into()),
            Ok(written) => {
                recording::note(written.events);
                written.result
            }
        }
    }

    /// Runs a closure on one snapshot, on a thread that may block.
    ///
    /// # Errors
    /// What the closure returns, or a failure of the database.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(ReadTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.look(closure)).await.unwrap_or_else(|_| Err(Error::Panicked.into()))
    }

    /// Runs a closure on one snapshot, here and now: for lookups of a few rows, which take less time than a hop to
    /// another thread. Readers never wait for the writer.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn look<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        F: FnOnce(ReadTx<'_>) -> Result<T, E>,
        E: From<Error>,
    {
        self.with_reader(|connection| snapshot(connection, closure))
    }

    fn with_reader<T, E: From<Error>>(&self, closure: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let turn = self.0.memory.as_ref().map(|memory| memory.turn.read().unwrap_or_else(PoisonError::into_inner));
        let readers = || self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let pooled = readers().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let result = closure(&connection);
        if connection.is_autocommit() {
            readers().push(connection);
        }
        drop(turn);
        result
    }

    fn connect(&self) -> Result<Connection, Error> {
        if let Some(memory) = &self.0.memory {
            return Ok(open::connect_memory(&memory.name, OpenFlags::SQLITE_OPEN_READ_ONLY)?);
        }
        open::connect(&self.0.path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| match error {
            OpenError::Sqlite { source, .. } => Error::Sqlite(source),
            other => Error::Commit(other.to_string()),
        })
    }

    /// All that the database holds now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn image(&self) -> Result<Image, Error> {
        self.with_reader(|connection| Ok(Image::of(connection)?))
    }

    /// Makes the database equal to an image: all of it, or nothing. Requests before it see the one, those after it the other.
    ///
    /// # Errors
    /// When the database fails; nothing was changed then.
    pub async fn restore(&self, image: &Image) -> Result<(), Error> {
        self.0.writer.restore(image.clone()).await.unwrap_or(Err(Error::Closed))
    }

    /// Makes the database equal to a snapshot, which is checked and may be changed before: all of it, or nothing.
    ///
    /// # Errors
    /// [`Error::Snapshot`] says what the file is instead; or what the closure returns.
    pub async fn load<E, F>(&self, path: PathBuf, prepare: F) -> Result<(), E>
    where
        F: FnOnce(&WriteTx<'_>) -> Result<(), E> + Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let opening = self.0.opening.clone();
        let read = move || Image::read(&path, &opening, prepare).map_err(Error::Snapshot);
        let image = tokio::task::spawn_blocking(read).await.unwrap_or(Err(Error::Panicked))??;
        Ok(self.restore(&image).await?)
    }

    /// The time, for what is only looked at; what is written takes its own.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock().now
    }

    /// What its clock shows.
    #[must_use]
    pub fn clock(&self) -> ClockState {
        self.0.writer.clock().state()
    }

    /// Sets, moves and freezes its clock.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a time before one that was written already.
    pub fn change_clock(&self, change: ClockChange) -> Result<ClockState, Refusal> {
        self.0.writer.clock().change(change)
    }

    /// Stops its clock at a time, or at the last one that was written if that is later.
    pub fn begin_at(&self, time: Timestamp) {
        self.0.writer.clock().begin(time);
    }

    /// Counts the commits that changed something: what was read while it stood at a value holds as long as it does.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.writer.generation()
    }

    /// Wakes whoever waits for a commit that changes something; ends when the database is closed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.writer.changes()
    }

    /// Commits what waits, empties the log into the file and closes it, whoever still holds a clone.
    pub fn close(&self) {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.0.writer.close();
    }

    /// Copies what is committed into a new file beside the database, which only its owner can read.
    ///
    /// # Errors
    /// [`Error::Copy`].
    pub fn backup(&self, what: &str) -> Result<PathBuf, Error> {
        backup(&self.0.path, what).map_err(|error| Error::Copy(error.to_string()))
    }

    /// What opening it imported.
    #[must_use]
    pub fn imported(&self) -> Option<&Imported> {
        self.0.imported.as_ref()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

/// Reads an existing file without a server: nothing is made, migrated or changed.
///
/// # Errors
/// [`OpenError`], also for a missing file; or what the closure returns.
pub fn read_file<T, E: From<Error>>(
    path: &Path,
    closure: impl Fn(ReadTx<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    if let Some(before) = still(path) {
        let read = open::open_still(path).map(|connection| snapshot(&connection, &closure));
        // What was read while a server started may be torn.
        if still(path) == Some(before) {
            return read;
        }
    }
    Ok(snapshot(&open::open_reader(path)?, closure))
}

/// The size and age of a file that nobody has open and that no crash left half written: SQLite keeps no file beside it.
pub(super) fn still(path: &Path) -> Option<(u64, SystemTime)> {
    let file = fs::canonicalize(path).ok()?;
    let beside = ["-wal", "-journal"].map(|suffix| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    });
    let metadata = fs::metadata(&file).ok()?;
    let modified = metadata.modified().ok()?;
    (!beside.iter().any(|file| file.exists())).then_some((metadata.len(), modified))
}

fn snapshot<T, E: From<Error>>(
    connection: &Connection,
    closure: impl FnOnce(ReadTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let execute = |sql: &str| -> Result<usize, Error> { Ok(connection.prepare_cached(sql)?.execute([])?) };
    execute("BEGIN")?;
    let result = closure(ReadTx { connection });
    execute("COMMIT")?;
    result
}

impl<'a> ReadTx<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }

    /// The rows of a query.
    pub(super) fn rows<T, P: Params>(
        self,
        sql: &str,
        params: P,
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// What is made of the first row of a query of which something can be made.
    pub(super) fn find<T, P: Params, E: From<Error>>(
        self,
        sql: &str,
        params: P,
        mut read: impl FnMut(&Row<'_>) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Error::from)?;
        let mut rows = statement.query(params).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            if let Some(found) = read(row)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The first row of a query, if there is one.
    pub(super) fn row<T, P: Params>(
        self,
        sql: &str,
        params: P,
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(read).transpose()
    }
}

impl<'a> WriteTx<'a> {
    pub(super) fn new(read: ReadTx<'a>, clock: &'a Clock) -> Self {
        Self { read, clock, recorded: RefCell::default() }
    }

    /// A point in time that no other call gets.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.next()
    }

    /// Notes an event that is recorded.
    pub(super) fn note_recorded(&self, event: i64) {
        self.recorded.borrow_mut().push(event);
    }

    /// The events that were recorded since the last call.
    pub(super) fn take_recorded(&self) -> Vec<i64> {
        self.recorded.take()
    }

    /// Runs a statement that changes something; returns how many rows it changed.
    pub(super) fn execute<P: Params>(&self, sql: &str, params: P) -> Result<usize, Error> {
        Ok(self.read.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs an `INSERT` and returns the new row's id.
    pub(super) fn insert<P: Params>(&self, sql: &str, params: P) -> Result<i64, Error> {
        Ok(self.read.connection.prepare_cached(sql)?.insert(params)?)
    }
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.read
    }
}
