//! The node under test: the real one, with its journal on disk, tokens, history and every check.

use std::path::Path;

use futures_util::{StreamExt, stream::FuturesOrdered};
use jiaoying::{
    app::{Node, Options},
    dispatcher::Handle,
    domain::actor::Actor,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
};
use tokio_util::sync::CancellationToken;

use super::{fleet, payload};
use crate::{
    child::{config_of, say},
    county,
    rig::runtime,
};

/// Runs the child with so many more units than the demonstration has: says where it listens, and where numbers are taken to be made events.
pub fn run(dir: &Path, units: u32, database: &str) {
    runtime().block_on(async {
        let options = Options { demo: true, ..Options::default() };
        let node = Node::start(config_of(dir, database), options).await.unwrap();
        let listener = TcpListener::bind(node.config.listen).await.unwrap();
        let publishers = TcpListener::bind(node.config.listen).await.unwrap();
        let [sockets, publish] = [&listener, &publishers].map(|l| l.local_addr().unwrap());
        let board = node.board.clone();
        for command in fleet::founding(units) {
            board.submit(Actor::console(county::COUNTY.parse().unwrap()), command).await.unwrap();
        }
        let shutdown = CancellationToken::new();
        let over = shutdown.clone();
        node.spawn(async move {
            publish_lines(board, publishers).await;
            over.cancel();
        });
        say(&format!("{sockets} {publish}"));
        node.run(listener, shutdown).await.unwrap();
    });
}

/// Submits one command for each line, in order, without waiting for the one before; ends with the lines.
async fn publish_lines(board: Handle, publishers: TcpListener) {
    let actor = Actor::console(county::COUNTY.parse().unwrap());
    let (stream, _) = publishers.accept().await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let mut submitted = FuturesOrdered::new();
    loop {
        tokio::select! {
            line = lines.next_line() => {
                let Ok(Some(line)) = line else { return };
                submitted.push_back(board.submit(actor.clone(), payload::command(line.parse().unwrap())));
            }
            Some(committed) = submitted.next() => drop(committed.unwrap()),
        }
    }
}
