//! What becomes of supplies by the passing of time: promises that nobody has used end, and paper falls due.

use compact_str::{CompactString, format_compact};

use super::{
    movement::{Movement, Stage},
    step::{everything, release},
};
use crate::domain::{
    area::Extent,
    callout::policy::{CalloutKind, Terms},
    decision::Draft,
    event::{CalloutOpened, Event, ReleaseReason, SupplyPaperOverdue},
    ids::CalloutId,
    warning::Colour,
};

/// Movements that a call names; the list shows all of them.
const NAMED_MAX: usize = 10;

impl Draft<'_> {
    /// Lets promises end and paper fall due.
    pub(in crate::domain) fn elapse_supplies(&mut self) {
        let (board, now) = (self.board, self.now);
        let due = board.supplies.deadlines.iter().take_while(|(at, _)| *at <= now);
        let mut due: Vec<_> = due.map(|(_, id)| *id).collect();
        due.sort_unstable();
        due.dedup();
        let movements: Vec<_> =
            due.into_iter().filter_map(|id| board.supplies.movement(id)).collect();
        for movement in movements.iter().filter(|m| m.is_held() && m.hold_until <= now) {
            let parts = everything(movement, Stage::Held);
            let note = CompactString::default();
            self.push(release(movement, &parts, ReleaseReason::Expired, note));
        }
        let late = |movement: &&&Movement| {
            !movement.overdue && movement.paper_due().is_some_and(|due| due <= now)
        };
        let late: Vec<&Movement> = movements.iter().filter(late).copied().collect();
        if late.is_empty() {
            return;
        }
        let callout = self.call_for_paper(&late);
        for movement in late {
            self.push(Event::from(SupplyPaperOverdue {
                id: movement.id,
                area: movement.area,
                to_area: movement.to_area,
                due_at: movement.paper_due,
                callout,
            }));
        }
    }

    /// Calls whoever has to bring the written orders; `None` where no policy says who.
    fn call_for_paper(&mut self, late: &[&Movement]) -> Option<CalloutId> {
        let area = self.board.jurisdiction()?;
        let set = self.board.callouts.policies()?;
        let policy = set.choose(CalloutKind::Alarm, None, None)?;
        let name = |movement: &Movement| {
            let site = self.board.sites.get(&movement.depot);
            let depot = site.map_or(movement.depot.as_str(), |site| site.name.as_str());
            format_compact!("{}（{depot}，下达人 {}）", movement.id, movement.ordered_by)
        };
        let first = late.first()?;
        let subject = match late.len() {
            1 => format_compact!("调拨书面指令逾期：{}", first.id),
            count => format_compact!("调拨书面指令逾期：{} 等 {count} 单", first.id),
        };
        let named: Vec<_> = late.iter().take(NAMED_MAX).map(|movement| name(movement)).collect();
        let id = self.take_callout();
        let opened = CalloutOpened {
            id,
            kind: CalloutKind::Alarm,
            subject,
            text: format!("口头调拨指令须在规定时限内补书面指令：{}", named.join("、")),
            severity: policy.severity.unwrap_or(Colour::Yellow),
            drill: false,
            extent: Extent { partly: [area].into(), ..Extent::default() },
            policy: policy.id.clone(),
            warning: None,
            parent: None,
        };
        self.open_callout(opened, Terms { set, policy });
        Some(id)
    }
}
