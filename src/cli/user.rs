//! `slapproxy user`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::local;
use super::logging::LogArguments;
use super::output::{OutputFormat, data, note, table};
use super::settings::{DatabaseArguments, path};
use crate::client::Certificate;
use crate::config::Config;
use crate::domain::ids::Title;
use crate::domain::timestamp::Timestamp;
use crate::http::block_on;
use crate::master::{Master, Speaker};
use crate::pki;
use crate::wire::person::{PersonEntry, to_json};

/// Manage people, who prove by a certificate or a token who they are.
#[derive(Debug, Args)]
pub struct User {
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a person, and make a certificate or a token
    Add {
        /// Name of the person
        name: String,
        #[command(flatten)]
        proof: Proof,
    },
    /// Make another certificate or token for a person
    Renew {
        /// Name of the person
        name: String,
        #[command(flatten)]
        proof: Proof,
    },
    /// List the people
    List {
        /// How the list is printed
        #[arg(long, value_enum, default_value = "text", env = "SLAPPROXY_FORMAT")]
        format: OutputFormat,
    },
    /// Remove a person: certificates are revoked, tokens are forgotten
    Remove {
        /// Name of the person
        name: String,
    },
}

/// What a person proves by who he is.
#[derive(Debug, Args)]
struct Proof {
    /// Print an access token instead of making a certificate
    #[arg(long, env = "SLAPPROXY_TOKEN")]
    token: bool,
    /// How long the token holds
    #[arg(long, value_name = "SECONDS", default_value = "86400", value_parser = seconds, env = "SLAPPROXY_LIFETIME")]
    lifetime: Duration,
    /// Directory for the files NAME.key and NAME.crt
    #[arg(long, value_name = "DIR", default_value = ".", value_parser = path(), env = "SLAPPROXY_DIRECTORY")]
    directory: PathBuf,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| "expected a whole number of seconds, such as 3600".to_owned())
}

impl User {
    /// Runs the command, through the running server of the database if there is one.
    pub fn run(self, log: &LogArguments) -> anyhow::Result<()> {
        let config = self.database.config(log.log_file.clone())?;
        log.start(config.log_file.as_deref())?;
        block_on(self.command.run(&config))
    }
}

impl Command {
    async fn run(self, config: &Config) -> anyhow::Result<()> {
        let people = People::open(config).await?;
        let result = self.run_on(&people).await;
        people.close();
        result
    }

    async fn run_on(self, people: &People) -> anyhow::Result<()> {
        match self {
            Self::Add { name, proof } => {
                let name = Title::parse("name", &name)?;
                proof.check(&name)?;
                people.add(&name).await?;
                proof.make(people, &name).await
            }
            Self::Renew { name, proof } => {
                let name = Title::parse("name", &name)?;
                proof.check(&name)?;
                proof.make(people, &name).await
            }
            Self::List { format } => {
                let list = people.list().await?;
                let output = match format {
                    OutputFormat::Json => format!("{}\n", to_json(&list)),
                    OutputFormat::Text => {
                        table("people", &["name", "certificate until"], list.iter().map(row).collect())
                    }
                };
                Ok(data(output.as_bytes())?)
            }
            Self::Remove { name } => {
                people.remove(&name).await?;
                note(&format!("{name} is removed"));
                Ok(())
            }
        }
    }
}

fn row(person: &PersonEntry) -> Vec<Option<String>> {
    let until = person.certificate_until.map(|until| httpdate::fmt_http_date(Timestamp(until).to_system_time()));
    vec![Some(person.name.clone()), until]
}

impl Proof {
    /// Refuses to overwrite files, before anything happens.
    fn check(&self, name: &Title) -> anyhow::Result<()> {
        for file in self.files(name).into_iter().filter(|_| !self.token) {
            if file.exists() {
                bail!("{} is there already\nhint: remove it, or choose another --directory", file.display());
            }
        }
        Ok(())
    }

    async fn make(&self, people: &People, name: &Title) -> anyhow::Result<()> {
        if self.token {
            let token = people.token(name, self.lifetime).await?;
            return Ok(data(format!("{token}\n").as_bytes())?);
        }
        let Certificate { key, certificate } = people.certificate(name).await?;
        let files = self.files(name);
        for (file, text) in files.iter().zip([&key, &certificate]) {
            pki::write_private(file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        note(&format!("{} and {} prove that it is {name}", files[0].display(), files[1].display()));
        Ok(())
    }

    fn files(&self, name: &Title) -> [PathBuf; 2] {
        let safe = name.replace(['/', '\\'], "_");
        ["key", "crt"].map(|end| self.directory.join(format!("{safe}.{end}")))
    }
}

/// Where people are kept.
enum People {
    /// In the database of a running server.
    Server(crate::client::People),
    /// In a database that no server has.
    File(crate::storage::Lock, Master),
}

impl People {
    async fn open(config: &Config) -> anyhow::Result<Self> {
        if let Some((_, connection)) = local::running(config)? {
            return Ok(Self::Server(connection.build()?.people()));
        }
        let (lock, master) = local::master(config).await?;
        Ok(Self::File(lock, master))
    }

    fn close(self) {
        if let Self::File(lock, master) = self {
            master.close();
            drop(lock);
        }
    }

    async fn list(&self) -> anyhow::Result<Vec<PersonEntry>> {
        Ok(match self {
            Self::Server(people) => people.list().await?,
            Self::File(_, master) => master.people().await?.into_iter().map(Into::into).collect(),
        })
    }

    async fn add(&self, name: &Title) -> anyhow::Result<()> {
        match self {
            Self::Server(people) => people.add(name).await?,
            Self::File(_, master) => master.add_person(name.clone(), Speaker::Person).await?,
        }
        Ok(())
    }

    async fn remove(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Server(people) => people.remove(name).await?,
            Self::File(_, master) => master.remove_person(name.into(), Speaker::Person).await?,
        }
        Ok(())
    }

    async fn certificate(&self, name: &Title) -> anyhow::Result<Certificate> {
        Ok(match self {
            Self::Server(people) => people.certificate(name).await?,
            Self::File(_, master) => master.person_get_certificate(name.to_string()).await?.into(),
        })
    }

    async fn token(&self, name: &Title, lifetime: Duration) -> anyhow::Result<String> {
        Ok(match self {
            Self::Server(people) => people.token(name, lifetime.as_secs()).await?,
            Self::File(_, master) => {
                let token = pki::new_token();
                master.keep_token(name.to_string(), pki::digest(token.as_bytes()), lifetime).await?;
                token
            }
        })
    }
}
