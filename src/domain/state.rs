//! The states that can be asked for.

use std::fmt;

use super::error::Refusal;

/// What the requester of an instance wants it to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestedState {
    /// Running.
    Started,
    /// Present, not running.
    Stopped,
    /// Removed with its data.
    Destroyed,
}

impl RequestedState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Destroyed => "destroyed",
        }
    }

    /// Reads the word on the wire.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field` for any other text.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        match text {
            "started" => Ok(Self::Started),
            "stopped" => Ok(Self::Stopped),
            "destroyed" => Ok(Self::Destroyed),
            _ => Err(Refusal::invalid(field, text, "started, stopped or destroyed")),
        }
    }
}

impl fmt::Display for RequestedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the supplier of a software release wants on a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SupplyState {
    /// Built and kept.
    Available,
    /// Removed.
    Destroyed,
}

impl SupplyState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Destroyed => "destroyed",
        }
    }

    /// Reads the word on the wire.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field` for any other text.
    pub fn parse(field: &str, text: &str) -> Result<Self, Refusal> {
        match text {
            "available" => Ok(Self::Available),
            "destroyed" => Ok(Self::Destroyed),
            _ => Err(Refusal::invalid(field, text, "available or destroyed")),
        }
    }
}

impl fmt::Display for SupplyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
