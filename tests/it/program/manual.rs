//! `slapproxy completions` and `slapproxy man`

use std::fs;

use super::{Home, failed, files, noted};

#[test]
fn every_shell_gets_completions_of_every_command() {
    let home = Home::new();
    for (shell, words) in [
        ("bash", ["complete -F _slapproxy", "--parameters-file"]),
        ("zsh", ["#compdef slapproxy", "--parameters-file"]),
        ("fish", ["complete -c slapproxy", "parameters-file"]),
        ("elvish", ["edit:completion", "--parameters-file"]),
        ("powershell", ["Register-ArgumentCompleter", "--parameters-file"]),
    ] {
        let finished = home.run(&["completions", shell]);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in words {
            assert!(finished.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(home.run(&["completions", "dos"]).code, Some(2));
}

#[test]
fn every_command_has_a_man_page() {
    let home = Home::new();
    let finished = home.run(&["man", "share/man1"]);
    let pages = files(&home.path("share/man1"));
    assert_eq!(finished, noted(format!("share/man1: {} man pages\n", pages.len())));
    for page in ["slapproxy.1", "slapproxy-start.1", "slapproxy-request.1", "slapproxy-service-tree.1"] {
        assert!(pages.iter().any(|there| there == page), "{page} in {pages:?}");
    }
    assert!(!pages.iter().any(|page| page.contains("-proxy") || page.contains("help")), "{pages:?}");
    let request = fs::read_to_string(home.path("share/man1/slapproxy-request.1")).unwrap();
    assert!(request.contains(".SH OPTIONS") && request.contains("parameters\\-file"), "{request}");

    home.write("file", "");
    let refused = home.run(&["man", "file"]);
    assert_eq!(refused, failed(1, "error: cannot write man pages into file: File exists (os error 17)\n"));
}
