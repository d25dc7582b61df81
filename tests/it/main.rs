//! Tests of the public face: the server over its sockets, the binary by its command line, the files by their contents.

mod assertions;
mod back_channel;
mod browser;
mod callback;
mod cases;
mod circles;
#[cfg(feature = "cli")]
mod cli;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod command_line;
mod consent;
mod contract;
mod corpus;
mod costly_hashes;
mod deliveries;
#[cfg(feature = "cli")]
mod deploy;
mod disconnects;
mod doors;
#[cfg(feature = "cli")]
mod environment;
mod explain;
mod fault_and_path_fuzz;
mod fidelity;
mod fixture;
mod granted;
mod grants;
mod grpc;
mod h2_frames;
mod hostile_sign_in;
mod http_forms;
mod ids;
mod journal;
mod keys;
mod library;
mod limits;
mod linearizability;
mod lockout;
#[cfg(feature = "cli")]
mod logs;
mod many_sign_ins;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod memory;
mod misfits;
mod models;
mod outbound;
mod pages;
mod published;
mod readme;
mod recorded;
mod replay;
mod response_types;
mod rules;
mod seed_schema;
mod server;
#[cfg(feature = "cli")]
mod shutdown;
mod sign_in;
mod sizes;
mod source_layout;
#[cfg(feature = "cli")]
mod state;
mod states;
mod strangers;
mod tenant_isolation;
mod token_defects;
mod transcript;
mod versions;
mod wire;
mod wire_parity;
mod work;
mod worlds;
mod zephyr;
