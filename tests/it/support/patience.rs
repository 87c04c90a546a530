//! Waiting for what must come: never for ever, and never so hard that there is no machine left for it.

use std::time::Duration;

/// Asks again and again until there is something, which must come within `limit`.
pub async fn until<T>(limit: Duration, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    // Asked without a pause, the nodes would have less of the machine than the question.
    let mut asked = tokio::time::interval(Duration::from_millis(50));
    let came = async {
        loop {
            asked.tick().await;
            if let Some(came) = ask().await {
                return came;
            }
        }
    };
    let came = tokio::time::timeout(limit, came).await;
    came.unwrap_or_else(|_| panic!("not within {limit:?}: {what}"))
}

/// Waits for something to be so, which must be within `limit`.
pub async fn within(limit: Duration, what: &str, is_so: impl AsyncFn() -> bool) {
    until(limit, what, async || is_so().await.then_some(())).await;
}
