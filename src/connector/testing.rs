//! Third parties over TLS, on this machine.

use std::sync::Arc;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// Made for these tests: for `party.example` and 127.0.0.1, from 2020 to 2120.
pub const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBmTCCAT6gAwIBAgIUK1+w3i7j/pfzzs6lroTxxoyZIS0wCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNcGFydHkuZXhhbXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIw
MDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNcGFydHkuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABPFnZY5LqBISP3lonTzva7sr3rKwVa6FxkbJeGtSfpnM
8YcngqHteaWPHQPO0ZbeGorZi9Tw1YeUa4OpoSk02C2jZDBiMB4GA1UdEQQXMBWC
DXBhcnR5LmV4YW1wbGWHBH8AAAEwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggr
BgEFBQcDATAdBgNVHQ4EFgQU8Nb2Kia9PBeS0sIc67O4CscKYdUwCgYIKoZIzj0E
AwIDSQAwRgIhAKPSPZEi332t0NuCaV/ZWRZ88uTQ7yX3FvCM7FE/XoMOAiEA3QWd
r3gVkQsFAOl51U+tQBPo7UJCnqazLVhcJlf64aE=
-----END CERTIFICATE-----
";
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgae0FKpI7G/RwRoJn
THsK7lYgXXAtivO4ZdzbUA5803KhRANCAATxZ2WOS6gSEj95aJ0872u7K96ysFWu
hcZGyXhrUn6ZzPGHJ4Kh7Xmljx0DztGW3hqK2YvU8NWHlGuDqaEpNNgt
-----END PRIVATE KEY-----
";

/// Speaks TLS with that certificate.
pub fn tls_server() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(PRIVATE_KEY.as_bytes()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}
