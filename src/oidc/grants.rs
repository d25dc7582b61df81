//! Which grants a provider serves, with which client authentication: one table, from which discovery is printed and
//! which the token endpoint asks. Knows no provider.

/// How tokens can be got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names of the specifications
pub enum Grant {
    AuthorizationCode,
    Implicit,
    RefreshToken,
    ClientCredentials,
    Password,
    DeviceCode,
    JwtBearer,
    TokenExchange,
}

/// How a client shows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names of the specifications
pub enum ClientAuth {
    Basic,
    Post,
    SecretJwt,
    PrivateKeyJwt,
    None,
}

impl Grant {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::AuthorizationCode,
        Self::Implicit,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::Password,
        Self::DeviceCode,
        Self::JwtBearer,
        Self::TokenExchange,
    ];

    /// Its name in `grant_type` and in discovery.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The grant of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }
}

impl ClientAuth {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Basic, Self::Post, Self::SecretJwt, Self::PrivateKeyJwt, Self::None];

    /// Its name in discovery.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::SecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// What a provider serves: for each grant, with which client authentication.
#[derive(Debug, Clone, Copy)]
pub struct Served(pub &'static [(Grant, &'static [ClientAuth])]);

impl Served {
    /// Whether the grant is served with that client authentication.
    pub fn has(&self, grant: Grant, auth: ClientAuth) -> bool {
        self.0.iter().any(|(known, auths)| *known == grant && auths.contains(&auth))
    }

    /// The names of the grants, in the table's order.
    pub fn grant_types(&self) -> Vec<&'static str> {
        self.0.iter().map(|(grant, _)| grant.as_str()).collect()
    }

    /// The names of the client authentications that some grant at the token endpoint has.
    pub fn client_auths(&self) -> Vec<&'static str> {
        let has =
            |auth: &ClientAuth| self.0.iter().any(|(grant, auths)| *grant != Grant::Implicit && auths.contains(auth));
        ClientAuth::ALL.into_iter().filter(has).map(ClientAuth::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovery_lists_what_the_table_has() {
        let served = Served(&[
            (Grant::Implicit, &[ClientAuth::None]),
            (Grant::ClientCredentials, &[ClientAuth::PrivateKeyJwt, ClientAuth::Basic]),
        ]);
        assert_eq!(served.grant_types(), ["implicit", "client_credentials"]);
        assert_eq!(served.client_auths(), ["client_secret_basic", "private_key_jwt"]);
        assert!(served.has(Grant::ClientCredentials, ClientAuth::Basic));
        assert!(!served.has(Grant::ClientCredentials, ClientAuth::None));
        assert!(!served.has(Grant::Password, ClientAuth::Basic));
    }

    #[test]
    fn every_grant_is_found_by_its_name() {
        assert!(Grant::ALL.into_iter().all(|grant| Grant::parse(grant.as_str()) == Some(grant)));
        assert_eq!(Grant::parse("hybrid"), None);
    }
}
