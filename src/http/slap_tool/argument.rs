//! Typed arguments of handlers, read from the query of a `GET` or the body of a `POST`.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::about::About;
use super::error::Error;
use crate::domain::error::Refusal;
use crate::http::extract::{form, query};
use crate::http::identity::{check, speaker, state};
use crate::http::state::State;
use crate::master::{Speaker, Target};
use crate::wire::form::{Fields, PartitionArguments};

/// The shared state, in every handler.
pub type App = web::Data<State>;

/// The arguments of a `GET`.
pub struct Query<T>(pub T);

/// The arguments of a `POST`, and who says that he is asking.
pub struct Form<T>(pub T, pub Speaker);

fn arguments<T>(fields: &Fields) -> Result<T, Error>
where
    T: for<'a> TryFrom<&'a Fields, Error = Refusal>,
{
    Ok(T::try_from(fields)?)
}

impl<T> FromRequest for Query<T>
where
    T: for<'a> TryFrom<&'a Fields, Error = Refusal> + About,
{
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            let arguments: T = arguments(&query(request)?)?;
            check(state(request)?, request, &arguments.about())?;
            Ok(Self(arguments))
        };
        ready(read())
    }
}

impl<T> FromRequest for Form<T>
where
    T: for<'a> TryFrom<&'a Fields, Error = Refusal> + About + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let state = state(&request)?;
            let fields = form(state, &request, &mut payload).await?;
            let arguments: T = arguments(&fields)?;
            check(state, &request, &arguments.about())?;
            let speaker = speaker(state, &request, arguments.requester())?;
            Ok(Self(arguments, speaker))
        })
    }
}

impl From<PartitionArguments> for Target {
    fn from(arguments: PartitionArguments) -> Self {
        let PartitionArguments { computer, partition, shared_reference } = arguments;
        Self::Partition { computer, partition, shared_reference }
    }
}
