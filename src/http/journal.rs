//! The journal: what was asked lately, what was answered and what it changed; and the record of all requests in a file.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, ContentType, HOST, HeaderName};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use tokio::sync::watch;
use tokio::time::timeout;

use super::faults::Struck;
use super::identity::{caller, state};
use super::slap_tool::{Answer, Query};
use super::state::State;
use crate::config::Config;
use crate::domain::error::Refusal;
use crate::domain::timestamp::Timestamp;
use crate::master::Master;
use crate::storage::recording;
use crate::wire::form::JournalArguments;
use crate::wire::journal::{JournalEntry, shown_answer, shown_arguments};
use crate::wire::json_rpc::EventEntry;
use crate::wire::person::to_json;
use crate::wire::record::RecordedExchange;

/// Bodies above this are not kept for the journal, in bytes.
const KEPT: usize = 32 * 1024;

/// The path of the journal itself, which it does not tell.
const PATH: &str = "/-/journal";

/// The latest requests, the oldest first.
pub async fn journal(state: web::Data<State>, query: Query<JournalArguments>) -> Answer {
    let Query(arguments) = query;
    let journal = state.journal.as_ref().filter(|journal| journal.capacity > 0).ok_or(Refusal::NoJournal)?;
    let found = journal.find(&arguments, state.closing.clone()).await;
    let entries = found.iter().map(|entry| entry.told(&state.master)).collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(to_json(&entries)))
}

/// The requests of one server.
#[derive(Debug)]
pub struct Journal {
    capacity: usize,
    kept: Mutex<VecDeque<Arc<Entry>>>,
    /// The number of the latest one.
    latest: watch::Sender<u64>,
    recorder: Option<Recorder>,
}

/// A request and its answer, as they came and went.
#[derive(Debug)]
struct Entry {
    number: u64,
    at: Timestamp,
    duration: Duration,
    method: Method,
    target: Uri,
    speaker: Option<String>,
    body: Option<Bytes>,
    status: u16,
    size: Option<u64>,
    answer: Option<Bytes>,
    fault: Option<String>,
    events: Vec<i64>,
}

/// The body of a request, which its handler leaves with it.
struct Body(Bytes);

/// Leaves the body of a request with it, if somebody wants to know it.
pub fn leave(state: &State, request: &HttpRequest, body: impl Into<Bytes>) {
    if state.journal.is_some() {
        request.extensions_mut().insert(Body(body.into()));
    }
}

impl Journal {
    /// The journal and the record of a configuration; `None` when neither is wanted.
    ///
    /// # Errors
    /// When the file of the record cannot be written.
    pub fn open(config: &Config) -> io::Result<Option<Self>> {
        let recorder = config.record.as_deref().map(Recorder::open).transpose()?;
        let wanted = config.journal > 0 || recorder.is_some();
        let (latest, _) = watch::channel(0);
        Ok(wanted.then(|| Self { capacity: config.journal, kept: Mutex::default(), latest, recorder }))
    }

    /// Writes what is still to be recorded.
    pub fn close(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.close();
        }
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Arc<Entry>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, entry: Entry) {
        if self.capacity == 0 {
            return;
        }
        let mut entry = Arc::new(entry);
        let mut kept = self.kept();
        let number = kept.back().map_or(0, |last| last.number) + 1;
        if let Some(entry) = Arc::get_mut(&mut entry) {
            entry.number = number;
        }
        let oldest = if kept.len() >= self.capacity { kept.pop_front() } else { None };
        kept.push_back(entry);
        drop(kept);
        // What nobody reads any more takes its time to go.
        drop(oldest);
        if self.latest.receiver_count() > 0 {
            self.latest.send_if_modified(|latest| {
                let newer = number > *latest;
                *latest = number.max(*latest);
                newer
            });
        }
    }

    /// The entries that are asked for; waits for the first one if it shall, unless the server stops.
    async fn find(&self, arguments: &JournalArguments, mut closing: watch::Receiver<bool>) -> Vec<Arc<Entry>> {
        let limit = arguments.limit as usize;
        let Some(after) = arguments.after else {
            let kept = self.kept();
            return kept.iter().skip(kept.len().saturating_sub(limit)).cloned().collect();
        };
        let mut latest = self.latest.subscribe();
        let newest = self.kept().back().map_or(0, |last| last.number);
        if newest <= after {
            let come = async {
                tokio::select! {
                    _ = latest.wait_for(|number| *number > after) => {}
                    _ = closing.wait_for(|closing| *closing) => {}
                }
            };
            // What does not come in time is told the next time.
            let _late = timeout(Duration::from_secs(arguments.wait.into()), come).await;
        }
        self.kept().iter().filter(|entry| entry.number > after).take(limit).cloned().collect()
    }
}

