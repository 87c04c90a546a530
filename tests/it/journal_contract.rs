//! What every journal has to do, run against each kind of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiaoying::{
    domain::time::Timestamp,
    journal::{
        AppendError, Batch, Chain, Draft, Epoch, Hash, Head, Journal, NAME_BYTES_MAX,
        PAGE_BYTES_MAX, Receipt, Record, TEXT_BYTES_MAX, Unfit, memory::MemoryJournal,
        postgres::PostgresJournal, sqlite::SqliteJournal,
    },
};
use tempfile::TempDir;

use crate::support::postgres::{database, fresh};

/// Runs each story once for each kind of journal.
macro_rules! contract {
    ($($story:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::Log::in_memory()).await;
            })*
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::Log::in_sqlite()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::Log::in_postgres().await).await;
            })*
        }
    };
}

contract! {
    a_new_journal_ends_at_genesis
    records_are_read_back_as_they_were_returned
    numbers_and_hashes_follow_from_the_head
    a_batch_that_expected_another_head_leaves_nothing
    a_rival_meets_a_conflict_and_goes_on_from_the_actual_head
    a_receipt_is_kept_as_it_was_given
    a_repeated_command_refuses_the_whole_batch
    a_command_twice_in_one_batch_refuses_it
    receipts_alone_do_not_move_the_head
    an_empty_batch_changes_nothing
    pages_follow_one_another_to_the_end
    a_page_of_large_records_ends_early
    texts_of_every_script_are_kept_byte_for_byte
    a_megabyte_of_data_is_kept
    numbers_at_their_limits_are_kept
    a_text_no_journal_could_hold_refuses_the_batch
    each_journal_has_an_epoch_of_its_own
    a_journal_holds_exactly_the_heads_of_its_own_past
    readers_see_whole_batches_only
    a_turn_tells_where_the_journal_ends
    a_turn_that_is_left_or_abandoned_holds_nobody_up
}

async fn a_new_journal_ends_at_genesis(log: Log) {
    let reader = log.writer.reader();
    assert_eq!(reader.head().await.unwrap(), Head::GENESIS);
    assert_eq!(reader.read(0, 100).await.unwrap(), []);
    assert_eq!(reader.receipt("c").await.unwrap(), None);
}

async fn records_are_read_back_as_they_were_returned(mut log: Log) {
    let mut returned = log.append(&["a", "b", "c"]).await;
    returned.extend(log.append(&["d"]).await);
    let reader = log.writer.reader();
    assert_eq!(reader.read(0, 100).await.unwrap(), returned);
    assert_eq!(reader.head().await.unwrap(), returned[3].head());
    let texts: Vec<_> = returned.iter().map(|record| record.data.as_str()).collect();
    assert_eq!(texts, ["a", "b", "c", "d"]);
}

async fn numbers_and_hashes_follow_from_the_head(mut log: Log) {
    let mut records = log.append(&["a", "b"]).await;
    records.extend(log.append(&["c"]).await);
    let mut chain = Chain::after(Head::GENESIS);
    for record in &records {
        chain.check(record).unwrap();
    }
    assert_eq!(chain.head().seq, 3);
}

async fn a_batch_that_expected_another_head_leaves_nothing(mut log: Log) {
    let head = log.append(&["a", "b"]).await[1].head();
    let stale = Head::GENESIS;
    let ahead = Head { seq: 3, ..head };
    let forked = Head { hash: Hash::of(b"another history"), ..head };
    for expected in [stale, ahead, forked] {
        let batch = Batch { expected, drafts: vec![draft("x")], receipts: vec![receipt("r")] };
        let refused = log.writer.append(batch).await;
        let Err(AppendError::Conflict { actual }) = refused else { panic!("{refused:?}") };
        assert_eq!(actual, head);
    }
    let reader = log.writer.reader();
    assert_eq!(reader.head().await.unwrap(), head);
    assert_eq!(reader.receipt("r").await.unwrap(), None);
}

async fn a_rival_meets_a_conflict_and_goes_on_from_the_actual_head(mut log: Log) {
    let head = log.append(&["a"]).await[0].head();
    let refused = log.rival.append(batch(Head::GENESIS, &["b"])).await;
    let Err(AppendError::Conflict { actual }) = refused else { panic!("{refused:?}") };
    assert_eq!(actual, head);
    let gap = log.rival.reader().read(0, 100).await.unwrap();
    assert_eq!(gap.last().unwrap().head(), actual);
    let records = log.rival.append(batch(actual, &["b"])).await.unwrap();
    assert_eq!(log.writer.reader().head().await.unwrap(), records[0].head());
}

