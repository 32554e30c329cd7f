//! Faults on purpose: a middleware that makes requests fail by rules, and the calls that list, add and remove them.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::ContentType;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_util::stream::once;
use tokio::time::{Sleep, sleep};

use super::error::disturbed;
use super::extract;
use super::failure::Failure;
use super::route::setting;
use super::slap_tool::{self, Answer, Form};
use super::state::State;
use super::{identity, json_rpc};
use crate::domain::access::Callers::People;
use crate::domain::fault::{Asked, FaultRule, Harm};
use crate::master::Speaker;
use crate::wire::fault::{FaultReport, computers};
use crate::wire::form::FaultArguments;
use crate::wire::person::to_json;

/// How long a broken answer waits before its connection is closed, so that what it says goes out.
const PAUSE: Duration = Duration::from_millis(20);

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(setting("/-/faults", People).clears(clear_faults).to(faults, add_faults));
}

/// The rules in force, and what they did.
async fn faults(state: web::Data<State>) -> Answer {
    state.control()?;
    Ok(listed(&state))
}

/// Further rules, after those that are there.
async fn add_faults(state: web::Data<State>, form: Form<FaultArguments>) -> Answer {
    state.control()?;
    let Form(FaultArguments { rules }, _) = form;
    for rule in &rules {
        log::info!("requests fail from now on: {rule}");
    }
    state.faults.add(rules);
    Ok(listed(&state))
}

/// The end of all rules.
async fn clear_faults(state: web::Data<State>) -> Answer {
    state.control()?;
    state.faults.clear();
    Ok(listed(&state))
}

fn listed(state: &State) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(to_json(&state.faults.report()))
}

/// The rules of one server.
#[derive(Debug, Default)]
pub struct Faults {
    /// Whether there is a rule: looked at by every request.
    armed: AtomicBool,
    rules: Mutex<Vec<Counted>>,
    /// Those of the start, which a reset leads back to.
    beginning: Vec<FaultRule>,
}

/// The rule that struck a request, kept with it.
#[derive(Debug, Clone)]
pub struct Struck(pub FaultRule);

/// A rule, and what it did.
#[derive(Debug)]
struct Counted {
    rule: FaultRule,
    fitted: u64,
    struck: u64,
}

impl Faults {
    /// The rules of the configuration and of the seeds.
    pub fn new(rules: Vec<FaultRule>) -> Self {
        let faults = Self { beginning: rules, ..Self::default() };
        faults.reset();
        faults
    }

    /// The rules of the start again, none of which struck.
    pub fn reset(&self) {
        self.clear();
        self.add(self.beginning.clone());
    }

    /// The rules in force.
    pub fn in_force(&self) -> Vec<FaultRule> {
        self.rules().iter().map(|counted| counted.rule.clone()).collect()
    }

    /// Adds those rules that are not there; how many these are.
    pub fn complete(&self, rules: &[FaultRule]) -> usize {
        let there = self.in_force();
        let new: Vec<FaultRule> = rules.iter().filter(|rule| !there.contains(rule)).cloned().collect();
        let count = new.len();
        self.add(new);
        count
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Counted>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, rules: Vec<FaultRule>) {
        let mut all = self.rules();
        all.extend(rules.into_iter().map(|rule| Counted { rule, fitted: 0, struck: 0 }));
        self.armed.store(!all.is_empty(), Ordering::Release);
    }

    fn clear(&self) {
        let mut all = self.rules();
        all.clear();
        self.armed.store(false, Ordering::Release);
    }

    fn report(&self) -> Vec<FaultReport> {
        let report = |Counted { rule, fitted, struck }: &Counted| FaultReport {
            rule: rule.to_string(),
            fault: rule.clone().into(),
            fitted: *fitted,
            struck: *struck,
        };
        self.rules().iter().map(report).collect()
    }

    /// Whether the computers of a request matter.
    fn asks_for_computers(&self, path: &str, method: &str) -> bool {
        self.rules().iter().any(|counted| counted.rule.computer.is_some() && counted.rule.may_fit(path, method))
    }

