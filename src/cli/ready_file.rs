//! The file that tells where the server is, for as long as it listens.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::storage::running_server;
use crate::wire::control::{Ready, read_ready};

/// The file of `--ready-file`.
#[derive(Debug)]
pub struct ReadyFile {
    path: PathBuf,
    text: Option<String>,
}

impl ReadyFile {
    /// Removes what a server that is gone left at this path.
    pub fn clear(path: PathBuf) -> anyhow::Result<Self> {
        let left = fs::read_to_string(&path).ok();
        if !left.is_some_and(|text| is_of_running_server(&text)) {
            remove(&path)?;
        }
        Ok(Self { path, text: None })
    }

    /// Writes where the server is; nobody sees a part of it.
    pub fn write(&mut self, text: &str) -> anyhow::Result<()> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let write = fs::write(&part, text).and_then(|()| fs::rename(&part, &self.path));
        write.with_context(|| format!("cannot write the ready file {}", self.path.display()))?;
        self.text = Some(text.to_owned());
        Ok(())
    }

    /// Removes the file, unless it tells of another server by now.
    pub fn end(self) -> anyhow::Result<()> {
        let there = fs::read_to_string(&self.path).ok();
        if self.text.is_some() && there == self.text { remove(&self.path) } else { Ok(()) }
    }
}

fn is_of_running_server(text: &str) -> bool {
    let Ok(ready) = read_ready(text) else { return false };
    let running = running_server(Path::new(&ready.database));
    running.and_then(|server| read_ready(&server.0).ok()).is_some_and(|running| running == ready)
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove the ready file {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// What a ready file says.
pub fn read(file: &Path) -> anyhow::Result<Ready> {
    let context = || format!("the ready file {} does not say where a server is", file.display());
    let text = fs::read_to_string(file).with_context(context)?;
    read_ready(&text).with_context(context)
}
