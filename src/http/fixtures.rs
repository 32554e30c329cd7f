//! Seeds, dumps, snapshots and resets.

use std::path::PathBuf;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};

use super::failure::Failure;
use super::route::{read, write};
use super::slap_tool::{Answer, Form, text};
use super::state::State;
use crate::domain::access::Callers::{Operator, People};
use crate::fixtures::SeedFile;
use crate::wire::control::seed_report;
use crate::wire::form::{SeedArguments, SnapshotArguments};
use crate::wire::seed::write as write_seed;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(write("/-/seed", People).to(seed))
        .service(read("/-/dump", People).to(dump))
        .service(write("/-/snapshot/load", Operator).to(snapshot_load))
        .service(write("/-/reset", People).to(reset));
}

/// Makes everything as a seed says.
async fn seed(state: web::Data<State>, form: Form<SeedArguments>) -> Answer {
    let Form(SeedArguments { seed }, speaker) = form;
    let seed = SeedFile::alone(&seed).map_err(Failure::from)?;
    let faults = &seed.seed().faults;
    if !faults.is_empty() {
        state.control()?;
    }
    let mut seeding = seed.apply(&state.master, &speaker.reporter(None)).await.map_err(Failure::from)?;
    seeding.changes += state.faults.complete(faults);
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(seed_report(&seeding.into())))
}

/// All that a seed can say.
async fn dump(state: web::Data<State>) -> Answer {
    let mut seed = state.master.dump().await?;
    // Only a server that lets callers change them tells of them, and takes them back.
    if state.may_control {
        seed.faults = state.faults.in_force();
    }
    Ok(text(write_seed(&seed)))
}

/// Puts a snapshot in the place of everything.
async fn snapshot_load(state: web::Data<State>, form: Form<SnapshotArguments>) -> Answer {
    let Form(SnapshotArguments { path }, speaker) = form;
    state.master.load_snapshot(PathBuf::from(path), speaker.reporter(None)).await?;
    Ok(text("done"))
}

/// Brings everything back to what it was at the start, the requests that fail on purpose too.
async fn reset(state: web::Data<State>) -> Answer {
    state.master.reset().await?;
    state.faults.reset();
    Ok(text("done"))
}
