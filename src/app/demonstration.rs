//! The demonstration's well-known accounts, and its map where the settings name none.

use std::sync::Arc;

use crate::{
    access::{Access, Holder, NewAccount},
    config::Config,
    demo,
    dispatcher::Handle,
    domain::{
        actor::Role,
        ids::{AreaCode, PostId},
    },
    http::DemoLogin,
    ingest::basemap::Basemap,
};

/// The exercise's controller (导调): the record shows under it what the script of a drill says.
const CONTROLLER: &str = "controller";

/// Returns the county's code.
pub(super) fn county() -> AreaCode {
    demo::COUNTY.parse().expect("the demonstration county has an area code")
}

/// Returns the rivers and roads of the settings, else those of the demonstration.
pub(super) fn basemap(config: &Config, demo: bool) -> anyhow::Result<Basemap> {
    let named = config.basemap().map_err(anyhow::Error::msg)?;
    match named {
        Some(basemap) => Ok(basemap),
        None if demo => Ok(demo::basemap()?),
        None => Ok(Basemap::default()),
    }
}

/// The logins of the demonstration, and whose they are.
fn accounts() -> [(&'static str, Role, Holder); 7] {
    let handset: PostId = "990101000000/lead_officer".parse().expect("a post's id");
    [
        ("commander", Role::Commander, Holder::Nobody),
        ("dispatcher", Role::Dispatcher, Holder::Nobody),
        ("leader", Role::Leader, Holder::Post(handset)),
        ("screen", Role::Screen, Holder::Nobody),
        ("admin", Role::Admin, Holder::Nobody),
        ("gateway", Role::Gateway, Holder::Nobody),
        (CONTROLLER, Role::Dispatcher, Holder::Nobody),
    ]
}

/// Returns what the login page offers.
pub(super) fn logins() -> Arc<[DemoLogin]> {
    let for_people = |login: &str, role| role != Role::Gateway && login != CONTROLLER;
    let logins = accounts().into_iter().filter(|(login, role, _)| for_people(login, *role));
    logins
        .map(|(login, role, _)| DemoLogin {
            login: login.to_owned(),
            role: role.as_str(),
            password: format!("demo-{login}"),
        })
        .collect()
}

/// Makes sure of the well-known accounts.
pub(super) async fn install(board: &Handle, access: &Access) -> anyhow::Result<()> {
    for (login, role, holder) in accounts() {
        let new = NewAccount { login: login.parse()?, role, area: county(), holder };
        access.install_demonstration_account(new, board.now()).await?;
    }
    Ok(())
}
