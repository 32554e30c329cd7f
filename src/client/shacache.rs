//! The content cache (shacache) and its directory (shadir), of a master or elsewhere.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha512 as Hasher};

use super::call::Call;
use super::error::{Error, ErrorKind};
use super::transport::{Api, Download, Transport};
use super::{Slap, url};
use crate::wire::percent;
use crate::wire::shacache::{Entry, Key, Sha512, Statistics, UpdateReport, entry, from_json, read_entries};

/// The media type of contents.
const CONTENT: &str = "application/octet-stream";

/// The media type of forms: this one has no field.
const FORM: &str = "application/x-www-form-urlencoded";

const JSON: &str = "application/json";

/// A cache of contents, named by their SHA-512, and its directory.
#[derive(Debug, Clone)]
pub struct Shacache {
    transport: Transport,
    /// The URL of the contents.
    cache: String,
    /// The URL of the entries.
    directory: String,
}

/// Every call fails with the [`Error`] that [`ErrorKind`] tells about.
#[expect(clippy::missing_errors_doc, reason = "all calls fail alike, as said above")]
impl Shacache {
    pub(super) fn of(transport: &Transport) -> Self {
        let [cache, directory] = ["shacache/cache", "shacache/dir"].map(|path| transport.url(path));
        Self { transport: transport.clone(), cache, directory }
    }

    /// A cache that is no master's: its contents, or its entries, are below a URL.
    pub(crate) fn below(url: &str) -> Result<Self, Error> {
        let slap = Slap::builder(url).no_instance_root().build()?;
        let base = url::base(url)?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { transport: slap.transport().clone(), cache: base.clone(), directory: base })
    }

    /// Downloads a content, and answers how many bytes it has. What is written is the content only if this succeeds:
    /// [`ErrorKind::Unexpected`] is that it is not what its name says.
    pub async fn get_content(&self, sha512: &str, into: &mut (dyn Write + Send)) -> Result<u64, Error> {
        let sha512 = Sha512::parse(sha512)?;
        let mut download = self.download(&sha512).await?;
        let (mut hasher, mut length) = (Hasher::new(), 0);
        while let Some(chunk) = download.chunk().await? {
            let chunk = chunk.as_ref();
            hasher.update(chunk);
            length += chunk.len() as u64;
            into.write_all(chunk).map_err(|error| Error::invalid(format!("the content cannot be written: {error}")))?;
        }
        let found = Sha512::from(<[u8; 64]>::from(hasher.finalize()));
        if found == sha512 {
            return Ok(length);
        }
        let message = format!("it has the SHA-512 {found}");
        Err(Error::new(ErrorKind::Unexpected, Some(format!("{}/{sha512}", self.cache)), message))
    }

    pub(crate) async fn download(&self, sha512: &Sha512) -> Result<Download, Error> {
        self.transport.download(Call::get(format!("{}/{sha512}", self.cache))).await
    }

    /// Uploads a file, and answers the name of the content.
    pub async fn post_content(&self, file: &Path) -> Result<String, Error> {
        let call = Call::post(self.cache.clone(), CONTENT, String::new());
        self.upload(call, file).await
    }

    /// Uploads a file under the name that its content must have.
    pub async fn put_content(&self, sha512: &str, file: &Path) -> Result<String, Error> {
        let sha512 = Sha512::parse(sha512)?;
        let call = Call::put(format!("{}/{sha512}", self.cache), CONTENT, String::new());
        self.upload(call, file).await
    }

    async fn upload(&self, call: Call, file: &Path) -> Result<String, Error> {
        let unreadable = |error| Error::invalid(format!("{}: {error}", file.display()));
        let file = File::open(file).map_err(unreadable)?;
        let body = self.transport.send_file(call, file).await?;
        let name = String::from_utf8(body).map_err(|error| Error::unexpected(&error))?;
        Ok(Sha512::parse(name.trim()).map_err(|error| Error::unexpected(&error))?.to_string())
    }

    /// The entries of a key.
    pub async fn get_entries(&self, key: &str) -> Result<Vec<Entry>, Error> {
        let body = self.transport.send(Api::Classic, Call::get(self.key(key)?)).await?;
        read_entries(&body).map_err(|error| Error::unexpected(&error))
    }

    /// Adds an entry to a key.
    pub async fn put_entry(&self, key: &str, new: &Entry) -> Result<(), Error> {
        let call = Call::put(self.key(key)?, JSON, entry(new));
        self.transport.send(Api::Classic, call).await.map(drop)
    }

    /// Refreshes the directory.
    pub async fn update(&self) -> Result<UpdateReport, Error> {
        self.answer(Call::post(self.transport.url("shacache/update"), FORM, String::new())).await
    }

    /// How much is in the cache, and what was asked of it.
    pub async fn statistics(&self) -> Result<Statistics, Error> {
        self.answer(Call::get(self.transport.url("-/shacache"))).await
    }

    async fn answer<T: for<'de> serde::Deserialize<'de>>(&self, call: Call) -> Result<T, Error> {
        from_json(&self.transport.send(Api::Classic, call).await?).map_err(|error| Error::unexpected(&error))
    }

    fn key(&self, key: &str) -> Result<String, Error> {
        let key = Key::parse(key)?;
        // Servers that compare paths as they come know keys with a colon.
        Ok(format!("{}/{}", self.directory, percent::encode(key.as_str()).replace("%3A", ":")))
    }
}
