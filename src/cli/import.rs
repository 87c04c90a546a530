//! `jiaoying import`: lists from a county's own files, beside a running node or without one.
//!
//! It is one more writer of the same journal: a running node follows within a second.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use chrono_tz::Tz;
use clap::Args;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::say;
use crate::{
    app::Storage,
    clock::SystemClock,
    config::Config,
    dispatcher::{self, Handle, Parts},
    domain::{
        actor::Actor,
        board::Board,
        closure::RoadStep,
        command::{Command, RosterStep},
        event::RotationSet,
        ids::AreaCode,
        supply::SupplyStep,
    },
    ingest::sheets::{self, Choices, Context, Duties, Kind, Rows},
};

#[derive(Args)]
pub(super) struct Import {
    /// areas, people, posts, rotations, roster, units, bases, depots, shelters, gauges, risk_points,
    /// closures or stock.
    kind: Kind,
    /// CSV, xlsx or xls; for areas also GeoJSON with outlines, for units, sites and closures with
    /// points or polygons.
    file: PathBuf,
    /// The area a duty table is about, where its title does not say.
    #[arg(long)]
    area: Option<AreaCode>,
    /// The year of a duty table, where its title does not say.
    #[arg(long)]
    year: Option<i32>,
}

impl Import {
    pub async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (journal, _) = Storage::of(config)?.journal(false).await?;
        let clock = Arc::new(SystemClock::new());
        let parts = Parts { journal, clock, snapshots: None, keeps_time: false };
        let board = dispatcher::spawn(&tasks, parts, stop.clone()).await?;
        let done = self.bring_in(&board, config, &bytes).await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        done
    }

    async fn bring_in(
        &self,
        board: &Handle,
        config: &Config,
        bytes: &[u8],
    ) -> anyhow::Result<ExitCode> {
        let area = config.jurisdiction()?.or(board.read(Board::jurisdiction).await?);
        let area =
            area.context("set `jurisdiction` first, so that it is known whose lists these are")?;
        let context = self.context(board, config, area).await?;
        let import = match sheets::read(self.kind, bytes, &context) {
            Ok(import) => import,
            Err(faults) => return Ok(self.refused(&faults)),
        };
        for sheet in &import.skipped_sheets {
            say(format_args!("sheet {sheet}: skipped, it holds nothing of this kind"));
        }
        let console = Actor::console(area);
        let timezone = config.timezone();
        board.submit(console.clone(), Command::SetJurisdiction { area, timezone }).await?;
        let Some((command, count)) = self.command(board, import.rows, context.zone).await? else {
            return Ok(ExitCode::FAILURE);
        };
        let before = board.read(|board| board.seq).await?;
        let committed = board.submit(console, command).await?;
        let changed = committed.seq.saturating_sub(before);
        say(format_args!("{count} {} read, {changed} new or changed", self.kind.as_str()));
        Ok(ExitCode::SUCCESS)
    }

    async fn context(
        &self,
        board: &Handle,
        config: &Config,
        jurisdiction: AreaCode,
    ) -> anyhow::Result<Context> {
        let of_board = board.read(move |board| Context::of(board, jurisdiction)).await?;
        let mut duties = Duties::default();
        for duty in config.policies().map_err(anyhow::Error::msg)?.duties {
            duties.name(&duty.zh, duty.name.clone());
        }
        Ok(Context {
            zone: config.timezone(),
            area: self.area,
            year: self.year,
            duties,
            abilities: config.capabilities().map_err(anyhow::Error::msg)?,
            ..of_board
        })
    }

    /// Returns the command and how many rows it holds; faults have been told where there is none.
    async fn command(
        &self,
        board: &Handle,
        rows: Rows,
        zone: Tz,
    ) -> anyhow::Result<Option<(Command, usize)>> {
        Ok(Some(match rows {
            Rows::Areas(areas) => {
                let count = areas.len();
                let merged = board.read(move |board| with_known(board, areas)).await?;
                (Command::SaveAreas(merged), count)
            }
            Rows::People(people) => {
                let count = people.len();
                (Command::Roster(RosterStep::SavePeople(people)), count)
            }
            Rows::Posts(posts) => {
                let count = posts.len();
                let kept = board.read(move |board| with_rotations(board, posts)).await?;
                (Command::Roster(RosterStep::SavePosts(kept)), count)
            }
            Rows::Rotations(rotations) => {
                let count = rotations.len();
                let sets = rotations.into_iter();
                let sets = sets
                    .map(|(post, rotation)| RotationSet { post, rotation: Some(rotation) })
                    .collect();
                (Command::Roster(RosterStep::SetRotations(sets)), count)
            }
            Rows::Units(units) => {
                let count = units.len();
                (Command::SaveUnits(units), count)
            }
            Rows::Sites(sites) => {
                let count = sites.len();
                (Command::SaveSites(sites), count)
            }
            Rows::Closures(list) => {
                let count = list.len();
                (Command::Road(RoadStep::Import(list)), count)
            }
            Rows::Stock(counts) => {
                let count = counts.iter().map(|count| count.lines.len()).sum();
                (Command::Supply(SupplyStep::Count(counts)), count)
            }
            Rows::Roster(lines) => {
                let count = lines.len();
                let resolve =
                    |board: &Board| sheets::resolve(lines, board.people.iter(), &Choices::new());
                match board.read(resolve).await? {
                    Ok(shifts) => {
                        let tables = sheets::tables(shifts, zone);
                        (Command::Roster(RosterStep::SetDutyTable(tables)), count)
                    }
                    Err(faults) => {
                        self.refused(&faults);
                        return Ok(None);
                    }
                }
            }
        }))
    }

    /// Tells every fault with its file, sheet, row, column, value and remedy.
    fn refused(&self, faults: &sheets::Faults) -> ExitCode {
        let file = self.file.file_name().unwrap_or_default().to_string_lossy();
        for fault in faults.iter() {
            say(format_args!("{file} {}", fault.zh()));
        }
        let (total, kept) = (faults.total(), faults.iter().count());
        if total > kept {
            say(format_args!("……另有 {} 处未列出 / more are not listed", total - kept));
        }
        say(format_args!("{total} 处错误，未导入任何内容 / faults, nothing was imported"));
        ExitCode::FAILURE
    }
}

/// Outlines come in a file of their own: they join the areas that are known.
fn with_known(
    board: &Board,
    areas: Vec<crate::domain::area::Area>,
) -> Vec<crate::domain::area::Area> {
    let join = |mut area: crate::domain::area::Area| {
        if let Some(known) = board.areas.get(area.code) {
            if area.outline.is_empty() {
                area.outline.clone_from(&known.outline);
            }
            area.centroid = area.centroid.or(known.centroid);
        }
        area
    };
    areas.into_iter().map(join).collect()
}

/// A list of posts says nothing of rotations, so those that are known stay.
fn with_rotations(
    board: &Board,
    posts: Vec<crate::domain::roster::Post>,
) -> Vec<crate::domain::roster::Post> {
    let keep = |mut post: crate::domain::roster::Post| {
        let known = board.roster.get(&post.id);
        post.rotations = known.map(|staffing| staffing.post.rotations.clone()).unwrap_or_default();
        post
    };
    posts.into_iter().map(keep).collect()
}
