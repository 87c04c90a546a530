//! Depots: supplies that are wanted, and things that do what units are wanted for.

use compact_str::CompactString;

use super::view::View;
use crate::domain::{
    area::LonLat,
    capability::{Need, Wanted},
    ids::SiteId,
    road::{Arrivals, Trip},
};

/// A depot, with what of each item is promised to nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct Depot<'a> {
    pub site: &'a SiteId,
    pub at: LonLat,
    /// Item, and how many are free.
    pub free: Vec<(&'a str, u32)>,
}

/// What a depot could give.
#[derive(Debug, Clone, PartialEq)]
pub struct DepotOffer {
    pub depot: SiteId,
    pub need: usize,
    pub item: CompactString,
    /// Pieces to take from here: of supplies as many as are missing, else all that is free.
    pub quantity: u32,
    /// Pieces that are free.
    pub free: u32,
    /// How much of the need that is. Things without hands are shown and not counted where units are wanted.
    pub contributes: u32,
    pub trip: Trip,
}

impl View<'_> {
    /// Returns offers for a need of supplies, the nearest first until it is met, and how much is still missing.
    pub(super) fn supplies(
        &self,
        number: usize,
        need: &Need,
        item: &str,
        arrivals: &Arrivals<'_>,
    ) -> (Vec<DepotOffer>, u32) {
        let mut missing = need.amount;
        let mut offers = self.stocked(number, item, 1, arrivals);
        for offer in &mut offers {
            offer.quantity = offer.free.min(missing);
            offer.contributes = offer.quantity;
            missing -= offer.quantity;
        }
        offers.retain(|offer| offer.quantity > 0);
        (offers, missing)
    }

    /// Returns what lies in depots and does the same as the units that are wanted.
    pub(super) fn helpful(
        &self,
        number: usize,
        need: &Need,
        arrivals: &Arrivals<'_>,
    ) -> Vec<DepotOffer> {
        let Wanted::Ability(code) = &need.wanted else { return Vec::new() };
        let Some(ability) = self.scene.catalogue.find(code) else { return Vec::new() };
        let items = ability.items.iter();
        let mut offers: Vec<DepotOffer> =
            items.flat_map(|(item, each)| self.stocked(number, item, *each, arrivals)).collect();
        offers.sort_by_key(|offer| offer.trip.seconds);
        offers.truncate(self.scene.settings.alternatives);
        offers
    }

    /// Returns the depots that have an item and can be reached, the nearest first.
    fn stocked(
        &self,
        need: usize,
        item: &str,
        each: u32,
        arrivals: &Arrivals<'_>,
    ) -> Vec<DepotOffer> {
        let offer = |depot: &super::Depot<'_>| {
            let free = depot.free.iter().find(|(code, free)| *code == item && *free > 0)?.1;
            let trip = arrivals.from(&self.scene.travel.spot(depot.at)).trip()?;
            Some(DepotOffer {
                depot: depot.site.clone(),
                need,
                item: item.into(),
                quantity: free,
                free,
                contributes: free.saturating_mul(each),
                trip,
            })
        };
        let mut offers: Vec<DepotOffer> = self.scene.depots.iter().filter_map(offer).collect();
        offers.sort_by(|a, b| (a.trip.seconds, &a.depot).cmp(&(b.trip.seconds, &b.depot)));
        offers
    }
}
