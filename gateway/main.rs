//! The binary `seawall`: reads the command line and calls the command.

use std::process::ExitCode;

mod cli;

/// Fewer allocator cycles on the data plane; see docs/decisions/0002-libraries.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::quiet_panics();
    journal::arm_crash_points();
    cli::run()
}
