//! The company itself.

use crate::graphql::{enums::Locale, scalars::Duration};
use async_graphql::{Object, SimpleObject};
use entity::{controller, json};
use std::sync::Arc;

pub struct Controller(pub Arc<controller::Model>);

/// The company that answers for the data (Art. 4(7)).
#[Object]
impl Controller {
    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its number in the companies register.
    async fn registration_number(&self) -> Option<&str> {
        self.0.registration_number.as_deref()
    }

    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// ISO 3166-1 alpha-2.
    async fn country(&self) -> &str {
        &self.0.country
    }

    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    async fn website(&self) -> Option<&str> {
        self.0.website.as_deref()
    }

    async fn data_protection_officer(&self) -> Option<Contact> {
        self.0.data_protection_officer.as_ref().map(Contact::from)
    }

    /// In the EU, when the company itself is outside it (Art. 27).
    async fn representative(&self) -> Option<Contact> {
        self.0.representative.as_ref().map(Contact::from)
    }

    /// Where customers can complain (Art. 77).
    async fn supervisory_authority(&self) -> Option<Contact> {
        self.0.supervisory_authority.as_ref().map(Contact::from)
    }

    /// The language of names that carry no translation.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// IANA name, such as `Europe/Stockholm`. Deadlines are counted in it.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The month, 1 to 12, in which the fiscal year ends. Bookkeeping retention counts from it.
    async fn fiscal_year_end_month(&self) -> i32 {
        self.0.fiscal_year_end_month
    }

    /// The grace period of requirements that set none.
    async fn default_grace(&self) -> Duration {
        Duration(self.0.default_grace.clone())
    }
}

/// A person or body to write to. Not a customer.
#[derive(Clone, Debug, SimpleObject)]
pub struct Contact {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

impl From<&json::Contact> for Contact {
    fn from(of: &json::Contact) -> Self {
        let json::Contact { name, email, phone, address } = of.clone();
        Self { name, email, phone, address }
    }
}
