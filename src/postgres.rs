//! The way to PostgreSQL for all who keep something there: address, encryption, sessions and their time limits.
//!
//! Invariants: a password is in no log, error or `Debug`; where a connection is encrypted, the server has shown a
//! certificate for its name; no session holds others up for longer than its limits when its owner stands still.

use std::{error::Error as _, fmt, sync::Arc, time::Duration};

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    RecyclingMethod, Runtime,
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{
    Config, NoTls,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::tls;

/// Sessions open at once, besides the one that appends: reads take milliseconds, and a server of a hundred
/// sessions has to do for several nodes. Who finds none free waits for [`WAIT_MAX`].
const SESSIONS_MAX: usize = 8;
/// How long to wait for a free session.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a new connection may take: a server on the same network answers in milliseconds.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// How long what was sent may stay unacknowledged before the connection counts as cut.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(5);
/// How long a quiet connection goes without a sign of life.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(15);

/// What every session begins with.
///
/// A session that stands still inside a transaction is ended after two seconds, so that a node that is paused
/// does not hold up the others; whoever waits for it waits a little longer than that, and no more.
const SETTINGS: &str = "
    SET synchronous_commit = on;
    SET idle_in_transaction_session_timeout = '2s';
    SET lock_timeout = '4s';
    SET statement_timeout = '30s';
    SET default_transaction_isolation = 'read committed';
    SET client_min_messages = error";

/// Why a `database_url` cannot be used. It repeats nothing of the URL that could be part of a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    #[error("begin with postgres://, as in postgres://jiaoying:password@127.0.0.1/jiaoying")]
    Scheme,
    #[error(
        "it cannot be read ({0}); write it as postgres://user:password@host:5432/name?sslmode=require, and \
         special characters of the password as %40 (@), %3A (:), %2F (/), %3F (?)"
    )]
    Unreadable(String),
    #[error("name the {0}, as in postgres://jiaoying:password@127.0.0.1/jiaoying")]
    Missing(&'static str),
    #[error("sslmode: use disable, prefer, require or verify-full")]
    SslMode,
    #[error("sslrootcert: {0}")]
    RootCertificate(String),
}

/// Why PostgreSQL did not do something.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("no connection to PostgreSQL at {address}: {why}")]
    Unreachable { address: Arc<str>, why: String },
    #[error("{}", with_causes(.0))]
    Refused(#[from] tokio_postgres::Error),
    #[error("PostgreSQL has not answered within {0:?}")]
    Silent(Duration),
}

/// A database that connections can be had to. Cloning it shares them.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    address: Arc<str>,
}

impl Database {
    /// Prepares connections to the database of `url`; none is made yet.
    pub fn new(url: &str) -> Result<Self, BadUrl> {
        let Address { config, roots: ca } = read(url)?;
        let address = address(&config).into();
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = if config.get_ssl_mode() == SslMode::Disable {
            Manager::from_config(config, NoTls, settings)
        } else {
            Manager::from_config(config, MakeRustlsConnect::new(tls::client(roots(ca)?)), settings)
        };
        Ok(Self { pool: pool(manager), address })
    }

    /// Tells what is wrong with a URL, as far as that shows without connecting.
    pub fn check(url: &str) -> Result<(), BadUrl> {
        read(url).map(drop)
    }

    /// Returns a session for a moment; it goes back to the others when it is dropped.
    pub async fn session(&self) -> Result<Object, DatabaseError> {
        self.pool.get().await.map_err(|error| self.unreachable(error))
    }

    /// Returns a session for good; dropping it closes the connection, and so rolls back what was begun.
    pub async fn own_session(&self) -> Result<ClientWrapper, DatabaseError> {
        self.session().await.map(Object::take)
    }

    /// Says why a database that answers is of no use.
    pub fn unusable(&self, why: String) -> DatabaseError {
        DatabaseError::Unreachable { address: Arc::clone(&self.address), why }
    }

    fn unreachable(&self, error: PoolError) -> DatabaseError {
        let address = Arc::clone(&self.address);
        let why = match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                advice(with_causes(&error))
            }
            PoolError::Timeout(_) => format!("no answer within {CONNECT_MAX:?}"),
            PoolError::PostCreateHook(_) | PoolError::Closed | PoolError::NoRuntimeSpecified => {
                error.to_string()
            }
        };
        DatabaseError::Unreachable { address, why }
    }
}

/// Names host, port and database, and nobody's password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.address).finish()
    }
}

/// Waits for an answer no longer than `limit`: a server that is paused must not stop a node's clock.
pub async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, DatabaseError> {
    let answer = tokio::time::timeout(limit, answer).await;
    Ok(answer.map_err(|_| DatabaseError::Silent(limit))??)
}

/// Makes the sessions' pool; each session begins with its settings.
fn pool(manager: Manager) -> Pool {
    let begin = Hook::async_fn(|client: &mut ClientWrapper, _| {
        Box::pin(async { client.batch_execute(SETTINGS).await.map_err(HookError::Backend) })
    });
    Pool::builder(manager)
        .max_size(SESSIONS_MAX)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT_MAX))
        .create_timeout(Some(CONNECT_MAX))
        .recycle_timeout(Some(CONNECT_MAX))
        .post_create(begin)
        .build()
        .expect("a pool with time limits was given its runtime")
}

/// A URL taken apart.
struct Address {
    config: Config,
    /// File of the authorities that are trusted; those of the system where there is none.
    roots: Option<String>,
}

