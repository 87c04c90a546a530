//! The features of each layer, as one caller may see them.

use std::time::Duration;

use super::{Seen, layer::Layer};
use crate::{
    domain::{
        actor::Actor,
        area::{Area, LonLat, Shape},
        assignment::Status,
        board::Board,
        hotspot::HotSpot,
        ids::{AreaCode, PersonId, UnitId},
        site::{Facts, Site, SiteKind},
        time::Timestamp,
        warning::Warning,
    },
    http::warnings::concerns,
    ingest::basemap::{Basemap, Polyline},
    protocol::{
        CalloutView, ContactView, FactsView, FeatureView, FullnessView, GeometryView, HotSpotFacts,
        Properties, UnitFacts, UnitTask, Viewer,
    },
};

/// Corners of the polygon that stands for a circle.
const CORNERS: u32 = 64;
/// How long a hot spot stays on the map once somebody has looked.
const SHOWN_FOR: Duration = Duration::from_secs(24 * 3_600);
/// Kilometres in a degree of latitude.
const DEGREE_KM: f64 = 111.195;

/// Draws the layers that the board knows.
pub(super) fn board(
    board: &Board,
    actor: &Actor,
    now: Timestamp,
    layers: &[Layer],
    last_seen: &dyn Fn(&UnitId) -> Option<Seen>,
) -> Vec<FeatureView> {
    let mut features = Vec::new();
    for layer in layers {
        match layer {
            Layer::Areas => features.extend(areas(board, actor)),
            Layer::Warnings => features.extend(warnings(board, actor)),
            Layer::Bases => features.extend(sites(board, actor, *layer, SiteKind::Base)),
            Layer::Depots => features.extend(sites(board, actor, *layer, SiteKind::Depot)),
            Layer::Shelters => features.extend(sites(board, actor, *layer, SiteKind::Shelter)),
            Layer::Gauges => features.extend(sites(board, actor, *layer, SiteKind::Gauge)),
            Layer::RiskPoints => features.extend(sites(board, actor, *layer, SiteKind::RiskPoint)),
            Layer::Units => features.extend(units(board, actor, last_seen)),
            Layer::Callouts => features.extend(callouts(board, actor, now)),
            Layer::Incidents => features.extend(incidents(board, actor)),
            Layer::HotSpots => features.extend(hot_spots(board, actor, now)),
            Layer::Rivers | Layer::Roads => {}
        }
    }
    features
}

/// Draws what lies under the map, the same for everybody.
pub(super) fn basemap(basemap: &Basemap, layers: &[Layer]) -> Vec<FeatureView> {
    let lines = |layer: Layer, lines: &[Polyline]| {
        let draw = |line: &Polyline| {
            let facts = FactsView::Line { class: line.class.clone() };
            let geometry = GeometryView::MultiLineString(line.parts.clone());
            feature(layer, &line.id, &line.name, None, Some(geometry), facts)
        };
        let wanted = layers.contains(&layer);
        lines.iter().filter(|_| wanted).map(draw).collect::<Vec<_>>()
    };
    let mut features = lines(Layer::Rivers, &basemap.rivers);
    features.extend(lines(Layer::Roads, &basemap.roads));
    features
}

fn feature(
    layer: Layer,
    id: &str,
    name: &str,
    area: Option<AreaCode>,
    geometry: Option<GeometryView>,
    facts: FactsView,
) -> FeatureView {
    let layer = layer.as_str();
    FeatureView {
        r#type: "Feature",
        // Unique over the layers: a site and a unit may bear the same id.
        id: format!("{layer}/{id}"),
        geometry,
        properties: Properties { layer, id: id.to_owned(), name: name.into(), area, facts },
    }
}

/// Returns an area's outline, else its centre.
fn geometry(area: &Area) -> Option<GeometryView> {
    if !area.outline.is_empty() {
        return Some(GeometryView::MultiPolygon(area.outline.clone()));
    }
    area.centroid.map(GeometryView::Point)
}

