//! E10: the roster of a whole county looked at for a year, and again for one post after an edit.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use jiaoying::domain::{
    board::Board,
    event::{Entry, Event, OverrideAdded, PostSaved},
    ids::{AreaCode, OverrideId, PersonId, PostId},
    roster::{DayPlan, DayType, Outlook, Override, Post, Rotation, ShiftTime},
    time::Timestamp,
};

use crate::report::{Line, Report, Times, ms};

const POSTS: u32 = 1_000;
const YEAR: Duration = Duration::from_secs(365 * 24 * 3_600);
const ROUNDS: usize = 20;

/// E10: rotations by day type that began half a year ago.
pub fn year(report: &mut Report) {
    let mut board = board();
    let county: AreaCode = "990101000000".parse().unwrap();
    let from: Timestamp = "2026-07-01T00:00:00+08:00".parse().unwrap();
    let mut whole = Times::default();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let found = Outlook::of(&board).inspect(county, from, from + YEAR);
        whole.add(begun.elapsed());
        assert_eq!(black_box(found).posts, POSTS as usize);
    }
    report.line(Line {
        id: "E10",
        what: "1,000 posts × 1 year recomputed, with what is wrong",
        value: format!("{} (worst of {ROUNDS} {})", ms(whole.median()), ms(whole.worst())),
        target: "≤ 200 ms",
        limit: "weekly by hand",
        pass: whole.median() <= Duration::from_millis(200),
    });
    let (edited, mut one) = (post(7), Times::default());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        let at = from + Duration::from_secs(round as u64 * 24 * 3_600);
        let change = Override {
            id: OverrideId(round as u64 + 1),
            post: edited.clone(),
            from: at,
            to: at + Duration::from_secs(3_600),
            people: vec![person(8, 0)],
            reason: Default::default(),
        };
        let seq = board.seq + 1;
        apply(&mut board, seq, Event::OverrideAdded(OverrideAdded { change }));
        let found = Outlook::of(&board).inspect(edited.area, from, from + YEAR);
        one.add(begun.elapsed());
        assert_eq!(black_box(found).posts, 1);
    }
    report.line(Line {
        id: "E10",
        what: "the same year of one post after an edit",
        value: format!("{} (worst of {ROUNDS} {})", ms(one.median()), ms(one.worst())),
        target: "≤ 5 ms",
        limit: "",
        pass: one.median() <= Duration::from_millis(5),
    });
}

fn board() -> Board {
    let mut board = Board::default();
    for number in 0..POSTS {
        let shift = ShiftTime { from_minute: 8 * 60, minutes: 24 * 60 };
        let plan = |crews: u32, first: u32| {
            let crews = (0..crews).map(|crew| vec![person(number, first + crew)]);
            DayPlan::new(vec![shift], crews.collect())
        };
        let days = [(DayType::Workday, plan(4, 0)), (DayType::Weekend, plan(3, 2))];
        let post = Post {
            id: post(number),
            title: Default::default(),
            holders: Vec::new(),
            deputies: Vec::new(),
            rotations: Rotation::new("2026-01-01".parse().unwrap(), days).into(),
        };
        apply(&mut board, u64::from(number) + 1, Event::PostSaved(PostSaved { post }));
    }
    board
}

fn apply(board: &mut Board, seq: u64, event: Event) {
    board.apply(&Entry { seq, at: Timestamp::from_millis(0), actor: "clerk".into(), event });
}

/// Ten villages a township.
fn post(number: u32) -> PostId {
    format!("990101{:03}{:03}/village_duty", number / 10 + 1, number % 10 + 1).parse().unwrap()
}

fn person(post: u32, number: u32) -> PersonId {
    format!("{post}-{number}").parse().unwrap()
}
