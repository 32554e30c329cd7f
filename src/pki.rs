//! The local certificate authority: a key and a certificate in one file beside the database, made when they are first
//! needed; what it signs; and the secrets of tokens.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rand::distr::{Alphanumeric, SampleString};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    RevokedCertParams, SanType, SerialNumber,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use time::OffsetDateTime;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::domain::certificate::{Authority, Issued, Pair, end_of_lifetime};
use crate::domain::timestamp::Timestamp;

/// How long the authority itself holds, in years.
const AUTHORITY_YEARS: i64 = 20;

/// How long a list of revoked certificates holds, in days.
const CRL_DAYS: i64 = 7;

/// The OID of `emailAddress` in a name.
const EMAIL_ADDRESS: [u64; 7] = [1, 2, 840, 113_549, 1, 9, 1];

/// The address in every certificate: the agent reads its reference up to the text `/email`.
const EMAIL: &str = "slapproxy@localhost";

const ORGANIZATION: &str = "slapproxy";

/// Certificates hold from a little before they are made: clocks differ.
const TOLERANCE: time::Duration = time::Duration::minutes(5);

/// Why the authority cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// Its file.
    #[error("the certificate authority {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The content of its file.
    #[error(
        "{} is not the file of a certificate authority: {reason}; restore it, or remove it to make another authority, \
         whose certificates are new",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why it cannot be used.
        reason: String,
    },
    /// Something that cannot be signed.
    #[error("the certificate of {name:?} cannot be made: {reason}")]
    Sign {
        /// The name.
        name: String,
        /// Why not.
        reason: String,
    },
}

/// The authority of one database. Clones share it.
#[derive(Debug, Clone)]
pub struct LocalAuthority {
    path: PathBuf,
    keeping: Keeping,
    loaded: Arc<Mutex<Option<Arc<Loaded>>>>,
}

/// Where the key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    File,
    Memory,
}

#[derive(Debug)]
struct Loaded {
    issuer: Issuer<'static, KeyPair>,
    name: String,
    certificate: String,
}

impl LocalAuthority {
    /// The authority beside a database; nothing is read or made yet.
    #[must_use]
    pub fn beside(database: &Path) -> Self {
        let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        Self { path: beside(&database, ".ca.pem"), keeping: Keeping::File, loaded: Arc::default() }
    }

    /// An authority that is gone with the process, and has no file.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { path: PathBuf::new(), keeping: Keeping::Memory, loaded: Arc::default() }
    }

    /// Its file, which holds the key and the certificate.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its certificate in PEM. The authority is made if it is not there yet.
    ///
    /// # Errors
    /// [`enum@Error`] when the file cannot be read or made.
    pub fn certificate(&self) -> Result<String, Error> {
        Ok(self.load()?.certificate.clone())
    }

    /// A key and a certificate for a server with these names and addresses.
    ///
    /// # Errors
    /// [`enum@Error`] when the authority cannot be used, or a name cannot stand in a certificate.
    pub fn server(&self, names: &[String], now: Timestamp) -> Result<Pair, Error> {
        let loaded = self.load()?;
        let name = names.first().map_or("localhost", String::as_str);
        let mut params = params(name, now, end_of(now, AUTHORITY_YEARS));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for name in names {
            params.subject_alt_names.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(Ia5String::try_from(name.as_str()).map_err(|error| sign(name, &error))?),
            });
        }
        let key = new_key(name)?;
        let certificate = params.signed_by(&key, &loaded.issuer).map_err(|error| sign(name, &error))?;
        Ok(Pair { key: key.serialize_pem(), certificate: format!("{}{}", certificate.pem(), loaded.certificate) })
    }

    /// The list of revoked certificates in PEM, by their serial numbers in hexadecimal digits.
    ///
    /// # Errors
    /// [`enum@Error`] when the authority cannot be used.
    pub fn revocation_list(&self, revoked: &[(String, Timestamp)], now: Timestamp) -> Result<String, Error> {
        let loaded = self.load()?;
        let entry = |(serial, at): &(String, Timestamp)| RevokedCertParams {
            serial_number: serial_number(serial),
            revocation_time: date(*at),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date(now),
            next_update: date(now) + time::Duration::days(CRL_DAYS),
            crl_number: SerialNumber::from_slice(&now.0.to_be_bytes()),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&loaded.issuer).and_then(|list| list.pem());
        list.map_err(|error| sign(&loaded.name, &error))
    }

    fn load(&self) -> Result<Arc<Loaded>, Error> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*loaded {
            return Ok(loaded.clone());
        }
        let text = match self.keeping {
            Keeping::Memory => new_authority()?,
            Keeping::File => match fs::read_to_string(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.create()?,
                read => read.map_err(|source| self.io(source))?,
            },
        };
        let found = Arc::new(read(&text).map_err(|reason| Error::Damaged { path: self.path.clone(), reason })?);
        *loaded = Some(found.clone());
        Ok(found)
    }

    /// Makes the file, unless another process does so first: the text of the one that is there.
    fn create(&self) -> Result<String, Error> {
        let text = new_authority()?;
        let part = beside(&self.path, &format!(".{}", random(8)));
        let made = write_private(&part, &text).and_then(|()| match fs::hard_link(&part, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(&self.path),
            linked => linked.map(|()| text),
        });
        let removed = fs::remove_file(&part);
        made.and_then(|text| removed.map(|()| text)).map_err(|source| self.io(source))
    }

    fn io(&self, source: io::Error) -> Error {
        Error::Io { path: self.path.clone(), source }
    }
}

