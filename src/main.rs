//! The binary: hands the command line to the library and ends with its exit code.

use std::alloc::System;
use std::process::ExitCode;

use cap::Cap;

/// Counts the bytes that are in use, so that the server can refuse calls before there is no memory left.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    fauxidp::measure_memory_with(|| HEAP.allocated());
    fauxidp::cli::run(std::env::args_os())
}
