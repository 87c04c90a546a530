//! Why Redis did not do what it was asked, told apart by what can be done about it.

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// No variant holds a password: Redis repeats none, and the settings' own text is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Trying again cannot help: the settings, or the rights of the user in Redis, are at fault.
    #[error("Redis refuses this node: {0}")]
    Refused(String),
    /// It may work later.
    #[error("Redis cannot be reached: {0}")]
    Unreachable(String),
    /// It was reached, and answered what makes no sense here.
    #[error("Redis answered: {0}")]
    Unfit(String),
}

impl Error {
    /// Tells whether the connection is of no more use.
    pub(super) fn is_final(error: &RedisError) -> bool {
        error.is_io_error()
            || error.is_unrecoverable_error()
            || error.is_cluster_error()
            || matches!(error.kind(), ErrorKind::Server(ServerErrorKind::ReadOnly))
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        let said = error.to_string();
        let code = error.code().unwrap_or_default();
        if matches!(error.kind(), ErrorKind::AuthenticationFailed)
            || ["WRONGPASS", "NOAUTH"].contains(&code)
            || said.contains("WRONGPASS")
        {
            let remedy = "the user or the password is wrong; set redis_url as redis://user:password@host:port";
            return Error::Refused(remedy.to_owned());
        }
        if code == "NOPERM" {
            return Error::Refused(format!(
                "{said}; the user needs ~jiaoying:* &jiaoying:* +@pubsub +@connection +@hash +@geo +@scripting +zrem"
            ));
        }
        if said.contains("invalid peer certificate") {
            return Error::Refused(format!(
                "{said}; name the authority that signed it: rediss://host:port?ca=/path/to/ca.pem"
            ));
        }
        if matches!(error.kind(), ErrorKind::RESP3NotSupported) {
            return Error::Refused(format!("{said}; Redis 6 or newer is needed"));
        }
        if said.contains("unknown command") {
            let remedy = "a cluster needs Redis 7 or newer";
            return Error::Refused(format!("{said}; {remedy}"));
        }
        if error.is_io_error() || error.is_unrecoverable_error() || error.is_cluster_error() {
            return Error::Unreachable(said);
        }
        Error::Unfit(said)
    }
}
