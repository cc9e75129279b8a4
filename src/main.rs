//! Parses the command line, runs it, maps the outcome to an exit code.

use clap::Parser;
use kartotek::cli::{self, Cli};
use std::{io, process::ExitCode};

/// An answer is many small values. Of a server's time under load, more than a quarter went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = failure.report(&mut io::stderr());
            failure.exit_code()
        }
    }
}
