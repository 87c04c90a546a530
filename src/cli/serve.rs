//! `jiaoying serve`: the node.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::say;
use crate::{
    app::{Node, Options},
    config::Config,
};

#[derive(Args)]
pub(super) struct Serve {
    /// Loads the demonstration county with well-known logins; loopback only.
    #[arg(long)]
    demo: bool,
    /// Starts although the end of the journal is missing; the loss goes on record.
    #[arg(long)]
    accept_loss: bool,
}

impl Serve {
    pub async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        // From the first moment on: whoever stops a node that is still starting gets an orderly stop.
        let terminated = signal(SignalKind::terminate())?;
        let listen = config.listen;
        let options = Options { demo: self.demo, accept_loss: self.accept_loss };
        options.may_listen_on(listen)?;
        // Before anybody is rung: a node that cannot be reached must not call.
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}; is another node running?"))?;
        let node = Node::start(config, options).await?;
        let address = listener.local_addr()?;
        self.greet(&node, &format!("http://{address}")).await?;
        let shutdown = CancellationToken::new();
        let token = shutdown.clone();
        node.spawn(async move {
            wait_for_signal(terminated).await;
            tracing::info!("stopping");
            token.cancel();
        });
        let finished = node.run(listener, shutdown).await?;
        Ok(if finished { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Says where the pages are and how to log in.
    async fn greet(&self, node: &Node, base: &str) -> anyhow::Result<()> {
        say(format_args!(
            "叫应 Jiaoying\n  大屏 command centre  {base}/screen\n  手机 leader          {base}/phone\n  \
             席位 dispatcher      {base}/desk\n  管理 clerk           {base}/admin"
        ));
        if self.demo {
            say("  演示登录 logins: commander, dispatcher, leader, screen, admin, gateway; \
                 password demo-<login>");
            say("  电话与短信为模拟线路 telephone and SMS are simulated: nobody is really called");
        } else if let Some(link) = node.access.issue_admin_link(node.board.now()).await? {
            say(format_args!(
                "  首个管理员 first administrator, once, until {}: {base}/login#{}",
                link.expires_at,
                link.secret.expose()
            ));
        }
        Ok(())
    }
}

async fn wait_for_signal(mut terminated: Signal) {
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