async fn a_receipt_is_kept_as_it_was_given(mut log: Log) {
    let given = [
        Receipt {
            command: "01J-回执-7".into(),
            fingerprint: Hash::of(b"request"),
            reply: r#"{"seq":1,"备注":"收到"}"#.into(),
        },
        Receipt { command: "".into(), fingerprint: Hash([0; 32]), reply: "".into() },
    ];
    let drafts = vec![draft("a")];
    let batch = Batch { expected: Head::GENESIS, drafts, receipts: given.to_vec() };
    log.writer.append(batch).await.unwrap();
    for receipt in given {
        let found = log.rival.reader().receipt(&receipt.command).await.unwrap();
        assert_eq!(found, Some(receipt));
    }
    assert_eq!(log.writer.reader().receipt("01j-回执-7").await.unwrap(), None);
}

async fn a_repeated_command_refuses_the_whole_batch(mut log: Log) {
    let receipts = vec![receipt("first")];
    let first = Batch { expected: Head::GENESIS, drafts: vec![], receipts };
    log.writer.append(first).await.unwrap();
    let receipts = vec![receipt("second"), Receipt { reply: "2".into(), ..receipt("first") }];
    let again = Batch { expected: Head::GENESIS, drafts: vec![draft("a")], receipts };
    let refused = log.rival.append(again).await;
    let Err(AppendError::Repeated { command }) = refused else { panic!("{refused:?}") };
    assert_eq!(command, "first");
    let reader = log.writer.reader();
    assert_eq!(reader.head().await.unwrap(), Head::GENESIS);
    assert_eq!(reader.receipt("second").await.unwrap(), None);
    assert_eq!(reader.receipt("first").await.unwrap(), Some(receipt("first")));
}

async fn a_command_twice_in_one_batch_refuses_it(mut log: Log) {
    let receipts = vec![receipt("r"), receipt("r")];
    let batch = Batch { expected: Head::GENESIS, drafts: vec![draft("a")], receipts };
    let refused = log.writer.append(batch).await;
    assert!(matches!(refused, Err(AppendError::Repeated { .. })), "{refused:?}");
    assert_eq!(log.writer.reader().head().await.unwrap(), Head::GENESIS);
    assert_eq!(log.writer.reader().receipt("r").await.unwrap(), None);
}

async fn receipts_alone_do_not_move_the_head(mut log: Log) {
    let head = log.append(&["a"]).await[0].head();
    let batch = Batch { expected: head, drafts: vec![], receipts: vec![receipt("r")] };
    assert_eq!(log.writer.append(batch).await.unwrap(), []);
    assert_eq!(log.writer.reader().head().await.unwrap(), head);
    assert!(log.writer.reader().receipt("r").await.unwrap().is_some());
}

async fn an_empty_batch_changes_nothing(mut log: Log) {
    assert_eq!(log.writer.append(batch(Head::GENESIS, &[])).await.unwrap(), []);
    let head = log.append(&["a"]).await[0].head();
    assert_eq!(log.writer.append(batch(head, &[])).await.unwrap(), []);
    let stale = log.writer.append(batch(Head::GENESIS, &[])).await;
    assert!(matches!(stale, Err(AppendError::Conflict { .. })), "{stale:?}");
    assert_eq!(log.writer.reader().head().await.unwrap(), head);
}

