//! The record over HTTP.

use super::*;

#[tokio::test]
async fn the_journal_is_read_page_by_page_without_a_gap() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    red_callout(&commander, TOWNSHIP).await;
    let head = server.head().await;
    let (mut after, mut seqs) = (0, Vec::new());
    while after < head {
        let page = commander.get(&format!("/journal?limit=1000&after={after}"), 200).await;
        seqs.extend(items(&page).iter().map(|entry| entry["seq"].as_u64().unwrap()));
        after = *seqs.last().unwrap();
    }
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "a gap");
    assert_eq!(seqs[0], 1);
    let opened = commander.get("/journal?limit=10000", 200).await;
    let kinds: std::collections::BTreeSet<_> =
        items(&opened).iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains("jurisdiction_set"), "{kinds:?}");
    let first = &items(&opened)[0];
    assert_eq!(first["hash"].as_str().unwrap().len(), 64);
    assert!(first["at"].as_str().unwrap().ends_with("+08:00"));
    server.stop().await;
}

#[tokio::test]
async fn a_page_that_cannot_be_meant_is_refused_and_one_after_the_end_is_empty() {
    let server = TestServer::start().await;
    let commander = server.demo("commander");
    for (bad, field) in [
        ("limit=0", "limit"),
        ("limit=10001", "limit"),
        ("after=-1", "after"),
        ("after=x", "after"),
    ] {
        let refused = commander.get(&format!("/journal?{bad}"), 400).await;
        assert_eq!(refusal(&refused), ("query.invalid", field));
    }
    for far in [1_000_000, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX] {
        let page = commander.get(&format!("/journal?after={far}"), 200).await;
        assert!(items(&page).is_empty() && page.get("next").is_none());
    }
    server.stop().await;
}
