//! What the map and the recommendations lie on: rivers and roads, what units can do, and how fast they are.

use std::sync::Arc;

use super::demonstration;
use crate::{advice::Advice, config::Config, ingest::basemap::Basemap};

/// Read once when the node starts.
pub(super) struct Ground {
    pub basemap: Arc<Basemap>,
    pub advice: Arc<Advice>,
}

impl Ground {
    pub fn open(config: &Config, demo: bool) -> anyhow::Result<Self> {
        let basemap = demonstration::basemap(config, demo)?;
        let catalogue = config.capabilities().map_err(anyhow::Error::msg)?;
        let near = config.coverage.clone();
        let (speeds, settings) = (config.roads.clone(), config.recommendation.clone());
        let advice = Advice::new(catalogue, &basemap, near, speeds, settings);
        Ok(Self { basemap: Arc::new(basemap), advice: Arc::new(advice) })
    }
}
