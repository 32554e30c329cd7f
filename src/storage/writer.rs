//! The writer thread: takes every waiting closure, runs each in its own savepoint, commits them together, and only then
//! answers. What fails or panics is rolled back alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::Error;
use super::clock::Clock;
use super::db::{ReadTx, WriteTx};
use super::image::Image;
use super::open::BUSY;

/// The most closures that share a commit.
const GROUP: usize = 256;

/// How long the writer waits for more work before it calls itself idle and empties the log into the file.
const IDLE: Duration = Duration::from_millis(5);

/// How long it waits before it tries again while a reader keeps the log from being emptied.
const RETRY: Duration = Duration::from_millis(250);

/// A closure on its way through the writer.
trait Job: Send {
    /// Runs it; `false` asks for a rollback of what it did.
    fn run(&mut self, tx: &WriteTx<'_>) -> bool;
    /// Answers whoever waits, with what the commit said.
    fn finish(self: Box<Self>, commit: Result<(), String>);
}

struct Call<F, T, E> {
    closure: Option<F>,
    result: Option<Result<T, E>>,
    events: Vec<i64>,
    answer: oneshot::Sender<Written<T, E>>,
}

/// What became of a closure.
pub(super) struct Written<T, E> {
    /// Its result.
    pub result: Result<T, E>,
    /// The events that it recorded.
    pub events: Vec<i64>,
}

impl<F, T, E> Job for Call<F, T, E>
where
    F: FnOnce(&WriteTx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &WriteTx<'_>) -> bool {
        let Some(closure) = self.closure.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| closure(tx))).unwrap_or_else(|_| Err(Error::Panicked.into()));
        let keep = result.is_ok();
        let events = tx.take_recorded();
        if keep {
            self.events = events;
        }
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, commit: Result<(), String>) {
        let events = if commit.is_ok() { self.events } else { Vec::new() };
        let result = match (self.result, commit) {
            (Some(Ok(_)) | None, Err(reason)) => Err(Error::Commit(reason).into()),
            (Some(result), _) => result,
            (None, Ok(())) => Err(Error::Closed.into()),
        };
        // Nobody waits any more when the client went away: the write stands all the same.
        let _gone = self.answer.send(Written { result, events });
    }
}

enum Message {
    Job(Box<dyn Job>),
    Restore(Image, oneshot::Sender<Result<(), Error>>),
    Stop,
}

/// The handle of the writer thread.
#[derive(Debug)]
pub(super) struct Writer {
    sender: Sender<Message>,
    clock: Arc<Clock>,
    thread: Mutex<Option<JoinHandle<()>>>,
    generation: Arc<AtomicU64>,
    changes: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the thread on an open connection. It writes while it has the turn, if turns are taken.
    pub(super) fn start(connection: Connection, turn: Option<Arc<RwLock<()>>>) -> Result<Self, rusqlite::Error> {
        let clock = Arc::new(Clock::resume(&connection)?);
        let (sender, receiver) = channel();
        let generation = Arc::new(AtomicU64::new(1));
        let (commits, changes) = watch::channel(1);
        let shared = Arc::clone(&generation);
        let hands = Arc::clone(&clock);
        let thread = thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                Loop { connection, clock: hands, turn, generation: shared, commits, dirty_log: true }.run(&receiver);
            })
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(Self { sender, clock, thread: Mutex::new(Some(thread)), generation, changes })
    }

    /// Hands a closure to the thread; the receiver gets its result after the commit.
    pub(super) fn submit<T, E, F>(&self, closure: F) -> oneshot::Receiver<Written<T, E>>
    where
        F: FnOnce(&WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        // A closed channel drops the answer, which the receiver reports.
        let _closed = self.sender.send(Message::Job(Box::new(Call {
            closure: Some(closure),
            result: None,
            events: Vec::new(),
            answer,
        })));
        receiver
    }

    /// Makes the database equal to an image, behind all that was submitted before; the receiver is told once that is so.
    pub(super) fn restore(&self, image: Image) -> oneshot::Receiver<Result<(), Error>> {
        let (answer, receiver) = oneshot::channel();
        let _closed = self.sender.send(Message::Restore(image, answer));
        receiver
    }

    /// The clock that what is written takes its times from.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Counts the commits that changed something.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Wakes whoever waits for a commit that changes something; ends when the database is closed.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }
}

