//! Seeds, dumps, snapshots and resets.

use std::path::PathBuf;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};

use super::failure::Failure;
use super::route::{read, write};
use super::slap_tool::{Answer, Form, Query, text};
use super::state::State;
use crate::domain::access::Callers::{Operator, People};
use crate::fixtures::SeedFile;
use crate::master::KeptSnapshot;
use crate::wire::control::{SnapshotEntry, seed_report};
use crate::wire::form::{SeedArguments, SnapshotArguments, SnapshotName};
use crate::wire::person::to_json;
use crate::wire::seed::write as write_seed;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(write("/-/seed", People).to(seed))
        .service(read("/-/dump", People).to(dump))
        .service(read("/-/snapshot", People).to(snapshot))
        .service(write("/-/snapshot/keep", People).to(snapshot_keep))
        .service(write("/-/snapshot/restore", People).to(snapshot_restore))
        .service(read("/-/snapshot/dump", People).to(snapshot_dump))
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

/// The snapshots that are kept in memory.
async fn snapshot(state: web::Data<State>) -> Answer {
    state.control()?;
    let entry = |KeptSnapshot { name, saved }| SnapshotEntry { name, saved: saved.0 };
    let entries: Vec<SnapshotEntry> = state.master.kept_snapshots().into_iter().map(entry).collect();
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(to_json(&entries)))
}

/// Keeps what everything is now, in memory.
async fn snapshot_keep(state: web::Data<State>, form: Form<SnapshotName>) -> Answer {
    state.control()?;
    state.master.keep_snapshot(&form.0.name).await?;
    Ok(text("done"))
}

/// Puts what was kept in the place of everything.
async fn snapshot_restore(state: web::Data<State>, form: Form<SnapshotName>) -> Answer {
    state.control()?;
    state.master.restore_snapshot(&form.0.name).await?;
    Ok(text("done"))
}

/// What a snapshot that is kept holds, as a seed.
async fn snapshot_dump(state: web::Data<State>, query: Query<SnapshotName>) -> Answer {
    state.control()?;
    let Query(SnapshotName { name }) = query;
    Ok(text(write_seed(&state.master.dump_snapshot(&name).await?)))
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
