//! `jiaoying backup` and `jiaoying restore`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use super::say;
use crate::{
    config::Config,
    journal::sqlite::{Progress, Restored, backup, restore},
};

#[derive(Args)]
pub(super) struct Backup {
    /// The file to write; it must not exist.
    file: PathBuf,
}

#[derive(Args)]
pub(super) struct Restore {
    /// The file that `jiaoying backup` wrote.
    file: PathBuf,
}

impl Backup {
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            config.database_url.is_empty(),
            "the journal is in PostgreSQL, whose own tools copy it while nodes run: pg_dump --format=custom \
             --file={} \"$JIAOYING_DATABASE_URL\"; or move a copy into a folder with jiaoying migrate",
            self.file.display()
        );
        let copied = backup(&config.data_dir, &self.file, &mut progress())?;
        say(format_args!(
            "{}: {} events, up to {}",
            self.file.display(),
            copied.events,
            copied.head
        ));
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            config.database_url.is_empty(),
            "the journal is in PostgreSQL: stop the nodes and restore it with pg_restore into an empty \
             database; a file of `jiaoying backup` is restored into a folder (database_url empty) and then \
             moved with jiaoying migrate"
        );
        let Restored { verified, previous } =
            restore(&self.file, &config.data_dir, &mut progress())?;
        let place = config.data_dir.display();
        say(format_args!("{place}: {} events, up to {}", verified.events, verified.head));
        if let Some(lost) = previous.filter(|previous| previous.seq > verified.head.seq) {
            say(format_args!(
                "the journal that was here had come to {lost}: what came after is lost"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Tells how far copying has come, every tenth part.
fn progress() -> impl FnMut(Progress) {
    let mut told = 0;
    move |Progress { copied_bytes, total_bytes }| {
        let tenths = copied_bytes * 10 / total_bytes.max(1);
        if tenths > told {
            told = tenths;
            say(format_args!("{} %", tenths * 10));
        }
    }
}
