//! How the node fares, as Prometheus reads it: every count of the parts under one name each.

use std::time::Duration;

use axum::extract::State;

use super::Web;
use crate::{
    bus,
    domain::time::Timestamp,
    health::{AILMENTS, Ailments},
    hub::Reading,
    positions,
    protocol::LineView,
    sources::Sources,
};

/// Returns the metrics.
pub(super) async fn read(State(web): State<Web>) -> String {
    let read = web.board.read(|board| {
        let open = board.callouts.open();
        let (ringing, unreached) = open.fold((0, 0), |(ringing, unreached), callout| {
            let tally = callout.rollup.whole();
            (ringing + tally.ringing, unreached + tally.unreached)
        });
        (board.seq, ringing, unreached, LineView::all(board))
    });
    let read = read.await;
    metrics::with_local_recorder(&*web.metrics, || {
        degraded(&web.ailments.borrow());
        metrics::gauge!("jiaoying_sessions").set(number(web.hub.sessions()));
        hub(&web.hub.reading());
        positions(&web.positions.counts());
        bus(&web.bus.counts());
        sources(&web.sources, web.board.now());
        metrics::gauge!("jiaoying_commands_waiting").set(number(web.board.waiting()));
        metrics::gauge!("jiaoying_questions_waiting").set(number(web.board.questions_waiting()));
        metrics::counter!("jiaoying_journal_overtaken").absolute(web.board.overtaken());
        let Ok((seq, ringing, unreached, lines)) = read else { return };
        metrics::counter!("jiaoying_journal_entries").absolute(seq);
        metrics::gauge!("jiaoying_obligations", "state" => "ringing").set(ringing);
        metrics::gauge!("jiaoying_obligations", "state" => "unreached").set(unreached);
        for line in lines {
            let channel = line.channel.as_str();
            metrics::gauge!("jiaoying_lines_busy", "channel" => channel).set(line.busy);
            metrics::gauge!("jiaoying_lines", "channel" => channel).set(line.lines);
            metrics::gauge!("jiaoying_attempts_waiting", "channel" => channel).set(line.queued);
        }
    });
    web.metrics.handle().render()
}

fn degraded(ailments: &Ailments) {
    for what in AILMENTS {
        let is_down = ailments.iter().any(|ailment| ailment.what == what);
        metrics::gauge!("jiaoying_degraded", "what" => what).set(if is_down { 1.0 } else { 0.0 });
    }
}

fn hub(reading: &Reading) {
    metrics::counter!("jiaoying_hub_fan_outs").absolute(reading.fan_outs);
    metrics::gauge!("jiaoying_hub_fan_out_seconds_sum").set(reading.fan_out_s);
    metrics::gauge!("jiaoying_hub_fan_out_seconds_max").set(reading.slowest_fan_out_s);
    metrics::counter!("jiaoying_hub_deliveries").absolute(reading.told);
    metrics::counter!("jiaoying_hub_clients_behind").absolute(reading.behind);
    metrics::gauge!("jiaoying_hub_clients_in_step").set(number(reading.in_step));
    metrics::counter!("jiaoying_hub_position_frames").absolute(reading.position_frames);
    metrics::counter!("jiaoying_hub_position_frames_let_go")
        .absolute(reading.position_frames_let_go);
    metrics::counter!("jiaoying_hub_positions").absolute(reading.positions);
    metrics::gauge!("jiaoying_hub_lag").set(number(reading.lag));
    for (reason, closed) in &reading.closed {
        metrics::counter!("jiaoying_hub_closed", "reason" => *reason).absolute(*closed);
    }
}

fn positions(counts: &positions::Counts) {
    metrics::counter!("jiaoying_positions_accepted").absolute(counts.accepted);
    metrics::counter!("jiaoying_positions_followed").absolute(counts.followed);
    metrics::counter!("jiaoying_positions_garbled").absolute(counts.garbled);
    metrics::counter!("jiaoying_track_points_dropped").absolute(counts.points_dropped);
    for (fault, count) in &counts.refused {
        let reason = fault.code();
        metrics::counter!("jiaoying_positions_refused", "reason" => reason).absolute(*count);
    }
    let lag = Duration::from_millis(counts.lag_ms.unsigned_abs());
    metrics::gauge!("jiaoying_positions_lag_seconds").set(lag);
}

fn bus(counts: &bus::Counts) {
    metrics::counter!("jiaoying_bus_said").absolute(counts.said);
    metrics::counter!("jiaoying_bus_heard").absolute(counts.heard);
    metrics::counter!("jiaoying_bus_dropped").absolute(counts.dropped);
    metrics::counter!("jiaoying_bus_garbage").absolute(counts.garbage);
    metrics::counter!("jiaoying_bus_foreign").absolute(counts.foreign);
}

fn sources(sources: &Sources, now: Timestamp) {
    for (source, status) in sources.all() {
        let name = || source.name.to_string();
        // Who was never heard has no such line: `absent()` finds it.
        if let Some(at) = status.heard_at {
            metrics::gauge!("jiaoying_source_heard_seconds_ago", "source" => name())
                .set(now.since(at));
        }
        let outcomes = [
            ("accepted", status.accepted),
            ("known", status.known),
            ("elsewhere", status.elsewhere),
            ("refused", status.refused),
        ];
        for (outcome, count) in outcomes {
            metrics::counter!("jiaoying_source_messages", "source" => name(), "outcome" => outcome)
                .absolute(count);
        }
    }
}

/// A count as a gauge has it; exact far beyond anything counted here.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
