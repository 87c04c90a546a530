//! How the numbers grow with what there is: a straight line is what is hoped for.

use std::time::{Duration, Instant};

use jiaoying::{
    domain::{
        callout::obligation::State,
        command::{AnswerKind, Command, GiveAnswer},
        ids::ObligationId,
        warning::Colour,
    },
    journal::verify::verify,
};

use crate::{
    county::{self, County, Lines},
    escalating, history, opening,
    report::{Report, Times, ms},
    rig::{Rig, folder, runtime},
};

/// Answers given one after another to take the median of.
const ANSWERS: usize = 300;

/// Prints the tables.
pub fn tables(report: &mut Report) {
    report.note("growth: obligations | open, durable | one answer, durable | all escalate, durable | resident");
    for obligations in [1_000, 10_000, 100_000] {
        let opened = opening::open(obligations, 3);
        let times: Times = opened.iter().map(|o| o.durable).collect();
        let peak = opened.iter().map(|o| o.peak_mib).max().unwrap();
        let answer = runtime().block_on(answers(obligations)).median();
        let (escalated, _) = runtime().block_on(escalating::measure_all_at_once(obligations, 3));
        report.note(&format!(
            "growth: {obligations:>11} | {:>13} | {:>10.2} ms | {:>12} | {peak} MiB",
            ms(times.median()),
            answer.as_secs_f64() * 1e3,
            ms(escalated.median())
        ));
    }
    report.note("growth: events | verify | start from the first event, board only");
    for events in [10_000, 100_000, 1_000_000] {
        let small;
        let dir = if events == 1_000_000 {
            history::million()
        } else {
            small = history::write(events);
            small.path()
        };
        let verified: Times = (0..3)
            .map(|_| {
                let began = Instant::now();
                verify(dir).unwrap();
                began.elapsed()
            })
            .collect();
        let replayed: Times = (0..3).map(|_| history::replay(dir)).collect();
        report.note(&format!(
            "growth: {events:>9} | {:>8} | {:>8}",
            ms(verified.median()),
            ms(replayed.median())
        ));
    }
}

/// Answers one after another, each durable before the next, with so many open.
async fn answers(obligations: usize) -> Times {
    let dir = folder();
    let rig = Rig::open(dir.path()).await;
    let townships = obligations.div_ceil(500);
    let lines = Lines { app: 0, sms: 0, voice: 1 };
    rig.found(County { townships, villages: obligations, deputies: false, lines }.founding()).await;
    rig.must(county::warning(1, Colour::Red, rig.board.now())).await;
    let open = rig.board.read(|board| {
        let ringing = board.callouts.obligations();
        let ringing = ringing.filter(|o| matches!(o.state, State::Ringing { .. }));
        ringing.map(|o| (o.id, o.asked[0].person.clone())).collect::<Vec<_>>()
    });
    let open = open.await.unwrap();
    let mut times = Times::default();
    let step = (open.len() / ANSWERS).max(1);
    for (obligation, person) in open.into_iter().step_by(step).take(ANSWERS) {
        let began = Instant::now();
        rig.must(answer(obligation, person.as_str())).await;
        times.add(began.elapsed());
    }
    rig.close().await;
    assert!(times.worst() > Duration::ZERO);
    times
}

/// An answer that the operator enters for somebody.
pub fn answer(obligation: ObligationId, whom: &str) -> Command {
    Command::Answer(GiveAnswer {
        obligation,
        answer: AnswerKind::Acknowledged,
        note: String::new(),
        on_behalf_of: Some(whom.into()),
        via: Some("座机".into()),
        here: None,
    })
}
