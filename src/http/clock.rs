//! The clock of the master, for tests that must not wait.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};

use super::route::setting;
use super::slap_tool::{Answer, Form};
use super::state::State;
use crate::domain::access::Callers::People;
use crate::domain::clock::ClockState;
use crate::wire::clock::ClockEntry;
use crate::wire::form::ClockArguments;
use crate::wire::person::to_json;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(setting("/-/clock", People).to(clock, change_clock));
}

/// What the clock shows.
async fn clock(state: web::Data<State>) -> Answer {
    state.control()?;
    Ok(told(state.master.clock()))
}

/// Sets, moves and freezes the clock.
async fn change_clock(state: web::Data<State>, form: Form<ClockArguments>) -> Answer {
    state.control()?;
    let changed = state.master.change_clock(form.0.into()).await?;
    log::info!("the clock is changed: {changed:?}");
    Ok(told(changed))
}

fn told(clock: ClockState) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(to_json(&ClockEntry::from(clock)))
}
