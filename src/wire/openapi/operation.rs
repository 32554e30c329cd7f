//! A call as an operation of the document.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder};

use super::SPEAKER;

/// The media types of forms.
const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/// The call that may go on to another master.
const REQUEST: &str = "/requestComputerPartition";

const PAGE: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
                    <p>computer_id: there is no computer \"COMP-1\"; known: local_computer</p>\n";

/// The beginning of a stream of events.
const EVENTS: &str = "retry: 1000\n\nid: 1795459976372502-13\ndata: {\"id\":13,\"at\":1795459976372502,\"last_at\":\
                      1795459976372502,\"count\":1,\"user\":\"user\",\"kind\":\"computerBang\",\"computer_guid\":\
                      \"local_computer\",\"compute_partition_id\":null,\"instance_title\":null,\
                      \"software_release_uri\":null,\"text\":\"please\"}\n\n";

/// The schemas that the document names.
#[derive(Default)]
pub struct Schemas(pub BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Takes in a type, with all that it names.
    pub fn take<T: ToSchema>(&mut self) -> Ref {
        let mut named = Vec::new();
        T::schemas(&mut named);
        self.0.extend(named);
        self.put::<T>(T::schema())
    }

    /// Takes in a type with a schema of its own.
    fn put<T: ToSchema>(&mut self, schema: impl Into<RefOr<Schema>>) -> Ref {
        self.0.insert(T::name().into_owned(), schema.into());
        Ref::from_schema_name(T::name())
    }
}

/// Paths that several methods share: the name of an operation there has its method too.
const SHARED: [&str; 2] = ["/-/clock", "/-/faults"];

/// How a call is asked.
pub struct Asked {
    method: HttpMethod,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
}

/// A read without arguments.
pub fn nothing(_: &mut Schemas) -> Asked {
    Asked { method: HttpMethod::Get, parameters: Vec::new(), body: None }
}

/// A write without arguments.
pub fn post_nothing(_: &mut Schemas) -> Asked {
    Asked { method: HttpMethod::Post, parameters: Vec::new(), body: None }
}

/// A removal without arguments.
pub fn delete_nothing(_: &mut Schemas) -> Asked {
    Asked { method: HttpMethod::Delete, parameters: Vec::new(), body: None }
}

/// A read with its arguments in the query.
pub fn query<T: ToSchema>(_: &mut Schemas) -> Asked {
    let Object { properties, required, .. } = fields::<T>();
    let parameter = |(name, mut schema): (String, RefOr<Schema>)| {
        let required = if required.contains(&name) { Required::True } else { Required::False };
        let parameter = ParameterBuilder::new().parameter_in(ParameterIn::Query).required(required).name(name);
        parameter.description(take_description(&mut schema)).schema(Some(schema)).build()
    };
    Asked { method: HttpMethod::Get, parameters: properties.into_iter().map(parameter).collect(), body: None }
}

/// A write with its arguments in a form.
pub fn form<T: ToSchema>(schemas: &mut Schemas) -> Asked {
    let schema = schemas.put::<T>(fields::<T>());
    let body = FORMS.iter().fold(RequestBodyBuilder::new().required(Some(Required::True)), |body, form| {
        body.content(*form, ContentBuilder::new().schema(Some(schema.clone())).build())
    });
    Asked { method: HttpMethod::Post, parameters: Vec::new(), body: Some(body.build()) }
}

/// What a call answers when it succeeds.
pub enum Answer {
    /// Plain text.
    Text {
        /// The regular expression that it matches.
        pattern: &'static str,
        /// A text.
        example: &'static str,
    },
    /// A marshalled value.
    Marshalled {
        /// What it is.
        is: &'static str,
        /// The golden file of an answer.
        golden: &'static str,
    },
    /// A stream of events.
    Events,
    /// A JSON document.
    Json(fn(&mut Schemas) -> RefOr<Schema>),
}

/// A document of a type.
pub fn one<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.take::<T>().into()
}

/// A list of documents of a type.
pub fn list<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    RefOr::T(schemas.take::<T>().to_array_builder().into())
}

/// A call: how it is asked, what it does, and what it answers.
pub struct Call {
    /// The path.
    pub path: &'static str,
    /// The group that it belongs to.
    pub group: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else is to know.
    pub description: &'static str,
    /// Its arguments.
    pub asked: fn(&mut Schemas) -> Asked,
    /// Its answer.
    pub answer: Answer,
    /// Whether, and why, it answers that something is not there.
    pub not_found: Option<&'static str>,
}

impl Call {
    /// The call under its path.
    pub fn item(&self, schemas: &mut Schemas) -> PathItem {
        let asked = (self.asked)(schemas);
        let method = asked.method.clone();
        PathItem::new(method, self.operation(asked, schemas))
    }

    /// The name of the operation, which no other has.
    fn id(&self, method: &HttpMethod) -> String {
        let name = self.path.trim_start_matches(['/', '-']);
        match method {
            HttpMethod::Post if SHARED.contains(&self.path) => format!("{name}/change"),
            HttpMethod::Delete => format!("{name}/clear"),
            _ => name.to_owned(),
        }
    }

