//! How this node speaks TLS to servers: always with the certificate and the name in it checked, since encryption
//! with anybody who happens to answer would protect nothing.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// Returns how a client encrypts that trusts `roots`.
pub fn client(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring offers the usual versions of TLS");
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// Returns the authorities that the system trusts. A machine without any still reaches servers that do not
/// encrypt; others say why they fail.
pub fn system_roots() -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    store
}
