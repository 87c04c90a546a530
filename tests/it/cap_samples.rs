//! Real CAP messages of eight producers, which lie beside the project and are not part of it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use jiaoying::{
    domain::warning::Colour,
    ingest::cap::{self, Alert, Parsed, china, words::Version},
};

use crate::support::server::TestServer;

/// Why each broken message must be refused.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "alphagov_invalid_area_with_duplicated_vertex.xml",
        "cap.polygon_duplicate",
        "/alert/info[1]/area[1]/polygon[1]",
    ),
    (
        "alphagov_invalid_area_with_intersections.xml",
        "cap.polygon_crossing",
        "/alert/info[1]/area[1]/polygon[1]",
    ),
    ("alphagov_missing_area_names.xml", "cap.blank", "/alert/info[1]/area[1]/areaDesc"),
    (
        "alphagov_wainfleet_cancel_with_missing_references.xml",
        "cap.references_missing",
        "/alert/references",
    ),
    ("google_xee.xml", "cap.doctype", "/"),
    (
        "googletest_ceiling_below_altitude.xml",
        "cap.ceiling_below",
        "/alert/info[1]/area[1]/ceiling",
    ),
    ("googletest_circle_negative_radius.xml", "cap.circle", "/alert/info[1]/area[1]/circle[1]"),
    ("googletest_circle_text.xml", "cap.circle", "/alert/info[1]/area[1]/circle[1]"),
    ("googletest_info_out_of_order.xml", "cap.element_order", "/alert/info[1]/category"),
    ("googletest_missing_scope.xml", "cap.missing_element", "/alert/scope"),
    ("googletest_misspelt_scope_prefixed.xml", "cap.unknown_element", "/alert/scoep"),
    ("googletest_polygon_3pts.xml", "cap.polygon_short", "/alert/info[1]/area[1]/polygon[1]"),
    ("googletest_polygon_not_closed.xml", "cap.polygon_open", "/alert/info[1]/area[1]/polygon[1]"),
    (
        "googletest_restriction_with_public_scope.xml",
        "cap.restriction_unexpected",
        "/alert/restriction",
    ),
    ("googletest_syntax_error.xml", "cap.xml_syntax", "/"),
    ("googletest_web_not_absolute.xml", "cap.uri", "/alert/info[1]/web"),
    ("googletest_wrong_root.xml", "cap.not_cap", "/foo"),
];

#[test]
fn every_valid_sample_is_accepted() {
    let Some(samples) = samples("valid") else { return };
    assert!(samples.len() >= 33, "only {} samples", samples.len());
    for (name, bytes) in samples {
        let read = cap::read(&bytes);
        assert!(read.is_ok(), "{name}: {}", read.unwrap_err());
    }
}

#[tokio::test]
async fn a_node_accepts_every_valid_sample() {
    let Some(samples) = samples("valid") else { return };
    let server = TestServer::start().await;
    let source = server.demo("gateway");
    for (name, bytes) in samples {
        let request = source.request(reqwest::Method::POST, "/warnings");
        let request = request.header("content-type", "application/cap+xml").body(bytes);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let answer = response.text().await.unwrap();
        // Two samples say something else under a name that another has taken.
        let taken = status == 409 && answer.contains("warning.conflict");
        assert!(matches!(status, 200 | 201) || taken, "{name}: {status} {answer}");
    }
    server.stop().await;
}

#[test]
fn every_invalid_sample_is_refused_for_its_reason() {
    let Some(samples) = samples("invalid") else { return };
    let expected: BTreeMap<_, _> =
        REFUSED.iter().map(|(name, code, at)| (*name, (*code, *at))).collect();
    assert_eq!(samples.len(), expected.len());
    for (name, bytes) in samples {
        let fault = cap::read(&bytes).expect_err(&name);
        let (code, element) = expected[name.as_str()];
        assert_eq!((fault.code(), fault.element.as_str()), (code, element), "{name}: {fault}");
        assert!(!fault.remedy().is_empty());
    }
}