impl Authority for LocalAuthority {
    fn issue(&self, name: &str, now: Timestamp) -> Result<Issued, String> {
        self.sign_client(name, now).map_err(|error| error.to_string())
    }
}

impl LocalAuthority {
    fn sign_client(&self, name: &str, now: Timestamp) -> Result<Issued, Error> {
        let loaded = self.load()?;
        let not_after = end_of_lifetime(now);
        let mut params = params(name, now, date(not_after));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let serial = params.serial_number.as_ref().map(SerialNumber::to_bytes).unwrap_or_default();
        let preamble = preamble(&loaded.name, name, &serial, &params);
        let key = new_key(name)?;
        let certificate = params.signed_by(&key, &loaded.issuer).map_err(|error| sign(name, &error))?;
        Ok(Issued {
            serial: hexadecimal(&serial, ""),
            pair: Pair { key: key.serialize_pem(), certificate: format!("{preamble}{}", certificate.pem()) },
            not_before: Timestamp(now.0),
            not_after,
        })
    }
}

/// The serial number of a certificate in DER, in hexadecimal digits.
///
/// # Errors
/// A sentence, when it is no certificate.
pub fn serial(der: &[u8]) -> Result<String, String> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|error| error.to_string())?;
    Ok(hexadecimal(certificate.raw_serial(), ""))
}

/// A new secret: 32 letters and digits.
#[must_use]
pub fn new_token() -> String {
    random(32)
}

/// What is kept of a token.
#[must_use]
pub fn digest(token: &[u8]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

/// Writes a file that only its owner can read; it must not be there yet.
///
/// # Errors
/// When the file is there already, or cannot be written.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The path with something behind its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn random(length: usize) -> String {
    Alphanumeric.sample_string(&mut rand::rng(), length)
}

/// The key and the certificate of a new authority, in PEM.
fn new_authority() -> Result<String, Error> {
    let now = Timestamp::from_system_time(std::time::SystemTime::now());
    let name = format!("slapproxy authority {}", random(8));
    let mut params = params(&name, now, end_of(now, AUTHORITY_YEARS));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = new_key(&name)?;
    let certificate = params.self_signed(&key).map_err(|error| sign(&name, &error))?;
    Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
}

fn new_key(name: &str) -> Result<KeyPair, Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| sign(name, &error))
}

fn sign(name: &str, error: &rcgen::Error) -> Error {
    Error::Sign { name: name.into(), reason: error.to_string() }
}

