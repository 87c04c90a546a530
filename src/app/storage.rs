//! Where journal and accounts are kept, as the settings say: in the data folder, or in PostgreSQL with several
//! nodes. Either way the folder holds what is this node's own: lock, anchor, snapshots.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;

use crate::{
    access::store::{Store, postgres::PostgresStore, sqlite::SqliteStore},
    config::Config,
    journal::{
        Journal, Loss,
        postgres::{self, PostgresJournal},
        sqlite::SqliteJournal,
        verify::{self, Verified, VerifyError},
    },
    postgres::Database,
};

/// A place for a journal and the accounts beside it.
#[derive(Debug, Clone)]
pub struct Storage {
    dir: PathBuf,
    /// In the folder itself when there is none.
    database: Option<Database>,
}

impl Storage {
    /// Takes the place that the settings name, and makes the folder.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        let url = config.database_url.as_str();
        let database = (!url.is_empty()).then(|| Database::new(url)).transpose();
        Self::new(&config.data_dir, database.context("database_url")?)
    }

    pub fn new(dir: &Path, database: Option<Database>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(Self { dir: dir.to_owned(), database })
    }

    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Opens the journal, making it if there has never been one; with `accept_loss` even if records are lost.
    pub async fn journal(
        &self,
        accept_loss: bool,
    ) -> anyhow::Result<(Box<dyn Journal>, Option<Loss>)> {
        Ok(match (&self.database, accept_loss) {
            (None, false) => (Box::new(SqliteJournal::open(&self.dir)?), None),
            (None, true) => {
                let (journal, loss) = SqliteJournal::open_accepting_loss(&self.dir)?;
                (Box::new(journal), loss)
            }
            (Some(database), false) => {
                (Box::new(PostgresJournal::open(database, &self.dir).await?), None)
            }
            (Some(database), true) => {
                let (journal, loss) =
                    PostgresJournal::open_accepting_loss(database, &self.dir).await?;
                (Box::new(journal), loss)
            }
        })
    }

    /// Opens the accounts. In a folder the journal has to be opened first: it makes the file.
    pub async fn store(&self) -> anyhow::Result<Arc<dyn Store>> {
        Ok(match &self.database {
            None => Arc::new(SqliteStore::open(&self.dir.join("jiaoying.db"))?),
            Some(database) => Arc::new(PostgresStore::open(database).await?),
        })
    }

    /// Checks the whole journal.
    pub async fn verify(&self) -> Result<Verified, VerifyError> {
        match &self.database {
            None => verify::verify(&self.dir),
            Some(database) => postgres::verify(database, &self.dir).await,
        }
    }
}
