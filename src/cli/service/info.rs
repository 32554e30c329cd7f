//! `slapproxy service info`

use clap::Args;

use super::explain;
use crate::cli::fields::{block, parameters};
use crate::cli::master::{Connection, MasterArguments, Style};
use crate::cli::output::data;
use crate::client::{InstanceInformation, StatusDocument};
use crate::domain::parameters::Parameters;
use crate::wire::json_rpc::AllDocsExplanationList;
use crate::wire::ordered::{Document, from_json};
use crate::wire::xml::read_parameters;

/// Tell all about a service.
#[derive(Debug, Args)]
#[command(infer_long_args = true)]
pub struct Info {
    /// The title of the service
    #[arg(value_name = "TITLE")]
    reference: String,
    /// Include the latest reports about its tree
    #[arg(long)]
    news: bool,
    #[command(flatten)]
    master: MasterArguments,
}

impl Info {
    /// Prints it.
    pub fn run(self) -> anyhow::Result<()> {
        self.master.call(async |master| {
            master.lookup().hateoas().await?;
            let found = master.master().register_open_order().get_information(&self.reference).await;
            let found = found.map_err(|error| explain(error, &self.reference))?;
            let news = self.news || master.config.news;
            let text = match master.style() {
                Style::Text => text(&found, news) + &misfit(master, &self.reference).await,
                Style::Json | Style::Slapos => format!("{}\n", document(&found, news)),
            };
            Ok(data(text.as_bytes())?)
        })
    }
}

/// What of its SLA the place of a service does not meet any more. Other masters do not tell.
async fn misfit(master: &Connection, title: &str) -> String {
    let request = AllDocsExplanationList { title: title.to_owned() };
    let told = master.lookup().json_rpc().all_docs_explanation_list(&request).await;
    let explanations = told.map(|told| told.result_list).unwrap_or_default();
    let own = explanations.into_iter().find(|explanation| explanation.name.instance_tree_title.is_none());
    let misfit = own.and_then(|explanation| explanation.misfit);
    misfit.map_or_else(String::new, |misfit| format!("its SLA does not fit any more: {misfit}\n"))
}

fn text(service: &InstanceInformation, news: bool) -> String {
    let kind = if service.shared { "shared instance" } else { "instance" };
    let mut text = block(
        &service.title,
        &[
            ("software release", service.software_release_url.clone()),
            ("software type", service.software_type.clone()),
            ("kind", Some(kind.into())),
            ("requested state", service.requested_state.clone()),
            ("status", Some(status(service).into())),
        ],
    );
    text += &parameters("parameters", &service.parameters, "none");
    text += &parameters("connection parameters", &service.connection, "none yet");
    if news {
        let line = |record: &StatusDocument| format!("  {}  {}  {}\n", record.created_at, record.user, record.text);
        text += "news\n";
        text += &service.news.iter().map(line).collect::<String>();
    }
    text
}

/// The document of the Python client, with its keys in its order.
fn document(service: &InstanceInformation, news: bool) -> Document {
    let text = |text: &Option<String>| text.as_deref().map_or(Document::Null, Document::from);
    let mut entries = vec![
        ("software-url", text(&service.software_release_url)),
        ("software-type", text(&service.software_type)),
        ("shared", service.shared.into()),
        ("requested-state", text(&service.requested_state)),
        ("instance-parameters", given(service)),
        ("connection-parameters", published(service)),
        ("status", status(service).into()),
    ];
    if let Some(records) = service.fields.get("news").and_then(|news| news.get("instance")).filter(|_| news) {
        entries.push(("news", from_json(&records.to_string()).unwrap_or(Document::Null)));
    }
    Document::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The parameters as they were given: those that travel as JSON stay under the one key.
fn given(service: &InstanceInformation) -> Document {
    let parameters = told(service, "text_content").unwrap_or_default();
    match inside(&parameters) {
        Some(document) => Document::Map(vec![("_".to_owned(), document)]),
        None => Document::from(&parameters),
    }
}

/// What was published. JSON keeps its order where the master tells its text.
fn published(service: &InstanceInformation) -> Document {
    let text = told(service, "connection_parameter_list").and_then(|parameters| inside(&parameters));
    text.unwrap_or_else(|| Document::from(&service.connection))
}

/// The parameters in a field that holds their document.
fn told(service: &InstanceInformation, field: &str) -> Option<Parameters> {
    service.fields.get(field)?.as_str().and_then(|text| read_parameters(text).ok())
}

/// The JSON of a lone parameter `_`, in the order of its text.
fn inside(parameters: &Parameters) -> Option<Document> {
    let lone = parameters.as_map().len() == 1;
    lone.then(|| parameters.text("_")).flatten().and_then(|text| from_json(&text).ok())
}

/// The colour of a service, as the Python client tells it.
fn status(service: &InstanceInformation) -> &'static str {
    if !service.fields.contains_key("news") {
        return "unsupported";
    }
    let says = |word: &str| service.news.iter().any(|record| record.text.starts_with(word));
    match (says("#access"), says("#error")) {
        (false, false) => "none",
        (true, false) => "green",
        (false, true) => "red",
        (true, true) => "orange",
    }
}
