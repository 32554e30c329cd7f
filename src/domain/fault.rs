//! Faults on purpose: rules by which a master fails, so that those who call it can be tested.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::timestamp::span;

/// What a rule is written like.
const EXPECTED: &str = "blanks between KEY=VALUE of endpoint, method, computer, probability, seed, count, latency, and one of \
                        status, drop and truncate, such as \"endpoint=requestComputerPartition status=503 count=2\"";

/// Which requests fail, how often, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    /// The path of the call without the slash before it; with `*` at the end, the beginning of paths. Any, when absent.
    pub endpoint: Option<String>,
    /// The HTTP method, in capitals. Any, when absent.
    pub method: Option<String>,
    /// The computer that the request is about, or that speaks. Any, when absent.
    pub computer: Option<String>,
    /// How likely it is that a request that fits is struck, from 0 to 1.
    pub probability: f64,
    /// What decides which ones are struck: the same seed strikes the same ones of a sequence.
    pub seed: u64,
    /// How many requests are struck at most; without end, when absent.
    pub count: Option<u64>,
    /// How long the request waits before anything else happens.
    pub latency: Option<Duration>,
    /// What happens then; nothing but the wait, when absent.
    pub harm: Option<Harm>,
}

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// It is answered with this status, and not carried out.
    Status(u16),
    /// The connection is closed before it is carried out.
    DropRequest,
    /// It is carried out, and the connection closed instead of answering.
    DropAnswer,
    /// It is carried out, and the connection closed after this many bytes of the answer's body.
    Truncate(usize),
}

/// What rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The path.
    pub path: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The computers that the request names.
    pub computers: &'a [String],
}

impl Default for FaultRule {
    fn default() -> Self {
        Self {
            endpoint: None,
            method: None,
            computer: None,
            probability: 1.0,
            seed: 0,
            count: None,
            latency: None,
            harm: None,
        }
    }
}

impl FaultRule {
    /// Whether a request is one of those, whatever computer it is about. Calls about the server itself (`/-/…`) are only
    /// when the rule names them, and what changes the rules never is.
    #[must_use]
    pub fn may_fit(&self, path: &str, method: &str) -> bool {
        let path = path.trim_start_matches('/');
        if path == "-/faults" {
            return false;
        }
        let endpoint = match self.endpoint.as_deref() {
            None | Some("*") => !path.starts_with("-/"),
            Some(endpoint) => match endpoint.strip_suffix('*') {
                Some(beginning) => path.starts_with(beginning),
                None => path == endpoint,
            },
        };
        endpoint && self.method.as_deref().is_none_or(|wanted| wanted == method)
    }

    /// Whether a request is one of those.
    #[must_use]
    pub fn fits(&self, asked: Asked<'_>) -> bool {
        let about = |computer: &String| asked.computers.contains(computer);
        self.may_fit(asked.path, asked.method) && self.computer.as_ref().is_none_or(about)
    }

    /// Whether the request is struck before which as many others fitted.
    #[must_use]
    pub fn chooses(&self, before: u64) -> bool {
        fraction(self.seed, before) < self.probability
    }

    /// The rule, if it says something that can be done.
    ///
    /// # Errors
    /// What is wrong with it, and what is expected.
    pub fn checked(self) -> Result<Self, String> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(format!("probability {} is not accepted; expected a number from 0 to 1", self.probability));
        }
        if let Some(Harm::Status(status)) = self.harm
            && !(400..=599).contains(&status)
        {
            return Err(format!("status {status} is not accepted; expected one from 400 to 599"));
        }
        if self.latency.is_none() && self.harm.is_none() {
            return Err(format!("nothing is done to a request; expected {EXPECTED}"));
        }
        Ok(self)
    }

    /// Sets how a request fails, once.
    fn harms(&mut self, harm: Harm) -> Result<(), String> {
        match self.harm.replace(harm) {
            None => Ok(()),
            Some(_) => Err("expected only one of status, drop and truncate".into()),
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        fn number<T: FromStr>(value: &str, expected: &str) -> Result<T, String> {
            value.parse().map_err(|_| format!("{value:?} is not accepted; expected {expected}"))
        }
        match key {
            "endpoint" => self.endpoint = Some(value.trim_start_matches('/').to_owned()),
            "method" => self.method = Some(value.to_ascii_uppercase()),
            "computer" => self.computer = Some(value.to_owned()),
            "probability" => self.probability = number(value, "a number from 0 to 1")?,
            "seed" => self.seed = number(value, "a whole number")?,
            "count" => self.count = Some(number(value, "a whole number of requests")?),
            "latency" => self.latency = Some(span(value)?),
            "status" => self.harms(Harm::Status(number(value, "a status from 400 to 599")?))?,
            "drop" => self.harms(drop_of(value)?)?,
            "truncate" => self.harms(Harm::Truncate(number(value, "a whole number of bytes")?))?,
            _ => return Err(format!("{key:?} is not known; expected {EXPECTED}")),
        }
        Ok(())
    }
}

