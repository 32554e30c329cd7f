//! Requests that other masters fulfil, and URLs that frontends lead to.

use rusqlite::{Row, params};

use super::computer::parameters;
use super::{Error, ReadTx, WriteTx};
use crate::domain::forwarding::{Forward, ForwardedAnswer, ForwardedDetails, ForwardedRequest};
use crate::domain::instance::InstanceId;
use crate::domain::parameters::Parameters;
use crate::domain::timestamp::Timestamp;
use crate::wire::json;

const ORDER: &str = "SELECT f.*, d.*, q.title AS requester FROM forwarded_request f \
                     LEFT JOIN forwarded_detail d ON d.forwarded_request_id = f.id \
                     LEFT JOIN instance q ON q.id = d.requester_id ORDER BY f.id";

fn forwarded(row: &Row<'_>) -> Result<ForwardedRequest, Error> {
    let known = row.get::<_, Option<i64>>("forwarded_request_id")?.is_some();
    Ok(ForwardedRequest {
        partition_reference: row.get("partition_reference")?,
        master_url: row.get("master_url")?,
        details: if known { Some(details(row)?) } else { None },
    })
}

fn details(row: &Row<'_>) -> Result<ForwardedDetails, Error> {
    let published = row.get_ref("connection")?.as_str_or_null().map_err(rusqlite::Error::from)?.is_some();
    Ok(ForwardedDetails {
        title: row.get("title")?,
        root_title: row.get("root_title")?,
        requester: row.get("requester")?,
        software_release: row.get("software_release")?,
        software_type: row.get("software_type")?,
        shared: row.get("shared")?,
        answer: ForwardedAnswer {
            computer: row.get("computer")?,
            partition: row.get("partition")?,
            state: row.get("state")?,
            connection: if published { Some(parameters(row, "connection")?) } else { None },
        },
        answered_at: Timestamp(row.get("answered_at")?),
    })
}

impl ReadTx<'_> {
    /// What other masters fulfil, in the order of the first requests.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forwarded_requests(self) -> Result<Vec<ForwardedRequest>, Error> {
        self.rows(ORDER, [], forwarded)
    }

    /// The URL of a frontend that needs no host.
    ///
    /// # Errors
    /// When the database fails.
    pub fn frontend_url(self, requester: Option<InstanceId>, title: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT url FROM frontend WHERE requester_id IS ?1 AND title = ?2";
        let urls = self.rows(sql, params![requester.map(|id| id.0), title], |row| Ok(row.get(0)?))?;
        Ok(urls.into_iter().next())
    }

    /// The URLs of frontends that need no host, wherever a text is part of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn frontend_urls(self, part: &str) -> Result<Vec<String>, Error> {
        let sql = "SELECT url FROM frontend WHERE instr(lower(url), lower(?1)) > 0";
        self.rows(sql, [part], |row| Ok(row.get(0)?))
    }

    /// What instances published, here and elsewhere, wherever a text is part of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn published_with(self, part: &str) -> Result<Vec<Parameters>, Error> {
        let sql = "SELECT connection FROM instance WHERE instr(lower(connection), lower(?1)) > 0 UNION ALL \
                   SELECT connection FROM forwarded_detail WHERE instr(lower(connection), lower(?1)) > 0";
        self.rows(sql, [part], |row| parameters(row, "connection"))
    }

    /// The parameters of shared instances, wherever a text is part of them; those that were given as JSON are read.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shared_parameters_with(self, part: &str) -> Result<Vec<Parameters>, Error> {
        let sql = "SELECT parameters FROM instance WHERE shared = 1 AND instr(lower(parameters), lower(?1)) > 0";
        self.rows(sql, [part], |row| Ok(json::unwrapped(parameters(row, "parameters")?)))
    }
}

impl WriteTx<'_> {
    /// Keeps what another master answered to a request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn save_forwarded(&self, forward: &Forward, answer: &ForwardedAnswer, now: Timestamp) -> Result<(), Error> {
        let Forward { url, request, original, origin, .. } = forward;
        let pair = params![&*request.title, url];
        // Others keep the numbers of the rows, so they stay.
        self.execute(
            "INSERT OR IGNORE INTO forwarded_request (partition_reference, master_url) VALUES (?1, ?2)",
            pair,
        )?;
        self.execute(
            "INSERT INTO forwarded_detail (forwarded_request_id, title, root_title, requester_id, software_release, \
             software_type, shared, computer, partition, state, connection, answered_at) \
             SELECT id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 FROM forwarded_request \
             WHERE partition_reference = ?1 AND master_url = ?2 ON CONFLICT (forwarded_request_id) DO UPDATE SET \
             title = excluded.title, root_title = excluded.root_title, requester_id = excluded.requester_id, \
             software_release = excluded.software_release, software_type = excluded.software_type, \
             shared = excluded.shared, computer = excluded.computer, partition = excluded.partition, \
             state = excluded.state, connection = excluded.connection, answered_at = excluded.answered_at",
            params![
                &*request.title,
                url,
                &*original.title,
                origin.root_title.as_deref().unwrap_or(&original.title),
                origin.requester.map(|requester| requester.0),
                &*original.software_release,
                original.software_type,
                original.shared,
                answer.computer,
                answer.partition,
                answer.state,
                answer.connection.as_ref().map(json::to_json),
                now.0,
            ],
        )?;
        Ok(())
    }

    /// Forgets a request of which another master knows nothing any more.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_forwarded(&self, forward: &Forward) -> Result<(), Error> {
        let sql = "DELETE FROM forwarded_request WHERE partition_reference = ?1 AND master_url = ?2";
        self.execute(sql, params![&*forward.request.title, forward.url])?;
        Ok(())
    }

    /// Keeps the URL of a frontend that needs no host, or forgets the frontend.
    ///
    /// # Errors
    /// When the database fails.
    pub fn save_frontend_url(
        &self,
        requester: Option<InstanceId>,
        title: &str,
        url: Option<&str>,
    ) -> Result<(), Error> {
        let requester = requester.map(|id| id.0);
        self.execute("DELETE FROM frontend WHERE requester_id IS ?1 AND title = ?2", params![requester, title])?;
        if let Some(url) = url {
            let sql = "INSERT INTO frontend (requester_id, title, url) VALUES (?1, ?2, ?3)";
            self.execute(sql, params![requester, title, url])?;
        }
        Ok(())
    }
}
