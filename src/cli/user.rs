//! `jiaoying user` and `jiaoying token`: who may come in. They work beside a running node.

use std::{io::Read, process::ExitCode};

use anyhow::Context;
use clap::{Args, Subcommand};
use tokio_util::task::TaskTracker;

use super::say;
use crate::{
    access::{Access, Holder, Login, NewAccount, NewMachine, Password, Secret},
    app::Storage,
    clock::{Clock, SystemClock},
    config::Config,
    domain::{
        actor::{Actor, Role},
        board::Board,
        ids::{AreaCode, PersonId, PostId},
    },
};

#[derive(Args)]
pub(super) struct User {
    #[command(subcommand)]
    act: UserAct,
}

#[derive(Subcommand)]
enum UserAct {
    /// Adds an account. The password comes from JIAOYING_PASSWORD or, with `--password-stdin`, from the
    /// input; without either one is made and shown once.
    Add {
        login: Login,
        #[arg(long)]
        role: Role,
        #[arg(long)]
        area: AreaCode,
        /// The person whose account it is.
        #[arg(long, conflicts_with = "post")]
        person: Option<PersonId>,
        /// The post whose duty handset it is (值班手机), such as 410621000000/lead_officer.
        #[arg(long)]
        post: Option<PostId>,
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lists accounts.
    List,
    /// Gives an account a new password and ends its logins.
    Passwd {
        login: Login,
        #[arg(long)]
        password_stdin: bool,
    },
    /// Shuts an account and ends its logins.
    Disable { login: Login },
    /// Opens an account again.
    Enable { login: Login },
}

#[derive(Args)]
pub(super) struct Token {
    #[command(subcommand)]
    act: TokenAct,
}

#[derive(Subcommand)]
enum TokenAct {
    /// Adds a machine and shows its token, once.
    Add {
        name: Login,
        #[arg(long)]
        role: Role,
        /// The machine's area; the jurisdiction when left out.
        #[arg(long)]
        area: Option<AreaCode>,
    },
    /// Lists tokens by name.
    List,
    /// Ends a token, by its name or `t-…`.
    Revoke { token: String },
}

impl User {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let (access, now) = (open(config).await?, SystemClock::new().now());
        let console = console(config).await?;
        match self.act {
            UserAct::Add { login, role, area, person, post, password_stdin } => {
                if let Some(post) = &post {
                    must_exist(post, config).await?;
                }
                let (password, made) = password(password_stdin)?;
                let holder = match (person, post) {
                    (Some(person), _) => Holder::Person(person),
                    (None, Some(post)) => Holder::Post(post),
                    (None, None) => Holder::Nobody,
                };
                let new = NewAccount { login, role, area, holder };
                let account = access.add_account(&console, new, password, now).await?;
                say(format_args!("{} added as {role} of {area}", account.login));
                tell(made);
            }
            UserAct::List => {
                for account in access.accounts(&console).await? {
                    let state = if account.disabled_at.is_some() { "disabled" } else { "" };
                    say(format_args!(
                        "{}\t{}\t{}\t{state}",
                        account.login, account.role, account.area
                    ));
                }
            }
            UserAct::Passwd { login, password_stdin } => {
                let (password, made) = password(password_stdin)?;
                access.set_password(&console, &login, password, now).await?;
                say(format_args!("{login}: password changed, logins ended"));
                tell(made);
            }
            UserAct::Disable { login } => access.disable_account(&console, &login, now).await?,
            UserAct::Enable { login } => access.enable_account(&console, &login, now).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Token {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let (access, now) = (open(config).await?, SystemClock::new().now());
        let console = console(config).await?;
        match self.act {
            TokenAct::Add { name, role, area } => {
                let machine = NewMachine { name, role, area: area.unwrap_or(console.area) };
                let (secret, token) = access.add_machine(&console, machine, now).await?;
                say(format_args!("{} {}: shown once, keep it safe", token.id, token.login));
                say(secret.expose());
            }
            TokenAct::List => {
                for token in access.tokens(&console).await? {
                    say(format_args!(
                        "{}\t{}\t{}\t{}",
                        token.id, token.login, token.role, token.area
                    ));
                }
            }
            TokenAct::Revoke { token } => {
                access.revoke_token(&console, &token, now).await?;
                say(format_args!("{token} revoked"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn open(config: &Config) -> anyhow::Result<Access> {
    let storage = Storage::of(config)?;
    // The journal makes the file; the accounts keep tables of their own in it.
    drop(storage.journal(false).await?);
    let store = storage.store().await?;
    Ok(Access::new(store, config.access.clone(), TaskTracker::new())?)
}

/// Returns whoever works at the command line, with the whole jurisdiction as area.
async fn console(config: &Config) -> anyhow::Result<Actor> {
    if let Some(area) = config.jurisdiction()? {
        return Ok(Actor::console(area));
    }
    let area = board(config).await?.jurisdiction();
    Ok(Actor::console(area.context("set `jurisdiction` first (JIAOYING_JURISDICTION=410621)")?))
}

/// Refuses a post that was not imported: its handset would never be called.
async fn must_exist(post: &PostId, config: &Config) -> anyhow::Result<()> {
    const SHOWN: usize = 10;
    let board = board(config).await?;
    if board.roster.get(post).is_some() {
        return Ok(());
    }
    let there: Vec<String> =
        board.roster.within(post.area).map(|known| known.post.id.to_string()).collect();
    let shown = there[..there.len().min(SHOWN)].join(", ");
    let more = if there.len() > SHOWN {
        format!(" and {} more", there.len() - SHOWN)
    } else {
        String::new()
    };
    let known = if there.is_empty() { "none".to_owned() } else { shown + &more };
    anyhow::bail!(
        "no post {post}; posts in {}: {known}; name one of these, or import it first (jiaoying import posts FILE)",
        post.area
    )
}

/// Returns the board as the journal in the data folder tells it.
async fn board(config: &Config) -> anyhow::Result<Board> {
    let (journal, _) = Storage::of(config)?.journal(false).await?;
    let snapshots = crate::dispatcher::Snapshots::new(Some(config.data_dir.join("snapshots")));
    Ok(crate::dispatcher::recover(&*journal.reader(), &snapshots).await?.board)
}

/// Returns a password and, when it had to be made, what it is.
fn password(from_stdin: bool) -> anyhow::Result<(Password, Option<Secret>)> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok((Password::new(text.trim_end_matches(['\r', '\n'])), None));
    }
    if let Ok(text) = std::env::var("JIAOYING_PASSWORD") {
        return Ok((Password::new(text), None));
    }
    let made = Secret::random();
    Ok((Password::new(made.expose()), Some(made)))
}

fn tell(made: Option<Secret>) {
    if let Some(made) = made {
        say(format_args!("password, shown once: {}", made.expose()));
    }
}