impl Writer {
    /// Commits what waits, empties the log, closes the connection. Later closures are answered with [`Error::Closed`].
    pub(super) fn close(&self) {
        let _closed = self.sender.send(Message::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            log::error!("the writer thread ended by an internal error");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

struct Loop {
    connection: Connection,
    clock: Arc<Clock>,
    turn: Option<Arc<RwLock<()>>>,
    generation: Arc<AtomicU64>,
    commits: watch::Sender<u64>,
    dirty_log: bool,
}

impl Loop {
    fn run(mut self, receiver: &Receiver<Message>) {
        let mut patience = IDLE;
        loop {
            let message = if self.dirty_log {
                receiver.recv_timeout(patience)
            } else {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match message {
                Ok(Message::Job(job)) => {
                    let mut group = vec![job];
                    let mut next = None;
                    while next.is_none() && group.len() < GROUP {
                        match receiver.try_recv() {
                            Ok(Message::Job(job)) => group.push(job),
                            Ok(other) => next = Some(other),
                            Err(_) => break,
                        }
                    }
                    self.commit_group(group);
                    patience = IDLE;
                    match next {
                        Some(Message::Stop) => break,
                        Some(Message::Restore(image, answer)) => self.restore(&image, answer),
                        Some(Message::Job(_)) | None => {}
                    }
                }
                Ok(Message::Restore(image, answer)) => {
                    self.restore(&image, answer);
                    patience = IDLE;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.dirty_log = !self.checkpoint();
                    patience = RETRY;
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.checkpoint();
        if let Err((_, error)) = self.connection.close() {
            log::error!("the database did not close: {error}");
        }
    }

    /// Tells whether the whole log is in the file now.
    fn checkpoint(&self) -> bool {
        match empty_log(&self.connection) {
            Ok(all) => all,
            Err(error) => {
                log::warn!("the write-ahead log could not be emptied: {error}");
                false
            }
        }
    }

    fn restore(&mut self, image: &Image, answer: oneshot::Sender<Result<(), Error>>) {
        let turn = self.turn.clone();
        let turn = turn.as_ref().map(|turn| turn.write().unwrap_or_else(PoisonError::into_inner));
        let restored = image.restore(&mut self.connection).and_then(|()| self.clock.pass(&self.connection));
        drop(turn);
        self.changed();
        let _gone = answer.send(restored.map_err(Error::Sqlite));
    }

    fn changed(&mut self) {
        self.dirty_log = true;
        let before = self.generation.fetch_add(1, Ordering::Release);
        self.commits.send_replace(before + 1);
    }

    fn commit_group(&mut self, mut group: Vec<Box<dyn Job>>) {
        let turn = self.turn.clone();
        let turn = turn.as_ref().map(|turn| turn.write().unwrap_or_else(PoisonError::into_inner));
        let before = self.connection.total_changes();
        let commit = self.run_group(&mut group).map_err(|error| {
            // The group is void: whatever SQLite still holds of it must go.
            if !self.connection.is_autocommit()
                && let Err(error) = self.connection.execute_batch("ROLLBACK")
            {
                log::error!("rollback: {error}");
            }
            error.to_string()
        });
        drop(turn);
        if self.connection.total_changes() != before {
            self.changed();
        }
        for job in group {
            job.finish(commit.clone());
        }
    }

    fn run_group(&self, group: &mut [Box<dyn Job>]) -> Result<(), rusqlite::Error> {
        let execute = |sql: &str| self.connection.prepare_cached(sql)?.execute([]);
        let tx = WriteTx::new(ReadTx::new(&self.connection), &self.clock);
        execute("BEGIN IMMEDIATE")?;
        for job in group {
            execute("SAVEPOINT one")?;
            if !job.run(&tx) {
                execute("ROLLBACK TO one")?;
            }
            execute("RELEASE one")?;
        }
        execute("COMMIT")?;
        Ok(())
    }
}

/// Empties the write-ahead log into the file, as far as readers of older snapshots let it; tells whether all of it
/// went. Does not wait for them: writers would wait as well.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY)?;
    Ok(busy? == 0)
}
