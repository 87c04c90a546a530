//! The order (启动、调整、终止文件) by which a response is started, changed or ended.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::domain::rejection::Rejection;

/// Longest number, basis and approver, in characters.
const NUMBER_LIMIT: usize = 60;
const BASIS_LIMIT: usize = 1_000;
const APPROVER_LIMIT: usize = 60;

/// What a person decided, on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// 文号, such as 示汛指〔2026〕12号: no two in one year.
    pub number: CompactString,
    /// What was found in consultation (会商).
    pub basis: String,
    /// Who approved it.
    pub approver: CompactString,
}

impl Order {
    /// Returns it without blanks around what was typed, or the field that is missing or too long.
    pub(super) fn checked(&self) -> Result<Order, Rejection> {
        let order = Order {
            number: self.number.trim().into(),
            basis: self.basis.trim().into(),
            approver: self.approver.trim().into(),
        };
        let fields = [
            ("number", order.number.as_str(), NUMBER_LIMIT),
            ("basis", &order.basis, BASIS_LIMIT),
            ("approver", &order.approver, APPROVER_LIMIT),
        ];
        for (field, text, limit) in fields {
            if text.is_empty() {
                return Err(Rejection::Empty { field });
            }
            if text.chars().count() > limit {
                return Err(Rejection::TooLong { field, limit });
            }
        }
        Ok(order)
    }
}
