//! Stations that speak SL 651 at this node's door, and what of their reports gauges show.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    dispatcher::Handle,
    domain::{actor::Actor, board::Board, ids::AreaCode},
    gauges::{self, Gauges, Report, Settings, Store},
    ingest::sl651::{self, Element},
    telemetry::sl651::{Server, Sink, Taken},
};

const MINUTE_S: u32 = 60;
const HOUR_S: u32 = 3_600;

/// Opens the door, where the settings want one.
pub(super) async fn open(
    settings: &Settings,
    board: &Handle,
    (gauges, store): (&Gauges, &Store),
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let Some(address) = settings.sl651_address() else { return Ok(()) };
    let listener = TcpListener::bind(address).await.map_err(|error| {
        anyhow::anyhow!("cannot listen on {address} for stations (gauges.sl651_listen): {error}")
    })?;
    tracing::info!(address = %listener.local_addr()?, "stations may report by SL 651");
    let sink = Stations { board: board.clone(), gauges: gauges.clone(), store: store.clone() };
    tasks.spawn(Server::new(Arc::new(sink)).serve(listener, tasks.clone(), stop.clone()));
    Ok(())
}

struct Stations {
    board: Handle,
    gauges: Gauges,
    store: Store,
}

#[async_trait]
impl Sink for Stations {
    async fn take(&self, report: sl651::Report) -> Taken {
        let Ok(area) = self.board.read(Board::jurisdiction).await else { return Taken::Later };
        let readings = readings(&report);
        if report.is_test() || readings.is_empty() {
            return Taken::Kept;
        }
        let node = Actor::node(area.unwrap_or(AreaCode::UNSET));
        let outcome = self.gauges.report(&readings, &node, self.board.now());
        // A station that is answered forgets what it has sent.
        if let Err(error) = gauges::write(&self.gauges, &self.store).await {
            tracing::warn!(%error, "a station's readings are judged, but not kept; it says them again");
            return Taken::Later;
        }
        match outcome.refusals.first() {
            Some(refusal) if outcome.accepted == 0 => Taken::Refused(refusal.code),
            Some(_) | None => Taken::Kept,
        }
    }
}

/// Returns what gauges show of a report; what is missing, and sums since some day of the station's own, are nothing
/// that a gauge shows. Rain that is reported by several sums counts once: the finest first.
fn readings(report: &sl651::Report) -> Vec<Report> {
    let station = report.station.to_string();
    let mut readings: Vec<(u32, Report)> = Vec::new();
    for value in &report.values {
        let Some(number) = value.value.number() else { continue };
        let is_level = matches!(value.element, Element::Z | Element::Zu);
        let (level_m, over_s) = (is_level.then_some(number), rain_over_s(value.element));
        if level_m.is_none() && over_s.is_none() {
            continue;
        }
        let report = Report {
            gauge: station.as_str().into(),
            at: value.at,
            level_m,
            rain_mm: over_s.map(|_| number),
            over_s,
            exercise: false,
        };
        readings.push((over_s.unwrap_or(0), report));
    }
    readings.sort_by_key(|(over_s, report)| (*over_s, report.at));
    readings.into_iter().map(|(_, report)| report).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most elements are nothing that a gauge shows")]
fn rain_over_s(element: Element) -> Option<u32> {
    Some(match element {
        Element::P5OfHour | Element::P5 => 5 * MINUTE_S,
        Element::P10 => 10 * MINUTE_S,
        Element::P30 => 30 * MINUTE_S,
        Element::P1 => HOUR_S,
        Element::P3 => 3 * HOUR_S,
        Element::P6 => 6 * HOUR_S,
        Element::P12 => 12 * HOUR_S,
        Element::Pd => 24 * HOUR_S,
        _ => return None,
    })
}