fn areas<'b>(board: &'b Board, actor: &Actor) -> impl Iterator<Item = FeatureView> + use<'b> {
    board.areas.inside(actor.area).map(|area| {
        let facts = FactsView::Area { level: area.code.level() };
        let id = area.code.to_string();
        feature(Layer::Areas, &id, &area.name, Some(area.code), geometry(area), facts)
    })
}

/// Draws each area that a warning in force names, and each shape that it was drawn with.
fn warnings(board: &Board, actor: &Actor) -> Vec<FeatureView> {
    let mut features = Vec::new();
    for warning in board.active_warnings().filter(|warning| concerns(warning, actor.area)) {
        let mut draw = |id: String, area, geometry| {
            let name = &warning.message.headline;
            let facts = warning_facts(warning);
            features.push(feature(Layer::Warnings, &id, name, area, geometry, facts));
        };
        for code in warning.extent.named() {
            let area = board.areas.get(code);
            draw(format!("{}/{code}", warning.id), Some(code), area.and_then(geometry));
        }
        let shapes = warning.message.areas.iter().flat_map(|area| &area.shapes);
        for (number, shape) in (1..).zip(shapes) {
            draw(format!("{}/shape-{number}", warning.id), None, Some(outline(shape)));
        }
    }
    features
}

fn warning_facts(warning: &Warning) -> FactsView {
    let message = &warning.message;
    FactsView::Warning {
        warning: warning.id,
        event: message.event.clone(),
        colour: message.colour,
        status: message.status,
        expires: message.expires,
    }
}

fn outline(shape: &Shape) -> GeometryView {
    let ring = match shape {
        Shape::Polygon(ring) => ring.clone(),
        Shape::Circle { center, radius_km } => circle(*center, *radius_km),
    };
    GeometryView::MultiPolygon(vec![vec![ring]])
}

/// Returns a closed ring of points that lie `radius_km` from `center`.
fn circle([lon, lat]: LonLat, radius_km: f64) -> Vec<LonLat> {
    let shrink = lat.to_radians().cos().max(0.01);
    let point = |corner: u32| {
        let angle = std::f64::consts::TAU * f64::from(corner % CORNERS) / f64::from(CORNERS);
        let (north, east) = (angle.sin() * radius_km, angle.cos() * radius_km);
        [lon + east / DEGREE_KM / shrink, lat + north / DEGREE_KM]
    };
    (0..=CORNERS).map(point).collect()
}

fn sites<'b>(
    board: &'b Board,
    actor: &Actor,
    layer: Layer,
    kind: SiteKind,
) -> impl Iterator<Item = FeatureView> + use<'b> {
    let within = actor.area;
    let wanted = board.sites.iter().filter(move |site| site.kind() == kind);
    let wanted = wanted.filter(move |site| within.contains(site.area));
    wanted.map(move |site| {
        let at = Some(GeometryView::Point(site.at));
        feature(layer, site.id.as_str(), &site.name, Some(site.area), at, site_facts(board, site))
    })
}

fn site_facts(board: &Board, site: &Site) -> FactsView {
    let contact = ContactView::of(board, site.contact.as_ref());
    match &site.facts {
        Facts::Base => FactsView::Place { contact },
        Facts::Depot => FactsView::Depot { contact, stock: board.supplies.stocks.sums(&site.id) },
        Facts::Shelter(shelter) => {
            FactsView::Shelter { contact, fullness: FullnessView::of(board, site, *shelter) }
        }
        Facts::Gauge(gauge) => FactsView::Gauge { contact, gauge: gauge.clone() },
        Facts::RiskPoint(point) => FactsView::RiskPoint {
            contact,
            hazard: point.hazard,
            residents: point.residents,
            repaired: point.repaired,
            plan: point.plan.clone(),
            watchers: people(board, &point.watchers),
            movers: people(board, &point.movers),
        },
    }
}

fn people(board: &Board, people: &[PersonId]) -> Vec<ContactView> {
    people.iter().filter_map(|person| ContactView::of(board, Some(person))).collect()
}

