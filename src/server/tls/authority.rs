//! A certificate authority, and the certificates that it signs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// How long certificates are valid, and by how much a client's clock may be behind.
const LEAF_DAYS: u32 = 397;
pub(super) const AUTHORITY_DAYS: u32 = 5 * 365;
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An authority.
pub(super) struct Authority {
    /// Its certificate.
    pub(super) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// One key for all certificates, since they are all for this server.
    key: KeyPair,
}

impl Authority {
    /// A new one.
    pub(super) fn new() -> Result<Self, rcgen::Error> {
        let (params, key) = (authority_params(), KeyPair::generate()?);
        let certificate = params.self_signed(&key)?;
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        Ok(Self { pem, der, issuer: Issuer::new(params, key), key: KeyPair::generate()? })
    }

    /// The one of that certificate and that key, both PEM.
    pub(super) fn from_pem(pem: String, key: &str) -> Result<Self, String> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| error.to_string())?;
        let made = KeyPair::from_pem(key).and_then(|key| Ok((key, KeyPair::generate()?)));
        let (issuer, key) = made.map_err(|error| error.to_string())?;
        Ok(Self { pem, der: der.into_owned(), issuer: Issuer::new(authority_params(), issuer), key })
    }

    /// The key that signs, as PEM.
    pub(super) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// A certificate for that name, or, without a name, for the usual names and addresses of this machine.
    pub(super) fn config(
        &self,
        name: Option<&str>,
        local: Option<IpAddr>,
    ) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error>> {
        let mut params = params(name.unwrap_or("localhost"), LEAF_DAYS);
        let mut names = match name {
            Some(name) => vec![SanType::DnsName(name.try_into()?)],
            None => vec![SanType::DnsName("localhost".try_into()?)],
        };
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let more = local.into_iter().filter(|ip| !ip.is_loopback() || !loopback.contains(ip));
        names.extend(loopback.into_iter().chain(more).map(SanType::IpAddress));
        params.subject_alt_names = names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Python 3.13 wants the authority's key identifier.
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&self.key, &self.issuer)?;
        let chain = vec![leaf.der().clone(), self.der.clone()];
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        Ok(super::config(chain, key.into())?)
    }
}

/// The same at each start, so that a kept key goes on where it was.
fn authority_params() -> CertificateParams {
    let mut params = params("fauxidp local authority", AUTHORITY_DAYS);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params
}

fn params(name: &str, days: u32) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    // A common name has at most 64 characters.
    subject.push(DnType::CommonName, name.chars().take(64).collect::<String>());
    params.distinguished_name = subject;
    let now = SystemTime::now();
    params.not_before = (now - DAY).into();
    params.not_after = (now + DAY * days).into();
    params
}
