//! PostGIS: a table of points with a GiST index, all of it in memory. Its time is the server's own
//! (`EXPLAIN ANALYZE`), without planning and without the way to the client.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::SinkExt;
use jiaoying::domain::area::LonLat;
use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_postgres::{Client, NoTls};

use super::Answer;
use crate::{postgres::Cluster, rig::runtime};

const TABLE: &str = "
    CREATE EXTENSION postgis;
    CREATE TABLE area (code bigint NOT NULL, lon float8, lat float8, at geometry(Point, 4326));";
const INDEX: &str = "
    UPDATE area SET at = ST_SetSRID(ST_MakePoint(lon, lat), 4326);
    CREATE INDEX ON area USING gist (at);";
const SETTINGS: &str = "SET jit = off; SET max_parallel_workers_per_gather = 0;";
/// Rows sent at a time.
const ROWS: usize = 10_000;

pub struct PostGis {
    runtime: Runtime,
    client: Client,
    _connection: JoinHandle<()>,
    /// What loading and the index took.
    pub built: Duration,
    _cluster: Cluster,
}

impl PostGis {
    /// Starts it with these points; nothing if it is not installed.
    pub fn start(points: &[(u64, LonLat)]) -> Option<Self> {
        let mut versions = std::fs::read_dir(Path::new("/usr/share/postgresql")).ok()?.flatten();
        if !versions.any(|version| version.path().join("extension/postgis.control").exists()) {
            return None;
        }
        let cluster = Cluster::start();
        let runtime = runtime();
        let began = Instant::now();
        let (client, connection) = runtime.block_on(async {
            let url = cluster.database().await;
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            #[expect(clippy::disallowed_methods, reason = "it ends with the client")]
            let connection = tokio::spawn(async move { connection.await.unwrap() });
            client.batch_execute(TABLE).await.unwrap();
            let sink = client.copy_in("COPY area (code, lon, lat) FROM STDIN").await.unwrap();
            let mut sink = std::pin::pin!(sink);
            for rows in points.chunks(ROWS) {
                let row = |(code, at): &(u64, LonLat)| format!("{code}\t{}\t{}\n", at[0], at[1]);
                let rows: String = rows.iter().map(row).collect();
                sink.send(Bytes::from(rows)).await.unwrap();
            }
            sink.finish().await.unwrap();
            client.batch_execute(INDEX).await.unwrap();
            client.batch_execute("VACUUM FULL ANALYZE area").await.unwrap();
            client.batch_execute(SETTINGS).await.unwrap();
            (client, connection)
        });
        let built = began.elapsed();
        Some(Self { runtime, client, _connection: connection, built, _cluster: cluster })
    }

    pub fn ask(&mut self, ring: &[LonLat]) -> Answer {
        let corners: Vec<String> = ring.iter().map(|[x, y]| format!("{x} {y}")).collect();
        let query = format!(
            "EXPLAIN (ANALYZE, TIMING OFF) SELECT code FROM area
             WHERE ST_Intersects(at, 'SRID=4326;POLYGON(({}))'::geometry)",
            corners.join(",")
        );
        let rows = self.runtime.block_on(self.client.query(&query, &[])).unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let after = |line: &str, word: &str| -> Option<f64> {
            line.split_once(word)?.1.split([' ', ')']).next()?.parse().ok()
        };
        // Index scan or bitmap scan: the first line is the plan's top, which counts the rows that come out.
        let hits = after(&lines[0], "actual rows=").unwrap();
        let took = lines.iter().find_map(|line| after(line, "Execution Time: ")).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let hits = hits as usize;
        Answer { hits, took: Duration::from_secs_f64(took / 1e3) }
    }
}
