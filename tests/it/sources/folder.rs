//! A folder into which somebody puts messages.

use std::{fs, io::Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::{far::cap, *};

const STEM: &str = "99010141600000_20260721180000_11B03_RED_Alert";

#[tokio::test]
async fn what_is_put_into_a_folder_is_taken_answered_and_put_away() {
    let drop = tempfile::tempdir().unwrap();
    let path = drop.path();
    fs::write(path.join(format!("{STEM}.zip")), zipped(&format!("{STEM}.xml"), &national()))
        .unwrap();
    fs::write(path.join("n1.cap"), cap("n1", "Alert", "", "Severe")).unwrap();
    let broken = path.join("broken.xml");
    fs::write(&broken, "<warning").unwrap();
    fs::File::open(&broken).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    // One that is still being written: its end is missing, and comes.
    let whole = zipped(&format!("{STEM}.xml"), &national());
    fs::write(path.join("growing.zip"), &whole[..whole.len() / 2]).unwrap();
    let settings = format!(
        "[[sources]]\nname = \"省平台\"\nkind = \"folder\"\nfolder = \"{}\"\nevery_s = 1\nsilent_after_s = 600\n",
        path.display()
    );
    let server = start(&settings).await;
    let desk = server.demo("dispatcher");
    let is_read = |source: &Value| source["accepted"] == 2 && source["refused"] == 1;
    source(&desk, "省平台", |source| is_read(source) && source["state"] == "heard").await;
    in_force(&desk, 2).await;
    until(SOON, "the files are put away", async || {
        path.join("refused/broken.xml").exists().then_some(())
    })
    .await;
    for put in [format!("taken/{STEM}.zip"), "taken/n1.cap".to_owned(), "growing.zip".to_owned()] {
        assert!(path.join(&put).exists(), "{put}");
    }
    let answer =
        |stem: &str| fs::read_to_string(path.join(format!("answers/{stem}_AI-1_0.xml"))).unwrap();
    assert!(answer(STEM).contains("<status>0</status>"));
    assert!(answer("broken").contains("<status>1</status>"), "{}", answer("broken"));
    fs::write(path.join("growing.zip"), &whole).unwrap();
    until(SOON, "what was growing is whole", async || {
        path.join("taken/growing.zip").exists().then_some(())
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_not_fed_any_more_is_silent() {
    let drop = tempfile::tempdir().unwrap();
    let beat = drop.path().join("heartbeat");
    let settings = format!(
        "[[sources]]\nname = \"省平台\"\nkind = \"folder\"\nfolder = \"{}\"\nevery_s = 1\nsilent_after_s = 3\n",
        drop.path().display()
    );
    let server = start(&settings).await;
    let desk = server.demo("dispatcher");
    source(&desk, "省平台", |source| source["state"] == "silent").await;
    fs::write(&beat, "").unwrap();
    callout(&desk, "预警信息源中断：省平台", "closed").await;
    assert!(beat.exists());
    server.stop().await;
}

fn national() -> String {
    "<?xml version='1.0' encoding='utf-8'?><warning>\
        <identifier>99010141600000_20260721180000</identifier><sender>示例县气象台</sender>\
        <senderCode>99010141600000</senderCode><msgType>Alert</msgType>\
        <title>示例县气象台发布暴雨红色预警信号</title><eventType>11B03</eventType>\
        <severity>RED</severity><effective>2026-07-21 18:00:00+08:00</effective>\
        <expires>2090-07-21 18:00:00+08:00</expires><description>雨势很大。</description>\
        <publishArea>990101</publishArea></warning>"
        .to_owned()
}

fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}
