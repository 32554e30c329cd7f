//! A master for tests, also those of other crates: in this process, in memory, on a free port.
//!
//! ```
//! use slapproxy::client::Request;
//! use slapproxy::testing::Master;
//!
//! let master = Master::seeded(
//!     "
//!     computers:
//!       - reference: COMP-1
//!         partitions: 2
//!     ",
//! );
//! // The code under test is given `master.url()`; this test calls the master itself.
//! let order = master.client().register_open_order();
//! let request = Request::new("/sr/software.cfg", "shop").parameter("domain", "shop.example").filter("computer_guid", "COMP-1");
//! order.request(&request)?;
//!
//! master.assert_holds(
//!     "
//!     instances:
//!       - title: shop
//!         software_release: /sr/software.cfg
//!         computer: COMP-1
//!         parameters: {domain: shop.example}
//!         sla: {computer_guid: COMP-1}
//!     ",
//! );
//! // The next test may begin where this one began.
//! master.reset();
//! assert!(master.client().get_open_order_dict()?.is_empty());
//! # Ok::<_, slapproxy::client::Error>(())
//! ```

use std::path::Path;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use crate::client::Slap;
use crate::client::blocking;
use crate::config::{Config, Environment, Overrides};
use crate::domain::seed::Seed;
use crate::fixtures::{SeedFile, difference};
use crate::http::{Application, Preparation, StartError, Stopper, block_on};

/// A running master, which stops when it is dropped and leaves nothing behind.
pub struct Master {
    url: String,
    client: blocking::Slap,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Master {
    /// A master with nothing but its default computer, `local_computer`, which has no partition.
    ///
    /// # Panics
    /// When it cannot start.
    #[must_use]
    pub fn start() -> Self {
        Self::with(Overrides::default(), Vec::new())
    }

    /// A master that holds what a seed says, in YAML or JSON.
    ///
    /// # Panics
    /// With every fault of the seed, or when the master cannot start.
    #[must_use]
    pub fn seeded(seed: &str) -> Self {
        Self::with(Overrides::default(), vec![parsed(seed)])
    }

    /// A master that holds what the seed of a file says.
    ///
    /// # Panics
    /// With every fault of the seed, or when the master cannot start.
    #[must_use]
    pub fn seeded_from(file: impl AsRef<Path>) -> Self {
        let seed = SeedFile::read(file.as_ref()).unwrap_or_else(|error| panic!("{error}"));
        Self::with(Overrides::default(), vec![seed])
    }

    /// A master with settings and seeds of its own. It is in memory and can be reset unless the settings say otherwise.
    ///
    /// # Panics
    /// When the settings or the seeds have faults, or it cannot start.
    #[must_use]
    pub fn with(settings: Overrides, seeds: Vec<SeedFile>) -> Self {
        let yes = |said: Option<String>| said.or_else(|| Some("yes".into()));
        let settings = Overrides { ephemeral: yes(settings.ephemeral), control: yes(settings.control), ..settings };
        let config = Config::load(settings, &Environment::of_process()).unwrap_or_else(|faults| panic!("{faults}"));
        let preparation = Preparation { seeds, ..Preparation::default() };
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            block_on(async move {
                let built = Application::build_prepared(config, preparation).await;
                let running = |application: &Application| (application.ready().to_owned(), application.stopper());
                let told = built.as_ref().map(running).map_err(StartError::to_string);
                if let (Ok(()), Ok(application)) = (sender.send(told), built)
                    && let Err(error) = application.run().await
                {
                    log::error!("a master for tests ended: {error}");
                }
            });
        });
        let told = receiver.recv().unwrap_or_else(|_| Err("it panicked".into()));
        let (ready, stopper) = told.unwrap_or_else(|error| panic!("the master cannot start: {error}"));
        let url = crate::wire::control::read_ready(&ready).map_or_else(|error| panic!("{error}"), |ready| ready.url);
        let client = Slap::builder(&url).build_blocking().unwrap_or_else(|error| panic!("{error}"));
        Self { url, client, stopper, thread: Some(thread) }
    }

    /// Its URL, with a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of it, in the name of a person.
    #[must_use]
    pub fn client(&self) -> &blocking::Slap {
        &self.client
    }

    /// Makes everything as a seed says, in YAML or JSON.
    ///
    /// # Panics
    /// With every fault of the seed.
    pub fn seed(&self, seed: &str) {
        self.changes(seed);
    }

    /// All that it holds, as a seed in YAML.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn dump(&self) -> String {
        self.client.dump().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Brings everything back to what it was at the start.
    ///
    /// # Panics
    /// When it does not answer, or was told to allow no reset.
    pub fn reset(&self) {
        self.client.reset().unwrap_or_else(|error| panic!("{}", error.message()));
    }

    /// Keeps what everything is now under a name.
    ///
    /// # Panics
    /// When it does not answer, or was told to allow no reset.
    pub fn save_snapshot(&self, name: &str) {
        self.client.keep_snapshot(name).unwrap_or_else(|error| panic!("{}", error.message()));
    }

    /// Brings everything back to what was kept under a name.
    ///
    /// # Panics
    /// When nothing was.
    pub fn load_snapshot(&self, name: &str) {
        self.client.restore_snapshot(name).unwrap_or_else(|error| panic!("{}", error.message()));
    }

    /// Asserts that everything is as a seed says, in YAML or JSON. What the seed does not name may be as it likes.
    ///
    /// # Panics
    /// When something is not so: with what would have to change, in words.
    #[track_caller]
    pub fn assert_holds(&self, seed: &str) {
        let before = self.state();
        if self.changes(seed) > 0 {
            let lines = difference(&before, &self.state());
            panic!("the master does not hold what was expected; it would have to change:\n  {}", lines.join("\n  "));
        }
    }

    /// Makes everything as a seed says; how many things that made or changed.
    fn changes(&self, seed: &str) -> usize {
        let report = self.client.seed(&crate::wire::seed::write(parsed(seed).seed()));
        report.map_or_else(|error| panic!("{}", error.message()), |report| report.changes)
    }

    fn state(&self) -> Seed {
        parsed(&self.dump()).seed().clone()
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        block_on(self.stopper.stop());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("a master for tests panicked");
        }
    }
}

