//! What the command line and the environment say.

use std::env;
use std::path::PathBuf;

use super::RemoteMaster;

/// The values of the command line and of the environment, which win over those of the configuration file.
///
/// Values are texts exactly as the user wrote them: [`Config::load`](super::Config::load) checks them by the rules of
/// the file and names them in its faults by the option `--key-of-the-file`, hyphens for underscores. `None`, an empty
/// text and an empty list mean that nothing was said; a list that is not empty replaces that of the file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--cfg`, the configuration file. Without it no file is read.
    pub cfg: Option<PathBuf>,
    /// `--host`, the name or address to listen on.
    pub host: Option<String>,
    /// `--port`, the port to listen on.
    pub port: Option<String>,
    /// `--database-uri`, the path of the database file.
    pub database: Option<PathBuf>,
    /// `--ephemeral`, whether everything is kept in memory.
    pub ephemeral: Option<String>,
    /// `--computer-id`, the reference of the default computer.
    pub computer_id: Option<String>,
    /// `--software-product-list`, texts `NAME URL`.
    pub software_products: Vec<String>,
    /// `--local-software-release-root`, the directory below which local releases are looked for.
    pub local_software_release_root: Option<PathBuf>,
    /// `--public-directory-path`, the directory served at `/panel/public/`.
    pub public_directory: Option<PathBuf>,
    /// Remote masters, already typed since no option carries them: for programs that embed the server.
    pub multimaster: Vec<RemoteMaster>,
    /// `--forward-timeout`, in seconds: how long another master may take.
    pub forward_timeout: Option<String>,
    /// `--http-proxy-allow`, hosts that the HTTP proxy may reach; each text may hold several.
    pub http_proxy_allow: Vec<String>,
    /// `--http-proxy-timeout`, in seconds: how long an answer through the HTTP proxy may take.
    pub http_proxy_timeout: Option<String>,
    /// `--shacache-content-directory`, where the cache keeps contents.
    pub shacache_content_directory: Option<PathBuf>,
    /// `--shacache-metadata-directory`, where the cache keeps directory entries.
    pub shacache_metadata_directory: Option<PathBuf>,
    /// `--shacache-upstream-cache-url`, where contents that are not here are looked for.
    pub shacache_upstream_cache_url: Option<String>,
    /// `--shacache-upstream-dir-url`, where directory entries that are not here are looked for.
    pub shacache_upstream_dir_url: Option<String>,
    /// `--compat-schema`, `17` or `18`.
    pub compat_schema: Option<String>,
    /// `--allocation`, where requests go that name no computer.
    pub allocation: Option<String>,
    /// `--timestamp-format`, `seconds` or `microseconds`.
    pub timestamp_format: Option<String>,
    /// `--allow-host`, further values of the `Host` header that are served; each text may hold several.
    pub allow_hosts: Vec<String>,
    /// `--allow-origin`, further values of the `Origin` header that are served; each text may hold several.
    pub allow_origins: Vec<String>,
    /// `--trusted-proxy`, addresses whose forwarded headers are believed; each text may hold several.
    pub trusted_proxies: Vec<String>,
    /// `--form-limit`, the largest request body, such as `64M`.
    pub form_limit: Option<String>,
    /// `--client-timeout`, in seconds, such as `2.5`.
    pub client_timeout: Option<String>,
    /// `--tls`, whether https is served.
    pub tls: Option<String>,
    /// `--tls-certificate`, the PEM file of the server's certificate.
    pub tls_certificate: Option<PathBuf>,
    /// `--tls-key`, the PEM file of its key.
    pub tls_key: Option<PathBuf>,
    /// `--http-port`, a further port for plain HTTP.
    pub http_port: Option<String>,
    /// `--require-certificate`, whether callers must prove who they are.
    pub require_certificate: Option<String>,
    /// `--no-certificates`, whether there is no certificate authority.
    pub no_certificates: Option<String>,
    /// `--control`, whether callers may change how the server behaves.
    pub control: Option<String>,
    /// `--fault`, rules by which requests fail on purpose.
    pub faults: Vec<String>,
    /// `--journal`, how many of the latest requests are kept to be looked at.
    pub journal: Option<String>,
    /// `--record`, the file to which requests are recorded.
    pub record: Option<PathBuf>,
    /// `--strict`, whether what the production master refuses is refused.
    pub strict: Option<String>,
    /// `--deterministic`, whether run id and times are the same at each start.
    pub deterministic: Option<String>,
    /// `--async-allocation`, when a new instance gets its place.
    pub async_allocation: Option<String>,
    /// `--log-file`, the file that takes the log.
    pub log_file: Option<PathBuf>,
}

/// What the configuration needs to know of the user's environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `HOME`, the directory that `~` stands for.
    pub home: Option<PathBuf>,
    /// `XDG_DATA_HOME`, the directory of the default database; `~/.local/share` when absent or relative.
    pub data_home: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process. Empty variables count as absent.
    #[must_use]
    pub fn of_process() -> Self {
        let directory = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self { home: directory("HOME"), data_home: directory("XDG_DATA_HOME") }
    }

    /// Where the database is when nobody says it: `slapproxy/proxy.db` in the user's data directory.
    pub(super) fn default_database(&self) -> Option<PathBuf> {
        let data_home = self.data_home.clone().filter(|path| path.is_absolute());
        let data_home = data_home.or_else(|| Some(self.home.as_ref()?.join(".local/share")));
        Some(data_home?.join("slapproxy/proxy.db"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_database(home: Option<&str>, data_home: Option<&str>) -> Option<PathBuf> {
        let environment = Environment { home: home.map(PathBuf::from), data_home: data_home.map(PathBuf::from) };
        environment.default_database()
    }

    #[test]
    fn the_default_database_is_in_the_data_directory() {
        let in_data_home = Some(PathBuf::from("/data/slapproxy/proxy.db"));
        let in_home = Some(PathBuf::from("/home/me/.local/share/slapproxy/proxy.db"));
        assert_eq!(default_database(Some("/home/me"), Some("/data")), in_data_home);
        assert_eq!(default_database(None, Some("/data")), in_data_home);
        assert_eq!(default_database(Some("/home/me"), None), in_home);
        assert_eq!(default_database(Some("/home/me"), Some("data")), in_home);
        assert_eq!(default_database(None, Some("data")), None);
        assert_eq!(default_database(None, None), None);
    }
}
