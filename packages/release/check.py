"""Checks the artefacts in target/packages/release against each other and against Cargo.toml."""

import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib

repo = pathlib.Path(sys.argv[1]).resolve()
out = repo / "target/packages/release"
package = tomllib.loads((repo / "Cargo.toml").read_text())["package"]
version, repository = package["version"], package["repository"]
checks = 0


def holds(what, condition):
    global checks
    if not condition:
        sys.exit(f"release: FAIL  {what}")
    checks += 1


sums = dict(reversed(line.split()) for line in (out / "SHA256SUMS").read_text().splitlines())
named = {path.name for path in out.iterdir()} - {"SHA256SUMS", "fauxidp.rb"}
holds(f"SHA256SUMS names every file: {sorted(named ^ set(sums))}", named == set(sums))
for name, digest in sums.items():
    holds(f"the checksum of {name}", hashlib.sha256((out / name).read_bytes()).hexdigest() == digest)

host = subprocess.check_output(["rustc", "--print", "host-tuple"], text=True).strip()
name = f"fauxidp-{version}-{host}"
archive = out / f"{name}.tar.gz"
holds(f"there is an archive of {host}", archive.exists())
with tempfile.TemporaryDirectory() as folder:
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    root = pathlib.Path(folder) / name
    said = subprocess.check_output([root / "fauxidp", "--version"], text=True)
    holds("the binary of the archive says its version", said == f"fauxidp {version}\n")
    for part in ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "fauxidp.1", "completions/fauxidp.zsh"]:
        holds(f"the archive has {part}", (root / part).stat().st_size > 0)

formula = (out / "fauxidp.rb").read_text()
for file, digest in sums.items():
    if file.endswith(".tar.gz"):
        holds(f"the formula has {file}", f'{repository}/releases/download/v{version}/{file}"\n      sha256 "{digest}"' in formula)

binstall = package["metadata"]["binstall"]
shown = {"repo": repository, "name": "fauxidp", "version": version, "target": host, "archive-suffix": ".tar.gz", "bin": "fauxidp"}


def filled(template):
    for key, value in shown.items():
        template = template.replace("{ " + key + " }", value)
    return template


holds("cargo-binstall finds the archive", filled(binstall["pkg-url"]) == f"{repository}/releases/download/v{version}/{archive.name}")
holds("cargo-binstall finds the binary in it", filled(binstall["bin-dir"]) == f"{name}/fauxidp")

sbom = out / f"fauxidp-{version}.cdx.json"
if sbom.exists():
    bom = json.loads(sbom.read_text())
    holds("the SBOM is CycloneDX", bom["bomFormat"] == "CycloneDX")
    holds("the SBOM is of this version", bom["metadata"]["component"]["version"] == version)
    listed = {(part["name"], part["version"]) for part in bom["components"]}
    tree = subprocess.check_output(
        ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--target", "all"],
        text=True, cwd=repo,
    )
    used = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    missing = {name for name, number in used if (name, number[1:]) not in listed} - {"fauxidp"}
    holds(f"the SBOM names every crate: {sorted(missing)}", not missing)
    holds("each has a licence", all(part.get("licenses") for part in bom["components"]))
else:
    print("SKIPPED: release: no SBOM was made")

print(f"release: {checks} checks")
