//! Who requested the instances of an old database, and which trees they make.

use std::collections::{HashMap, HashSet};

use super::plan::{Asked, Index, Plan};
use crate::domain::ids::Title;

/// Finds the requester and the root of each instance. One whose requester is gone, or is in the end itself, becomes a
/// root. Then titles are made different where two instances of a tree have the same.
pub(super) fn resolve(plan: &mut Plan, asked: &[Asked], root_titles: bool) {
    let finder = Finder::of(plan);
    if root_titles {
        by_root_title(plan, asked, &finder);
    } else {
        by_requester(plan, asked, &finder);
    }
    make_titles_unique(plan);
}

/// Instances by the names that others call them.
#[derive(Debug, Default)]
pub(super) struct Finder {
    by_partition: HashMap<String, Vec<Index>>,
    by_title: HashMap<String, Vec<Index>>,
}

impl Finder {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut finder = Self::default();
        for (index, instance) in plan.instances.iter().enumerate() {
            let partition = plan.partitions[instance.partition].reference.to_string();
            finder.by_partition.entry(partition).or_default().push(index);
            finder.by_title.entry(instance.old_title.clone()).or_default().push(index);
        }
        finder
    }

    /// What is in a partition of a reference: of this computer, else of another one.
    pub(super) fn in_partition(&self, plan: &Plan, computer: Index, reference: &str) -> Option<Index> {
        nearest(plan, computer, self.by_partition.get(reference)?.iter().copied())
    }

    /// The root of a title: on this computer, else on another one.
    pub(super) fn root(
        &self,
        plan: &Plan,
        computer: Index,
        title: &str,
        is_root: impl Fn(Index) -> bool,
    ) -> Option<Index> {
        nearest(plan, computer, self.by_title.get(title)?.iter().copied().filter(|&index| is_root(index)))
    }
}

fn nearest(plan: &Plan, computer: Index, found: impl Iterator<Item = Index>) -> Option<Index> {
    let found: Vec<Index> = found.collect();
    let here = |index: &&Index| plan.partitions[plan.instances[**index].partition].computer == computer;
    found.iter().find(here).or(found.first()).copied()
}

fn computer_of(plan: &Plan, instance: Index) -> Index {
    plan.partitions[plan.instances[instance].partition].computer
}

fn becomes_root(plan: &mut Plan, instance: Index, why: &str) {
    let (title, place) = (plan.instances[instance].title.to_string(), plan.instances[instance].partition);
    let text = format!("{title} becomes the root of a tree: {why}");
    plan.note_at(place, Some(&title), text);
}

/// Up to version 16: `requested_by` is the partition of the direct requester.
fn by_requester(plan: &mut Plan, asked: &[Asked], finder: &Finder) {
    for (index, asked) in asked.iter().enumerate().filter(|(_, asked)| !asked.requested_by.is_empty()) {
        let requester = finder.in_partition(plan, computer_of(plan, index), &asked.requested_by);
        plan.instances[index].requester = requester;
        if requester.is_none() {
            becomes_root(plan, index, &format!("its requester {} is gone", asked.requested_by));
        }
    }
    for index in cyclic(plan) {
        plan.instances[index].requester = None;
        becomes_root(plan, index, "it requested itself, directly or not");
    }
    for index in 0..plan.instances.len() {
        let mut root = index;
        while let Some(requester) = plan.instances[root].requester {
            root = requester;
        }
        plan.instances[index].root = (root != index).then_some(root);
    }
}

/// The instances that are their own requesters, directly or not.
fn cyclic(plan: &Plan) -> Vec<Index> {
    let mut done = HashSet::new();
    let mut cyclic = Vec::new();
    for start in 0..plan.instances.len() {
        let mut path = Vec::new();
        let mut next = Some(start);
        while let Some(index) = next.filter(|index| !done.contains(index)) {
            if let Some(at) = path.iter().position(|&seen| seen == index) {
                cyclic.extend_from_slice(&path[at..]);
                break;
            }
            path.push(index);
            next = plan.instances[index].requester;
        }
        done.extend(path);
    }
    cyclic.sort_unstable();
    cyclic
}

/// From version 17 on: `requested_by` is the title of the root, and `requester_id`, where it is known, the partition of
/// the direct requester. Without it, the root is taken for the requester.
fn by_root_title(plan: &mut Plan, asked: &[Asked], finder: &Finder) {
    let is_root = |index: Index| asked[index].requested_by.is_empty();
    let mut orphans = Vec::new();
    let mut requesters = vec![None; asked.len()];
    for (index, asked) in asked.iter().enumerate().filter(|(_, asked)| !asked.requested_by.is_empty()) {
        let computer = computer_of(plan, index);
        let requester = finder.in_partition(plan, computer, &asked.requester_id).filter(|&found| found != index);
        requesters[index] = requester;
        match finder.root(plan, computer, &asked.requested_by, is_root) {
            Some(root) => plan.instances[index].root = Some(root),
            None => orphans.push(index),
        }
    }
    // The title of a root changes alone when it is renamed: then the requester still leads to it.
    for &index in &orphans {
        let mut seen = vec![index];
        let mut next = requesters[index];
        while let Some(requester) = next.filter(|requester| !seen.contains(requester)) {
            seen.push(requester);
            next = if is_root(requester) { None } else { plan.instances[requester].root.or(requesters[requester]) };
        }
        let last = seen[seen.len() - 1];
        if last != index && is_root(last) {
            plan.instances[index].root = Some(last);
            let text = format!(
                "{} belongs to the tree of {}, which its requester is in, and not to {:?}, which is gone",
                plan.instances[index].title, plan.instances[last].title, asked[index].requested_by
            );
            let (title, place) = (plan.instances[index].title.to_string(), plan.instances[index].partition);
            plan.note_at(place, Some(&title), text);
        } else {
            let why = format!("the root of its tree, {:?}, is gone", asked[index].requested_by);
            becomes_root(plan, index, &why);
        }
    }
    for (index, requester) in requesters.into_iter().enumerate() {
        let Some(root) = plan.instances[index].root else { continue };
        let inside = |found: &Index| *found == root || plan.instances[*found].root == Some(root);
        plan.instances[index].requester = requester.filter(inside).or(Some(root));
    }
    for index in cyclic(plan) {
        plan.instances[index].requester = plan.instances[index].root;
    }
}

/// The first instance of a title keeps it; the others were out of reach by their title, but their data is there.
fn make_titles_unique(plan: &mut Plan) {
    let mut taken: HashSet<(Option<Index>, String)> = HashSet::new();
    let mut later = Vec::new();
    for (index, instance) in plan.instances.iter().enumerate() {
        if !taken.insert((instance.root, instance.title.to_string())) {
            later.push(index);
        }
    }
    for index in later {
        let (title, root) = (plan.instances[index].title.to_string(), plan.instances[index].root);
        let free = (2_u64..).map(|number| format!("{title}_{number}")).find_map(|other| {
            let free = taken.insert((root, other.clone()));
            if free { Title::parse("title", &other).ok() } else { None }
        });
        let Some(other) = free else { continue };
        let place = plan.instances[index].partition;
        let text = format!(
            "the title {title:?} was given twice; the instance in {} is {:?} now",
            plan.partitions[place].reference, &*other
        );
        plan.note_at(place, Some(&other), text);
        plan.instances[index].title = other;
    }
}
