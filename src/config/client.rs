//! The configuration file of a client: where its master is, and who it is.

use std::path::{Path, PathBuf};

use super::fault::Place;
use super::ini::{Document, Section};
use super::reader::{Reader, Text};
use super::{Environment, Faults, file, value};

/// Options of commands that `[slapconsole]` may give another default.
const OPTIONS: [&str; 5] = ["type", "state", "slave", "force_serialisation", "news"];

/// What a client needs to know: a master and, for TLS, its own certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientConfig {
    /// The master. Source: `master_url` of `[slapos]`.
    pub master_url: String,
    /// The HATEOAS API, which the master is asked for otherwise. Source: `master_rest_url` of `[slapos]`.
    pub master_rest_url: Option<String>,
    /// The private key. Source: `key_file` of `[slapconsole]`; of `[slapos]` when neither key nor certificate is there.
    pub key_file: Option<PathBuf>,
    /// The certificate. Source: `cert_file`, like the key.
    pub cert_file: Option<PathBuf>,
    /// The authority that the master's certificate must come from. Source: `master_ca_file` of `[slapos]`.
    pub ca_file: Option<PathBuf>,
    /// Software type of requests. Source: `type` of `[slapconsole]`.
    pub software_type: Option<String>,
    /// State of requests. Source: `state` of `[slapconsole]`.
    pub state: Option<String>,
    /// Whether requests are for shared instances: when `slave` of `[slapconsole]` says anything.
    pub shared: bool,
    /// Serialisation of parameter files. Source: `force_serialisation` of `[slapconsole]`.
    pub force_serialisation: Option<String>,
    /// Whether information includes the news: when `news` of `[slapconsole]` says anything.
    pub news: bool,
}

