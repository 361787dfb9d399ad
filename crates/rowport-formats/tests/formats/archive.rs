//! Archives hold exactly the files that they were given.

use std::io::{Cursor, Read};

use rowport_formats::Archive;

fn archived(files: &[(&str, Vec<u8>)], piece: usize) -> Vec<u8> {
    let (mut archive, mut out) = (Archive::new(), Vec::new());
    for (name, bytes) in files {
        archive.begin(name, &mut out);
        for piece in bytes.chunks(piece) {
            archive.write(piece, &mut out).unwrap();
        }
        archive.end(&mut out).unwrap();
    }
    archive.finish(&mut out);
    out
}

#[test]
fn files_read_back_whole_under_their_names() {
    let lines: String = (0..400_000).map(|number| format!("{number},line\n")).collect();
    let files = [
        ("shop/größe.csv", b"a,b\n".to_vec()),
        ("shop/empty.csv", Vec::new()),
        ("shop/many.csv", lines.into_bytes()),
        ("manifest.json", b"{}".to_vec()),
    ];
    let bytes = archived(&files, 10_000);
    assert!(bytes.len() < 2_500_000, "it is packed: {}", bytes.len());
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(archive.len(), files.len());
    for (index, (name, expected)) in files.iter().enumerate() {
        let mut file = archive.by_index(index).unwrap();
        let mut found = Vec::new();
        // The reader compares the checksum.
        file.read_to_end(&mut found).unwrap();
        assert_eq!((file.name().unwrap().as_ref(), &found), (*name, expected));
    }
}

#[test]
fn an_archive_without_files_is_one() {
    assert!(zip::ZipArchive::new(Cursor::new(archived(&[], 1))).unwrap().is_empty());
}
