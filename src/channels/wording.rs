//! What is said to somebody who is called: the same facts in the length that each channel bears.

use compact_str::{CompactString, format_compact};

use super::Message;
use crate::domain::{
    board::Board,
    callout::{callouts::Callout, obligation::Obligation},
    ids::ObligationId,
};

/// Stands before everything that a drill says.
const DRILL: &str = "【演练】";
/// Longest text read out or sent, in characters: about 40 s of speech, or three short messages.
const WORDS_LIMIT: usize = 180;

/// Words one attempt, a call or a notice.
pub(super) fn message(
    board: &Board,
    callout: &Callout,
    obligation: &Obligation,
    notice: bool,
) -> Message {
    let drill = if callout.drill { DRILL } else { "" };
    let place = board.areas.name(obligation.post.area);
    let what = if notice { notice_text(callout) } else { demand(board, callout, obligation) };
    let words: String = what.chars().take(WORDS_LIMIT).collect();
    let title = format_compact!("{drill}{}", callout.subject);
    if notice {
        let body = format_compact!("{drill}{place}：{words}");
        return Message { title, speech: body.clone(), body };
    }
    Message {
        title,
        body: format_compact!("{drill}【叫应】{place}：{words} 收到请回复1，无法到岗请回复2。"),
        speech: format_compact!("{drill}{place}，{words}。收到请按1，无法到岗请按2。"),
    }
}

fn demand(board: &Board, callout: &Callout, obligation: &Obligation) -> CompactString {
    if let Some(about) = obligation.about {
        return errand(board, about);
    }
    let first = callout.text.lines().next().unwrap_or_default();
    if obligation.task.is_empty() {
        return format_compact!("{}。{first}", callout.subject);
    }
    format_compact!("{}。{}。{first}", callout.subject, obligation.task)
}

/// "Go and knock on X's door by HH:MM."
fn errand(board: &Board, about: ObligationId) -> CompactString {
    let Some(obligation) = board.callouts.obligation(about) else {
        return CompactString::default();
    };
    let place = board.areas.name(obligation.post.area);
    let names: Vec<&str> = obligation
        .asked
        .iter()
        .filter_map(|asked| board.people.get(&asked.person))
        .map(|person| person.name.as_str())
        .collect();
    let who = if names.is_empty() { "值班人员".to_owned() } else { names.join("、") };
    let by = obligation
        .handed()
        .map(|handed| handed.by.local(board.timezone()).format("%H:%M").to_string());
    let by = by.unwrap_or_default();
    format_compact!("{place}{who}一直未应答，请在{by}前派人上门叫醒并回告")
}

fn notice_text(callout: &Callout) -> CompactString {
    use crate::domain::event::CloseReason;
    let subject = &callout.subject;
    match callout.closed.map(|closed| closed.reason) {
        Some(CloseReason::Cancelled) => format_compact!("{subject}已解除，无需再答复"),
        Some(CloseReason::Superseded) => {
            format_compact!("{subject}已由新的预警代替，请以新预警为准")
        }
        Some(CloseReason::Expired) => format_compact!("{subject}已到期，无需再答复"),
        Some(CloseReason::ByHand | CloseReason::Complete) => {
            format_compact!("{subject}的叫应已撤回，无需再答复")
        }
        None => format_compact!("{subject}有更新：{}", callout.text.lines().next().unwrap_or("")),
    }
}
