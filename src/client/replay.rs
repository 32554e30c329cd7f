//! Requests that were recorded, sent again.

use super::call::Call;
use super::error::Error;
use super::{Slap, slap_tool};
use crate::wire::record::RecordedExchange;

impl Slap {
    /// Sends a recorded request again: the status and the body of the answer, whatever they are.
    pub(crate) async fn send_again(&self, exchange: &RecordedExchange) -> Result<(u16, Vec<u8>), Error> {
        let RecordedExchange { method, target, speaker, content_type, body, .. } = exchange;
        let method = ["GET", "HEAD", "POST", "PUT", "DELETE"].into_iter().find(|known| known == method);
        let content_type =
            content_type.as_deref().map(|kind| match kind.split(';').next().unwrap_or_default().trim() {
                json if json.ends_with("json") => "application/json",
                _ => slap_tool::FORM,
            });
        let call = Call {
            method: method.ok_or_else(|| Error::invalid(format!("the method {} is not sent", exchange.method)))?,
            url: self.transport().url(target.trim_start_matches('/')),
            authorization: speaker.clone(),
            content_type,
            body: body.clone(),
        };
        self.transport().exchange(call).await
    }
}
