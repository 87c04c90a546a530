//! `jiaoying verify`: whether the record is whole.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::say;
use crate::{
    app::Storage,
    config::Config,
    journal::verify::{self, VerifyError},
};

#[derive(Args)]
pub(super) struct Verify {
    /// A backup to check instead of the data folder.
    file: Option<PathBuf>,
}

impl Verify {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let checked = match &self.file {
            Some(file) => verify::verify_file(file),
            None => Storage::of(config)?.verify().await,
        };
        match checked {
            Ok(whole) => {
                let last = whole.last_at.map(|at| at.to_string()).unwrap_or_default();
                say(format_args!("whole: {} events, up to {} {last}", whole.events, whole.head));
                Ok(ExitCode::SUCCESS)
            }
            Err(VerifyError::Unavailable(why)) => {
                say(format_args!("not verified: {why}"));
                Ok(ExitCode::FAILURE)
            }
            Err(broken) => {
                say(format_args!("not whole: {broken}"));
                Ok(ExitCode::FAILURE)
            }
        }
    }
}
