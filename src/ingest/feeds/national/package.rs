//! A zip to the one file in it. Nothing of it is believed: neither sizes nor names.

use std::io::{Cursor, Read};

use zip::{ZipArchive, read::ZipFile};

use crate::ingest::{
    cap::fault::excerpt,
    feeds::{Fault, Problem},
};

/// Largest package, in bytes as it comes. A message is some kilobytes.
pub const MAX_PACKAGE: usize = 4 * 1024 * 1024;
/// Largest XML once inflated, in bytes, whatever the package says of its size.
pub const MAX_XML: usize = 4 * 1024 * 1024;
/// Entries that a package may list: the XML, and the folders that some tools add.
const MAX_ENTRIES: usize = 16;

/// Returns the name and contents of the one file.
pub(super) fn unpack(bytes: &[u8]) -> Result<(String, Vec<u8>), Fault> {
    if bytes.len() > MAX_PACKAGE {
        return Err(fault(Problem::TooLarge { what: "bytes", limit: MAX_PACKAGE }));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > MAX_ENTRIES {
        return Err(fault(Problem::TooLarge { what: "files", limit: MAX_ENTRIES }));
    }
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(unreadable)?;
        check_name(&entry)?;
        if !entry.is_dir() {
            files.push(index);
        }
    }
    let [index] = files[..] else {
        return Err(fault(Problem::Files { found: files.len() }));
    };
    let entry = archive.by_index(index).map_err(unreadable)?;
    let name = entry.name().map_err(unreadable)?.into_owned();
    let mut contents = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    let limit = u64::try_from(MAX_XML).unwrap_or(u64::MAX).saturating_add(1);
    entry.take(limit).read_to_end(&mut contents).map_err(unreadable)?;
    if contents.len() > MAX_XML {
        return Err(fault(Problem::TooLarge { what: "bytes of XML", limit: MAX_XML }));
    }
    Ok((name, contents))
}

/// A name with a folder in it is refused even though nothing is ever written by it: it is no mistake.
fn check_name(entry: &ZipFile<'_, Cursor<&[u8]>>) -> Result<(), Fault> {
    let name = entry.name().map_err(unreadable)?;
    let plain = name.strip_suffix('/').filter(|_| entry.is_dir()).unwrap_or(&name);
    let leads_away = plain.contains(['/', '\\', ':', '\0']) || plain.starts_with("..");
    if leads_away || entry.is_symlink() {
        return Err(fault(Problem::FileName { name: excerpt(&name) }));
    }
    Ok(())
}

fn unreadable(error: impl std::fmt::Display) -> Fault {
    fault(Problem::Archive { detail: excerpt(&error.to_string()) })
}

fn fault(problem: Problem) -> Fault {
    Fault::of_all("/", problem)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn the_one_file_is_taken_out() {
        assert_eq!(unpack(&packed(&[("a.xml", b"<a/>")])), Ok(("a.xml".into(), b"<a/>".to_vec())));
    }

    #[test]
    fn none_or_several_files_are_refused() {
        assert_eq!(refused(&packed(&[])), "feed.files");
        assert_eq!(refused(&packed(&[("a.xml", b""), ("b.xml", b"")])), "feed.files");
        let many: Vec<_> = (0..=MAX_ENTRIES).map(|number| format!("{number}.xml")).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert_eq!(refused(&packed(&many)), "feed.too_large");
    }

    #[test]
    fn a_name_that_leads_out_of_the_folder_is_refused() {
        for name in ["../a.xml", "/etc/a.xml", "a/b.xml", "a\\b.xml", "..\\a.xml", "C:a.xml"] {
            assert_eq!(refused(&packed(&[(name, b"<a/>")])), "feed.file_name", "{name}");
        }
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("a.xml", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert_eq!(refused(&writer.finish().unwrap().into_inner()), "feed.file_name");
    }

    #[test]
    fn a_bomb_is_stopped_at_its_bound_even_when_it_lies_about_its_size() {
        let mut bomb = packed(&[("a.xml", &vec![b' '; MAX_XML + 1])]);
        assert!(bomb.len() < 20_000, "{} bytes", bomb.len());
        assert_eq!(refused(&bomb), "feed.too_large");
        // The sizes stand little-endian in the headers: say that it holds one byte.
        let size = u32::try_from(MAX_XML + 1).unwrap().to_le_bytes();
        while let Some(at) = bomb.windows(4).position(|window| window == size) {
            bomb[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
        assert!(matches!(refused(&bomb), "feed.too_large" | "feed.archive"));
        assert_eq!(refused(&vec![0; MAX_PACKAGE + 1]), "feed.too_large");
    }

    #[test]
    fn what_is_no_zip_or_is_cut_is_refused() {
        let whole = packed(&[("a.xml", b"<a/>")]);
        for end in 0..whole.len() {
            assert_eq!(refused(&whole[..end]), "feed.archive", "{end} bytes");
        }
    }

    fn refused(bytes: &[u8]) -> &'static str {
        unpack(bytes).unwrap_err().code()
    }

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, contents) in files {
            writer.start_file(*name, options).unwrap();
            writer.write_all(contents).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}
