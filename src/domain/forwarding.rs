//! Other masters: which requests are handed to which of them, and as what.

use std::collections::BTreeSet;

use super::error::Refusal;
use super::ids::Title;
use super::instance::{InstanceId, Request};
use super::parameters::{Parameters, Value};
use super::timestamp::Timestamp;

/// The key of a filter that names a master.
const MASTER_URL: &str = "master_url";

/// The key of a filter by which another master knows for what instance here a request is made.
const SOURCE_INSTANCE_ID: &str = "source_instance_id";

/// Another master, as far as it matters for what is handed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its URL, which is compared letter by letter.
    pub url: String,
    /// The software releases whose requests it gets.
    pub software_release_list: Vec<String>,
    /// The computer and the partition there in whose name requests are made; a person's when absent.
    pub partition: Option<(String, String)>,
}

/// Who requests, as other masters are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The instance that requests; `None` for a person.
    pub requester: Option<InstanceId>,
    /// What stands before the title there: the partition that requests, or `user`.
    pub prefix: String,
    /// The title of the root of the tree; `None` for a root.
    pub root_title: Option<String>,
}

/// A request that another master is to fulfil.
#[derive(Debug, Clone, PartialEq)]
pub struct Forward {
    /// The URL of the master.
    pub url: String,
    /// What is requested there.
    pub request: Request,
    /// The computer and the partition there in whose name it is requested; a person's when absent.
    pub partition: Option<(String, String)>,
    /// What was requested here.
    pub original: Request,
    /// Who requested it here.
    pub origin: Origin,
}

/// What another master answered to a forwarded request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForwardedAnswer {
    /// The computer there.
    pub computer: Option<String>,
    /// The partition there.
    pub partition: Option<String>,
    /// What the instance is wanted to be there; `None` when the master has no place for it yet, or does not tell.
    pub state: Option<String>,
    /// What the instance published.
    pub connection: Option<Parameters>,
}

/// A request that another master fulfils. What an imported database tells is the first two.
#[derive(Debug, Clone, PartialEq)]
pub struct ForwardedRequest {
    /// The title there.
    pub partition_reference: String,
    /// The URL of the master.
    pub master_url: String,
    /// What was requested here and answered there, if it was since this server keeps it.
    pub details: Option<ForwardedDetails>,
}

/// What is known of a forwarded request.
#[derive(Debug, Clone, PartialEq)]
pub struct ForwardedDetails {
    /// The title here.
    pub title: String,
    /// The title of the root of the tree here: its own for a root.
    pub root_title: String,
    /// The title of the instance that requested it; `None` for a person.
    pub requester: Option<String>,
    /// The software release.
    pub software_release: String,
    /// The software type.
    pub software_type: String,
    /// Whether it is a shared instance.
    pub shared: bool,
    /// The last answer.
    pub answer: ForwardedAnswer,
    /// When it was answered.
    pub answered_at: Timestamp,
}

/// The master that a request goes to, which is not fulfilled here yet; `None` for this one. `own` are URLs of this one.
///
/// # Errors
/// [`Refusal::UnlistedMaster`] when the request names a master that is not known: it must not be asked anything.
pub fn route<'a>(
    remotes: &'a [Remote],
    request: &Request,
    own: &BTreeSet<String>,
) -> Result<Option<&'a Remote>, Refusal> {
    if let Some(url) = request.sla_text(MASTER_URL).filter(|url| !own.contains(url)) {
        let listed = remotes.iter().find(|remote| remote.url == url);
        return listed.map(Some).ok_or(Refusal::UnlistedMaster { url });
    }
    let release = &*request.software_release;
    let mut others = remotes.iter().filter(|remote| !own.contains(&remote.url));
    Ok(others.find(|remote| remote.software_release_list.iter().any(|listed| listed == release)))
}

/// The master that a request names.
#[must_use]
pub fn named_master(request: &Request) -> Option<String> {
    request.sla_text(MASTER_URL)
}

