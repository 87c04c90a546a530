//! Three nodes in processes of their own, and where they can be reached.

use std::sync::{Arc, RwLock};

use tempfile::TempDir;

use crate::support::{client::Client, process::Process};

/// Where nodes can be reached, as whoever stands before them knows it: one that is gone may still be in it.
pub(super) type Addresses = Arc<RwLock<Vec<String>>>;

/// Three nodes of one database.
pub(super) struct Three {
    pub nodes: Vec<Process>,
    pub folder: TempDir,
    pub addresses: Addresses,
    settings: Vec<(String, String)>,
    started: usize,
}

impl Three {
    pub(super) fn start(database: &str, redis: Option<&str>) -> Self {
        let mut settings = vec![
            ("JIAOYING_DATABASE_URL".to_owned(), database.to_owned()),
            // Keys that are honoured would hide a call that one node makes twice.
            ("JIAOYING_CHANNELS__SIMULATED_SEED".to_owned(), "7".to_owned()),
        ];
        settings.extend(redis.map(|url| ("JIAOYING_REDIS_URL".to_owned(), url.to_owned())));
        let folder = tempfile::tempdir().unwrap();
        let mut three = Self {
            nodes: Vec::new(),
            folder,
            addresses: Addresses::default(),
            settings,
            started: 0,
        };
        tokio::task::block_in_place(|| {
            for _ in 0..3 {
                let node = three.another();
                three.nodes.push(node);
            }
        });
        three
    }

    /// Starts a node in a folder of its own.
    pub(super) fn another(&mut self) -> Process {
        let number = self.started;
        self.started += 1;
        let log = self.folder.path().join(format!("calls-{number}"));
        let log = log.to_str().unwrap().to_owned();
        let mut settings: Vec<(&str, &str)> =
            self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        settings.push(("JIAOYING_CHANNELS__SIMULATED_CALL_LOG", &log));
        let node = Process::start(&self.folder.path().join(format!("node-{number}")), &settings);
        self.addresses.write().unwrap().push(node.client.base.clone());
        node
    }

    pub(super) fn desk(&self, node: usize) -> Client {
        self.nodes[node].demo("commander")
    }

    /// Stops all in order, and fails if one had to give something up.
    pub(super) fn stop(self) -> TempDir {
        for node in self.nodes {
            let (status, said) = tokio::task::block_in_place(|| node.terminate());
            assert!(status.success(), "{said}");
        }
        self.folder
    }
}
