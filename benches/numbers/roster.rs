//! E10: the roster of a whole county looked at for a year, and again for one post after an edit.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use jiaoying::domain::{
    board::Board,
    event::{Entry, Event, OverrideAdded, PersonSaved, PostSaved},
    ids::{AreaCode, OverrideId, PersonId, PostId},
    person::{Channel, Contact, Person},
    roster::{DayPlan, DayType, Outlook, Override, Post, Rotation, ShiftTime},
    time::Timestamp,
};

use crate::report::{Line, Report, Times, ms};

const POSTS: u32 = 1_000;
const YEAR: Duration = Duration::from_secs(365 * 24 * 3_600);
const ROUNDS: usize = 20;
/// Five people take turns at each post.
const MANY_POSTS: u32 = 3_200;
const MONTH: Duration = Duration::from_secs(30 * 24 * 3_600);

/// E10: rotations by day type that began half a year ago.
pub fn year(report: &mut Report) {
    let mut board = board(POSTS);
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

/// The roster of 16,000 people: what everybody waits for after an edit, and what each call asks.
pub fn people(report: &mut Report) {
    let mut board = board(MANY_POSTS);
    for number in 0..MANY_POSTS {
        for turn in 0..5 {
            let seq = board.seq + 1;
            apply(&mut board, seq, Event::PersonSaved(PersonSaved { person: known(number, turn) }));
        }
    }
    assert_eq!(board.people.len(), 16_000);
    let county: AreaCode = "990101000000".parse().unwrap();
    let from: Timestamp = "2026-07-01T00:00:00+08:00".parse().unwrap();
    let (mut copied, mut found) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let outlook = Outlook::of(&board);
        copied.add(begun.elapsed());
        assert_eq!(black_box(outlook.inspect(county, from, from + MONTH)).posts, 3_200);
        found.add(begun.elapsed());
    }
    let line = |what, times: &Times, target, limit: Duration| Line {
        id: "E10",
        what,
        value: format!("{} (worst of {ROUNDS} {})", ms(times.median()), ms(times.worst())),
        target,
        limit: "",
        pass: times.median() <= limit,
    };
    let five = Duration::from_secs(5);
    report.line(line("16,000 people at 3,200 posts: 30 days looked at", &found, "≤ 5 s", five));
    let short = Duration::from_millis(50);
    report.line(line("of which the board waits", &copied, "≤ 50 ms", short));
    let mut asked = Times::default();
    for round in 0..ROUNDS as u64 {
        let at = from + Duration::from_secs(round * 37 * 3_600);
        let begun = Instant::now();
        let all = board.roster.iter().map(|post| board.on_duty(post, at).people.len());
        assert_eq!(black_box(all.sum::<usize>()), 3_200);
        asked.add(begun.elapsed());
    }
    let hundred = Duration::from_millis(100);
    report.line(line("who is on duty at each of 3,200 posts", &asked, "≤ 100 ms", hundred));
}

fn known(post: u32, number: u32) -> Person {
    let telephone = format!("194{:08}", post * 5 + number);
    let contacts = [Channel::App, Channel::Sms, Channel::Voice];
    Person {
        id: person(post, number),
        name: format!("人员{post}").into(),
        area: self::post(post).area,
        title: Default::default(),
        contacts: contacts
            .map(|channel| Contact { channel, address: telephone.as_str().into() })
            .to_vec(),
    }
}

fn board(posts: u32) -> Board {
    let mut board = Board::default();
    for number in 0..posts {
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

/// Ten villages a township, 999 townships at most.
fn post(number: u32) -> PostId {
    format!("990101{:03}{:03}/village_duty", number / 10 + 1, number % 10 + 1).parse().unwrap()
}

fn person(post: u32, number: u32) -> PersonId {
    format!("{post}-{number}").parse().unwrap()
}
