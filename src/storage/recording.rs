//! Which events the writes of a task recorded.

use std::cell::RefCell;

tokio::task_local! {
    static RECORDED: RefCell<Vec<i64>>;
}

/// Runs a future, and tells the numbers of the events that the writes recorded for which it waited.
pub async fn recording<F: Future>(future: F) -> (F::Output, Vec<i64>) {
    let told = async {
        let output = future.await;
        (output, RECORDED.with(RefCell::take))
    };
    RECORDED.scope(RefCell::default(), told).await
}

/// Notes the events of a write that is on disk, if the task is asked about them.
pub(super) fn note(events: Vec<i64>) {
    if !events.is_empty() {
        // Nobody asks about other tasks.
        let _unasked = RECORDED.try_with(|recorded| recorded.borrow_mut().extend(events));
    }
}
