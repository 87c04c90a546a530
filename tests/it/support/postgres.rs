//! A real PostgreSQL server on a free port: one for the whole test binary with a database for each test, and
//! servers of one's own to be killed, paused and started again.
//!
//! A shell runs the server and reads orders from a pipe. When this process ends, however it ends, the pipe does
//! too, and the shell stops the server and clears its folder away.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use jiaoying::postgres::Database;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

/// Password of the server's only user; it must turn up in no log.
pub const PASSWORD: &str = "Zw4-geheim-9";

/// Answers each order with one line. `$1` is the port.
const SUPERVISOR: &str = r#"
set -u
port=$1; password=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null)") || true
if [ ! -x "$bin/initdb" ]; then echo "PostgreSQL is missing: run .ci/setup (Debian: apt-get install postgresql)"; exit 1; fi
home=$(mktemp -d)
as=""
if [ "$(id -u)" = 0 ]; then chown postgres "$home"; as="runuser -u postgres --"; fi
cd "$home"
run() { $as "$@"; }
server() { head -1 data/postmaster.pid 2>/dev/null; }
everybody() { pid=$(server) && [ -n "$pid" ] && echo "$pid" $(pgrep -P "$pid"); }
start() {
  for _ in $(seq 1 100); do
    run "$bin/pg_ctl" start -w -t 30 -D data -l "$home/log" >start.log 2>&1 && return 0
    sleep 0.1
  done
  cat start.log log | tr '\n' ' '; return 1
}
finish() {
  [ -n "$(server)" ] && kill -CONT $(everybody) 2>/dev/null
  run "$bin/pg_ctl" stop -w -m immediate -D data >/dev/null 2>&1
  cd /; rm -rf "$home"
}
trap finish EXIT
trap '' INT TERM HUP
printf '%s' "$password" >pw; [ -z "$as" ] || chown postgres pw
made=$(run "$bin/initdb" -D data -U jiaoying --pwfile=pw -A scram-sha-256 -E UTF8 --no-locale 2>&1) || { echo "$made" | tr '\n' ' '; exit 1; }
cat >>data/postgresql.conf <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 300
CONF
start && echo ready || exit 1
while read -r order; do
  case $order in
    kill) kill -9 $(everybody); echo done ;;
    start) start && echo done || echo failed ;;
    pause) kill -STOP $(everybody); echo done ;;
    resume) kill -CONT $(everybody); echo done ;;
  esac
done
"#;

/// A server, which lives as long as this does.
pub struct Cluster {
    shell: Child,
    link: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    port: u16,
    databases: AtomicU32,
}

impl Cluster {
    /// Starts a server of one's own.
    pub fn start() -> Self {
        let port = {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let mut shell = Command::new("bash")
            .args(["-c", SUPERVISOR, "supervisor", &port.to_string(), PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // What interrupts the tests must not interrupt the clearing up.
            .process_group(0)
            .spawn()
            .unwrap();
        let orders = shell.stdin.take().unwrap();
        let mut answers = BufReader::new(shell.stdout.take().unwrap());
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "ready", "PostgreSQL does not start");
        let link = Mutex::new(Some((orders, answers)));
        Self { shell, link, port, databases: AtomicU32::new(0) }
    }

    /// Returns the URL of a new, empty database.
    pub async fn database(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let (client, connection) =
            tokio_postgres::connect(&self.url("postgres"), NoTls).await.unwrap();
        let create = format!("CREATE DATABASE {name}");
        let made = async move { client.batch_execute(&create).await };
        let (made, _) = tokio::join!(made, connection);
        made.unwrap();
        self.url(&name)
    }

    /// Kills every process of the server at once, as a power cut would.
    pub fn kill(&self) {
        self.order("kill");
    }

    /// Starts the server again after it was killed.
    pub fn restart(&self) {
        self.order("start");
    }

    /// Makes the server stand still: connections stay, nothing answers.
    pub fn pause(&self) {
        self.order("pause");
    }

    pub fn resume(&self) {
        self.order("resume");
    }

    fn order(&self, order: &str) {
        let mut link = self.link.lock().unwrap();
        let (orders, answers) = link.as_mut().unwrap();
        writeln!(orders, "{order}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "done", "{order}");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://jiaoying:{PASSWORD}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        *self.link.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
        let _ = self.shell.wait();
    }
}

/// Returns the URL of a new, empty database on the server that all tests share.
pub async fn fresh() -> String {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    let shared = tokio::task::spawn_blocking(|| SHARED.get_or_init(Cluster::start)).await.unwrap();
    shared.database().await
}

/// Runs statements as somebody with a database tool would.
pub async fn sql(url: &str, statements: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let run = async move { client.batch_execute(statements).await };
    let (done, _) = tokio::join!(run, connection);
    done
}

/// A session that stays open, as that of somebody who keeps a transaction open with a database tool.
pub struct Session {
    client: tokio_postgres::Client,
    _connection: JoinSet<()>,
}

impl Session {
    pub async fn open(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let mut carried = JoinSet::new();
        carried.spawn(async move { drop(connection.await) });
        Self { client, _connection: carried }
    }

    pub async fn run(&self, statements: &str) {
        self.client.batch_execute(statements).await.unwrap();
    }

    /// Returns how many rows a query finds.
    pub async fn count(&self, query: &str) -> usize {
        self.client.query(query, &[]).await.unwrap().len()
    }
}

pub fn database(url: &str) -> Database {
    Database::new(url).unwrap()
}
