//! What a person should know about a message that was accepted all the same.

use serde::Serialize;

use super::china::Evidence;
use crate::domain::warning::Colour;

/// Notes on one message; more say nothing new.
pub(super) const MAX_NOTES: usize = 100;

/// A remark about one element of an accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{element}: {remark}")]
pub struct Note {
    pub element: String,
    pub remark: Remark,
}

impl Note {
    pub(super) fn new(element: impl ToString, remark: Remark) -> Self {
        Note { element: element.to_string(), remark }
    }

    /// Returns the name that programs know the remark by.
    pub fn code(&self) -> &'static str {
        self.remark.code()
    }

    /// Returns the remark for people on duty.
    pub fn zh(&self) -> String {
        self.remark.zh()
    }
}

/// What was unusual, and how it was understood. Each leniency names the producer that needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// The national platform's client writes `Cancle`.
    #[error("Cancle was understood as Cancel")]
    MisspeltCancel,
    /// The national rules for identifiers and times write a space.
    #[error("the time has a space where a T belongs")]
    SpaceInTime,
    /// The schemas of 1.0 and 1.1 allow fractions and `Z`.
    #[error("the time has a fraction or a Z, as only CAP before 1.2 allows")]
    LooseTime,
    /// CMA repeats the new message's `sent` in references.
    #[error("a reference carries this message's own time: it is known by sender and identifier")]
    ReferenceSent,
    /// GOV.UK puts commas between references.
    #[error("the references are joined by commas where spaces belong")]
    ReferencesJoined,
    /// NWS writes `<polygon/>` where it draws none.
    #[error("the empty polygon was left out")]
    EmptyPolygon,
    /// Sahana: a hand-drawn coast that crosses itself and nips off 0.01 % of its area.
    #[error("the polygon crosses or touches itself for a sliver, which changes nothing")]
    PolygonSliver,
    #[error("CAP 1.0 may leave the scope out: {scope} was understood")]
    ScopeAssumed { scope: &'static str },
    #[error("CAP 1.0 may leave the category out: Other was understood")]
    CategoryAssumed,
    #[error("Very Likely of CAP 1.0 was understood as Likely")]
    VeryLikely,
    #[error("the password of CAP 1.0 was dropped")]
    PasswordDropped,
    #[error("the message says nothing about what happens where: nobody can be called for it")]
    NoInfo,
    #[error("the identifier looks like a national one, but its time or form is wrong")]
    BrokenIdentifier,
    #[error("the title names no single colour: {} was taken from {from}", colour.zh())]
    ColourSource { colour: Colour, from: Evidence },
    #[error("{other_from} says {}, but {} of {used_from} was used", other.zh(), used.zh())]
    ColourConflict { used: Colour, used_from: Evidence, other: Colour, other_from: Evidence },
    #[error("nothing says which colour the warning has")]
    NoColour,
    #[error("the event code means {code} and the title says {title}: the title counts")]
    EventConflict { code: String, title: String },
    #[error("{code:?} is not a national event code that is known here")]
    UnknownEventCode { code: String },
    #[error("{value:?} is not an area code")]
    UnreadableArea { value: String },
    #[error("the title ends the warning although the message type does not")]
    EndedByTitle,
    #[error("{count} parts apply: the most severe was taken, with the areas of all")]
    SeveralParts { count: usize },
}

impl Remark {
    fn code(&self) -> &'static str {
        match self {
            Remark::MisspeltCancel => "cap.misspelt_cancel",
            Remark::SpaceInTime => "cap.space_in_time",
            Remark::LooseTime => "cap.loose_time",
            Remark::ReferenceSent => "cap.reference_sent",
            Remark::ReferencesJoined => "cap.references_joined",
            Remark::EmptyPolygon => "cap.empty_polygon",
            Remark::PolygonSliver => "cap.polygon_sliver",
            Remark::ScopeAssumed { .. } => "cap.scope_assumed",
            Remark::CategoryAssumed => "cap.category_assumed",
            Remark::VeryLikely => "cap.very_likely",
            Remark::PasswordDropped => "cap.password_dropped",
            Remark::NoInfo => "cap.no_info",
            Remark::BrokenIdentifier => "china.identifier",
            Remark::ColourSource { .. } => "china.colour_source",
            Remark::ColourConflict { .. } => "china.colour_conflict",
            Remark::NoColour => "china.no_colour",
            Remark::EventConflict { .. } => "china.event_conflict",
            Remark::UnknownEventCode { .. } => "china.event_code",
            Remark::UnreadableArea { .. } => "china.area",
            Remark::EndedByTitle => "china.ended_by_title",
            Remark::SeveralParts { .. } => "china.several_parts",
        }
    }

    fn zh(&self) -> String {
        let plain = match self {
            Remark::MisspeltCancel => "消息类型误写为 Cancle，按 Cancel（解除）处理",
            Remark::SpaceInTime => "时间中应写 T 处写了空格",
            Remark::LooseTime => "时间带小数秒或以 Z 结尾，仅 CAP 1.2 以前的版本允许",
            Remark::ReferenceSent => "引用中的时间与本消息相同，按发送者和标识匹配原消息",
            Remark::ReferencesJoined => "多条引用以逗号相连，已逐条拆开",
            Remark::EmptyPolygon => "空的多边形已略去",
            Remark::PolygonSliver => "多边形边界有细小交叠，不影响范围",
            Remark::CategoryAssumed => "CAP 1.0 消息未写类别，按“其他”处理",
            Remark::VeryLikely => "CAP 1.0 的 Very Likely 按 Likely 处理",
            Remark::PasswordDropped => "CAP 1.0 的 password 未保存",
            Remark::NoInfo => "消息没有内容部分，无法据此叫应",
            Remark::BrokenIdentifier => "标识形似国家预警信息标识，但格式或时间有误",
            Remark::NoColour => "标题、严重程度和正文均未说明预警颜色",
            Remark::EndedByTitle => "标题表明预警已解除，消息类型却不是 Cancel，按解除处理",
            Remark::ScopeAssumed { scope } => {
                return format!("CAP 1.0 消息未写发布范围，按 {scope} 处理");
            }
            Remark::ColourSource { colour, from } => {
                return format!("标题未写明单一颜色，按{}定为{}", from.zh(), colour.zh());
            }
            Remark::ColourConflict { used, used_from, other, other_from } => {
                let (used_from, other_from) = (used_from.zh(), other_from.zh());
                let (used, other) = (used.zh(), other.zh());
                return format!(
                    "{used_from}为{used}，{other_from}为{other}，按{used_from}采用{used}"
                );
            }
            Remark::EventConflict { code, title } => {
                return format!("事件编码为{code}，标题为{title}，按标题处理");
            }
            Remark::UnknownEventCode { code } => {
                return format!("事件编码 {code} 不在国家编码表中");
            }
            Remark::UnreadableArea { value } => return format!("{value} 不是行政区划代码"),
            Remark::SeveralParts { count } => {
                return format!("消息有 {count} 个部分，按其中最严重的处理，范围合并");
            }
        };
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_says_what_was_used_in_both_languages() {
        let remark = Remark::ColourConflict {
            used: Colour::Red,
            used_from: Evidence::Title,
            other: Colour::Orange,
            other_from: Evidence::Severity,
        };
        let note = Note::new("/alert/info[1]", remark);
        assert_eq!(note.zh(), "标题为红色，严重程度为橙色，按标题采用红色");
        let english = "/alert/info[1]: the severity says 橙色, but 红色 of the title was used";
        assert_eq!(note.to_string(), english);
    }
}
