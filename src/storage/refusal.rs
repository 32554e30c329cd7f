//! Requests that found no place, or wait for one.

use rusqlite::{Row, params};

use super::computer::{damaged, parameters, readable};
use super::instance::title;
use super::software::software_release;
use super::{Error, ReadTx, WriteTx};
use crate::domain::explanation::{Refusals, RefusedRequest};
use crate::domain::instance::{InstanceId, Request};
use crate::domain::state::RequestedState;
use crate::domain::timestamp::Timestamp;
use crate::wire::json;

fn refused_request(row: &Row<'_>) -> Result<RefusedRequest, Error> {
    let state: Option<String> = row.get("requested_state")?;
    let state = state.map(|state| {
        RequestedState::parse("requested_state", &state).map_err(|refusal| damaged("requested_state", &state, &refusal))
    });
    Ok(RefusedRequest {
        root: row.get::<_, Option<i64>>("root_id")?.map(InstanceId),
        requester: row.get::<_, Option<i64>>("requester_id")?.map(InstanceId),
        request: Request {
            title: title(row, "title")?,
            software_release: software_release(row)?,
            software_type: row.get("software_type")?,
            state: state.transpose()?,
            shared: row.get("shared")?,
            parameters: parameters(row, "parameters")?,
            sla: parameters(row, "sla")?,
        },
        refusals: refusals(row)?,
    })
}

/// How often and why a request was refused.
pub(super) fn refusals(row: &Row<'_>) -> Result<Refusals, Error> {
    Ok(Refusals {
        user: row.get("user")?,
        reason: row.get("reason")?,
        at: Timestamp(row.get("at")?),
        last_at: Timestamp(row.get("last_at")?),
        count: row.get("count")?,
    })
}

impl ReadTx<'_> {
    /// The refused requests of a title, roots first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refused_requests(&self, title: &str) -> Result<Vec<RefusedRequest>, Error> {
        let sql = "SELECT * FROM refusal WHERE title = ?1 ORDER BY root_id IS NOT NULL, id";
        let rows = self.rows(sql, [title], |row| Ok(refused_request(row)))?;
        Ok(readable("a refused request", rows))
    }

    /// The requests that are kept for a reason, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn requests_refused_for(&self, reason: &str) -> Result<Vec<RefusedRequest>, Error> {
        let rows =
            self.rows("SELECT * FROM refusal WHERE reason = ?1 ORDER BY id", [reason], |row| Ok(refused_request(row)))?;
        Ok(readable("an accepted request", rows))
    }

    /// The titles of all refused requests, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refused_titles(&self) -> Result<Vec<String>, Error> {
        self.rows("SELECT title FROM refusal ORDER BY last_at DESC", [], |row| Ok(row.get(0)?))
    }
}

impl WriteTx<'_> {
    /// Keeps a refused request in place of the one of its title that was refused before. The same one is counted.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_refusal(&self, refused: &RefusedRequest) -> Result<(), Error> {
        let RefusedRequest { root, requester, request, refusals } = refused;
        self.execute(
            "INSERT INTO refusal (root_id, requester_id, title, shared, software_release, software_type, \
             requested_state, parameters, sla, user, reason, at, last_at, count) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, 1) \
             ON CONFLICT (title, shared, ifnull(root_id, 0)) DO UPDATE SET \
             (at, count) = (SELECT at, count + 1 WHERE (requester_id IS excluded.requester_id \
             AND software_release = excluded.software_release AND software_type = excluded.software_type \
             AND requested_state IS excluded.requested_state AND parameters = excluded.parameters \
             AND sla = excluded.sla) UNION ALL SELECT excluded.at, 1 LIMIT 1), \
             requester_id = excluded.requester_id, software_release = excluded.software_release, \
             software_type = excluded.software_type, requested_state = excluded.requested_state, \
             parameters = excluded.parameters, sla = excluded.sla, user = excluded.user, reason = excluded.reason, \
             last_at = excluded.last_at",
            params![
                root.map(|root| root.0),
                requester.map(|requester| requester.0),
                &*request.title,
                request.shared,
                &*request.software_release,
                request.software_type,
                request.state.map(RequestedState::as_str),
                json::to_json(&request.parameters),
                json::to_json(&request.sla),
                refusals.user,
                refusals.reason,
                refusals.last_at.0,
            ],
        )?;
        Ok(())
    }

    /// Forgets the refused request of a title, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_refusal(&self, root: Option<InstanceId>, title: &str, shared: bool) -> Result<(), Error> {
        let sql = "DELETE FROM refusal WHERE title = ?1 AND shared = ?2 AND ifnull(root_id, 0) = ?3";
        self.execute(sql, params![title, shared, root.map_or(0, |root| root.0)])?;
        Ok(())
    }
}
