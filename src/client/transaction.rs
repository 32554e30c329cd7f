//! The request transaction file: tells a node which instances a partition still requests.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

/// Notes what partitions request. Whatever fails is passed over: the notes are for the node, not for the caller.
#[derive(Debug, Clone)]
pub(super) struct Transactions {
    /// The directory of the partitions; `None` outside of a node.
    pub(super) root: Option<PathBuf>,
}

impl Transactions {
    /// Makes the file of a partition, empty, unless it is there: requesting nothing is something to tell.
    pub(super) fn begin(&self, partition: &str) {
        self.append(partition, "");
    }

    /// Notes a requested title.
    pub(super) fn record(&self, partition: &str, title: &str) {
        self.append(partition, &format!("{title}\n"));
    }

    fn append(&self, partition: &str, text: &str) {
        let Some(path) = self.path(partition) else { return };
        let written = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        drop(written);
    }

    fn path(&self, partition: &str) -> Option<PathBuf> {
        let mut components = Path::new(partition).components();
        let is_a_name = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        let root = self.root.as_ref().filter(|_| is_a_name)?;
        Some(root.join(partition).join(format!(".slapos-request-transaction-{partition}")))
    }
}
