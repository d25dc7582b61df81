//! ZITADEL's protobuf messages, generated from our own text of them in `../proto`; by hand is only what texts and times of
//! answers are.

#[path = "mod.rs"]
mod messages;
mod text;
mod time;

pub use messages::zitadel;
pub use text::Text;

/// The messages and services as a serialized `google.protobuf.FileDescriptorSet`, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!("descriptors.bin");
