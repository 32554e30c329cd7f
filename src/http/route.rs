//! Paths with the methods that they take and the callers that they are for.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{Any, Delete, Get, Guard, GuardContext, Head, Options, Post};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, web};

use super::error::method_not_allowed;
use super::failure::Failure;
use super::identity::caller;
use super::slap_tool;
use crate::domain::access::Callers;

const READING: &str = "GET, HEAD, OPTIONS";

/// A path, the methods that it takes, and whom it is for.
pub struct Path {
    template: &'static str,
    callers: Callers,
    methods: &'static str,
    guard: fn() -> Box<dyn Guard>,
    resource: fn(&'static str, &'static str) -> Resource,
}

/// A path that reads: `GET`, and so `HEAD`.
pub fn read(template: &'static str, callers: Callers) -> Path {
    Path { template, callers, methods: READING, guard: || Box::new(Any(Get()).or(Head())), resource }
}

/// A path that writes: `POST`.
pub fn write(template: &'static str, callers: Callers) -> Path {
    Path { template, callers, methods: "POST, OPTIONS", guard: || Box::new(Post()), resource }
}

/// A path beneath which others answer: `GET`, `HEAD`, and `OPTIONS`, which is not answered here either.
pub fn pass(template: &'static str, callers: Callers) -> Path {
    let guard = || -> Box<dyn Guard> { Box::new(Any(Get()).or(Head()).or(Options())) };
    Path { template, callers, methods: READING, guard, resource: bare }
}

/// A path under which something is kept: `GET`, and so `HEAD`, and `PUT`.
pub fn store(template: &'static str, readers: Callers, writers: Callers) -> Store {
    let methods = "GET, HEAD, PUT, OPTIONS";
    Store { template, readers, writers, method: Method::PUT, methods, clears: None }
}

/// A path of a setting: `GET`, and so `HEAD`, reads it, `POST` changes it.
pub fn setting(template: &'static str, callers: Callers) -> Store {
    let methods = "GET, HEAD, POST, OPTIONS";
    Store { template, readers: callers, writers: callers, method: Method::POST, methods, clears: None }
}

/// A path under which something is kept, and whom reading and writing it is for.
pub struct Store {
    template: &'static str,
    readers: Callers,
    writers: Callers,
    /// The method that writes.
    method: Method,
    methods: &'static str,
    /// What removes all of it.
    clears: Option<Route>,
}

impl Store {
    /// Gives the path a handler that removes what is there: `DELETE`.
    pub fn clears<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let methods = "GET, HEAD, POST, DELETE, OPTIONS";
        Self { methods, clears: Some(Route::new().guard(Delete()).to(handler)), ..self }
    }

    /// Gives the path its handlers: what reads, and what writes.
    pub fn to<R, ReadArgs, W, WriteArgs>(self, read: R, write: W) -> impl HttpServiceFactory + 'static
    where
        R: Handler<ReadArgs>,
        ReadArgs: FromRequest + 'static,
        R::Output: Responder + 'static,
        W: Handler<WriteArgs>,
        WriteArgs: FromRequest + 'static,
        W::Output: Responder + 'static,
    {
        let Self { template, readers, writers, method, methods, clears } = self;
        let resource = clears.into_iter().fold(resource(template, methods), Resource::route);
        resource
            .route(Route::new().guard(Any(Get()).or(Head())).to(read))
            .route(Route::new().method(method.clone()).to(write))
            .wrap(from_fn(move |request: ServiceRequest, next| {
                let writes = *request.method() == method || request.method() == Method::DELETE;
                let callers = if writes { writers } else { readers };
                admit(callers, slap_tool::refused, request, next)
            }))
    }
}

/// A path on which `OPTIONS` names the methods, and which refuses all others.
fn resource(template: &'static str, methods: &'static str) -> Resource {
    let options = move || async move {
        let mut response = HttpResponse::Ok().finish();
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
        response
    };
    bare(template, methods).route(Route::new().guard(Options()).to(options))
}

/// A path that refuses all methods but those of its routes.
fn bare(template: &'static str, methods: &'static str) -> Resource {
    let other = move |request: HttpRequest| async move { method_not_allowed(&request, methods) };
    web::resource(template).default_service(web::to(other))
}

impl Path {
    /// Gives the path its handler; `OPTIONS` names the methods if the handler does not take it, other methods are refused.
    pub fn to<F, Args>(self, handler: F) -> impl HttpServiceFactory + 'static
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let Self { template, callers, methods, guard, resource } = self;
        resource(template, methods)
            .route(Route::new().guard(Dynamic(guard())).to(handler))
            .wrap(from_fn(move |request, next| admit(callers, slap_tool::refused, request, next)))
    }
}

/// Lets a request through if its caller is one of those, and answers it otherwise.
pub async fn admit<B: MessageBody + 'static>(
    callers: Callers,
    refused: fn(Failure) -> HttpResponse,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match callers.admit(&caller(request.request())) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => Ok(request.into_response(refused(refusal.into()))),
    }
}

/// A guard behind a pointer.
struct Dynamic(Box<dyn Guard>);

impl Guard for Dynamic {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        self.0.check(context)
    }
}
