//! ZITADEL's protobuf messages, generated from our own text of them in `../proto`; nothing here is written by hand but this file.

#[path = "mod.rs"]
mod messages;

pub use messages::zitadel;

/// The messages and services as a serialized `google.protobuf.FileDescriptorSet`, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!("descriptors.bin");
