//! Paths with the methods that they take and the callers that they are for.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{Any, Get, Guard, GuardContext, Head, Options, Post};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest, Handler, HttpRequest, HttpResponse, Responder, Route, web};

use super::error::method_not_allowed;
use super::failure::Failure;
use super::identity::caller;
use super::slap_tool;
use crate::domain::access::Callers;

/// A path, the methods that it takes, and whom it is for.
pub struct Path {
    template: &'static str,
    callers: Callers,
    methods: &'static str,
    guard: fn() -> Box<dyn Guard>,
}

/// A path that reads: `GET`, and so `HEAD`.
pub fn read(template: &'static str, callers: Callers) -> Path {
    Path { template, callers, methods: "GET, HEAD, OPTIONS", guard: || Box::new(Any(Get()).or(Head())) }
}

/// A path that writes: `POST`.
pub fn write(template: &'static str, callers: Callers) -> Path {
    Path { template, callers, methods: "POST, OPTIONS", guard: || Box::new(Post()) }
}

impl Path {
    /// Gives the path its handler; `OPTIONS` names the methods, other methods are refused.
    pub fn to<F, Args>(self, handler: F) -> impl HttpServiceFactory + 'static
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let Self { template, callers, methods, guard } = self;
        let options = move || async move {
            let mut response = HttpResponse::Ok().finish();
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
            response
        };
        let other = move |request: HttpRequest| async move { method_not_allowed(&request, methods) };
        web::resource(template)
            .route(Route::new().guard(Dynamic(guard())).to(handler))
            .route(Route::new().guard(Options()).to(options))
            .default_service(web::to(other))
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