    fn operation(&self, asked: Asked, schemas: &mut Schemas) -> Operation {
        let Asked { method, parameters, body } = asked;
        let mut responses = ResponsesBuilder::new().response("200", self.answer.response(schemas));
        let posted = matches!(method, HttpMethod::Post);
        if posted || !parameters.is_empty() {
            responses = responses.response("400", refusal("400"));
        }
        responses = responses.response("401", refusal("401")).response("403", refusal("403"));
        if let Some(reason) = self.not_found {
            responses = responses.response("404", page(reason));
        }
        if posted {
            responses = responses.response("408", refusal("408")).response("413", refusal("413"));
        }
        if self.path == REQUEST {
            responses = responses.response("523", refusal("523"));
        }
        OperationBuilder::new()
            .operation_id(Some(self.id(&method)))
            .tag(self.group)
            .summary(Some(self.summary))
            .description(Some(self.description).filter(|text| !text.is_empty()))
            .parameters((!parameters.is_empty()).then_some(parameters))
            .request_body(body)
            .responses(responses)
            .securities(posted.then(|| [SecurityRequirement::default(), speaker()]))
            .build()
    }
}

/// The header that tells who asks.
pub fn speaker() -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], &str>(SPEAKER, [])
}

impl Answer {
    fn response(&self, schemas: &mut Schemas) -> Response {
        let (description, media_type, content) = match self {
            Self::Text { pattern, example } => (
                "Plain text.",
                "text/plain",
                ContentBuilder::new().schema(Some(text(pattern))).example(Some((*example).into())),
            ),
            Self::Marshalled { is, golden } => {
                let example = golden.split_once("\r\n\r\n").map(|(_, body)| body.into());
                let schema = text(r"^<marshal>[\s\S]*</marshal>$").content_media_type("text/xml");
                (*is, "text/xml", ContentBuilder::new().schema(Some(schema)).example(example))
            }
            Self::Events => (
                "Server-sent events: the data of each is an `EventEntry`, its id goes on after it. Without end.",
                "text/event-stream",
                ContentBuilder::new().schema(Some(text("^retry: "))).example(Some(EVENTS.into())),
            ),
            Self::Json(schema) => {
                ("A JSON document.", "application/json", ContentBuilder::new().schema(Some(schema(schemas))))
            }
        };
        ResponseBuilder::new().description(description).content(media_type, content.build()).build()
    }
}

/// The answers that many calls share, by their names.
pub fn refusals() -> [(&'static str, Response); 6] {
    [
        (
            "400",
            page("An argument is missing or not accepted. The text names the field, the value and what is expected."),
        ),
        ("401", page("A certificate or token is demanded, and there is none, or it does not hold any more.")),
        (
            "403",
            page(
                "The request does not come from where it may: its `Host` is no name of the server, another site sends it, or \
                 the call is not for who proves by a certificate or token who he is.",
            ),
        ),
        ("408", page("The request took too long to arrive.")),
        ("413", page("The form is larger than the server accepts.")),
        ("523", page("The master that the request goes on to cannot be reached. Nothing has changed.")),
    ]
}

fn refusal(name: &str) -> Ref {
    Ref::from_response_name(name)
}

/// An error page.
fn page(description: &str) -> Response {
    ResponseBuilder::new().description(description).content("text/html", page_content()).build()
}

/// The content of an error page.
pub fn page_content() -> Content {
    ContentBuilder::new().schema(Some(text("^<!doctype html>"))).example(Some(PAGE.into())).build()
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).pattern(Some(pattern))
}

fn take_description(schema: &mut RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => object.description.take(),
        _ => None,
    }
}

/// The fields of a type, those that it takes over from others among them. Of alternatives none is required.
fn fields<T: ToSchema>() -> Object {
    let mut known = Vec::new();
    T::schemas(&mut known);
    flat(T::schema(), &known)
}

fn flat(schema: RefOr<Schema>, known: &[(String, RefOr<Schema>)]) -> Object {
    let merged = |description: Option<String>, items: Vec<RefOr<Schema>>| {
        let mut all = Object::new();
        all.description = description;
        for object in items.into_iter().map(|item| flat(item, known)) {
            all.properties.extend(object.properties);
            all.required.extend(object.required);
        }
        all
    };
    match schema {
        RefOr::T(Schema::Object(object)) => object,
        RefOr::T(Schema::AllOf(all)) => merged(all.description, all.items),
        RefOr::T(Schema::OneOf(one)) => {
            let mut object = merged(one.description, one.items);
            object.required.clear();
            object
        }
        RefOr::Ref(reference) => {
            let named = known.iter().find(|(name, _)| reference.ref_location.ends_with(&format!("/{name}")));
            named.map_or_else(Object::new, |(_, schema)| flat(schema.clone(), known))
        }
        RefOr::T(_) => Object::new(),
    }
}