impl ClientConfig {
    /// The file that is read: the given one, with `~` for the home directory, or else `~/.slapos/slapos-client.cfg`
    /// when it is there.
    ///
    /// # Errors
    ///
    /// When the home directory is not known, but needed.
    pub fn file(given: Option<&Path>, environment: &Environment) -> Result<Option<PathBuf>, Faults> {
        let home = environment.home.as_deref();
        let mut reader = Reader::new(None, home, Vec::new());
        let given = reader.path("cfg", given.map(Path::to_owned).as_ref(), value::path);
        Faults::check(reader.finish().0)?;
        let default = || home.map(|home| home.join(".slapos/slapos-client.cfg")).filter(|file| file.exists());
        Ok(given.map(|(_, file)| file).or_else(default))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, Faults> {
        let (document, faults) = file::open(path);
        let mut reader = Reader::new(document.as_ref(), environment.home.as_deref(), faults);
        let config = document.as_ref().map(|document| read(&mut reader, document)).unwrap_or_default();
        Faults::check(reader.finish().0)?;
        Ok(config)
    }
}

fn read(reader: &mut Reader<'_>, document: &Document) -> ClientConfig {
    let named = |name: &str| document.sections.iter().find(|section| section.name == name);
    let (slapos, console) = (named("slapos"), named("slapconsole"));
    let pair = [text(reader, console, "key_file"), text(reader, console, "cert_file")];
    let [key, cert] = match pair {
        [None, None] => [text(reader, slapos, "key_file"), text(reader, slapos, "cert_file")],
        pair => pair,
    };
    let ca = text(reader, slapos, "master_ca_file");
    let before = reader.fault_count();
    let master_url = text(reader, slapos, "master_url");
    if master_url.is_none() && reader.fault_count() == before {
        let place = match slapos {
            Some(section) => document.place(section.number, Some("slapos"), Some("master_url")),
            None => Place::File { file: document.file.clone(), line: None, section: None, key: None },
        };
        let expected = "expected master_url = URL in the section [slapos]";
        reader.fail(&place, format!("the master is not set; {expected}"));
    }
    let mut path = |text: Option<Text>| reader.check_path(&text?, value::path);
    let [key_file, cert_file, ca_file] = [path(key), path(cert), path(ca)];
    let [software_type, state, slave, force_serialisation, news] = OPTIONS.map(|key| plain(reader, console, key));
    ClientConfig {
        master_url: master_url.map(|text| text.text).unwrap_or_default(),
        master_rest_url: plain(reader, slapos, "master_rest_url"),
        key_file,
        cert_file,
        ca_file,
        software_type,
        state,
        shared: slave.is_some(),
        force_serialisation,
        news: news.is_some(),
    }
}

fn text(reader: &mut Reader<'_>, section: Option<&Section>, key: &str) -> Option<Text> {
    let lines = reader.section_lines(section?, key)?;
    reader.single(lines)
}

fn plain(reader: &mut Reader<'_>, section: Option<&Section>, key: &str) -> Option<String> {
    text(reader, section, key).map(|text| text.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<ClientConfig, String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("client.cfg");
        std::fs::write(&file, text).unwrap();
        let environment = Environment { home: Some("/home/me".into()), data_home: None };
        let short = |faults: Faults| faults.to_string().replace(file.to_str().unwrap(), "client.cfg");
        ClientConfig::load(&file, &environment).map_err(short)
    }

    #[test]
    fn a_person_has_a_certificate_of_its_own_or_that_of_the_node() {
        let slapos = "[slapos]\nmaster_url = https://slap.example/\nmaster_rest_url = https://api.example/\n\
            key_file = /etc/node.key\ncert_file = /etc/node.crt\nmaster_ca_file = ~/ca.crt\n";
        let node = ClientConfig {
            master_url: "https://slap.example/".into(),
            master_rest_url: Some("https://api.example/".into()),
            key_file: Some("/etc/node.key".into()),
            cert_file: Some("/etc/node.crt".into()),
            ca_file: Some("/home/me/ca.crt".into()),
            ..ClientConfig::default()
        };
        assert_eq!(load(slapos), Ok(node.clone()));
        let person = ClientConfig { key_file: Some("/home/me/.slapos/key".into()), cert_file: None, ..node };
        assert_eq!(load(&format!("{slapos}[slapconsole]\nkey_file = ~/.slapos/key\n")), Ok(person));
    }

    #[test]
    fn the_console_gives_options_other_defaults() {
        let text = "[slapos]\nmaster_url = http://localhost:5000\n[slapconsole]\ntype = big\nstate = stopped\n\
            slave = yes\nforce_serialisation = xml\nnews = 1\nunknown = kept quiet\n";
        let expected = ClientConfig {
            master_url: "http://localhost:5000".into(),
            software_type: Some("big".into()),
            state: Some("stopped".into()),
            shared: true,
            force_serialisation: Some("xml".into()),
            news: true,
            ..ClientConfig::default()
        };
        assert_eq!(load(text), Ok(expected));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        assert_eq!(
            load("[slapos]\nmaster_url =\nkey_file = ~you/key\n"),
            Err("client.cfg:1: [slapos] master_url: the master is not set; expected master_url = URL in the section \
                 [slapos]\nclient.cfg:3: [slapos] key_file: \"~you/key\" names the home directory of another user; \
                 expected ~/ for one's own, or the whole path"
                .into())
        );
        assert_eq!(
            load("[slapconsole]\n"),
            Err("client.cfg: the master is not set; expected master_url = URL in the section [slapos]".into())
        );
    }

    #[test]
    fn the_file_in_the_home_directory_is_read_when_it_is_there() {
        let home = tempfile::tempdir().unwrap();
        let environment = Environment { home: Some(home.path().into()), data_home: None };
        let file = home.path().join(".slapos/slapos-client.cfg");
        let of = |given: Option<&str>| ClientConfig::file(given.map(Path::new), &environment).unwrap();
        assert_eq!(of(None), None);
        std::fs::create_dir(home.path().join(".slapos")).unwrap();
        std::fs::write(&file, "").unwrap();
        assert_eq!(of(None), Some(file.clone()));
        assert_eq!(of(Some("")), Some(file));
        assert_eq!(of(Some("~/other.cfg")), Some(home.path().join("other.cfg")));
    }
}
