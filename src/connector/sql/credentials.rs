//! Who the program is to the database.

use secrecy::{ExposeSecret, SecretString};

/// A user and their password. Neither is printed.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(super) user: SecretString,
    pub(super) password: SecretString,
}

impl Credentials {
    pub fn new(user: SecretString, password: SecretString) -> Self {
        Self { user, password }
    }

    /// From `user:password`, as a secret holds them. None without a colon.
    pub fn parse(secret: &SecretString) -> Option<Self> {
        let (user, password) = secret.expose_secret().trim_end_matches(['\r', '\n']).split_once(':')?;
        Some(Self::new(user.to_owned().into(), password.to_owned().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_hold_colons_and_is_not_printed() {
        let credentials = Credentials::parse(&"crm:s3:cret\n".to_owned().into()).unwrap();
        assert_eq!(credentials.password.expose_secret(), "s3:cret");
        assert!(!format!("{credentials:?}").contains("s3:"));
        assert!(Credentials::parse(&"crm".to_owned().into()).is_none());
    }
}
