//! Parameters of requests: words of the command line, and files.

use std::path::Path;

use anyhow::{Context, anyhow};

use super::exit::Exit;
use crate::domain::error::Refusal;
use crate::domain::parameters::{Parameters, Value};
use crate::wire::parameter_file::{FileFormat, read, texts_in_json};
use crate::wire::software_schema::Serialisation;

/// Reads the words `KEY=VALUE` of an option.
pub fn pairs(option: &str, words: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for word in words {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| anyhow!("{option}: {word:?} has no \"=\"; expected KEY=VALUE{}", hint(option)))?;
        if key.is_empty() {
            return Err(anyhow!("{option}: {word:?} has no key; expected KEY=VALUE"));
        }
        if let Some((_, other)) = pairs.iter().find(|(known, _)| known == key) {
            return Err(anyhow!("{option}: the key {key:?} has two values, {other:?} and {value:?}; expected one"));
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}

fn hint(option: &str) -> String {
    format!("\nhint: {option} takes every word behind it; put the title and the software release before it")
}

/// Texts as parameters.
pub fn texts(pairs: Vec<(String, String)>) -> Result<Parameters, Refusal> {
    Parameters::new("parameters", pairs.into_iter().map(|(key, text)| (key, Value::Text(text))).collect())
}

/// Texts as parameters that travel as JSON.
pub fn json(pairs: Vec<(String, String)>) -> Result<Parameters, Refusal> {
    texts_in_json(pairs)
}

/// Reads a file of parameters, whose format its name tells.
pub fn file(path: &Path, serialisation: Serialisation) -> anyhow::Result<Parameters> {
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("yaml" | "yml") => FileFormat::Yaml,
        Some("xml") => FileFormat::Xml,
        _ => FileFormat::Json,
    };
    let text =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = text.map_err(|error| Exit::usage(format!("error: --parameters-file: {}: {error}", path.display())))?;
    read(&text, format, serialisation).with_context(|| format!("--parameters-file: {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        pairs("--node", &words).unwrap_err().to_string()
    }

    #[test]
    fn words_are_keys_and_values() {
        let words = ["a=1".to_owned(), "b=x=y".into(), "c=".into()];
        let expected = [("a", "1"), ("b", "x=y"), ("c", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(pairs("--node", &words).unwrap(), expected);
    }

    #[test]
    fn other_words_and_repeated_keys_are_refused() {
        assert_eq!(
            faults(&["a=1", "title"]),
            "--node: \"title\" has no \"=\"; expected KEY=VALUE\n\
             hint: --node takes every word behind it; put the title and the software release before it"
        );
        assert_eq!(faults(&["=1"]), "--node: \"=1\" has no key; expected KEY=VALUE");
        assert_eq!(faults(&["a=1", "a=2"]), "--node: the key \"a\" has two values, \"1\" and \"2\"; expected one");
    }
}
