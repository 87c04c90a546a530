//! A call to test gateways with.

use std::sync::Arc;

use super::{Call, Message};
use crate::domain::{
    ids::{AttemptId, ObligationId},
    person::Channel,
};

/// Returns the first try to reach the `n`th person, whom the `n`th obligation rests on.
pub(crate) fn call(n: u64, channel: Channel) -> Call {
    attempt(n, channel, 0)
}

/// Returns the try with this number to reach the `n`th person.
pub(crate) fn attempt(n: u64, channel: Channel, ordinal: u32) -> Call {
    Call {
        attempt: AttemptId { obligation: ObligationId(n), number: ordinal },
        key: format!("c-1/o-{n}/0/p-{n}/{channel}/{ordinal}"),
        channel,
        person: format!("p-{n}").parse().unwrap(),
        ordinal,
        address: format!("1380099{n:04}").into(),
        text: Arc::new(Message {
            title: "暴雨红色预警".into(),
            body: "【预警】暴雨红色预警，请立即组织转移，回复1确认。".into(),
            speech: "暴雨红色预警，请立即组织转移，听完请按1确认。".into(),
        }),
        demands_answer: true,
        drill: false,
        repeated: false,
    }
}