/// What is dropped, by its name.
///
/// # Errors
/// What is expected instead.
pub fn drop_of(text: &str) -> Result<Harm, String> {
    match text {
        "request" => Ok(Harm::DropRequest),
        "answer" => Ok(Harm::DropAnswer),
        _ => Err(format!("drop {text:?} is not accepted; expected request or answer")),
    }
}

/// The text of a rule, as [`FaultRule`] writes it.
impl FromStr for FaultRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rule = Self::default();
        for word in text.split_whitespace() {
            let (key, value) = word
                .split_once('=')
                .filter(|(_, value)| !value.is_empty())
                .ok_or_else(|| format!("{word:?} is not KEY=VALUE; expected {EXPECTED}"))?;
            rule.set(key, value)?;
        }
        rule.checked()
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, method, computer, probability, seed, count, latency, harm } = self;
        let mut words: Vec<String> = [("endpoint", endpoint), ("method", method), ("computer", computer)]
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?)))
            .collect();
        if *probability < 1.0 {
            words.extend([format!("probability={probability}"), format!("seed={seed}")]);
        }
        words.extend(count.map(|count| format!("count={count}")));
        words.extend(latency.map(|latency| format!("latency={}s", latency.as_secs_f64())));
        words.extend(harm.map(|harm| harm.to_string()));
        f.write_str(&words.join(" "))
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "status={status}"),
            Self::DropRequest => f.write_str("drop=request"),
            Self::DropAnswer => f.write_str("drop=answer"),
            Self::Truncate(bytes) => write!(f, "truncate={bytes}"),
        }
    }
}

/// A number from 0 to 1 that looks like chance, and is always the same: `splitmix64`.
fn fraction(seed: u64, index: u64) -> f64 {
    let mut mixed = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let high = u32::try_from(mixed >> 32).unwrap_or(u32::MAX);
    f64::from(high) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_and_says_what_is_wrong_with_it() {
        for text in [
            "endpoint=requestComputerPartition method=POST computer=COMP-1 probability=0.5 seed=7 count=3 latency=0.15s status=503",
            "drop=request",
            "endpoint=slapos.* drop=answer",
            "truncate=10",
            "latency=2s",
        ] {
            assert_eq!(text.parse::<FaultRule>().unwrap().to_string(), text);
        }
        let wrong = |text: &str| text.parse::<FaultRule>().unwrap_err();
        assert_eq!(wrong("status=200"), "status 200 is not accepted; expected one from 400 to 599");
        assert_eq!(wrong("status=503 drop=answer"), "expected only one of status, drop and truncate");
        assert_eq!(wrong("drop=all"), "drop \"all\" is not accepted; expected request or answer");
        assert_eq!(
            wrong("latency=soon"),
            "\"soon\" is not a span of time; expected a number with ms, s, m or h, such as 2s or 150ms"
        );
        assert_eq!(wrong("probability=2 status=500"), "probability 2 is not accepted; expected a number from 0 to 1");
        assert_eq!(wrong("endpoint=x"), format!("nothing is done to a request; expected {EXPECTED}"));
        assert_eq!(wrong("speed=1"), format!("\"speed\" is not known; expected {EXPECTED}"));
    }

    #[test]
    fn a_rule_fits_what_it_names_and_never_what_lifts_it() {
        let fits = |rule: &str, path, method, computers: &[&str]| {
            let computers: Vec<String> = computers.iter().map(ToString::to_string).collect();
            rule.parse::<FaultRule>().unwrap().fits(Asked { path, method, computers: &computers })
        };
        assert!(fits("status=500", "/getRunId", "GET", &[]));
        assert!(!fits("status=500", "/-/events", "GET", &[]));
        assert!(fits("endpoint=-/events status=500", "/-/events", "GET", &[]));
        assert!(!fits("endpoint=-/* status=500", "/-/faults", "DELETE", &[]));
        assert!(fits("endpoint=/slapos.* method=post status=500", "/slapos.get.v0.hateoas_url", "POST", &[]));
        assert!(!fits("method=POST status=500", "/getRunId", "GET", &[]));
        assert!(fits("computer=C status=500", "/computerBang", "POST", &["B", "C"]));
        assert!(!fits("computer=C status=500", "/computerBang", "POST", &["B"]));
    }

    #[test]
    fn chance_is_fair_and_the_same_every_time() {
        let rule: FaultRule = "probability=0.25 seed=3 status=500".parse().unwrap();
        let struck: Vec<u64> = (0..20).filter(|n| rule.chooses(*n)).collect();
        assert_eq!((0..20).filter(|n| rule.chooses(*n)).collect::<Vec<_>>(), struck);
        let many = (0..10_000).filter(|n| rule.chooses(*n)).count();
        assert!((2300..2700).contains(&many), "{many}");
        let other: FaultRule = "probability=0.25 seed=4 status=500".parse().unwrap();
        assert_ne!((0..20).filter(|n| other.chooses(*n)).collect::<Vec<_>>(), struck);
    }
}
