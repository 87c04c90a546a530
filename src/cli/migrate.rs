//! `jiaoying migrate`: journal and accounts from the data folder to PostgreSQL, or back, with the chain intact.

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::Args;

use super::say;
use crate::{
    app::{Storage, hold},
    config::Config,
    journal::{
        postgres::{PostgresFill, PostgresReader},
        sqlite::{SqliteFill, SqliteJournal},
        transfer::{self, Fill, Origin, Progress},
    },
    postgres::Database,
};

#[derive(Args)]
pub(super) struct Migrate {
    /// Where to: postgres://user:password@host/name, or a folder for SQLite. From where is what the settings say.
    #[arg(long, env = "JIAOYING_MIGRATE_TO", hide_env_values = true)]
    to: String,
}

impl Migrate {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let from = Storage::of(config)?;
        let to = self.target(&from)?;
        let _alone = [hold(from.dir())?];
        let _there = (to.dir() != from.dir()).then(|| hold(to.dir())).transpose()?;
        let (origin, target) = ends(&from, &to).await?;
        // Before anything is written: accounts that are there would be mixed with those that come.
        let accounts = from.store().await?.contents().await?;
        let copied = transfer::copy(origin, target, &mut progress()).await?;
        let store = to.store().await?;
        let place =
            to.database().map_or_else(|| to.dir().display().to_string(), |d| format!("{d:?}"));
        let (people, tokens) = (accounts.accounts.len(), accounts.tokens.len());
        store.fill(accounts).await.with_context(|| {
            format!("the journal is copied, the accounts are not; empty {place} and try again")
        })?;
        say(format_args!(
            "{place}: {} events, up to {}, {people} accounts, {tokens} tokens; verified",
            copied.events, copied.head
        ));
        say(if to.database().is_some() {
            "set database_url to use it; what is in the data folder stays as it was and must not be used beside it"
        } else {
            "leave database_url empty and set data_dir to use it; what is in PostgreSQL stays as it was"
        });
        Ok(ExitCode::SUCCESS)
    }

    fn target(&self, from: &Storage) -> anyhow::Result<Storage> {
        let to_database =
            self.to.starts_with("postgres://") || self.to.starts_with("postgresql://");
        match (from.database(), to_database) {
            (None, true) => {
                let database = Database::new(&self.to).context("--to")?;
                Storage::new(from.dir(), Some(database))
            }
            (Some(_), false) => Storage::new(Path::new(&self.to), None),
            (None, false) => anyhow::bail!(
                "--to: from a data folder the way leads to PostgreSQL (postgres://user:password@host/name); \
                 to another folder it is jiaoying backup and jiaoying restore"
            ),
            (Some(_), true) => anyhow::bail!(
                "--to: from PostgreSQL the way leads to a folder; to another database it is pg_dump and pg_restore"
            ),
        }
    }
}

async fn ends(from: &Storage, to: &Storage) -> anyhow::Result<(Arc<dyn Origin>, Box<dyn Fill>)> {
    Ok(match (from.database(), to.database()) {
        (Some(database), _) => {
            let origin = PostgresReader::alone(database, from.dir()).await?;
            (Arc::new(origin), Box::new(SqliteFill::begin(to.dir())?))
        }
        (None, Some(database)) => {
            let journal = SqliteJournal::open(from.dir())?;
            let target = PostgresFill::begin(database, from.dir().to_owned()).await?;
            (journal.origin(), Box::new(target))
        }
        (None, None) => anyhow::bail!("both ends are folders"),
    })
}

/// Tells how far copying has come, every tenth part.
fn progress() -> impl FnMut(Progress) {
    let mut told = 0;
    move |Progress { copied, total }| {
        let tenths = copied * 10 / total.max(1);
        if tenths > told {
            told = tenths;
            say(format_args!("{} %", tenths * 10));
        }
    }
}