fn date(timestamp: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(timestamp.0 / 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn end_of(now: Timestamp, years: i64) -> OffsetDateTime {
    date(now) + time::Duration::days(years * 365)
}

/// What all certificates have in common.
fn params(name: &str, now: Timestamp, not_after: OffsetDateTime) -> CertificateParams {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, ORGANIZATION);
    subject.push(DnType::CommonName, name);
    if let Ok(email) = Ia5String::try_from(EMAIL) {
        subject.push(DnType::from_oid(&EMAIL_ADDRESS), DnValue::Ia5String(email));
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.not_before = date(now) - TOLERANCE;
    params.not_after = not_after;
    // Positive, and without a leading zero that an encoding would drop.
    let mut serial = rand::random::<[u8; 16]>();
    serial[0] = serial[0] & 0x3f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    params
}

/// A certificate in words, as the production master sends it before the PEM: programs read the owner from it.
fn preamble(issuer: &str, name: &str, serial: &[u8], params: &CertificateParams) -> String {
    let subject = |name: &str| format!("O={ORGANIZATION}, CN={name}/emailAddress={EMAIL}");
    format!(
        "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number:\n            {}\n        \
         Issuer: {}\n        Validity\n            Not Before: {}\n            Not After : {}\n        Subject: {}\n",
        hexadecimal(serial, ":"),
        subject(issuer),
        words(params.not_before),
        words(params.not_after),
        subject(name),
    )
}

/// `Nov 25 10:00:00 2026 GMT`
fn words(date: OffsetDateTime) -> String {
    let month = date.month().to_string();
    let (day, (hour, minute, second)) = (date.day(), date.to_hms());
    format!("{} {day:2} {hour:02}:{minute:02}:{second:02} {} GMT", &month[..3], date.year())
}

fn hexadecimal(bytes: &[u8], separator: &str) -> String {
    let mut text = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let separator = if index == 0 { "" } else { separator };
        // Writing to a text cannot fail.
        let _ = write!(text, "{separator}{byte:02x}");
    }
    text
}

fn serial_number(digits: &str) -> SerialNumber {
    let byte = |index: usize| digits.get(index..index + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Vec<u8> = (0..digits.len()).step_by(2).filter_map(byte).collect();
    SerialNumber::from_slice(&bytes)
}

/// Reads the file of an authority.
fn read(text: &str) -> Result<Loaded, String> {
    let blocks: Vec<Pem> = Pem::iter_from_buffer(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("it is not PEM: {error}"))?;
    let [_, certificate] = blocks.as_slice() else {
        return Err(format!("expected a private key and a certificate, found {} blocks of PEM", blocks.len()));
    };
    let (_, parsed) = X509Certificate::from_der(&certificate.contents).map_err(|error| error.to_string())?;
    let name = parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let name = name.ok_or("its certificate has no name")?.to_owned();
    let start = text.find("-----BEGIN CERTIFICATE-----").ok_or("its second block is no certificate")?;
    let (key, certificate) = text.split_at(start);
    let key = KeyPair::from_pem(key).map_err(|error| format!("its key: {error}"))?;
    if parsed.public_key().subject_public_key.data != key.public_key_raw() {
        return Err("its key belongs to another certificate".into());
    }
    let issuer = Issuer::from_ca_cert_pem(certificate, key).map_err(|error| format!("its certificate: {error}"))?;
    Ok(Loaded { issuer, name, certificate: certificate.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_600_000_000_000);

    fn authority() -> (tempfile::TempDir, LocalAuthority) {
        let directory = tempfile::tempdir().unwrap();
        let authority = LocalAuthority::beside(&directory.path().join("proxy.db"));
        (directory, authority)
    }

    #[test]
    fn the_authority_is_made_once_for_its_owner_only() {
        let (directory, _) = authority();
        let database = directory.path().join("proxy.db");
        let certificates: Vec<String> = thread::scope(|scope| {
            let ask = || LocalAuthority::beside(&database).certificate().unwrap();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(certificates.iter().all(|certificate| *certificate == certificates[0]));
        let files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(files, ["proxy.db.ca.pem"]);
        let mode = fs::metadata(directory.path().join("proxy.db.ca.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_certificate_names_its_owner_where_the_agent_looks() {
        let (_directory, authority) = authority();
        let issued = authority.issue("COMP-17", NOW).unwrap();
        let text = &issued.pair.certificate;
        let start = text.find("COMP-").unwrap();
        let end = start + text[start..].find("/email").unwrap();
        assert_eq!(&text[start..end], "COMP-17");
        assert!(text.contains("Not Before: Nov 25 09:41:40 2026 GMT"), "{text}");
        let (_, pem) = x509_parser::pem::parse_x509_pem(text.as_bytes()).unwrap();
        assert_eq!(serial(&pem.contents).unwrap(), issued.serial);
        let certificate = pem.parse_x509().unwrap();
        assert_eq!(certificate.subject().to_string(), "O=slapproxy, CN=COMP-17, Email=slapproxy@localhost");
        assert_eq!(certificate.validity().not_after.timestamp() * 1_000_000, end_of_lifetime(NOW).0);
    }

    #[test]
    fn a_damaged_file_is_told_and_left_alone() {
        let (directory, authority) = authority();
        let path = directory.path().join("proxy.db.ca.pem");
        for (text, reason) in [
            ("", "expected a private key and a certificate, found 0 blocks of PEM"),
            ("-----BEGIN CERTIFICATE-----\nnonsense", "it is not PEM: incomplete PEM"),
        ] {
            fs::write(&path, text).unwrap();
            let error = authority.certificate().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::remove_file(&path).unwrap();
        let own = authority.certificate().unwrap();
        let (_other_directory, other) = self::authority();
        other.certificate().unwrap();
        let key = fs::read_to_string(other.path()).unwrap();
        fs::write(&path, format!("{}{own}", key.split_once("-----BEGIN CERT").unwrap().0)).unwrap();
        let error = LocalAuthority::beside(&directory.path().join("proxy.db")).certificate().unwrap_err().to_string();
        assert!(error.contains("its key belongs to another certificate"), "{error}");
    }
}
