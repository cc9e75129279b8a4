//! Who asks: callers with real tokens and the headers of their choice.

use super::{
    TestApp,
    app::{KEY, LONGEST},
};
use kartotek::auth::{LocalKey, TokenRequest};
use std::net::IpAddr;

/// Somebody who asks.
#[derive(Clone)]
pub struct Client<'a> {
    pub app: &'a TestApp,
    pub token: Option<String>,
    pub purpose: Option<String>,
    pub reason: Option<String>,
    pub request_id: Option<String>,
    pub address: IpAddr,
}

/// A token's content before anything is wrong with it.
pub fn claims(roles: &[&str]) -> TokenRequest {
    let who = roles.join("-").to_ascii_lowercase();
    TokenRequest {
        issuer: LocalKey::ISSUER.to_owned(),
        audience: LocalKey::AUDIENCE.to_owned(),
        subject: format!("test-{who}"),
        name: Some(format!("Test {who}")),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        scopes: Vec::new(),
        customer: None,
        lifetime_seconds: LONGEST,
    }
}

impl TestApp {
    /// Bears no token.
    pub fn stranger(&self) -> Client<'_> {
        Client {
            app: self,
            token: None,
            purpose: None,
            reason: None,
            request_id: None,
            address: "192.0.2.17".parse().unwrap(),
        }
    }

    /// Bears a token with this in it, signed with the server's key.
    pub fn bearer(&self, claims: &TokenRequest) -> Client<'_> {
        let token = KEY.mint(claims, self.now().timestamp()).unwrap();
        Client { token: Some(token), ..self.stranger() }
    }

    /// Bears these roles, and states no purpose.
    pub fn roles(&self, roles: &[&str]) -> Client<'_> {
        self.bearer(&claims(roles))
    }

    /// Serves customers, and says so.
    pub fn agent(&self) -> Client<'_> {
        self.roles(&["AGENT"]).for_purpose("DELIVER_SERVICE")
    }

    pub fn compliance(&self) -> Client<'_> {
        self.roles(&["COMPLIANCE"])
    }

    pub fn auditor(&self) -> Client<'_> {
        self.roles(&["AUDITOR"])
    }

    pub fn admin(&self) -> Client<'_> {
        self.roles(&["ADMIN"])
    }

    /// A script that may call these root fields.
    pub fn script(&self, scopes: &[&str]) -> Client<'_> {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.bearer(&TokenRequest { scopes, ..claims(&["SERVICE"]) }).for_purpose("DELIVER_SERVICE")
    }

    /// The customer of this number.
    pub fn customer_user(&self, reference: &str) -> Client<'_> {
        self.bearer(&TokenRequest { customer: Some(reference.to_owned()), ..claims(&["CUSTOMER"]) })
    }
}

impl Client<'_> {
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub fn for_purpose(self, purpose: &str) -> Self {
        Self { purpose: Some(purpose.to_owned()), ..self }
    }

    pub fn without_purpose(self) -> Self {
        Self { purpose: None, ..self }
    }

    pub fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    pub fn request_id(self, id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), ..self }
    }

    pub fn from(self, address: &str) -> Self {
        Self { address: address.parse().unwrap(), ..self }
    }
}
