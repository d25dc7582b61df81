//! What is in `deploy` fits the server: port, paths, variables and arguments. Whether Kubernetes takes the manifests is
//! for the linters to say, whether the proxies do for `scripts/proxies`.

use std::fs;
use std::process::Command;

use crate::fixture::root;
use crate::wire::{self, Ask};

/// The values of a member, in all manifests.
fn values(member: &str) -> Vec<String> {
    let mut values = Vec::new();
    for entry in fs::read_dir(root().join("deploy/kubernetes")).expect("manifests") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("a text");
        let lines = text.lines().map(|line| line.trim_start_matches([' ', '-']));
        let found = lines.filter_map(|line| line.strip_prefix(member).and_then(|rest| rest.strip_prefix(": ")));
        values.extend(found.map(str::to_owned));
    }
    assert!(!values.is_empty(), "no manifest has {member}");
    values
}

fn help(command: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fauxidp")).args(command).arg("--help").output().expect("it runs");
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test]
async fn probes_ask_for_what_there_is() {
    let emulator = wire::emulator().await;
    for path in values("path") {
        assert_eq!(Ask::new("GET", path.trim()).send(&emulator).await.status, 200, "{path}");
    }
}

#[test]
fn ports_are_the_one_that_the_image_listens_on() {
    let dockerfile = fs::read_to_string(root().join("Dockerfile")).expect("the Dockerfile");
    let port = dockerfile.lines().find_map(|line| line.strip_prefix("EXPOSE ")).expect("a port");
    assert_eq!(values("containerPort"), [port]);
    for named in values("port") {
        assert!(named == "http" || named == port, "{named}");
    }
    for url in values("value").iter().filter(|value| value.contains("127.0.0.1")) {
        assert!(url.ends_with(&format!("127.0.0.1:{port}")), "{url}");
    }
}

#[test]
fn the_kustomization_names_what_there_is() {
    let text = fs::read_to_string(root().join("deploy/kubernetes/kustomization.yaml")).expect("a kustomization");
    let (_, resources) = text.split_once("resources:\n").expect("resources");
    for name in resources.lines().filter_map(|line| line.trim().strip_prefix("- ")) {
        assert!(root().join("deploy/kubernetes").join(name).exists(), "{name}");
    }
}

#[test]
fn variables_and_commands_are_known() {
    let serve = help(&[]);
    for variable in values("name").iter().filter(|name| name.starts_with("FAUXIDP_") && *name != "FAUXIDP_URL") {
        assert!(serve.contains(&format!("[env: {variable}=")), "{variable}");
    }
    let manifests = fs::read_to_string(root().join("deploy/kubernetes/tests.yaml")).expect("a manifest");
    assert!(manifests.contains("- /fauxidp\n                - healthcheck\n"), "the probe's command");
    help(&["healthcheck"]);
}

#[test]
fn the_chart_has_the_proxy_that_is_run_by_the_scripts_and_the_probes_of_the_manifests() {
    let read = |path: &str| fs::read_to_string(root().join("deploy").join(path)).expect("a text");
    assert_eq!(read("helm/fauxidp/files/haproxy.cfg"), read("haproxy/haproxy.cfg"));
    let probes = |text: &str| {
        let from = text.find("startupProbe:").expect("probes");
        let to = text.find("resources:").expect("what follows the probes");
        let lines: Vec<_> = text[from..to].lines().map(|line| line.trim().to_owned()).collect();
        lines
    };
    assert_eq!(probes(&read("helm/fauxidp/templates/server.yaml")), probes(&read("kubernetes/fauxidp.yaml")));
}
