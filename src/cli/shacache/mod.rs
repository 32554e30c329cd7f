//! `slapproxy shacache`

mod bundle;
mod status;
mod update;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings::{Misconfigured, path};
use crate::config::{self, Overrides};

/// The content cache: status, update, export, import.
#[derive(Debug, Subcommand)]
pub enum Shacache {
    /// Show how much is in the cache, and what was asked of it since the server started
    Status(status::Status),
    /// Refresh the directory: from upstream, or what names contents that are not there goes
    Update(update::Update),
    /// Write contents and entries into one file, for a site without a network; the server may run
    Export(bundle::Export),
    /// Take over such a file; the server may run
    Import(bundle::Import),
}

impl Shacache {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Status(status) => status.run(),
            Self::Update(update) => update.run(),
            Self::Export(export) => export.run(),
            Self::Import(import) => import.run(),
        }
    }
}

/// Options that say where the cache is.
#[derive(Debug, Args)]
pub struct DirectoryArguments {
    /// Directory of the contents of the cache
    #[arg(long, value_name = "DIR", value_parser = path(), env = "SLAPPROXY_SHACACHE_CONTENT_DIRECTORY")]
    pub shacache_content_directory: Option<PathBuf>,
    /// Directory of the entries of the cache
    #[arg(long, value_name = "DIR", value_parser = path(), env = "SLAPPROXY_SHACACHE_METADATA_DIRECTORY")]
    pub shacache_metadata_directory: Option<PathBuf>,
}

/// Options of the cache of a server.
#[derive(Debug, Args)]
pub struct ShacacheArguments {
    #[command(flatten)]
    directories: DirectoryArguments,
    /// URL below which another cache has contents
    #[arg(long, value_name = "URL", env = "SLAPPROXY_SHACACHE_UPSTREAM_CACHE_URL")]
    shacache_upstream_cache_url: Option<String>,
    /// URL below which another cache has entries
    #[arg(long, value_name = "URL", env = "SLAPPROXY_SHACACHE_UPSTREAM_DIR_URL")]
    shacache_upstream_dir_url: Option<String>,
}

impl DirectoryArguments {
    /// The overrides that say the same.
    pub fn overrides(self) -> Overrides {
        Overrides {
            shacache_content_directory: self.shacache_content_directory,
            shacache_metadata_directory: self.shacache_metadata_directory,
            ..Overrides::default()
        }
    }
}

impl ShacacheArguments {
    /// The overrides that say the same.
    pub fn overrides(self) -> Overrides {
        Overrides {
            shacache_upstream_cache_url: self.shacache_upstream_cache_url,
            shacache_upstream_dir_url: self.shacache_upstream_dir_url,
            ..self.directories.overrides()
        }
    }
}

/// Where the cache of the files is, without a server.
#[derive(Debug, Args)]
struct LocalArguments {
    /// Configuration file (slapos.cfg)
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPOS_CONFIGURATION")]
    cfg: Option<PathBuf>,
    #[command(flatten)]
    directories: DirectoryArguments,
}

impl LocalArguments {
    fn config(self) -> Result<Option<config::Shacache>, Misconfigured> {
        Ok(super::settings::load(Overrides { cfg: self.cfg, ..self.directories.overrides() })?.shacache)
    }
}
