//! Work that many ask for at once and that is done once.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::error::Error;

type Outcome<T> = watch::Receiver<Option<Result<T, Error>>>;

/// The work that is under way, by what it is about.
#[derive(Debug)]
pub struct Flights<K, T>(Mutex<HashMap<K, Outcome<T>>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K, T> Flights<K, T>
where
    K: Clone + Debug + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Waits for work that is under way already, or starts it. It goes on when nobody waits any more.
    pub async fn join<F>(self: &Arc<Self>, about: K, start: impl FnOnce() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let mut outcome = self.find_or_start(about, start);
        let landed = outcome.wait_for(Option::is_some).await;
        landed.ok().and_then(|landed| landed.clone()).unwrap_or_else(|| Err(Error::Upstream("broken off".into())))
    }

    fn find_or_start<F>(self: &Arc<Self>, about: K, start: impl FnOnce() -> F) -> Outcome<T>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let mut flights = self.lock();
        if let Some(outcome) = flights.get(&about) {
            return outcome.clone();
        }
        let (sender, outcome) = watch::channel(None);
        flights.insert(about.clone(), outcome.clone());
        let landing = Landing { flights: Arc::clone(self), about };
        let work = start();
        tokio::spawn(async move {
            let result = work.await;
            // Whoever comes from now on looks for himself, and finds what was made.
            drop(landing);
            sender.send_replace(Some(result));
        });
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Outcome<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a piece of work, however it ends.
struct Landing<K, T>
where
    K: Clone + Debug + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    flights: Arc<Flights<K, T>>,
    about: K,
}

impl<K, T> Drop for Landing<K, T>
where
    K: Clone + Debug + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    fn drop(&mut self) {
        self.flights.lock().remove(&self.about);
    }
}
