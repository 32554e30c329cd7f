//! The recorded sessions of the Python proxy: its cache and its panel.

use crate::app::TestApp;
use crate::replay::http::{Message, exchanges, send};

/// What is answered otherwise, and why: the status, what the answer says, and the reason.
const DEVIATIONS: &[(&str, u16, &str, &str)] =
    &[("shadir-get", 200, "application/json", "A list of entries is JSON; as HTML it would be a page of this server.")];

/// What a recorded page says that says more than its status.
fn specific(recorded: &Message) -> String {
    let text = recorded.description();
    let is_generic = text.starts_with("The requested URL") || text.starts_with("Did not attempt");
    if is_generic { String::new() } else { text.trim_end_matches('.').to_owned() }
}

#[test]
fn the_recorded_session_of_the_cache_is_answered_as_recorded() {
    let (app, without) = (super::app(), TestApp::empty());
    for exchange in exchanges("shacache") {
        let (name, recorded) = (exchange.name.as_str(), &exchange.response);
        let answer = send(if name.ends_with("not-configured") { &without } else { &app }, &exchange.request);
        assert_eq!(answer.status(), recorded.status(), "{name}: {}", answer.body);
        if recorded.status() >= 400 {
            assert!(answer.description().contains(&specific(recorded)), "{name}: {}", answer.body);
            continue;
        }
        if let Some((_, status, media_type, _)) = DEVIATIONS.iter().find(|(deviating, ..)| *deviating == name) {
            assert_eq!((answer.status(), answer.header("Content-Type")), (*status, Some(*media_type)));
            assert_ne!(recorded.header("Content-Type"), Some(*media_type), "{name} does not deviate");
        }
        for header in ["Content-Disposition", "Accept-Ranges", "Cache-Control"] {
            assert_eq!(answer.header(header), recorded.header(header), "{name}");
        }
        if recorded.body.starts_with(['[', '{']) {
            let document = |message: &Message| -> serde_json::Value { serde_json::from_str(&message.body).unwrap() };
            assert_eq!(document(&answer), document(recorded), "{name}");
        } else {
            assert_eq!(answer.body, recorded.body, "{name}");
        }
    }
}
