//! The layers of the map by name, and the box that is looked at.

use crate::http::error::ApiError;

/// One layer of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Areas,
    Warnings,
    Bases,
    Depots,
    Shelters,
    Gauges,
    RiskPoints,
    Units,
    Rivers,
    Roads,
    Callouts,
    Incidents,
    HotSpots,
}

impl Layer {
    const ALL: [Layer; 13] = [
        Layer::Areas,
        Layer::Warnings,
        Layer::Bases,
        Layer::Depots,
        Layer::Shelters,
        Layer::Gauges,
        Layer::RiskPoints,
        Layer::Units,
        Layer::Rivers,
        Layer::Roads,
        Layer::Callouts,
        Layer::Incidents,
        Layer::HotSpots,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Areas => "areas",
            Layer::Warnings => "warnings",
            Layer::Bases => "bases",
            Layer::Depots => "depots",
            Layer::Shelters => "shelters",
            Layer::Gauges => "gauges",
            Layer::RiskPoints => "risk_points",
            Layer::Units => "units",
            Layer::Rivers => "rivers",
            Layer::Roads => "roads",
            Layer::Callouts => "callouts",
            Layer::Incidents => "incidents",
            Layer::HotSpots => "hot_spots",
        }
    }

    /// Reads names separated by commas, each once; every layer where none is named.
    pub fn read(names: Option<&str>) -> Result<Vec<Layer>, ApiError> {
        let Some(names) = names else { return Ok(Layer::ALL.to_vec()) };
        let mut layers = Vec::new();
        for name in names.split(',').map(str::trim) {
            let layer = Layer::ALL.into_iter().find(|layer| layer.as_str() == name);
            let Some(layer) = layer else {
                let known = Layer::ALL.map(Layer::as_str).join(",");
                let name: String = name.chars().take(32).collect();
                let message = format!("no layer {name:?}; use one or several of {known}");
                return Err(ApiError::bad_field("layers", message));
            };
            if !layers.contains(&layer) {
                layers.push(layer);
            }
        }
        Ok(layers)
    }
}

/// West, south, east and north, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds([f64; 4]);

impl Bounds {
    pub fn read(text: &str) -> Result<Self, ApiError> {
        let wrong = |says: &str| {
            let message = format!("{says}; write bbox=west,south,east,north in WGS-84 degrees");
            ApiError::bad_field("bbox", message)
        };
        let numbers: Result<Vec<f64>, _> =
            text.split(',').map(|part| part.trim().parse()).collect();
        let numbers = numbers.map_err(|_| wrong("a corner is no number"))?;
        let Ok(corners @ [west, south, east, north]) = <[f64; 4]>::try_from(numbers) else {
            return Err(wrong("a box has four numbers"));
        };
        // NaN lies in no range.
        let within = |limit: f64, value: f64| (-limit..=limit).contains(&value);
        if !(within(180.0, west) && within(180.0, east)) {
            return Err(wrong("west and east are longitudes"));
        }
        if !(within(90.0, south) && within(90.0, north)) {
            return Err(wrong("south and north are latitudes"));
        }
        if west > east || south > north {
            return Err(wrong("west comes before east and south before north"));
        }
        Ok(Self(corners))
    }

    pub fn meets(self, [west, south, east, north]: [f64; 4]) -> bool {
        let Self([w, s, e, n]) = self;
        west <= e && w <= east && south <= n && s <= north
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_read_once_each_and_an_unknown_one_is_refused_with_those_there_are() {
        let read = |names| Layer::read(names).map_err(|refusal| refusal.body.error);
        assert_eq!(read(Some("units, depots,units")).unwrap(), [Layer::Units, Layer::Depots]);
        assert_eq!(read(None).unwrap().len(), Layer::ALL.len());
        for wrong in ["", "boats", "units,", "Units"] {
            let refused = read(Some(wrong)).unwrap_err();
            assert_eq!(refused.field.as_deref(), Some("layers"), "{wrong}");
            assert!(refused.message.contains("risk_points"), "{}", refused.message);
        }
    }

    #[test]
    fn a_box_has_four_corners_in_order() {
        let refused = |text| Bounds::read(text).unwrap_err().body.error;
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,2,3,4",
            "NaN,2,3,4",
            "5,2,3,4",
            "1,4,3,2",
            "114,35,115,inf",
        ] {
            let refusal = refused(wrong);
            assert_eq!(refusal.field.as_deref(), Some("bbox"), "{wrong}");
            assert!(refusal.message.contains("west,south,east,north"), "{}", refusal.message);
        }
        // Longitude and latitude exchanged.
        assert!(refused("35,114,36,115").message.contains("latitudes"));
        let bounds = Bounds::read("114.0, 35.0,114.5,35.5").unwrap();
        assert!(bounds.meets([114.5, 35.5, 115.0, 36.0]));
        assert!(!bounds.meets([114.6, 35.0, 115.0, 36.0]));
    }
}
