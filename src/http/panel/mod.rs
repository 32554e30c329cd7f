//! The pages for people at the root of the server, and the directory with files for everybody.

mod asset;
mod error;

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use self::asset::Asset;
use self::error::Error;
use super::extract::{Front, parameter};
use super::file::attachment;
use super::route::read;
use super::state::State;
use crate::domain::access::Callers::Everybody;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read("/panel", Everybody).to(slash))
        .service(read("/panel/", Everybody).to(page))
        .service(read("/panel/{name:(?:web|vendor)/.*}", Everybody).to(asset))
        .service(read("/panel/public/{path:.*}", Everybody).to(public));
}

/// The page is one slash further.
async fn slash(app: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let location = Front::of(&app, &request).url("/panel/");
    HttpResponse::PermanentRedirect().insert_header((LOCATION, location)).finish()
}

/// The page, whose scripts show all others.
async fn page(request: HttpRequest) -> Result<HttpResponse, Error> {
    named("web/index.html", &request)
}

/// A script or a style of the page.
async fn asset(request: HttpRequest) -> Result<HttpResponse, Error> {
    named(request.match_info().query("name"), &request)
}

fn named(name: &str, request: &HttpRequest) -> Result<HttpResponse, Error> {
    let asset = Asset::named(name).ok_or_else(|| Error::NoAsset(name.to_owned()))?;
    Ok(asset.answer(request))
}

/// A file for everybody.
async fn public(app: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let directory = app.public_directory.clone().ok_or(Error::NotConfigured)?;
    let name = parameter(&request, "path").map_err(|_| Error::NoFile(request.path().to_owned()))?;
    let wanted = name.clone();
    let found = web::block(move || find(&directory, &wanted)).await.ok().flatten();
    let (file, path) = found.ok_or(Error::NoFile(name))?;
    attachment(&request, file, &path).map_err(Error::Unreadable)
}

/// A file beneath a directory. Links that lead out of it are not followed, and nothing is opened but files.
fn find(directory: &Path, name: &str) -> Option<(File, PathBuf)> {
    let relative = Path::new(name);
    let is_plain = relative.components().all(|component| matches!(component, Component::Normal(_)));
    if !is_plain || name.ends_with('/') || name.contains('\0') {
        return None;
    }
    let path = directory.join(relative);
    let real = fs::canonicalize(&path).ok()?;
    if !real.starts_with(fs::canonicalize(directory).ok()?) || !fs::metadata(&real).ok()?.is_file() {
        return None;
    }
    Some((File::open(real).ok()?, path))
}
