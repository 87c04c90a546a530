//! What a client has to do with the map: which part it looks at, and where its own unit is.

use std::sync::Arc;

use super::{Client, End};
use crate::{
    hub::{
        map::Look,
        outgoing::{Refusal, Refused, ServerFrame},
        session::{CloseReason, PositionsFrame},
    },
    positions::{Source, Speaker, cells::View},
};

/// Numbers that a client may ask about at once.
const NUMBERS_MAX: usize = 10_000;

impl Client {
    /// Shows the client a part of the map from now on; without a box, all of its area.
    pub(super) async fn look(
        &mut self,
        id: &str,
        bbox: Option<[f64; 4]>,
        zoom: Option<f64>,
    ) -> Result<(), End> {
        let Some(admitted) = &self.admitted else { return Ok(()) };
        let Some(view) = bbox.map_or(Some(View::EVERYTHING), View::of) else {
            let error = Refusal {
                code: "bbox.invalid",
                message: "bbox must be [west, south, east, north] in degrees of WGS-84".into(),
                field: Some("bbox".into()),
            };
            self.send(&ServerFrame::Refused { id, error });
            return Ok(());
        };
        let look = Look {
            client: Arc::clone(&self.socket),
            area: admitted.class.area,
            view,
            form: admitted.form,
            clusters: zoom.is_some(),
        };
        self.hub.looks.send(look).await.map_err(|_| CloseReason::Restarting.into())
    }

    /// Takes positions from a vehicle or a phone, checked like any others.
    pub(super) async fn report(&mut self, frame: &PositionsFrame) -> Result<(), End> {
        let speaker = Speaker::of(&self.actor().await?, Source::Socket);
        let now = self.hub.board.now();
        let outcome = self.hub.positions.report(&frame.items, &speaker, now);
        let refusals = outcome.refusals.into_iter().map(|refusal| Refused {
            index: refusal.index,
            unit: refusal.unit,
            code: refusal.fault.code(),
            message: refusal.message,
        });
        self.send(&ServerFrame::Taken {
            id: &frame.id,
            accepted: outcome.accepted,
            dropped: outcome.dropped,
            refusals: refusals.collect(),
        });
        Ok(())
    }

    /// Says which units the numbers of the packed form stand for, as far as the client may see them.
    pub(super) fn name_units(&self, numbers: &[u32]) {
        let Some(admitted) = &self.admitted else { return };
        let (registry, area) = (self.hub.positions.registry(), admitted.class.area);
        let named = numbers.iter().take(NUMBERS_MAX).filter_map(|number| {
            let known = registry.at(*number)?;
            let seen = area.contains(known.area) || known.area.contains(area);
            seen.then(|| (*number, known.id.clone()))
        });
        self.send(&ServerFrame::Units { items: named.collect() });
    }
}
