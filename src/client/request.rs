//! Requests of instances.

use std::collections::BTreeMap;

use crate::domain::error::Refusal;
use crate::domain::ids::{SoftwareRelease, Title};
use crate::domain::instance::{self, DEFAULT_SOFTWARE_TYPE};
use crate::domain::parameters::{Parameters, Value};
use crate::domain::state::RequestedState;

/// What is requested of a master: an instance of a software release, by its title. Made step by step:
///
/// ```
/// use slapproxy::client::{Request, RequestedState};
///
/// let request = Request::new("https://sr.example/software.cfg", "my instance")
///     .software_type("cluster")
///     .parameter("domain", "app.example")
///     .filter("computer_guid", "COMP-1")
///     .state(RequestedState::Stopped);
/// # drop(request);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Request {
    software_release: String,
    title: String,
    software_type: String,
    state: Option<RequestedState>,
    shared: bool,
    parameters: BTreeMap<String, Value>,
    filter: BTreeMap<String, Value>,
}

impl Request {
    /// A software instance of a release (its URL or path), with a title: of the type `default`, without parameters,
    /// anywhere. It keeps the state it has; a new one is started.
    pub fn new(software_release: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            software_release: software_release.into(),
            title: title.into(),
            software_type: DEFAULT_SOFTWARE_TYPE.into(),
            state: None,
            shared: false,
            parameters: BTreeMap::new(),
            filter: BTreeMap::new(),
        }
    }

    /// The software type.
    pub fn software_type(mut self, software_type: impl Into<String>) -> Self {
        self.software_type = software_type.into();
        self
    }

    /// The state that is wanted.
    pub fn state(mut self, state: RequestedState) -> Self {
        self.state = Some(state);
        self
    }

    /// A shared instance, which an instance of the release serves.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// One more instance parameter.
    pub fn parameter(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(key.into(), value.into());
        self
    }

    /// All instance parameters, in place of those before.
    pub fn parameters(mut self, parameters: &Parameters) -> Self {
        self.parameters = parameters.as_map().clone();
        self
    }

    /// One more condition on the place, such as `computer_guid`, or `instance_guid` for the host of a shared instance.
    pub fn filter(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.filter.insert(key.into(), value.into());
        self
    }

    /// All conditions on the place, in place of those before.
    pub fn filters(mut self, filter: &Parameters) -> Self {
        self.filter = filter.as_map().clone();
        self
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The state that is wanted, if one is.
    #[must_use]
    pub fn requested_state(&self) -> Option<RequestedState> {
        self.state
    }

    /// Whether a shared instance is wanted.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared
    }
}

/// Checks what no master would take.
impl TryFrom<&Request> for instance::Request {
    type Error = Refusal;

    fn try_from(request: &Request) -> Result<Self, Refusal> {
        Ok(Self {
            title: Title::parse("partition_reference", &request.title)?,
            software_release: SoftwareRelease::parse("software_release", &request.software_release)?,
            software_type: request.software_type.clone(),
            state: request.state,
            shared: request.shared,
            parameters: Parameters::new("partition_parameter_xml", request.parameters.clone())?,
            sla: Parameters::new("filter_xml", request.filter.clone())?,
        })
    }
}
