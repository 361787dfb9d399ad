//! `rowport`: a page, an HTTP API and a command line over the same engine.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod commands;
mod config;
mod demo;
mod exit_code;
mod failure;
mod shutdown;
mod sources;
mod state;
mod telemetry;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use commands::Command;

/// A data desk for the databases that you already have.
#[derive(Parser)]
#[command(version, about, long_about = None, after_help = failure::EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One that serves is told by its configuration how to log.
    if !arguments.command.serves() {
        telemetry::start_quiet();
    }
    // Two threads do: one reads and decodes while another encodes, which happens on a blocking thread.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(arguments.command.run());
            // A thread that still reads must not keep the program from ending.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(failure::Failure::output("the runtime cannot be started", &error)),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
