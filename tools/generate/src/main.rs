//! Writes `src/vendors/zitadel/generated/` from `src/vendors/zitadel/proto/`, and `src/grpc/descriptors.bin` from
//! `src/grpc/proto/`. Needs `protoc` 3.21 or newer and its well-known types (Debian: protobuf-compiler,
//! libprotobuf-dev). Run it from the project's folder: `cargo run --manifest-path tools/generate/Cargo.toml`.

use std::path::Path;
use std::process::Command;

const FILES: [&str; 7] = [
    "zitadel/message.proto",
    "zitadel/object/v2/object.proto",
    "zitadel/filter/v2/filter.proto",
    "zitadel/metadata/v2/metadata.proto",
    "zitadel/user/v2/user.proto",
    "zitadel/user/v2/query.proto",
    "zitadel/user/v2/user_service.proto",
];

/// The files whose messages are decoded by their descriptors alone: no code is made of them, so that the build stays
/// quick however many there are.
const DESCRIBED: [&str; 14] = [
    "zitadel/admin.proto",
    "zitadel/auth.proto",
    "zitadel/management.proto",
    "zitadel/application/v2/application_service.proto",
    "zitadel/authorization/v2/authorization_service.proto",
    "zitadel/feature/v2/feature_service.proto",
    "zitadel/internal_permission/v2/internal_permission_service.proto",
    "zitadel/oidc/v2/oidc_service.proto",
    "zitadel/org/v2/org_service.proto",
    "zitadel/org/v2beta/org_service.proto",
    "zitadel/project/v2/project_service.proto",
    "zitadel/session/v2/session_service.proto",
    "zitadel/session/v2beta/session_service.proto",
    "zitadel/user/v2beta/user_service.proto",
];

/// What reflection says of gRPC's own services.
const OWN: [&str; 3] = [
    "grpc/health/v1/health.proto",
    "grpc/reflection/v1/reflection.proto",
    "grpc/reflection/v1alpha/reflection.proto",
];

/// Messages that only answers have, by the dozen in a list: their texts are cheap to copy.
const ANSWERS: [&str; 7] = [
    ".zitadel.object.v2.Details",
    ".zitadel.user.v2.User",
    ".zitadel.user.v2.HumanUser",
    ".zitadel.user.v2.HumanProfile",
    ".zitadel.user.v2.HumanEmail",
    ".zitadel.user.v2.HumanPhone",
    ".zitadel.user.v2.MachineUser",
];

/// Their times.
const TIMES: [&str; 4] = [
    ".zitadel.object.v2.Details.change_date",
    ".zitadel.object.v2.Details.creation_date",
    ".zitadel.user.v2.HumanUser.password_changed",
    ".zitadel.user.v2.HumanUser.mfa_init_skipped",
];

fn main() {
    describe(Path::new("src/grpc/proto"), &OWN, Path::new("src/grpc/descriptors.bin"));
    let vendor = Path::new("src/vendors/zitadel");
    let out = vendor.join("generated");
    std::fs::create_dir_all(&out).expect("run it from the project's folder");
    let descriptors = out.join("descriptors.bin");
    describe(&vendor.join("proto"), &[&FILES[..], &DESCRIBED].concat(), &descriptors);
    let by_hand = "#[serde(serialize_with = \"crate::time::serialize\")]";
    let config = TIMES.iter().fold(buffa_build::Config::new(), |config, field| config.field_attribute(*field, by_hand));
    config
        .string_type_custom_in("crate::text::Text", &ANSWERS)
        .descriptor_set(&descriptors)
        .files(&FILES)
        .out_dir(&out)
        .include_file("mod.rs")
        .file_per_package(true)
        .generate_json(true)
        .generate_views(false)
        .preserve_unknown_fields(false)
        .idiomatic_enum_aliases(true)
        .idiomatic_imports(true)
        .compile()
        .expect("the messages can be written");
}

/// Writes the descriptors of these files of a folder, and of all that they need.
fn describe(folder: &Path, files: &[&str], out: &Path) {
    let status = Command::new("protoc")
        .arg("--include_imports")
        .arg(format!("--descriptor_set_out={}", out.display()))
        .arg("-I")
        .arg(folder)
        .args(files)
        .status()
        .expect("protoc is installed");
    assert!(status.success(), "protoc refuses the files");
}