    /// The first rule that strikes a request.
    fn strike(&self, asked: Asked<'_>) -> Option<FaultRule> {
        self.rules().iter_mut().find_map(|Counted { rule, fitted, struck }| {
            if !rule.fits(asked) || rule.count.is_some_and(|count| *struck >= count) {
                return None;
            }
            *fitted += 1;
            rule.chooses(*fitted - 1).then(|| {
                *struck += 1;
                rule.clone()
            })
        })
    }
}

/// Makes requests fail as the rules say.
pub async fn disturb<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = identity::state(request.request()).ok().filter(|state| state.faults.armed.load(Ordering::Acquire));
    let Some(state) = state.cloned() else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    let (path, method) = (request.path().to_owned(), request.method().to_string());
    let computers = if state.faults.asks_for_computers(&path, &method) {
        match named_computers(&state, &mut request).await {
            Ok(computers) => computers,
            Err(failure) => return Ok(request.into_response(slap_tool::refused(failure))),
        }
    } else {
        Vec::new()
    };
    let Some(rule) = state.faults.strike(Asked { path: &path, method: &method, computers: &computers }) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    log::info!("{method} {path} fails: {rule}");
    request.extensions_mut().insert(Struck(rule.clone()));
    if let Some(latency) = rule.latency {
        sleep(latency).await;
    }
    match rule.harm {
        None => Ok(next.call(request).await?.map_into_boxed_body()),
        Some(Harm::Status(status)) => {
            let reason = format!("This request fails on purpose: {rule}");
            let rpc = path.starts_with("/slapos.");
            let answer = if rpc { json_rpc::disturbed(status, reason) } else { disturbed(status, &reason) };
            Ok(request.into_response(answer))
        }
        Some(Harm::DropRequest) => Ok(request.into_response(HttpResponse::Ok().body(Broken::at_once()))),
        Some(Harm::DropAnswer) => {
            let response = next.call(request).await?;
            Ok(response.map_body(|_, _| BoxBody::new(Broken::at_once())))
        }
        Some(Harm::Truncate(bytes)) => {
            let response = next.call(request).await?;
            Ok(response.map_body(|_, body| BoxBody::new(Broken::after(body.boxed(), bytes))))
        }
    }
}

/// The computers that a request names, and the one that speaks. A body that may name one is read, and put back.
async fn named_computers(state: &State, request: &mut ServiceRequest) -> Result<Vec<String>, Failure> {
    let content_type = request.content_type().to_ascii_lowercase();
    let may_name = content_type.ends_with("json") || content_type == "application/x-www-form-urlencoded";
    let mut found = if may_name {
        let body = Bytes::from(extract::body(state, &mut request.take_payload()).await?);
        let found = computers(request.query_string(), &body);
        request.set_payload(Payload::Stream { payload: Box::pin(once(async { Ok(body) })) });
        found
    } else {
        computers(request.query_string(), b"")
    };
    if let Speaker::Header { computer, .. } = extract::speaker(request.headers()) {
        found.push(computer);
    }
    Ok(found)
}

/// A body that breaks off, with its connection.
struct Broken {
    body: Option<BoxBody>,
    left: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Broken {
    /// Nothing of the answer goes out.
    fn at_once() -> Self {
        Self { body: None, left: 0, pause: None }
    }

    /// The head and as many bytes of the body go out.
    fn after(body: BoxBody, bytes: usize) -> Self {
        Self { body: Some(body), left: bytes, pause: Some(Box::pin(sleep(PAUSE))) }
    }
}

impl MessageBody for Broken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        // What nothing is sent of must have something to send, or it is whole.
        self.body.as_ref().map_or(BodySize::Sized(1), MessageBody::size)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        let left = self.left;
        if left > 0
            && let Some(body) = &mut self.body
        {
            match ready!(Pin::new(body).poll_next(context)) {
                Some(Ok(bytes)) => {
                    let bytes = bytes.slice(..bytes.len().min(left));
                    self.left -= bytes.len();
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(io::Error::other(error.to_string())))),
                None => self.left = 0,
            }
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
        }
        Poll::Ready(Some(Err(io::Error::other("the answer breaks off on purpose"))))
    }
}