impl Entry {
    fn told(&self, master: &Master) -> Result<JournalEntry, crate::master::Error> {
        let events = master.events_of(&self.events)?;
        Ok(JournalEntry {
            number: self.number,
            at: self.at.0,
            duration: u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX),
            method: self.method.to_string(),
            path: self.target.path().to_owned(),
            speaker: self.speaker.clone(),
            arguments: shown_arguments(
                self.target.query().unwrap_or_default(),
                self.body.as_deref().unwrap_or_default(),
            ),
            status: self.status,
            size: self.size,
            answer: shown_answer(self.answer.as_deref()),
            fault: self.fault.clone(),
            event_list: events.into_iter().map(EventEntry::from).collect(),
        })
    }
}

/// Keeps requests with their answers.
pub async fn keep<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = state(request.request()).ok().filter(|_| request.path() != PATH).cloned();
    let Some(state) = state else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    let (at, start) = (state.master.now(), Instant::now());
    let (method, target) = (request.method().clone(), request.uri().clone());
    let (response, events) = recording(next.call(request)).await;
    let mut answer = None;
    let response = response?.map_body(|_, body| match body.boxed().try_into_bytes() {
        Ok(bytes) => BoxBody::new(answer.insert(bytes).clone()),
        Err(body) => body,
    });
    let Some(journal) = &state.journal else { return Ok(response) };
    let size = match response.response().body().size() {
        BodySize::None => Some(0),
        BodySize::Sized(size) => Some(size),
        BodySize::Stream => None,
    };
    let request = response.request();
    let body = request.extensions_mut().remove::<Body>().map(|Body(bytes)| bytes);
    let status = response.status().as_u16();
    if let (Some(recorder), Some(answer)) = (&journal.recorder, &answer)
        && RecordedExchange::is_for(request.path())
    {
        recorder.record(RecordedExchange {
            at: at.0,
            method: method.to_string(),
            target: target.path_and_query().map(ToString::to_string).unwrap_or_default(),
            host: header(request, HOST).unwrap_or_default(),
            speaker: partition(request),
            content_type: header(request, CONTENT_TYPE),
            body: text(body.as_ref()),
            status,
            answer: text(Some(answer)),
        });
    }
    let small = |bytes: &Bytes| bytes.len() <= KEPT;
    journal.keep(Entry {
        number: 0,
        at,
        duration: start.elapsed(),
        method,
        target,
        speaker: caller(request).name().map(ToOwned::to_owned).or_else(|| partition(request)),
        body: body.filter(small),
        status,
        size,
        answer: answer.filter(small),
        fault: request.extensions().get::<Struck>().map(|Struck(rule)| rule.to_string()),
        events,
    });
    Ok(response)
}

/// The partition in whose name a request is made. Other schemes of the header carry secrets.
fn partition(request: &HttpRequest) -> Option<String> {
    header(request, AUTHORIZATION).filter(|value| value.to_ascii_lowercase().starts_with("x-slappartition "))
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<String> {
    Some(request.headers().get(name)?.to_str().ok()?.to_owned())
}

fn text(bytes: Option<&Bytes>) -> String {
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

/// Writes requests to a file, on a thread of its own.
#[derive(Debug)]
struct Recorder {
    sender: Mutex<Option<Sender<RecordedExchange>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    /// Opens the file, of which only its owner may read what it holds: values are not hidden there.
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
        let (sender, receiver) = channel();
        let thread = thread::Builder::new().name("record".into()).spawn(move || write(&receiver, file))?;
        Ok(Self { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    fn record(&self, exchange: RecordedExchange) {
        if let Some(sender) = &*self.sender.lock().unwrap_or_else(PoisonError::into_inner) {
            // It ended by a failure that was logged.
            let _ended = sender.send(exchange);
        }
    }

    fn close(&self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            log::error!("the thread that records requests ended by an internal error");
        }
    }
}

/// Writes lines as they come; what waits for nothing more is on the way to the disk.
fn write(receiver: &Receiver<RecordedExchange>, file: File) {
    let mut out = BufWriter::new(file);
    while let Ok(first) = receiver.recv() {
        let mut waiting = std::iter::once(first).chain(receiver.try_iter());
        let written = waiting.try_for_each(|exchange| out.write_all(exchange.line().as_bytes()));
        if let Err(error) = written.and_then(|()| out.flush()) {
            log::error!("requests are not recorded any more: {error}");
            return;
        }
    }
}
