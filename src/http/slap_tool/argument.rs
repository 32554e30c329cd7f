//! Typed arguments of handlers, read from the query of a `GET` or the body of a `POST`.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::error::Error;
use crate::domain::error::Refusal;
use crate::http::extract::{form, query, speaker};
use crate::http::failure::Failure;
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
    T: for<'a> TryFrom<&'a Fields, Error = Refusal>,
{
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request).map_err(Error::from).and_then(|fields| arguments(&fields)).map(Self))
    }
}

impl<T> FromRequest for Form<T>
where
    T: for<'a> TryFrom<&'a Fields, Error = Refusal> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Some(state) = request.app_data::<App>() else {
                return Err(Failure::Internal("the server has no state".into()).into());
            };
            let fields = form(state, &request, &mut payload).await?;
            Ok(Self(arguments(&fields)?, speaker(request.headers())))
        })
    }
}

impl From<PartitionArguments> for Target {
    fn from(arguments: PartitionArguments) -> Self {
        let PartitionArguments { computer, partition, shared_reference } = arguments;
        Self::Partition { computer, partition, shared_reference }
    }
}
