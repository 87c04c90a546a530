//! The table of growth as a file to read and a picture to look at.

use std::{env, fmt::Write, fs, path::PathBuf};

use super::{growing::Grown, kind::Kind, stalling::kib};
use crate::report::Report;

/// One chart: its title, what is on its y axis, and how that is read.
type Chart = (&'static str, fn(&Grown) -> f64);

const CHARTS: [Chart; 3] = [
    ("MiB resident, connections idle", |grown| mib(grown.resident)),
    ("µs of server CPU per delivery", |grown| grown.came.each_us()),
    ("ms from publish to the last, p99", |grown| grown.came.p99.as_secs_f64() * 1e3),
];
const COLOURS: [(Kind, &str); 6] = [
    (Kind::Reference, "#888888"),
    (Kind::Ours, "#c62828"),
    (Kind::Nchan, "#2e7d32"),
    (Kind::Nats, "#1565c0"),
    (Kind::SocketIo, "#6a1b9a"),
    (Kind::Ws, "#ef6c00"),
];
/// Size of a chart's field, and the space around it.
const WIDTH: f64 = 250.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 50.0;
const TOP: f64 = 40.0;
const STEP: f64 = WIDTH + LEFT + 20.0;

#[expect(clippy::cast_precision_loss, reason = "far below what a float holds")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Writes both beside the build.
pub fn save(report: &mut Report, all: &[Grown]) {
    let own = env::current_exe().unwrap();
    let folder = own.ancestors().nth(3).map_or_else(PathBuf::new, PathBuf::from);
    let (table, picture) = (folder.join("hub-growth.csv"), folder.join("hub-growth.svg"));
    fs::write(&table, csv(all)).unwrap();
    fs::write(&picture, svg(all)).unwrap();
    report.note("growth: written to hub-growth.csv and hub-growth.svg in the build's folder");
}

fn csv(all: &[Grown]) -> String {
    let mut text =
        "server,sockets,connect_us,resident_mib,kib_each,us_each,user_us_each,p50_ms,p99_ms,whole\n".to_owned();
    for Grown { kind, sockets, resident, each, connect, came } in all {
        writeln!(
            text,
            "{},{sockets},{},{},{:.2},{:.3},{:.3},{:.2},{:.2},{}",
            kind.name(),
            connect.as_micros(),
            resident >> 20,
            kib(*each),
            came.each_us(),
            came.each_user_us(),
            came.p50.as_secs_f64() * 1e3,
            came.p99.as_secs_f64() * 1e3,
            came.is_whole()
        )
        .unwrap();
    }
    text
}

fn svg(all: &[Grown]) -> String {
    let (width, height) = (STEP * 3.0 + LEFT / 2.0, TOP + HEIGHT + 70.0);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#ffffff"/>"##
    );
    for (number, chart) in CHARTS.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "three charts")]
        let left = LEFT + number as f64 * STEP;
        draw(&mut svg, left, chart, all);
    }
    let mut x = LEFT;
    for (kind, colour) in COLOURS.iter().filter(|(kind, _)| all.iter().any(|g| g.kind == *kind)) {
        let y = TOP + HEIGHT + 52.0;
        write!(
            svg,
            r##"<rect x="{x}" y="{}" width="12" height="4" fill="{colour}"/><text x="{}" y="{y}">{}</text>"##,
            y - 6.0,
            x + 17.0,
            kind.name()
        )
        .unwrap();
        x += 110.0;
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws one chart: sockets to the right, the value up by its logarithm.
fn draw(svg: &mut String, left: f64, (title, value): &Chart, all: &[Grown]) {
    let shown = |grown: &Grown| value(grown).max(0.1);
    let low = all.iter().map(shown).fold(f64::MAX, f64::min).log10().floor();
    let high = all.iter().map(shown).fold(0.0, f64::max).log10().ceil();
    #[expect(clippy::cast_precision_loss, reason = "thousands of sockets")]
    let x = |sockets: usize| left + sockets as f64 / 20_000.0 * WIDTH;
    let y = |value: f64| TOP + HEIGHT - (value.log10() - low) / (high - low) * HEIGHT;
    write!(svg, r##"<text x="{left}" y="{}" font-size="13">{title}</text>"##, TOP - 14.0).unwrap();
    let mut power = low;
    while power <= high {
        for line in [1.0, 2.0, 5.0].map(|step| step * 10_f64.powf(power)) {
            if line.log10() > high + 0.001 {
                break;
            }
            let at = y(line);
            write!(
                svg,
                r##"<path d="M{left} {at:.1}h{WIDTH}" stroke="#dddddd"/><text x="{}" y="{:.1}" text-anchor="end">{line}</text>"##,
                left - 5.0,
                at + 4.0
            )
            .unwrap();
        }
        power += 1.0;
    }
    for sockets in [1_000, 5_000, 10_000, 20_000] {
        let (at, below) = (x(sockets), TOP + HEIGHT + 16.0);
        write!(svg, r##"<text x="{at}" y="{below}" text-anchor="middle">{sockets}</text>"##)
            .unwrap();
    }
    for (kind, colour) in COLOURS {
        let points: Vec<String> = all
            .iter()
            .filter(|grown| grown.kind == kind)
            .map(|grown| format!("{:.1},{:.1}", x(grown.sockets), y(shown(grown))))
            .collect();
        let points = points.join(" ");
        write!(
            svg,
            r##"<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>"##
        )
        .unwrap();
    }
}