impl Forward {
    /// What a request becomes for another master: its title says who requests, so that two partitions with instances of one
    /// title do not get the same one there.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when the title would not be one.
    pub fn new(remote: &Remote, original: Request, origin: Origin) -> Result<Self, Refusal> {
        let title = format!("{}_{}", origin.prefix, original.title);
        let mut request = Request { title: Title::parse("partition_reference", &title)?, ..original.clone() };
        if remote.partition.is_none() {
            let mut sla = request.sla.as_map().clone();
            sla.insert(SOURCE_INSTANCE_ID.to_owned(), Value::Text(title));
            request.sla = Parameters::new("filter_xml", sla)?;
        }
        let Remote { url, partition, .. } = remote.clone();
        Ok(Self { url, request, partition, original, origin })
    }

    /// Whether it asks for the end of the instance.
    #[must_use]
    pub fn is_destruction(&self) -> bool {
        self.original.is_destruction()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::ids::SoftwareRelease;

    fn request(release: &str, master_url: Option<&str>) -> Request {
        let sla = master_url.map(|url| (MASTER_URL.to_owned(), Value::from(url)));
        Request {
            title: Title::parse("title", "db").unwrap(),
            software_release: SoftwareRelease::parse("software_release", release).unwrap(),
            software_type: "default".into(),
            state: None,
            shared: false,
            parameters: Parameters::default(),
            sla: Parameters::new("sla", sla.into_iter().collect()).unwrap(),
        }
    }

    fn remote(url: &str, releases: &[&str], partition: Option<(&str, &str)>) -> Remote {
        Remote {
            url: url.into(),
            software_release_list: releases.iter().map(ToString::to_string).collect(),
            partition: partition.map(|(computer, partition)| (computer.into(), partition.into())),
        }
    }

    #[test]
    fn the_filter_decides_before_the_release_and_unknown_masters_are_refused() {
        let remotes = [remote("http://a/", &["/x"], None), remote("http://b/", &["/x", "/y"], None)];
        let nobody = BTreeSet::new();
        let both = BTreeSet::from(["http://a/".to_owned(), "http://me/".to_owned()]);
        for (release, master_url, own, expected) in [
            ("/x", None, &nobody, Ok(Some("http://a/"))),
            ("/y", None, &nobody, Ok(Some("http://b/"))),
            ("/z", None, &nobody, Ok(None)),
            ("/z", Some(""), &nobody, Ok(None)),
            ("/z", Some("http://a/"), &nobody, Ok(Some("http://a/"))),
            ("/x", Some("http://b/"), &nobody, Ok(Some("http://b/"))),
            ("/x", Some("http://b"), &nobody, Err("http://b")),
            // Of oneself the releases decide, and oneself is no other master.
            ("/z", Some("http://me/"), &both, Ok(None)),
            ("/y", Some("http://me/"), &both, Ok(Some("http://b/"))),
            ("/x", Some("http://a/"), &both, Ok(Some("http://b/"))),
            ("/x", None, &both, Ok(Some("http://b/"))),
        ] {
            let found = route(&remotes, &request(release, master_url), own);
            let found = found.map(|remote| remote.map(|remote| remote.url.as_str()));
            let expected = expected.map_err(|url| Refusal::UnlistedMaster { url: url.into() });
            assert_eq!(found, expected, "{release} {master_url:?}");
        }
    }

    #[test]
    fn titles_say_who_requests_and_filters_what_for_unless_a_partition_there_does() {
        let origin = || Origin { requester: None, prefix: "user".into(), root_title: None };
        let forward = |partition| {
            let forward =
                Forward::new(&remote("http://a/", &[], partition), request("/x", Some("http://a/")), origin());
            let request = forward.unwrap().request;
            let sla = request.sla.texts().collect::<BTreeMap<_, _>>();
            let sla = sla.into_iter().map(|(key, text)| format!("{key}={text}")).collect::<Vec<_>>().join(" ");
            (request.title.to_string(), sla)
        };
        let sla = "master_url=http://a/ source_instance_id=user_db";
        assert_eq!(forward(None), ("user_db".to_owned(), sla.to_owned()));
        assert_eq!(forward(Some(("COMP-1", "p"))), ("user_db".to_owned(), "master_url=http://a/".to_owned()));
    }
}
