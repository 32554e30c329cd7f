//! Files as answers: whole or in part, and only if the client does not have them yet.

use std::fs::File;
use std::io;
use std::path::Path;

use actix_files::NamedFile;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse};

use crate::wire::percent;

/// A file to be saved under its name, never shown as a page of this server.
pub fn attachment(request: &HttpRequest, file: File, path: &Path) -> io::Result<HttpResponse> {
    let mut response = NamedFile::from_file(file, path)?.disable_content_disposition().into_response(request);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut set = |name: HeaderName, value: HeaderValue| response.headers_mut().insert(name, value);
    set(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(&name)).map_err(io::Error::other)?);
    set(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    set(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// The header that says under which name a file is to be saved.
fn disposition(name: &str) -> String {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.bytes().all(is_token) {
        return format!("attachment; filename={name}");
    }
    let plain = |character: char| match character {
        '"' | '\\' => '_',
        ' '..='~' => character,
        _ => '_',
    };
    let ascii: String = name.chars().map(plain).collect();
    if ascii == name {
        return format!("attachment; filename=\"{name}\"");
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", percent::encode(name))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_of_files_are_quoted_where_they_must_be() {
        for (name, header) in [
            ("file.txt", "attachment; filename=file.txt"),
            ("my file.txt", "attachment; filename=\"my file.txt\""),
            ("a\"b\n.txt", "attachment; filename=\"a_b_.txt\"; filename*=UTF-8''a%22b%0A.txt"),
            ("ö.json", "attachment; filename=\"_.json\"; filename*=UTF-8''%C3%B6.json"),
        ] {
            assert_eq!(disposition(name), header);
        }
    }
}