#[test]
fn each_quirk_is_decided() {
    let Some(samples) = samples("quirky") else { return };
    let read = |name: &str| cap::read(&samples[name]);

    // Its source calls it valid, but a ring that does not close may have lost its last corners on
    // the way: closing it would guess at who lives inside.
    let open = read("alphagov_valid_area_polygon.xml");
    assert_eq!(open.map_err(|fault| fault.code()), Err("cap.polygon_open"));

    // GOV.UK joins references by commas. Two whole triples cannot be misread, and a cancel that is
    // refused leaves an alarm standing.
    let cancel = read("alphagov_wainfleet_cancel_with_windmere_references.xml").unwrap();
    assert_eq!(cancel.alert.references.len(), 2);
    assert_eq!(codes(&cancel), ["cap.references_joined"]);

    // A time without an offset names no instant, not even in 1.1, whose schema lets it pass.
    let no_offset = read("fah_msg_private-actual_en_of_hp.xml");
    assert_eq!(no_offset.map_err(|fault| fault.code()), Err("cap.time"));

    // An XML signature is not in the schema of 1.1, but says nothing against the message.
    let signed = read("google_earthquake_signed.xml").unwrap();
    assert_eq!(signed.alert.version, Version::V1_1);
    assert!(signed.notes.is_empty());
}

#[test]
fn leniency_is_noted_where_the_valid_samples_need_it() {
    let Some(samples) = samples("valid") else { return };
    let mut noted = BTreeMap::new();
    for (name, bytes) in &samples {
        for code in codes(&cap::read(bytes).unwrap()) {
            noted.entry(code).or_insert_with(Vec::new).push(name.as_str());
        }
    }
    let expected = BTreeMap::from([
        ("cap.polygon_sliver", vec!["sahana_tsunami.xml"]),
        ("cap.reference_sent", vec!["cma_37061441600000_20260801133303.xml"]),
        ("cap.very_likely", vec!["oasiscap_v1dot0_appendix_adot3.xml"]),
    ]);
    assert_eq!(noted, expected);
}

#[test]
fn what_was_read_is_written_and_read_back_equal() {
    let Some(samples) = samples("valid") else { return };
    for (name, bytes) in samples {
        let mut alert = cap::read(&bytes).unwrap().alert;
        let again = cap::read(cap::write(&alert).as_bytes()).unwrap().alert;
        alert.version = Version::V1_2;
        assert_eq!(again, alert, "{name}");
    }
}

#[test]
fn what_is_written_is_valid_by_the_schema() {
    let Some(samples) = samples("valid") else { return };
    if Command::new("xmllint").arg("--version").output().is_err() {
        return say("xmllint is not installed: written messages are not checked by the schema");
    }
    let schema = folder().unwrap().join("cap12.xsd");
    let scratch = tempfile::tempdir().unwrap();
    for (name, bytes) in samples {
        let file = scratch.path().join(&name);
        fs::write(&file, cap::write(&cap::read(&bytes).unwrap().alert)).unwrap();
        let check = Command::new("xmllint")
            .args(["--noout", "--nonet", "--huge", "--schema"])
            .args([&schema, &file])
            .output()
            .unwrap();
        assert!(check.status.success(), "{name}: {}", String::from_utf8_lossy(&check.stderr));
    }
}

#[test]
fn the_real_message_of_the_weather_bureau_is_understood() {
    let Some(samples) = samples("valid") else { return };
    let mut alert: Alert =
        cap::read(&samples["cma_37061441600000_20260801133303.xml"]).unwrap().alert;
    china::forget_forecaster(&mut alert);
    assert!(alert.infos.iter().all(|info| info.sender_name.is_none()));
    let profile = china::profile(&alert).unwrap();
    assert_eq!(profile.title, "蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重]");
    assert_eq!(profile.colour, Some(Colour::Red));
    assert_eq!(profile.event.map(|event| event.code.as_str()), Some("11B09"));
    assert_eq!(profile.areas, ["370614".parse().unwrap()]);
    assert!(!profile.ends);
    assert_eq!(profile.notes, []);
}

fn codes(parsed: &Parsed) -> Vec<&'static str> {
    parsed.notes.iter().map(cap::Note::code).collect()
}

/// Returns the samples of one kind by file name, or `None`, said aloud, when they are not there.
fn samples(kind: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let Some(folder) = folder() else {
        say("../shared/data/cap is absent: real CAP messages are not read");
        return None;
    };
    let files = fs::read_dir(folder.join(kind)).unwrap().map(|entry| entry.unwrap().path());
    Some(files.map(|file| (file_name(&file), fs::read(&file).unwrap())).collect())
}

/// Looks beside the project, and one level up for a work tree of it.
fn folder() -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/data/cap", "../../shared/data/cap"]
        .map(|folder| project.join(folder))
        .into_iter()
        .find(|folder| folder.is_dir())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Speaks past the capture of test output, in one piece beside other tests.
fn say(text: &str) {
    let _ = std::io::stderr().write_all(format!("skipped: {text}\n").as_bytes());
}
