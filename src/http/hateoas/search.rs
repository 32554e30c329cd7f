//! Searches.

use super::{Answer, App, json};
use crate::wire::hateoas::{
    Arguments, Name, Search, Unhandled, computer_rows, installation_rows, member_rows, to_json, tree_rows,
};

/// `GET /hateoas/?mode=search`
pub async fn search(app: &App, arguments: Arguments) -> Answer {
    let Arguments { query, limit } = arguments;
    let search = Search::parse(&query)?;
    // A name with a quote is the name of something, or else the query is no query.
    let doubtful = search.name().is_some_and(Name::is_doubtful);
    let check = |found: usize| if doubtful && found == 0 { Err(Unhandled::query(&query)) } else { Ok(()) };
    let text = |name: Option<Name>| name.as_ref().and_then(Name::text).map(ToOwned::to_owned);
    let now = app.master.now();
    match search {
        Search::InstanceTrees(name) => {
            let trees = app.master.instance_trees(text(name), limit).await?;
            check(trees.roots.len() + trees.shared.len())?;
            let format = app.timestamp_format;
            json(move || to_json(&tree_rows(&trees, format))).await
        }
        Search::TreeMembers(name) => {
            let members = app.master.instance_tree_members(text(Some(name)).unwrap_or_default(), limit).await?;
            check(members.len())?;
            json(move || to_json(&member_rows(&members, now))).await
        }
        Search::Computers(name) => {
            let computers = app.master.computers(text(name), None, limit).await?;
            check(computers.len())?;
            json(move || to_json(&computer_rows(&computers))).await
        }
        Search::ComputersTitled(name) => {
            let computers = app.master.computers(None, text(Some(name)), limit).await?;
            check(computers.len())?;
            json(move || to_json(&computer_rows(&computers))).await
        }
        Search::Installations(name) => {
            let installations = app.master.installations(text(name), None, limit).await?;
            check(installations.len())?;
            json(move || to_json(&installation_rows(&installations, now))).await
        }
    }
}