/// Draws the hot spots that nobody has looked at, and those settled within a day.
fn hot_spots<'b>(
    board: &'b Board,
    actor: &Actor,
    now: Timestamp,
) -> impl Iterator<Item = FeatureView> + use<'b> {
    let within = actor.area;
    let shown = move |hot_spot: &&HotSpot| match &hot_spot.settled {
        None => true,
        Some(settled) => now.since(settled.at) <= SHOWN_FOR,
    };
    let wanted = board.hot_spots.iter().filter(move |one| within.contains(one.area)).filter(shown);
    wanted.map(move |one| {
        let at = one.point().map(GeometryView::Point);
        let facts = FactsView::HotSpot(HotSpotFacts::of(one, now));
        let name = board.areas.name(one.area);
        feature(Layer::HotSpots, &one.id.to_string(), &name, Some(one.area), at, facts)
    })
}

/// Draws each unit where it was last seen, else at its base.
fn units(
    board: &Board,
    actor: &Actor,
    last_seen: &dyn Fn(&UnitId) -> Option<Seen>,
) -> Vec<FeatureView> {
    let wanted = board.units.iter().filter(|unit| actor.sees(unit.area));
    let draw = |unit: &crate::domain::unit::Unit| {
        let seen = last_seen(&unit.id);
        let place = seen.as_ref().map(|seen| seen.place).or(unit.base);
        let facts = FactsView::Unit {
            unit: Box::new(UnitFacts::of(board, unit)),
            assignment: UnitTask::of(board, unit),
            at: seen.map(|seen| seen.at),
        };
        let (id, place) = (unit.id.as_str(), place.map(GeometryView::Point));
        feature(Layer::Units, id, &unit.name, Some(unit.area), place, facts)
    };
    wanted.map(draw).collect()
}

/// Draws the incidents that are not over: where they are, else in the middle of their area.
fn incidents(board: &Board, actor: &Actor) -> Vec<FeatureView> {
    let open = board.incidents.iter().filter(|incident| incident.is_open());
    let seen = open.filter(|incident| actor.sees(incident.area()));
    let draw = |incident: &crate::domain::incident::Incident| {
        let area = board.areas.get(incident.area());
        let place = incident.particulars.place.point.map(GeometryView::Point);
        let middle = || area.and_then(|area| area.centroid).map(GeometryView::Point);
        let sent = || board.assignments.of_incident(incident.id).filter(|a| a.status.binds());
        let facts = FactsView::Incident {
            incident: incident.id,
            kind: incident.particulars.kind.clone(),
            colour: incident.colour(),
            stage: incident.stage,
            drill: incident.drill,
            units: sent().count(),
            on_scene: sent().filter(|a| a.status == Status::OnScene).count(),
        };
        let id = incident.id.to_string();
        let (name, area) = (incident.title(), Some(incident.area()));
        feature(Layer::Incidents, &id, &name, area, place.or_else(middle), facts)
    };
    seen.map(draw).collect()
}

/// Draws how far each open callout has come in each area of its roll-up.
fn callouts(board: &Board, actor: &Actor, now: Timestamp) -> Vec<FeatureView> {
    let viewer = Viewer { actor, now };
    let concerning = board.callouts.open();
    let concerning = concerning.filter(|callout| callout.rollup.of(actor.area).total() > 0);
    let draw = |view: CalloutView| {
        let row = move |row: &crate::protocol::RollupRow| {
            let area = board.areas.get(row.area);
            let facts = FactsView::Callout {
                callout: view.id,
                severity: view.severity,
                drill: view.drill,
                counts: row.counts,
            };
            let id = format!("{}/{}", view.id, row.area);
            let place = area.and_then(geometry);
            feature(Layer::Callouts, &id, &view.subject, Some(row.area), place, facts)
        };
        view.rollup.iter().map(row).collect::<Vec<_>>()
    };
    concerning.flat_map(|callout| draw(CalloutView::of(board, callout, &viewer))).collect()
}
