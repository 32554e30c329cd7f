//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::PathBuf;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the command line or in the environment: the key whose option carries it.
    Option(&'static str),
    /// In a configuration file.
    File {
        /// The file, as it was named by the user.
        file: PathBuf,
        /// Line number, counted from 1; absent when the whole file is meant.
        line: Option<usize>,
        /// Name of the section.
        section: Option<String>,
        /// Name of the key, as the file spells it.
        key: Option<String>,
    },
}

impl Place {
    /// The same place with a line of its own, for one line out of a longer value.
    pub(super) fn at_line(&self, number: usize) -> Self {
        let mut place = self.clone();
        if let Self::File { line, .. } = &mut place {
            *line = Some(number);
        }
        place
    }

    /// Sorting key: options first, then the file from top to bottom.
    fn order(&self) -> (bool, Option<usize>) {
        match self {
            Self::Option(_) => (false, None),
            Self::File { line, .. } => (true, *line),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(key) => write!(formatter, "--{}", key.replace('_', "-")),
            Self::File { file, line, section, key } => {
                write!(formatter, "{}", file.display())?;
                if let Some(line) = line {
                    write!(formatter, ":{line}")?;
                }
                match (section, key) {
                    (Some(section), Some(key)) => write!(formatter, ": [{section}] {key}"),
                    (Some(section), None) => write!(formatter, ": [{section}]"),
                    (None, _) => Ok(()),
                }
            }
        }
    }
}

/// One thing that is wrong with the configuration.
///
/// Displayed as one line: `FILE:LINE: [section] key: what is wrong; expected …`, or
/// `--option: what is wrong; expected …` for a value of the command line or the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    place: Place,
    text: String,
}

impl Fault {
    pub(super) fn new(place: Place, text: impl Into<String>) -> Self {
        Self { place, text: text.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.text)
    }
}

/// Everything that is wrong with a configuration: never empty.
///
/// Displayed as one line for each [`Fault`]: those of the command line first, then those of the file in the order of
/// its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Puts the faults in their order; `Ok` when there is none.
    pub(super) fn check(mut faults: Vec<Fault>) -> Result<(), Self> {
        faults.sort_by_key(|fault| fault.place.order());
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// The single faults, in the order in which they are displayed.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: Option<usize>, key: Option<&str>) -> Place {
        Place::File {
            file: PathBuf::from("slapos.cfg"),
            line,
            section: key.map(|_| "slapproxy".to_owned()),
            key: key.map(str::to_owned),
        }
    }

    #[test]
    fn no_fault_is_no_error() {
        assert_eq!(Faults::check(Vec::new()), Ok(()));
    }

    #[test]
    fn options_come_first_then_the_file_from_top_to_bottom() {
        let faults = Faults::check(vec![
            Fault::new(place(Some(12), Some("port")), "c"),
            Fault::new(place(Some(3), None), "b"),
            Fault::new(place(None, None), "whole file"),
            Fault::new(Place::Option("client_timeout"), "a"),
        ])
        .unwrap_err();
        assert_eq!(
            faults.to_string(),
            "--client-timeout: a\n\
             slapos.cfg: whole file\n\
             slapos.cfg:3: b\n\
             slapos.cfg:12: [slapproxy] port: c"
        );
        assert_eq!(faults.iter().count(), 4);
    }
}
