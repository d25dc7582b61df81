//! One version and one repository: every file that repeats them says what `Cargo.toml` says.

use std::fs;

use crate::fixture::root;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_package_has_the_version_of_the_crate() {
    for (path, line) in [
        ("packages/npm/package.json", format!("\"version\": \"{VERSION}\"")),
        ("packages/python/pyproject.toml", format!("version = \"{VERSION}\"")),
        ("packages/java/pom.xml", format!("<version>{VERSION}</version>")),
        ("packages/java/README.md", format!("<version>{VERSION}</version>")),
        ("packages/go/build", format!("version=v{VERSION}")),
        (
            "deploy/helm/fauxidp/Chart.yaml",
            format!("\nversion: {VERSION}\nappVersion: {VERSION}\nhome: {REPOSITORY}\n"),
        ),
        ("action.yml", format!("default: \"{VERSION}\"")),
        ("Cargo.lock", format!("name = \"fauxidp\"\nversion = \"{VERSION}\"")),
    ] {
        assert!(text(path).contains(&line), "{path} lacks {line}");
    }
}

#[test]
fn pages_name_the_image_and_the_repository_of_this_version() {
    let image = REPOSITORY.replace("https://github.com/", "ghcr.io/");
    let pages = ["README.md", "docs/ci.md", "docs/installing.md", "docs/testing.md", "Dockerfile"];
    let sources = [
        "packages/npm/src/binary.ts",
        "packages/python/src/fauxidp/_binary.py",
        "packages/java/src/main/java/dev/fauxidp/Binary.java",
        "packages/go/binary.go",
    ];
    let manifests =
        ["deploy/kubernetes/fauxidp.yaml", "deploy/kubernetes/tests.yaml", "deploy/helm/fauxidp/values.yaml"];
    for (path, text) in pages.into_iter().chain(sources).chain(manifests).map(|path| (path, text(path))) {
        for (at, _) in text.match_indices("ghcr.io/") {
            let named: String =
                text[at..].chars().take_while(|c| !c.is_whitespace() && !"`\"')".contains(*c)).collect();
            let is_ours = named == image || named == format!("{image}:{VERSION}");
            assert!(is_ours, "{path} names {named}, expected {image}:{VERSION}");
        }
        for (at, _) in text.match_indices("https://github.com/") {
            assert!(text[at..].starts_with(REPOSITORY), "{path}: {}", &text[at..at + 60]);
        }
    }
    assert!(text("Dockerfile").contains(&format!("ARG SOURCE={REPOSITORY}\n")), "the image's label");
}
