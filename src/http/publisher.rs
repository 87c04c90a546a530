//! Who publishes this county's warnings, and the feed in which they do.

use compact_str::CompactString;

use super::warnings::concerns;
use crate::{
    domain::{
        board::Board,
        ids::AreaCode,
        time::Timestamp,
        warning::{Life, Status, Warning},
    },
    ingest::feeds::atom_out::{self, Head, Item},
};

/// Entries of the feed: those in force, then what was heard last.
const ENTRIES_MAX: usize = 500;

/// What others see of this county as a source of warnings.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// Where readers reach this node.
    pub base: CompactString,
    /// Such as 示例县应急管理局; named after the county when empty.
    pub name: CompactString,
}

impl Publisher {
    /// Writes the newest warnings that somebody with `area` sees, tests and drafts left out.
    pub(super) fn feed(&self, board: &Board, area: AreaCode, now: Timestamp) -> String {
        let shown = |warning: &&Warning| {
            let inert = warning.message.references.is_empty() && warning.life == Life::Inert;
            let sent = matches!(warning.message.status, Status::Actual | Status::Exercise);
            sent && !inert && concerns(warning, area)
        };
        let warnings: Vec<&Warning> =
            board.warnings.before(None).filter(shown).take(ENTRIES_MAX).collect();
        let items: Vec<Item<'_>> = warnings
            .iter()
            .map(|warning| Item {
                id: warning.id,
                message: &warning.message,
                updated: warning.changed_at,
            })
            .collect();
        let county = board.jurisdiction().and_then(|code| board.areas.get(code));
        let county = county.map_or("", |area| &area.name);
        let named = format!("{county}应急管理局");
        let author = if self.name.is_empty() { &named } else { self.name.as_str() };
        let updated = items.iter().map(|item| item.updated).max().unwrap_or(now);
        let title = format!("{county}预警");
        atom_out::write(&Head { title: &title, author, base: &self.base, updated }, items)
    }
}
