//! The writer under simulated time: nothing told before it is durable, nothing lost, nothing twice.

use std::{collections::BTreeSet, time::Duration};

use jiaoying::{
    dispatcher::{CommandId, Committed, Health, SubmitError},
    domain::{
        command::{Command, Reply},
        event::Event,
        person::Channel,
    },
    journal::{Batch, Hash, Journal},
};

use crate::support::{
    county::{COUNTY, by_hand},
    node::{Node, desk, draft, line, pass, turns},
};

#[tokio::test(start_paused = true)]
async fn commands_that_waited_for_the_disk_share_the_next_flush() {
    let node = Node::start(1, 1).await;
    let mut commits = node.board.watch();
    node.faults.hold();
    let first = node.open("第一");
    let others: Vec<_> = (0..50).map(|number| node.open(&format!("第{number}"))).collect();
    let all = futures_util::future::join_all(std::iter::once(first).chain(others));
    let release = async {
        turns().await;
        assert!(commits.is_empty(), "something was told before it was durable");
        node.faults.release();
    };
    let (answers, ()) = tokio::join!(all, release);
    let ids: BTreeSet<_> = answers.into_iter().map(|answer| callout(answer.unwrap())).collect();
    assert_eq!(ids.len(), 51);
    let mut flushes = 0;
    let mut opened = 0;
    while let Ok(commit) = commits.try_recv() {
        let events = commit.iter().map(|published| published.entry.event.kind());
        let here = events.filter(|kind| *kind == "callout_opened").count();
        flushes += usize::from(here > 0);
        opened += here;
    }
    assert_eq!(opened, 51);
    assert!(flushes <= 2, "{flushes} flushes for 51 commands");
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn a_named_command_happens_once_even_twice_in_one_flush() {
    let node = Node::start(1, 1).await;
    let named =
        |text: &str| CommandId { id: "desk:1".into(), fingerprint: Hash::of(text.as_bytes()) };
    let submit = |text: &str| {
        let command = Command::OpenCallout(by_hand("一次", None));
        node.board.submit_as(desk(), command, Some(named(text)))
    };
    node.faults.hold();
    let three = async { tokio::join!(submit("a"), submit("a"), submit("b"), submit("a")) };
    let release = async {
        turns().await;
        node.faults.release();
    };
    let ((first, second, other, third), ()) = tokio::join!(three, release);
    let first = first.unwrap();
    assert!(!first.repeated);
    for again in [second.unwrap(), third.unwrap(), submit("a").await.unwrap()] {
        assert!(again.repeated);
        assert_eq!((&again.reply, again.seq), (&first.reply, first.seq));
    }
    assert!(matches!(other, Err(SubmitError::KeyReused)));
    assert_eq!(node.count("callout_opened").await, 1);
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn a_rival_that_was_faster_is_read_and_the_command_decided_again() {
    for together in [1, 5] {
        let node = Node::start(1, 1).await;
        let mut commits = node.board.watch();
        let area = node.board.read(|board| board.areas.get(COUNTY.parse().unwrap()).cloned());
        let mut area = area.await.unwrap().unwrap();
        area.name = "改名县".into();
        let event = Event::AreaSaved(jiaoying::domain::event::AreaSaved { area });
        node.faults.hold();
        let commands = (0..together).map(|_| node.open("抢先"));
        let all = futures_util::future::join_all(commands);
        let faults = node.faults.clone();
        faults.overtake(vec![draft(&event, node.board.now())]);
        let (answers, ()) = tokio::join!(all, async {
            turns().await;
            faults.release()
        });
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let name =
            node.board.read(|board| board.areas.name(COUNTY.parse().unwrap())).await.unwrap();
        assert_eq!((name.as_str(), node.board.overtaken()), ("改名县", 1));
        let mut last = 0;
        let mut kinds = Vec::new();
        while let Ok(commit) = commits.try_recv() {
            for published in commit.iter() {
                assert!(published.entry.seq > last, "told out of order or twice");
                last = published.entry.seq;
                kinds.push(published.entry.event.kind());
            }
        }
        assert_eq!(kinds.iter().filter(|kind| **kind == "area_saved").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| **kind == "callout_opened").count(), together);
        node.must_agree().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_process_appends_is_followed_within_two_seconds() {
    let node = Node::start(1, 1).await;
    let mut rival = node.rival();
    let (event, expected) = (lines(7), node.head().await);
    let batch = Batch { expected, drafts: vec![draft(&event, node.board.now())], receipts: vec![] };
    rival.append(batch).await.unwrap();
    let mut commits = node.board.watch();
    let commit = tokio::time::timeout(Duration::from_secs(2), commits.recv()).await;
    assert_eq!(commit.unwrap().unwrap()[0].entry.event, event);
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn while_the_journal_fails_nothing_happens_and_everything_is_still_shown() {
    let node = Node::start(1, 1).await;
    let mut commits = node.board.watch();
    let health = node.board.health();
    node.faults.fail(4);
    let three = (0..3).map(|_| node.open("写不进"));
    for answer in futures_util::future::join_all(three).await {
        assert!(matches!(answer, Err(SubmitError::Journal)), "{answer:?}");
    }
    assert!(matches!(*health.borrow(), Health::JournalDown { .. }));
    assert!(commits.is_empty());
    let open = node.board.read(|board| board.callouts.open().count()).await.unwrap();
    assert_eq!(open, 0, "what is not durable is not shown");
    let mut tries = 0;
    let committed = loop {
        tries += 1;
        match node.open("再来").await {
            Ok(committed) => break committed,
            Err(error) => assert!(matches!(error, SubmitError::Journal)),
        }
    };
    assert!(tries <= 5);
    assert_eq!(callout(committed), "c-1");
    assert_eq!(*health.borrow(), Health::Sound);
    assert_eq!(commits.recv().await.unwrap()[0].entry.event.kind(), "callout_opened");
    node.must_agree().await;
}

/// A balancer that sends no work while the node is not ready must not keep it so for ever.
#[tokio::test(start_paused = true)]
async fn a_journal_that_can_be_written_again_is_noticed_without_a_command() {
    let node = Node::start(1, 1).await;
    let mut health = node.board.health();
    node.faults.fail(1);
    assert!(matches!(node.open("写不进").await, Err(SubmitError::Journal)));
    assert!(matches!(*health.borrow_and_update(), Health::JournalDown { .. }));
    let sound =
        tokio::time::timeout(Duration::from_secs(60), health.wait_for(|h| *h == Health::Sound));
    assert!(sound.await.is_ok(), "still down after a minute");
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn an_append_whose_answer_was_lost_happens_once_and_is_told_once() {
    let node = Node::start(1, 1).await;
    let mut commits = node.board.watch();
    node.faults.lose_answer();
    let named = CommandId { id: "desk:1".into(), fingerprint: Hash::of(b"a") };
    let submit = || {
        let command = Command::OpenCallout(by_hand("一次", None));
        node.board.submit_as(desk(), command, Some(named.clone()))
    };
    assert!(matches!(submit().await, Err(SubmitError::Journal)));
    let again = submit().await.unwrap();
    assert!(again.repeated);
    pass(Duration::from_secs(3)).await;
    let mut opened = 0;
    while let Ok(commit) = commits.try_recv() {
        let events = commit.iter().map(|published| published.entry.event.kind());
        opened += events.filter(|kind| *kind == "callout_opened").count();
    }
    assert_eq!(opened, 1);
    node.must_agree().await;
}

#[tokio::test(start_paused = true)]
async fn deadlines_come_to_the_minute_over_simulated_hours_though_the_journal_fails_now_and_then() {
    let node = Node::start(2, 3).await;
    node.warn().await;
    let opened = node.board.now();
    for _ in 0..40 {
        node.faults.fail(2);
        pass(Duration::from_secs(120)).await;
    }
    let entries = node.entries().await;
    let escalated =
        entries.iter().find(|entry| entry.event.kind() == "obligation_escalated").unwrap();
    let after = escalated.at.since(opened);
    assert!(after >= Duration::from_secs(300) && after < Duration::from_secs(306), "{after:?}");
    let unreached = entries.iter().filter(|entry| entry.event.kind() == "obligation_unreached");
    assert!(unreached.count() >= 12, "who answers nothing ends in somebody's hands");
    node.must_agree().await;
}

fn callout(committed: Committed) -> String {
    let Reply::Callout { id } = committed.reply else { panic!("{committed:?}") };
    id.to_string()
}

fn lines(count: u32) -> Event {
    Event::LinesSet(line(Channel::Sms, count))
}
