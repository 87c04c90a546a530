//! Certificates of the test's own.

use std::{path::Path, process::Command};

/// Makes two authorities, and a certificate for this machine signed by the first.
pub fn certify(dir: &Path) {
    for name in ["ca", "other"] {
        openssl(
            dir,
            &format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"
            ),
        );
    }
    openssl(
        dir,
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=node -addext subjectAltName=IP:127.0.0.1 -keyout node.key -out node.csr",
    );
    openssl(
        dir,
        "x509 -req -in node.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out node.pem",
    );
}

fn openssl(dir: &Path, words: &str) {
    let run = Command::new("openssl").args(words.split(' ')).current_dir(dir).output();
    let run = run.expect("install openssl");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
