//! The command line: one file a command.

mod backup;
mod drill;
mod import;
mod migrate;
mod serve;
mod user;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::{self, Config, LogFormat};

/// These would write whole frames and requests, with numbers and tokens, whatever level is asked for.
const SAYS_ALL: &str =
    "tungstenite=warn,tokio_tungstenite=warn,hyper=warn,hyper_util=warn,axum=warn,reqwest=warn";

/// When a warning comes, everybody who must answer is called, and everybody sees who has not.
#[derive(Parser)]
#[command(name = "jiaoying", version, about)]
struct Arguments {
    /// A TOML file that outweighs the defaults; see config/default.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the node until SIGTERM.
    Serve(serve::Serve),
    /// Brings in areas, people, posts, duty tables, units and sites from CSV, xlsx or GeoJSON.
    Import(import::Import),
    /// Checks the hash chain of the journal.
    Verify(verify::Verify),
    /// Copies a running node's data into one file.
    Backup(backup::Backup),
    /// Founds a data folder from a backup.
    Restore(backup::Restore),
    /// Moves journal and accounts from the data folder to PostgreSQL, or back.
    Migrate(migrate::Migrate),
    /// Adds, lists and ends accounts.
    User(user::User),
    /// Adds, lists and ends machine tokens.
    Token(user::Token),
    /// Replays the demonstration's storm on a running node.
    Drill(drill::Drill),
}

/// How long threads that are in the middle of something may take when the program ends.
const THREADS_END: std::time::Duration = std::time::Duration::from_secs(5);

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::load(arguments.config.as_ref(), config::environment()) {
        Ok(config) => config,
        Err(faults) => return failed(&faults.into()),
    };
    trace(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let done = runtime.block_on(async {
        match arguments.command {
            Command::Serve(serve) => serve.run(config).await,
            Command::Import(import) => import.run(&config).await,
            Command::Verify(verify) => verify.run(&config).await,
            Command::Backup(backup) => backup.run(&config),
            Command::Restore(restore) => restore.run(&config),
            Command::Migrate(migrate) => migrate.run(&config).await,
            Command::User(user) => user.run(&config).await,
            Command::Token(token) => token.run(&config).await,
            Command::Drill(drill) => drill.run(&config).await,
        }
    });
    // A thread that hangs on a disk or a name server must not keep a node that has stopped from ending.
    runtime.shutdown_timeout(THREADS_END);
    match done {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

/// Says something to whoever works at the command line.
#[expect(clippy::print_stdout, reason = "the command line's own answer")]
fn say(text: impl std::fmt::Display) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the command line's own answer")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("jiaoying: {error:#}");
    ExitCode::FAILURE
}

fn trace(config: &Config) {
    let quiet = |log: &str| format!("{log},{SAYS_ALL}");
    let filter = tracing_subscriber::EnvFilter::try_new(quiet(&config.log))
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(quiet("info")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber is only ever set up by a test in the same process.
    let _ = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
