//! Names and values, for people and for programs.

use serde_json::{Value as Json, json};

use super::output::SILENCE;
use crate::domain::parameters::Parameters;
use crate::wire::json::to_json;
use crate::wire::json_rpc::Instance;

/// Parameters as JSON.
pub fn of_parameters(parameters: &Parameters) -> Json {
    serde_json::from_str(&to_json(parameters)).unwrap_or_default()
}

/// A heading and aligned names and values below it; what has no value is left out.
pub fn block(heading: &str, fields: &[(&str, Option<String>)]) -> String {
    let known: Vec<_> = fields.iter().filter_map(|(name, value)| Some((*name, value.clone()?))).collect();
    let width = known.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let line = |(name, value): &(&str, String)| {
        let value = value.trim_end().replace('\n', &format!("\n{:1$}", "", width + 4));
        format!("{}\n", format!("  {name:width$}  {value}").trim_end())
    };
    format!("{heading}\n{}", known.iter().map(line).collect::<String>())
}

/// A heading and parameters below it; without any, what is said instead.
pub fn parameters(heading: &str, parameters: &Parameters, nothing: &str) -> String {
    let Json::Object(map) = of_parameters(parameters) else { return String::new() };
    if map.is_empty() {
        return format!("{heading}: {nothing}\n");
    }
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        value => format!("{value:#}"),
    };
    let fields: Vec<_> = map.iter().map(|(name, value)| (name.as_str(), Some(text(value)))).collect();
    block(heading, &fields)
}

/// An instance as JSON.
pub fn instance(instance: &Instance) -> Json {
    json!({
        "title": instance.title,
        "software-url": instance.software_release_uri,
        "software-type": instance.software_type,
        "shared": instance.shared,
        "requested-state": instance.state.as_str(),
        "computer": said(&instance.computer_guid),
        "partition": said(&instance.compute_partition_id),
        "report": said(&instance.access_status_message),
    })
}

/// Where an instance is.
pub fn place(instance: &Instance) -> String {
    match (said(&instance.compute_partition_id), said(&instance.computer_guid)) {
        (Some(partition), Some(computer)) => format!("{computer} {partition}"),
        _ => "nowhere".into(),
    }
}

/// A report in words: `ok: …`, `error: …` or `building: …`.
pub fn report(text: &str) -> String {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        _ if text.is_empty() || text.starts_with(SILENCE) => "no report yet".into(),
        "#access" => format!("ok: {rest}"),
        "#error" => format!("error: {rest}"),
        "#building" => format!("building: {rest}"),
        _ => text.to_owned(),
    }
}

/// A text that says something.
pub fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
