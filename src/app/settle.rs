//! The board made to agree with the settings, and founded the first time.

use super::{Options, demonstration};
use crate::{
    config::Config,
    demo,
    dispatcher::{Handle, SubmitError},
    domain::{
        actor::Actor,
        command::{Command, RosterStep},
        event::LinesSet,
        person::Channel,
        rejection::Rejection,
        report::ReportStep,
        response::ResponseStep,
        supply::{Count, SupplyStep},
    },
};

/// Pages open at once as far as calls go; each is a frame and no telephone line.
const APP_LINES: u32 = 5_000;
/// How long a page takes to confirm a call, for the forecast.
const APP_HOLD_MS: u32 = 1_000;
/// How long a gateway takes with a text, for the forecast.
const SMS_HOLD_MS: u32 = 1_000;

/// Makes the board agree with the settings, and the first time founds it.
pub(super) async fn settle(
    board: &Handle,
    config: &Config,
    options: Options,
) -> anyhow::Result<()> {
    let known = board.read(crate::domain::board::Board::jurisdiction).await?;
    let area = match (known, config.jurisdiction()?, options.demo) {
        (_, Some(area), _) => area,
        (Some(area), None, _) => area,
        (None, None, true) => demonstration::county(),
        (None, None, false) => anyhow::bail!(
            "say which county this is: set `jurisdiction` (JIAOYING_JURISDICTION=410621), or try --demo"
        ),
    };
    anyhow::ensure!(
        !options.demo || area == demonstration::county(),
        "--demo is the county {}, and this node is for {area}: leave `jurisdiction` (JIAOYING_JURISDICTION) \
         empty and use a folder of its own (JIAOYING_DATA_DIR), or start without --demo",
        demonstration::county()
    );
    let console = Actor::console(area);
    let submit = |command| board.submit(console.clone(), command);
    submit(Command::SetJurisdiction { area, timezone: config.timezone() }).await?;
    for lines in lines(config) {
        submit(Command::SetLines(lines)).await?;
    }
    // What was entered or corrected on the record outweighs the file.
    let calendar = config.calendar().map_err(anyhow::Error::msg)?;
    let calendar = board.read(|board| board.calendar.clone().completed_by(calendar)).await?;
    submit(Command::Roster(RosterStep::AdoptCalendar(calendar))).await?;
    let rules = config.suggestions().map_err(anyhow::Error::msg)?;
    submit(Command::AdoptRules(rules)).await?;
    let supplies = config.supplies().map_err(anyhow::Error::msg)?;
    submit(Command::Supply(SupplyStep::AdoptRules(supplies))).await?;
    let plans = config.plans().map_err(anyhow::Error::msg)?;
    submit(Command::Response(ResponseStep::AdoptPlans(plans))).await?;
    if board.read(|board| board.callouts.policies().is_some()).await? {
        // Posts may have duties that only these policies know.
        adopt_policies(board, &console, config).await?;
    }
    let deadlines = config.deadlines().map_err(anyhow::Error::msg)?;
    submit(Command::Report(ReportStep::Adopt(deadlines))).await?;
    if options.demo {
        let county = demo::county().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        submit(Command::SaveAreas(county.areas)).await?;
        submit(Command::Roster(RosterStep::SavePeople(county.people))).await?;
        submit(Command::Roster(RosterStep::SavePosts(county.posts))).await?;
        submit(Command::SaveUnits(county.units)).await?;
        submit(Command::SaveSites(county.sites)).await?;
        found_stock(board, &console, county.stock).await?;
    }
    // Last: whether its rungs reach anybody is asked of the people there are.
    adopt_policies(board, &console, config).await
}

/// Counts the demonstration's depots once: a start must not bring back what has been issued since.
async fn found_stock(board: &Handle, console: &Actor, counts: Vec<Count>) -> anyhow::Result<()> {
    let uncounted = board
        .read(move |board| {
            let unknown = |count: &Count| board.supplies.stocks.of(&count.depot).is_empty();
            counts.into_iter().filter(unknown).collect::<Vec<_>>()
        })
        .await?;
    board.submit(console.clone(), Command::Supply(SupplyStep::Count(uncounted))).await?;
    Ok(())
}

/// Adopts the policies of the settings. Ones that the county's people cannot fulfil leave those in force in
/// force: a node that would not start for it would call nobody at all.
async fn adopt_policies(board: &Handle, console: &Actor, config: &Config) -> anyhow::Result<()> {
    let policies = config.policies().map_err(anyhow::Error::msg)?;
    let adopted = board.submit(console.clone(), Command::AdoptPolicies(policies)).await;
    let in_force = board.read(|board| board.callouts.policies().is_some()).await?;
    match adopted {
        Err(SubmitError::Rejected(Rejection::Policy(fault))) if in_force => {
            tracing::error!(%fault, "the policies of the settings are refused; those in force stay");
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn lines(config: &Config) -> [LinesSet; 3] {
    let channels = &config.channels;
    let line = |channel, lines, hold_ms, simulated| LinesSet { channel, lines, hold_ms, simulated };
    [
        line(Channel::App, APP_LINES, APP_HOLD_MS, false),
        line(Channel::Sms, channels.sms_lines, SMS_HOLD_MS, true),
        line(Channel::Voice, channels.voice_lines, channels.voice_hold_s * 1_000, true),
    ]
}
