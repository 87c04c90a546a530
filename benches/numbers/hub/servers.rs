//! Starting each server on the first core, and the load client on the second.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use tempfile::TempDir;

use super::{kind::Kind, process::Processes};
use crate::{child::FLAG, rig::folder};

/// Names the folder that `benches/peers.sh` has installed into.
const FOLDER: &str = "JIAOYING_PEERS";
const NCHAN: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const NGINX: &str = "/usr/sbin/nginx";
/// Raises the limit of open files as far as it goes, and keeps to one core.
const PINNED: &str = r#"ulimit -n "$(ulimit -Hn)"; exec taskset -c "$0" "$@""#;
const SERVER_CORE: &str = "0";
const CLIENT_CORE: &str = "1";

/// A server that runs until this is dropped.
struct Server {
    child: Child,
    sockets: SocketAddr,
    publish: SocketAddr,
    processes: Processes,
    _dir: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        // nginx takes its worker along when it is asked to end, and leaves it when it is killed.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A node of ours that nobody loads yet.
pub struct Node(Server);

impl Node {
    pub fn start_on(database: &str) -> Self {
        Self(start_ours(&["0", database]))
    }
}

/// A server and the client that loads it.
pub struct Run {
    client: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    server: Server,
}

impl Run {
    /// Starts both; nothing if the server is not installed.
    pub fn start(kind: Kind) -> Option<Self> {
        Some(Self::with(kind, start(kind)?))
    }

    /// Starts ours with so many more units than the demonstration has.
    pub fn start_with_units(units: u32) -> Self {
        Self::with(Kind::Ours, start_ours(&[&units.to_string()]))
    }

    /// Starts one node of a database.
    pub fn start_on(database: &str) -> Self {
        Self::with(Kind::Ours, start_ours(&["0", database]))
    }

    /// Kills the server, and leaves the client to another node of the same database. Its sockets are cut.
    pub fn die(&mut self, next: Node) {
        let _ = self.server.child.kill();
        let _ = self.server.child.wait();
        self.server = next.0;
        let Server { sockets, publish, processes, .. } = &self.server;
        let () = self.order(&format!("move {sockets} {publish} {}", processes.ids()));
    }

    fn with(kind: Kind, server: Server) -> Self {
        let (sockets, publish) = (server.sockets.to_string(), server.publish.to_string());
        let own = env::current_exe().unwrap();
        let ids = server.processes.ids();
        let mut client = pinned(CLIENT_CORE, &own)
            .args([FLAG, "hub-load", kind.name(), &sockets, &publish, &ids])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = client.stdin.take().unwrap();
        let answers = BufReader::new(client.stdout.take().unwrap());
        Self { client, orders, answers, server }
    }

    /// Has the client do something and returns what it found.
    pub fn order<T: DeserializeOwned>(&mut self, order: &str) -> T {
        writeln!(self.orders, "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{order} went wrong"))
    }

    /// Returns the server's resident memory in bytes.
    pub fn resident(&self) -> u64 {
        self.server.processes.resident()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // The client first: its sockets are gone before the server asks where they are.
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}

/// Returns those peers that are installed.
pub fn installed() -> Vec<Kind> {
    Kind::PEERS.into_iter().filter(|kind| program(*kind).is_some()).collect()
}

fn program(kind: Kind) -> Option<PathBuf> {
    let folder = env::var_os(FOLDER).map(PathBuf::from);
    let in_folder = |path: &str| folder.as_ref().map(|f| f.join(path)).filter(|p| p.exists());
    match kind {
        Kind::Reference | Kind::Ours => env::current_exe().ok(),
        Kind::Nchan => Path::new(NCHAN).exists().then(|| NGINX.into()),
        Kind::Nats => in_folder("nats/bin/nats-server"),
        Kind::SocketIo => in_folder("node_modules/socket.io").and(Some("node".into())),
        Kind::Ws => in_folder("node_modules/ws").and(Some("node".into())),
    }
}

fn start(kind: Kind) -> Option<Server> {
    let program = program(kind)?;
    match kind {
        Kind::Ours => return Some(start_ours(&["0"])),
        Kind::Reference => return Some(start_own("hub-reference", &[])),
        _ => {}
    }
    let dir = folder();
    let mut command = pinned(SERVER_CORE, &program);
    command.stdout(Stdio::piped()).current_dir(dir.path());
    let sockets = free_address();
    let publish = if kind == Kind::Nchan { sockets } else { free_address() };
    configure(kind, &mut command, dir.path(), [sockets, publish]);
    let child = command.spawn().unwrap();
    await_listener(sockets);
    await_listener(publish);
    let processes = Processes::of(child.id());
    Some(Server { child, sockets, publish, processes, _dir: dir })
}

fn start_ours(arguments: &[&str]) -> Server {
    start_own("hub-node", arguments)
}

/// Starts this program as a server that says where it listens.
fn start_own(what: &str, arguments: &[&str]) -> Server {
    let dir = folder();
    let mut command = pinned(SERVER_CORE, &env::current_exe().unwrap());
    command.stdout(Stdio::piped()).current_dir(dir.path());
    command.args([FLAG, what, dir.path().to_str().unwrap()]).args(arguments);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (sockets, publish) = line.trim().split_once(' ').unwrap();
    let (sockets, publish) = (sockets.parse().unwrap(), publish.parse().unwrap());
    let processes = Processes::of(child.id());
    Server { child, sockets, publish, processes, _dir: dir }
}

/// Writes what a peer is started with and names it on its command line.
fn configure(kind: Kind, command: &mut Command, dir: &Path, [sockets, publish]: [SocketAddr; 2]) {
    let (name, text) = match kind {
        Kind::Nchan => ("nchan.conf", include_str!("peers/nchan.conf")),
        Kind::Nats => ("nats.conf", include_str!("peers/nats.conf")),
        Kind::SocketIo => ("socketio.cjs", include_str!("peers/socketio.cjs")),
        _ => ("ws.cjs", include_str!("peers/ws.cjs")),
    };
    let [port, publish] = [sockets, publish].map(|address| address.port().to_string());
    let text = text.replace("@PORT@", &port).replace("@PUBLISH@", &publish);
    let file = dir.join(name);
    fs::write(&file, text.replace("@MODULE@", NCHAN)).unwrap();
    match kind {
        Kind::Nchan => command.arg("-p").arg(dir).arg("-c").arg(file),
        Kind::Nats => command.arg("-c").arg(file),
        _ => {
            let modules = Path::new(&env::var_os(FOLDER).unwrap()).join("node_modules");
            command.env("NODE_PATH", modules).arg(file).args([port, publish])
        }
    }
    .stdout(Stdio::null())
    .stderr(Stdio::null());
}

fn pinned(core: &str, program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", PINNED, core]).arg(program);
    command
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn await_listener(address: SocketAddr) {
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
    // A worker may come up a moment after the listener.
    std::thread::sleep(Duration::from_millis(300));
}
