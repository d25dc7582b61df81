//! Tests of the public face: the server over its sockets, the binary by its command line, the files by their contents.

#[cfg(feature = "cli")]
mod cli;
mod contract;
mod corpus;
mod cuts;
mod edges;
mod explain;
mod fidelity;
mod fixture;
mod frames;
mod history;
mod ids;
mod journal;
mod library;
mod limits;
#[cfg(feature = "cli")]
mod logs;
mod models;
mod readme;
mod refused;
mod replay;
mod rules;
mod server;
mod shape;
#[cfg(feature = "cli")]
mod state;
#[cfg(feature = "cli")]
mod stop;
mod tenants;
mod transcript;
mod wire;
mod worlds;
