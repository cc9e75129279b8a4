//! Parses the command line, runs it, maps the outcome to an exit code.

// As in the library: a release build lays the schema's futures out here.
#![recursion_limit = "256"]

use clap::Parser;
use kartotek::cli::{self, Cli, Failure};
use std::{io, process::ExitCode};

/// An answer is many small values. Of a server's time under load, more than a quarter went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(cli)),
        Err(error) => Err(Failure::from(error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = failure.report(&mut io::stderr());
            failure.exit_code()
        }
    }
}