async fn pages_follow_one_another_to_the_end(mut log: Log) {
    let texts: Vec<_> = (0..25).map(|n| n.to_string()).collect();
    let all = log.append(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let reader = log.writer.reader();
    for limit in [1, 7, 25, 26, usize::MAX] {
        let mut found = Vec::new();
        loop {
            let page = reader.read(found.len() as u64, limit).await.unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, all, "in pages of {limit}");
    }
    assert_eq!(reader.read(0, 0).await.unwrap(), []);
    assert_eq!(reader.read(24, 10).await.unwrap(), all[24..]);
    for beyond in [25, 26, u64::MAX] {
        assert_eq!(reader.read(beyond, 10).await.unwrap(), []);
    }
}

async fn a_page_of_large_records_ends_early(mut log: Log) {
    let megabyte = "x".repeat(1 << 20);
    let all = log.append(&[megabyte.as_str(); 24]).await;
    let page = log.writer.reader().read(0, 1000).await.unwrap();
    assert_eq!(page.len(), PAGE_BYTES_MAX >> 20);
    let rest = log.writer.reader().read(page.len() as u64, 1000).await.unwrap();
    assert_eq!(page.len() + rest.len(), all.len());
}

async fn texts_of_every_script_are_kept_byte_for_byte(mut log: Log) {
    let texts = [
        "",
        " ",
        "叫应 黎阳街道 43/46",
        "𠮷 and 👨‍👩‍👧‍👦, e\u{301} beside é",
        "\u{202e}right to left\u{202c} العربية",
        "quotes ' \" ` and \\ and %s and ?1",
        "line\nfeed\r\ttab \u{7f}\u{1}\u{feff}\u{fffd}\u{ffff}\u{10ffff}",
        r#"{"b":1,"a":1.0,"a":2}"#,
    ];
    let drafts = texts.map(|text| Draft {
        at: Timestamp::from_millis(1),
        actor: text.into(),
        kind: text.into(),
        version: 1,
        subject: text.into(),
        data: text.into(),
    });
    let batch = Batch { expected: Head::GENESIS, drafts: drafts.to_vec(), receipts: vec![] };
    log.writer.append(batch).await.unwrap();
    let found = log.rival.reader().read(0, 100).await.unwrap();
    let found: Vec<_> = found.into_iter().map(draft_of).collect();
    assert_eq!(found, drafts);
}

async fn a_megabyte_of_data_is_kept(mut log: Log) {
    let megabyte: String = ('一'..='龥').cycle().take((1 << 20) / 3).collect();
    let appended = log.append(&["before", &megabyte, "after"]).await;
    let found = log.writer.reader().read(0, 100).await.unwrap();
    assert!(found == appended && found[1].data == megabyte);
}

async fn numbers_at_their_limits_are_kept(mut log: Log) {
    let at = |millis| Timestamp::from_millis(millis);
    let drafts = vec![
        Draft { at: at(i64::MIN), version: 0, ..draft("a") },
        Draft { at: at(i64::MAX), version: u16::MAX, ..draft("b") },
        Draft { at: at(-1), ..draft("c") },
    ];
    let batch = Batch { expected: Head::GENESIS, drafts: drafts.clone(), receipts: vec![] };
    log.writer.append(batch).await.unwrap();
    let found = log.writer.reader().read(0, 10).await.unwrap();
    assert_eq!(found.into_iter().map(draft_of).collect::<Vec<_>>(), drafts);
}

async fn a_text_no_journal_could_hold_refuses_the_batch(mut log: Log) {
    let name = "n".repeat(NAME_BYTES_MAX);
    let longest = Draft { subject: name.as_str().into(), ..draft("a") };
    let too_long = Draft { subject: format!("{name}n").into(), ..draft("a") };
    let too_large = draft(&"x".repeat(TEXT_BYTES_MAX + 1));
    let nul = Draft { actor: "a\0b".into(), ..draft("a") };
    for unfit in [too_long, too_large, nul] {
        let drafts = vec![draft("fine"), unfit];
        let refused = log.writer.append(Batch { drafts, ..batch(Head::GENESIS, &[]) }).await;
        let Err(AppendError::Unfit { what: "draft", index: 1, .. }) = refused else {
            panic!("{refused:?}");
        };
    }
    let receipts = vec![Receipt { reply: "a\0".into(), ..receipt("r") }];
    let refused = log.writer.append(Batch { receipts, ..batch(Head::GENESIS, &[]) }).await;
    let Err(AppendError::Unfit { what: "receipt", index: 0, why }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(why, Unfit::Nul { field: "reply" });
    assert_eq!(log.writer.reader().head().await.unwrap(), Head::GENESIS);
    let longest = Batch { drafts: vec![longest], ..batch(Head::GENESIS, &[]) };
    assert_eq!(log.writer.append(longest).await.unwrap().len(), 1);
}

async fn each_journal_has_an_epoch_of_its_own(log: Log) {
    let own = log.writer.reader().epoch();
    assert_eq!(log.rival.reader().epoch(), own);
    assert_ne!(Log::in_memory().writer.reader().epoch(), own);
    assert_ne!(Log::in_sqlite().writer.reader().epoch(), own);
    assert_ne!(own, Epoch::from_bytes([0; 16]));
    assert_eq!(own.to_string().len(), 32);
}

async fn a_journal_holds_exactly_the_heads_of_its_own_past(mut log: Log) {
    let records = log.append(&["a", "b", "c"]).await;
    let reader = log.writer.reader();
    assert!(reader.holds(Head::GENESIS).await.unwrap());
    for record in &records {
        assert!(reader.holds(record.head()).await.unwrap());
        let forked = Head { hash: Hash::of(b"fork"), ..record.head() };
        assert!(!reader.holds(forked).await.unwrap());
    }
    let ahead = Head { seq: 4, ..records[2].head() };
    assert!(!reader.holds(ahead).await.unwrap());
    assert!(!reader.holds(Head { seq: 0, ..records[2].head() }).await.unwrap());
}

async fn readers_see_whole_batches_only(mut log: Log) {
    let reader = log.rival.reader();
    let mut head = Head::GENESIS;
    let write = async {
        for _ in 0..50 {
            let records = log.writer.append(batch(head, &["x"; 7])).await.unwrap();
            head = records[6].head();
        }
    };
    let read = async {
        let mut seen = 0;
        while seen < 350 {
            let page = reader.read(0, 1000).await.unwrap();
            assert!(page.len() % 7 == 0 && page.len() >= seen, "{seen} then {}", page.len());
            seen = page.len();
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(write, read);
}

async fn a_turn_tells_where_the_journal_ends(mut log: Log) {
    let head = log.append(&["a", "b"]).await[1].head();
    let told = log.rival.take_turn().await.unwrap();
    assert!(told.is_none_or(|told| told == head), "{told:?}");
    let records = log.rival.append(batch(head, &["c"])).await.unwrap();
    let told = log.writer.take_turn().await.unwrap();
    assert!(told.is_none_or(|told| told == records[0].head()), "{told:?}");
    let stale = log.writer.append(batch(head, &["d"])).await;
    assert!(matches!(stale, Err(AppendError::Conflict { .. })), "{stale:?}");
    assert_eq!(log.writer.append(batch(records[0].head(), &["d"])).await.unwrap()[0].seq, 4);
}

async fn a_turn_that_is_left_or_abandoned_holds_nobody_up(mut log: Log) {
    log.writer.take_turn().await.unwrap();
    log.writer.leave_turn().await;
    let head = log.rival.append(batch(Head::GENESIS, &["a"])).await.unwrap()[0].head();
    log.writer.take_turn().await.unwrap();
    // The turn is still held: the other waits until it has ended by itself.
    let appended = log.rival.append(batch(head, &["b"])).await.unwrap()[0].head();
    let refused = log.writer.append(batch(head, &["c"])).await;
    let Err(AppendError::Conflict { actual }) = refused else { panic!("{refused:?}") };
    assert_eq!(actual, appended);
    log.writer.take_turn().await.unwrap();
    drop(log.writer);
    assert!(log.rival.append(batch(appended, &["c"])).await.is_ok());
}

/// One log and two writers of it.
struct Log {
    writer: Box<dyn Journal>,
    rival: Box<dyn Journal>,
    head: Head,
    _dir: Option<TempDir>,
}

impl Log {
    fn in_memory() -> Self {
        let writer = MemoryJournal::default();
        let rival = Box::new(writer.rival());
        Self { writer: Box::new(writer), rival, head: Head::GENESIS, _dir: None }
    }

    fn in_sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let open = || Box::new(SqliteJournal::open(dir.path()).unwrap());
        Self { writer: open(), rival: open(), head: Head::GENESIS, _dir: Some(dir) }
    }

    async fn in_postgres() -> Self {
        let (dir, database) = (tempfile::tempdir().unwrap(), database(&fresh().await));
        let open = || PostgresJournal::open(&database, dir.path());
        let (writer, rival) = (open().await.unwrap(), open().await.unwrap());
        let (writer, rival) = (Box::new(writer), Box::new(rival));
        Self { writer, rival, head: Head::GENESIS, _dir: Some(dir) }
    }

    async fn append(&mut self, texts: &[&str]) -> Vec<Record> {
        let records = self.writer.append(batch(self.head, texts)).await.unwrap();
        self.head = records.last().map_or(self.head, Record::head);
        records
    }
}

fn batch(expected: Head, texts: &[&str]) -> Batch {
    let drafts = texts.iter().map(|text| draft(text)).collect();
    Batch { expected, drafts, receipts: vec![] }
}

fn draft(data: &str) -> Draft {
    Draft {
        at: Timestamp::from_millis(1_626_861_600_000),
        actor: "dispatcher".into(),
        kind: "obligation_answered".into(),
        version: 1,
        subject: "o-1".into(),
        data: data.into(),
    }
}

fn draft_of(record: Record) -> Draft {
    let Record { seq: _, at, actor, kind, version, subject, data, hash: _ } = record;
    Draft { at, actor, kind, version, subject, data }
}

fn receipt(command: &str) -> Receipt {
    Receipt { command: command.into(), fingerprint: Hash::of(b"request"), reply: "1".into() }
}
