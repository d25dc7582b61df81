//! TLS on the same port: our own certificate authority, needed first when it is used, and a certificate per name.

mod authority;
mod kept;

use std::fs;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lru::LruCache;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::keep::Keep;

use authority::Authority;

/// The maximum number of server names whose certificates are cached; beyond it, the least recently used one is dropped.
const MAX_NAMES: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");

/// What answers TLS handshakes.
pub struct Tls(Kind);

enum Kind {
    /// Our own authority, created or read when it is first needed.
    Own {
        keep: Keep,
        authority: OnceLock<Result<Box<Authority>, String>>,
        configs: Mutex<LruCache<String, Arc<ServerConfig>>>,
    },
    /// A certificate that was given.
    Given { pem: String, config: Arc<ServerConfig> },
}

/// Why a given certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file does not hold what is expected.
    #[error("{}: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Tls {
    /// Our own authority, created or read on first use.
    pub fn own(keep: Keep) -> Self {
        Self(Kind::Own { keep, authority: OnceLock::new(), configs: Mutex::new(LruCache::new(MAX_NAMES)) })
    }

    /// A given certificate with its chain, and its key, both PEM.
    ///
    /// # Errors
    /// [`TlsError`] names the file.
    pub fn given(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|error| TlsError::Unreadable { path: path.to_owned(), error })
        };
        let unusable = |path: &Path, reason: String| TlsError::Unusable { path: path.to_owned(), reason };
        let (pem, key_pem) = (read(certificate)?, read(key)?);
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(unusable(certificate, "the file contains no certificate".to_owned()));
        }
        let private =
            PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|error| unusable(key, error.to_string()))?;
        let config = config(chain, private).map_err(|error| unusable(key, error))?;
        Ok(Self(Kind::Given { pem, config }))
    }

    /// The certificate that a client must trust, as PEM.
    ///
    /// # Errors
    /// Why it could not be created.
    pub fn certificate(&self) -> Result<String, String> {
        match &self.0 {
            Kind::Own { authority, keep, .. } => Ok(made(authority, keep)?.pem.clone()),
            Kind::Given { pem, .. } => Ok(pem.clone()),
        }
    }

    /// Answers one handshake. `local` is the address that the client connected to.
    pub(super) async fn accept<S>(&self, stream: S, local: Option<IpAddr>) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let hello = start.client_hello();
        let config = self.config_for(hello.server_name(), local).map_err(io::Error::other)?;
        start.into_stream(config).await
    }

    fn config_for(&self, name: Option<&str>, local: Option<IpAddr>) -> Result<Arc<ServerConfig>, String> {
        let (authority, configs) = match &self.0 {
            Kind::Own { authority, configs, keep } => (made(authority, keep)?, configs),
            Kind::Given { config, .. } => return Ok(Arc::clone(config)),
        };
        // A client that connects to an address sends no name.
        let key = name.map_or_else(|| local.map(|ip| ip.to_string()).unwrap_or_default(), str::to_ascii_lowercase);
        let mut configs = configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&key) {
            return Ok(Arc::clone(config));
        }
        let config = authority.config(name, local).map_err(|error| error.to_string())?;
        configs.put(key, Arc::clone(&config));
        Ok(config)
    }
}

fn made<'a>(authority: &'a OnceLock<Result<Box<Authority>, String>>, keep: &Keep) -> Result<&'a Authority, String> {
    authority.get_or_init(|| kept::authority(keep).map(Box::new)).as_deref().map_err(Clone::clone)
}

fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Arc<ServerConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_certificate_and_the_number_of_names_is_bounded() {
        let tls = Tls::own(Keep::Nowhere);
        let first = tls.config_for(Some("a.test"), None).unwrap();
        assert!(Arc::ptr_eq(&first, &tls.config_for(Some("A.test"), None).unwrap()));
        for number in 0..2 * MAX_NAMES.get() {
            tls.config_for(Some("kept.test"), None).unwrap();
            tls.config_for(Some(&format!("n{number}.test")), None).unwrap();
        }
        let Kind::Own { configs, .. } = &tls.0 else { panic!("not its own") };
        let configs = configs.lock().unwrap();
        assert_eq!(configs.len(), MAX_NAMES.get());
        assert!(configs.contains("kept.test") && !configs.contains("a.test"), "the least recently used goes");
    }

    #[test]
    fn the_authority_is_made_once() {
        let tls = Tls::own(Keep::Nowhere);
        assert_eq!(tls.certificate().unwrap(), tls.certificate().unwrap());
        assert!(tls.certificate().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    }
}
