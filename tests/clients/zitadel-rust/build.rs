//! Says which version of the library the lock file has.

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock = std::fs::read_to_string("Cargo.lock").expect("a lock file");
    let (_, rest) = lock.split_once("name = \"zitadel\"\nversion = \"").expect("the library");
    println!("cargo::rustc-env=ZITADEL_VERSION={}", rest.split('"').next().expect("an end"));
}
