//! The content cache: contents by their SHA-512, and entries by their keys.

mod error;

use actix_web::http::header::{CONTENT_TYPE, ContentType, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};

use self::error::{Error, written};
use super::extract::{Incoming, body, parameter};
use super::file::attachment;
use super::route::{read, store, write};
use super::state::State;
use crate::domain::access::Callers::{Everybody, People, PeopleAndComputers};
use crate::shacache::Shacache;
use crate::wire::shacache::{Key, Sha512, read_entry, to_json};

type App = web::Data<State>;
type Answer = Result<HttpResponse, Error>;

/// Mounts the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(store("/shacache/cache/{sha512}", Everybody, PeopleAndComputers).to(get_content, put_content))
        .service(write("/shacache/cache", PeopleAndComputers).to(post_content))
        .service(write("/shacache/cache/", PeopleAndComputers).to(post_content))
        .service(store("/shacache/dir/{key}", Everybody, PeopleAndComputers).to(get_entries, put_entry))
        .service(write("/shacache/update", People).to(update))
        .service(read("/-/shacache", People).to(statistics));
}

fn cache(app: &State) -> Result<&Shacache, Error> {
    app.shacache.as_ref().ok_or(Error::NotConfigured)
}

fn sha512(request: &HttpRequest) -> Result<Sha512, Error> {
    Ok(Sha512::parse(&parameter(request, "sha512")?)?)
}

fn key(request: &HttpRequest) -> Result<Key, Error> {
    Ok(Key::parse(&parameter(request, "key")?)?)
}

/// A content.
async fn get_content(app: App, request: HttpRequest) -> Answer {
    let (file, path) = cache(&app)?.get_content(sha512(&request)?).await?;
    Ok(attachment(&request, file, &path)?)
}

/// A content, under the name that it must have.
async fn put_content(app: App, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    written(match cache(&app).and_then(|_| sha512(&request)) {
        Ok(sha512) => take(&app, payload, Some(sha512)).await,
        Err(error) => Err(error),
    })
}

/// A content, whatever its name will be.
async fn post_content(app: App, payload: web::Payload) -> HttpResponse {
    written(take(&app, payload, None).await)
}

async fn take(app: &State, payload: web::Payload, expected: Option<Sha512>) -> Answer {
    let mut upload = cache(app)?.upload().await?;
    let mut incoming = Incoming::new(app, payload.into_inner());
    while let Some(chunk) = incoming.chunk().await? {
        upload = upload.write(&chunk).await?;
    }
    let sha512 = upload.keep(expected).await?;
    Ok(HttpResponse::Created().content_type(ContentType::plaintext()).body(sha512.to_string()))
}

/// The entries of a key.
async fn get_entries(app: App, request: HttpRequest) -> Answer {
    let entries = cache(&app)?.get_entries(key(&request)?).await?;
    Ok(json(entries))
}

/// A further entry of a key.
async fn put_entry(app: App, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    written(add(&app, &request, payload).await)
}

async fn add(app: &State, request: &HttpRequest, payload: web::Payload) -> Answer {
    let (cache, key) = (cache(app)?, key(request)?);
    let media_type = request.content_type().to_ascii_lowercase();
    if media_type != "application/json" && !media_type.ends_with("+json") {
        return Err(Error::MediaType(media_type));
    }
    let entry = read_entry(&body(app, &mut payload.into_inner()).await?)?;
    cache.put_entry(key, entry).await?;
    Ok(HttpResponse::Created().finish())
}

/// A refresh of the directory.
async fn update(app: App) -> Answer {
    Ok(json(to_json(&cache(&app)?.update().await?)))
}

/// How much there is, and what was asked.
async fn statistics(app: App) -> Answer {
    Ok(json(to_json(&cache(&app)?.statistics().await?)))
}

fn json(body: impl actix_web::body::MessageBody + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body)
}