fn read(url: &str) -> Result<Address, BadUrl> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(BadUrl::Scheme);
    }
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    if query.contains('@') {
        return Err(BadUrl::Unreadable("a `?` stands before the `@`".into()));
    }
    let mut roots = None;
    let mut kept = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", file)) => roots = Some(decoded(file)?),
            // Certificates are always checked with the name, so this asks for what there is anyway.
            Some(("sslmode", "verify-full" | "verify-ca")) => kept.push("sslmode=require"),
            Some(_) | None => kept.push(parameter),
        }
    }
    let mut config: Config =
        format!("{base}?{}", kept.join("&")).parse().map_err(|error| unreadable(&error))?;
    if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
        return Err(BadUrl::Unreadable("there are two `@`".into()));
    }
    for (missing, what) in [
        (config.get_hosts().is_empty(), "host"),
        (config.get_user().is_none(), "user"),
        (config.get_dbname().is_none(), "database"),
    ] {
        if missing {
            return Err(BadUrl::Missing(what));
        }
    }
    if let Some(file) = &roots {
        trusted(file)?;
    }
    config.connect_timeout(CONNECT_MAX).keepalives_idle(KEEPALIVE_AFTER);
    config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
    if config.get_application_name().is_none() {
        config.application_name("jiaoying");
    }
    Ok(Address { config, roots })
}

/// Words what the parser says, which names options and never their values.
fn unreadable(error: &tokio_postgres::Error) -> BadUrl {
    let why = error.source().map(ToString::to_string).unwrap_or_default();
    if why.contains("sslmode") { BadUrl::SslMode } else { BadUrl::Unreadable(why) }
}

/// Undoes %-escapes.
fn decoded(text: &str) -> Result<String, BadUrl> {
    let wrong = || BadUrl::RootCertificate("the %-escapes are not UTF-8 in two digits each".into());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(*first);
        if *first == b'%' {
            let digits =
                rest.get(..2).and_then(|two| str::from_utf8(two).ok()).ok_or_else(wrong)?;
            bytes.pop();
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
            rest = &rest[2..];
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// Returns the authorities that are trusted: those in a file, or the system's.
fn roots(file: Option<String>) -> Result<RootCertStore, BadUrl> {
    if let Some(file) = file {
        return trusted(&file);
    }
    Ok(tls::system_roots())
}

fn trusted(file: &str) -> Result<RootCertStore, BadUrl> {
    let wrong = |why: String| BadUrl::RootCertificate(format!("{file}: {why}"));
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

fn address(config: &Config) -> String {
    let hosts = config.get_hosts().iter().zip(config.get_ports().iter().cycle());
    let hosts: Vec<String> = hosts
        .map(|(host, port)| match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    format!("{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

/// Adds what to do about a certificate that nobody vouches for: Debian's servers come with such a one.
fn advice(why: String) -> String {
    if why.contains("certificate") {
        return format!(
            "{why}; name the authority's certificate in database_url (?sslrootcert=/path/ca.pem), or turn \
             encryption off where the server is this machine (?sslmode=disable)"
        );
    }
    why
}

/// Returns an error with its causes: by itself it says only which layer failed.
pub fn with_causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        text = format!("{text}: {found}");
        cause = found.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_with_what_it_leaves_out() {
        let address =
            read("postgres://jiaoying:s%40crt@db.local/county?sslmode=verify-full").unwrap();
        assert_eq!(address.config.get_password(), Some(b"s@crt".as_slice()));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.config.get_application_name(), Some("jiaoying"));
        assert_eq!(super::address(&address.config), "db.local:5432/county");
    }

    #[test]
    fn every_fault_of_a_url_is_named_without_the_password() {
        for (url, named) in [
            ("mysql://u:s3cret@h/d", "begin with postgres://"),
            ("host=h user=u password=s3cret", "begin with postgres://"),
            ("postgres://u:s3cret@h:port/d", "port"),
            ("postgres://u:s3cret@h/d?sslmode=maybe", "sslmode"),
            ("postgres://u:s3cret@h/d?colour=red", "colour"),
            ("postgres://u:s3cret@h", "database"),
            ("postgres://h/d", "user"),
            ("postgres://u:s3cret@/d", "host"),
            ("postgres://u:s3cret?x@h/d", "%3F"),
            ("postgres://u:x@s3cret@h/d", "%40"),
            ("postgres://u:s3cret@h/d?sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
            ("postgres://u:s3cret@h/d?sslrootcert=%zz", "sslrootcert"),
        ] {
            let fault = Database::new(url).map(drop).unwrap_err().to_string();
            assert!(fault.contains(named), "{url}: {fault}");
            assert!(!fault.contains("s3cret"), "{url}: {fault}");
            assert_eq!(Database::check(url).unwrap_err().to_string(), fault);
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a ca.pem");
        std::fs::write(&file, "not a certificate").unwrap();
        let named = file.display().to_string().replace(' ', "%20");
        let fault = Database::check(&format!("postgres://u@h/d?sslrootcert={named}")).unwrap_err();
        assert!(fault.to_string().contains("holds no certificate"), "{fault}");
    }

    #[tokio::test]
    async fn nothing_that_is_printed_shows_the_password() {
        let database = Database::new("postgres://u:s3cret@127.0.0.1:1/d?sslmode=disable").unwrap();
        let error = database.session().await.map(drop).unwrap_err();
        for printed in [format!("{database:?}"), format!("{error:?}"), error.to_string()] {
            assert!(printed.contains("127.0.0.1:1/d"), "{printed}");
            assert!(!printed.contains("s3cret"), "{printed}");
        }
    }
}
