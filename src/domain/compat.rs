//! The shape in which foreign readers find the database: that of the Python proxy.

/// A schema version of the Python proxy, which is the suffix of its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CompatSchema {
    /// That of slapos.core 1.18.1 to 1.25.
    V17,
    /// That of slapos.core 1.26.
    #[default]
    V18,
}

impl CompatSchema {
    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::V17 => 17,
            Self::V18 => 18,
        }
    }

    /// Reads the number; `None` for versions that cannot be shown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::V17, Self::V18].into_iter().find(|schema| schema.number().to_string() == text)
    }
}
