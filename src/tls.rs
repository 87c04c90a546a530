//! How connections to other servers are encrypted: whom to trust, and by what means.
//!
//! Invariant: the certificate and the name in it are always checked. Encryption with anybody who happens to
//! answer would protect nothing.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Returns how a client encrypts.
pub fn client(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring offers the usual versions of TLS");
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// Returns the authorities that the system trusts. A machine without any still reaches servers that do not
/// encrypt; others say why they fail.
pub fn roots_of_system() -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    store
}

/// Reads the authorities in a PEM file; says what is wrong with it.
pub fn roots_of_file(file: &str) -> Result<RootCertStore, String> {
    let wrong = |why: String| format!("{file}: {why}");
    let mut store = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    for certificate in found {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        store.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(wrong("holds no certificate in PEM form".into()));
    }
    Ok(store)
}
