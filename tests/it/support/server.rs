//! A node with the demonstration county, in this process, on a port of its own.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiaoying::{
    access::{Access, Holder, NewAccount, Password},
    app::{Node, Options},
    config::Config,
    dispatcher::Handle,
    domain::actor::{Actor, Role},
    health::Ailments,
    telemetry::mqtt::Broker,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{client::Client, county::COUNTY, socket::WsClient};

/// Settings that make a node quick to start; everything else is as shipped.
pub const QUICK: [(&str, &str); 4] = [
    ("JIAOYING_LISTEN", "127.0.0.1:0"),
    ("JIAOYING_ACCESS__COST__MEMORY_KIB", "8"),
    ("JIAOYING_ACCESS__COST__PASSES", "1"),
    ("JIAOYING_SHUTDOWN_GRACE_S", "20"),
];

/// A node that runs until it is stopped or dropped.
pub struct TestServer {
    pub board: Handle,
    pub access: Arc<Access>,
    pub dir: Arc<TempDir>,
    pub ailments: watch::Receiver<Ailments>,
    pub broker: Option<Broker>,
    base: String,
    shutdown: CancellationToken,
    running: JoinHandle<anyhow::Result<bool>>,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), settings).await
    }

    /// Starts on a data folder that may have been used before.
    pub async fn start_in(dir: Arc<TempDir>, settings: &[(&str, &str)]) -> Self {
        Self::start_from(dir, None, settings).await
    }

    /// Starts with a file of settings: lists cannot be set by the environment.
    pub async fn start_with_file(dir: Arc<TempDir>, text: &str) -> Self {
        let file = dir.path().join("settings.toml");
        std::fs::write(&file, text).unwrap();
        Self::start_from(dir, Some(file), &[]).await
    }

    #[expect(clippy::disallowed_methods, reason = "the node runs beside the test")]
    async fn start_from(
        dir: Arc<TempDir>,
        file: Option<PathBuf>,
        settings: &[(&str, &str)],
    ) -> Self {
        let data = [("JIAOYING_DATA_DIR", dir.path().to_str().unwrap())];
        let all = QUICK.iter().chain(&data).chain(settings);
        let all = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(file.as_ref(), all).unwrap();
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let base = listener.local_addr().unwrap().to_string();
        let node = Node::start(config, Options { demo: true, accept_loss: false }).await.unwrap();
        let (board, access) = (node.board.clone(), Arc::clone(&node.access));
        let (ailments, broker) = (node.ailments.clone(), node.broker());
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(node.run(listener, shutdown.clone()));
        Self { board, access, dir, ailments, broker, base, shutdown, running }
    }

    /// Stops in order and fails if anything had to be given up.
    pub async fn stop(self) -> Arc<TempDir> {
        self.shutdown.cancel();
        let stopped = tokio::time::timeout(Duration::from_secs(90), self.running).await;
        let stopped = stopped.expect("the node never stops").unwrap().unwrap();
        assert!(stopped, "stopping took too long");
        self.dir
    }

    /// Begins to stop, and returns while it does.
    pub fn begin_to_stop(&self) {
        self.shutdown.cancel();
    }

    /// Returns somebody who has not logged in.
    pub fn stranger(&self) -> Client {
        Client::new(&self.base)
    }

    /// Returns one of the demonstration's own accounts, by its well-known token.
    pub fn demo(&self, login: &str) -> Client {
        self.stranger().with_token(&format!("demo-{login}"))
    }

    /// Adds an account, logs it in and returns it.
    pub async fn account(&self, login: &str, role: Role, area: &str, holder: Holder) -> Client {
        let console = Actor::console(COUNTY.parse().unwrap());
        let area = area.parse().unwrap();
        let new = NewAccount { login: login.parse().unwrap(), role, area, holder };
        let password = format!("password-of-{login}");
        let now = self.board.now();
        self.access
            .add_account(&console, new, Password::new(password.as_str()), now)
            .await
            .unwrap();
        self.stranger().log_in(login, &password).await
    }

    /// Opens a socket as one of the demonstration's accounts and takes its welcome and snapshot.
    pub async fn watch(&self, login: &str) -> WsClient {
        self.demo(login).watch().await
    }

    /// Waits until the metrics have this line.
    pub async fn shows(&self, line: &str) {
        let mut often = tokio::time::interval(Duration::from_millis(20));
        let shown = async {
            loop {
                let metrics = self.stranger().get("[/metrics]", 200).await;
                if metrics.as_str().unwrap().lines().any(|shown| shown == line) {
                    return;
                }
                often.tick().await;
            }
        };
        let shown = tokio::time::timeout(Duration::from_secs(10), shown).await;
        shown.unwrap_or_else(|_| panic!("the metrics do not have {line}"));
    }

    /// Returns where the journal ends now, with all that is known about access so far.
    pub async fn head(&self) -> u64 {
        let mut often = tokio::time::interval(Duration::from_millis(5));
        while !self.access.facts(1).await.unwrap().is_empty() {
            often.tick().await;
        }
        self.board.journal().head().await.unwrap().seq
    }
}
