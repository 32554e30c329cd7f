//! `slapproxy shim`

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::output::note;
use super::settings::path;

/// The second line of every wrapper, by which it is known.
const MARK: &str = "# Written by `slapproxy shim`.";

/// The name of the command line of SlapOS.
const SLAPOS: &str = "slapos";

/// Write a command `slapos` whose `slapos proxy …` is this program.
#[derive(Debug, Args)]
pub struct Shim {
    /// The file to write; an older one of this kind is replaced, any other file is not
    #[arg(value_name = "PATH", value_parser = path())]
    path: PathBuf,
    /// The slapos that does everything else [default: the first one of PATH]
    #[arg(long, value_name = "FILE", value_parser = path(), env = "SLAPPROXY_SLAPOS")]
    slapos: Option<PathBuf>,
}

impl Shim {
    /// Writes the wrapper.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { path, slapos } = self;
        match fs::read(&path) {
            Ok(text) if is_shim(&text) => {}
            Ok(_) => bail!(
                "{} is there already and was not written by this command\nhint: remove it, or name another file",
                path.display()
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
        }
        let slapos = match slapos.filter(|slapos| !slapos.as_os_str().is_empty()) {
            Some(slapos) => given(&slapos)?,
            None => found()?,
        };
        let own = env::current_exe().context("the path of this program is not known")?;
        write(&path, &wrapper(&own, &slapos)?).with_context(|| format!("cannot write {}", path.display()))?;
        note(&format!("{}: proxy is {}, all else is {}", path.display(), own.display(), slapos.display()));
        Ok(())
    }
}

fn given(slapos: &Path) -> anyhow::Result<PathBuf> {
    let slapos = std::path::absolute(slapos)?;
    if !is_program(&slapos) {
        bail!("--slapos: {} is not a program", slapos.display());
    }
    if fs::read(&slapos).is_ok_and(|text| is_shim(&text)) {
        bail!("--slapos: {} is such a wrapper itself; expected the slapos behind it", slapos.display());
    }
    Ok(slapos)
}

/// The slapos of PATH. Wrappers are passed over.
fn found() -> anyhow::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let candidates = env::split_paths(&path).filter_map(|directory| std::path::absolute(directory.join(SLAPOS)).ok());
    let mut real = candidates.filter(|file| is_program(file) && !fs::read(file).is_ok_and(|text| is_shim(&text)));
    real.next().ok_or_else(|| anyhow!("there is no slapos on PATH\nhint: name it with --slapos FILE"))
}

fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn is_shim(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').nth(1) == Some(MARK.as_bytes())
}

/// The text of a wrapper. Options may stand before the word `proxy`; those that are said here have a value.
fn wrapper(own: &Path, slapos: &Path) -> anyhow::Result<String> {
    let (own, slapos) = (quoted(own)?, quoted(slapos)?);
    Ok(format!(
        "#!/bin/sh\n\
         {MARK}\n\
         # `slapos proxy ...` is slapproxy; everything else is the slapos of this machine.\n\
         value=\n\
         for word in \"$@\"; do\n\
         \x20   if [ -n \"$value\" ]; then value=; continue; fi\n\
         \x20   case $word in\n\
         \x20       --log-file) value=1 ;;\n\
         \x20       -*) ;;\n\
         \x20       proxy) exec {own} \"$@\" ;;\n\
         \x20       *) break ;;\n\
         \x20   esac\n\
         done\n\
         exec {slapos} \"$@\"\n"
    ))
}

/// A path as a word of the shell.
fn quoted(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().ok_or_else(|| anyhow!("{} is not text in UTF-8", path.display()))?;
    Ok(format!("'{}'", text.replace('\'', "'\\''")))
}

/// Writes a program; nobody sees a part of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(&part)?;
    file.write_all(text.as_bytes())?;
    // Whatever the mask of the user is.
    file.set_permissions(fs::Permissions::from_mode(0o755))?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_words_of_the_shell() {
        assert_eq!(quoted(Path::new("/opt/it's here/slapos")).unwrap(), "'/opt/it'\\''s here/slapos'");
    }

    #[test]
    fn a_wrapper_knows_itself() {
        assert!(is_shim(wrapper(Path::new("/a"), Path::new("/b")).unwrap().as_bytes()));
        assert!(!is_shim(b"#!/bin/sh\nexec slapos\n"));
        assert!(!is_shim(b""));
    }
}
