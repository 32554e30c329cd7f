//! The root of the API, which says where everything else is.

use std::time::Duration;

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};

use super::{Answer, App, json, search};
use crate::domain::access::Caller;
use crate::http::extract::{Front, query};
use crate::http::identity::caller;
use crate::master::USER;
use crate::pki;
use crate::wire::form::TOKEN_LIFETIME;
use crate::wire::hateoas::{Address, Arguments, Root, Unhandled, to_json};
use crate::wire::person::Token;

/// `GET /hateoas`: the root is one slash further.
pub async fn slash(app: App, request: HttpRequest) -> HttpResponse {
    let mut location = Front::of(&app, &request).url("/hateoas/");
    if !request.query_string().is_empty() {
        location.push('?');
        location.push_str(request.query_string());
    }
    HttpResponse::PermanentRedirect().insert_header((LOCATION, location)).finish()
}

/// `GET /hateoas/`: the links; with `mode=search` a search, with `mode=traverse` the way to a document.
pub async fn root(app: App, request: HttpRequest) -> Answer {
    let fields = query(&request)?;
    match fields.get("mode") {
        None => {
            let url = Front::of(&app, &request).url("/hateoas/");
            json(move || to_json(&Root::at(&url))).await
        }
        Some("search") => search::search(&app, Arguments::try_from(&fields)?).await,
        Some("traverse") => {
            let relative_url = fields.required("relative_url")?;
            let address = Address::parse(relative_url).ok_or_else(|| Unhandled::relative_url(relative_url))?;
            let location = format!("{}{address}", Front::of(&app, &request).prefix);
            Ok(HttpResponse::Found().insert_header((LOCATION, location)).finish())
        }
        Some(mode) => Err(Unhandled::mode(mode).into()),
    }
}

/// `GET /hateoas/computer_module/Base_getComputerToken`: a token by which the person who asks registers computers.
pub async fn base_get_computer_token(app: App, request: HttpRequest) -> Answer {
    let name = match caller(&request) {
        Caller::Person(name) => name,
        _ => USER.to_owned(),
    };
    let token = pki::new_token();
    let lifetime = Duration::from_secs(TOKEN_LIFETIME);
    app.master.keep_token(name, pki::digest(token.as_bytes()), lifetime).await?;
    json(move || to_json(&Token { access_token: token })).await
}