fn parsed(seed: &str) -> SeedFile {
    SeedFile::parse("seed", seed, Path::new("")).unwrap_or_else(|error| panic!("{error}"))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn an_assertion_that_fails_tells_what_would_have_to_change() {
        let master = Master::seeded_from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/seed/demo.yaml"));
        master
            .assert_holds("instances: [{title: frontend, software_release: https://sr.example/frontend/software.cfg}]");
        let wrong = "instances: [{title: frontend, software_release: https://sr.example/frontend/software.cfg, state: \
                     stopped, parameters: {port: 1}}]";
        let failure = catch_unwind(AssertUnwindSafe(|| master.assert_holds(wrong))).unwrap_err();
        assert_eq!(
            failure.downcast_ref::<String>().unwrap(),
            "the master does not hold what was expected; it would have to change:\n  instance frontend: state: started → \
             stopped\n  instance frontend: parameter port added: 1"
        );
        master.reset();
        let refused = catch_unwind(AssertUnwindSafe(|| master.seed("instances: [{title: t}]"))).unwrap_err();
        assert_eq!(
            refused.downcast_ref::<String>().unwrap(),
            "nothing is seeded:\nseed:1: instances[0].software_release: is missing; expected string (URL or path of the \
             release)"
        );
    }

    #[test]
    fn masters_of_one_process_know_nothing_of_each_other() {
        let (one, other) = (Master::seeded("computers: [{reference: COMP-1}]"), Master::start());
        assert_ne!(one.url(), other.url());
        one.assert_holds("computers: [{reference: COMP-1}]");
        assert_eq!(other.dump(), "computers:\n  - reference: local_computer\n");
        one.save_snapshot("one");
        let unknown = catch_unwind(AssertUnwindSafe(|| other.load_snapshot("one"))).unwrap_err();
        let told = "name: there is no snapshot \"one\"; known: none";
        assert_eq!(unknown.downcast_ref::<String>().unwrap(), told);
        let before = one.dump();
        one.seed("computers: [{reference: COMP-2}]");
        one.load_snapshot("one");
        assert_eq!(one.dump(), before);
    }
}
