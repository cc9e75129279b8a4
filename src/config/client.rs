//! What client commands are told by the environment: where the server is, and the token that says who they are.

use crate::auth::is_open_to_others;
use secrecy::SecretString;
use std::{
    fs::File,
    io,
    io::Read,
    path::{Path, PathBuf},
};

/// The longest token file that is read.
const LONGEST: u64 = 64 << 10;

/// The settings of commands that ask a server, as `KARTOTEK_…` variables. They need none of the server's own.
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// `KARTOTEK_ENDPOINT`, as it was written.
    pub endpoint: Option<String>,
    /// `KARTOTEK_TOKEN`. Never on the command line, where others on this machine can see it.
    token: Option<SecretString>,
    /// `KARTOTEK_TOKEN_FILE`
    token_file: Option<PathBuf>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// Nobody has said which.
    #[error(
        "there is no token: set KARTOTEK_TOKEN, or KARTOTEK_TOKEN_FILE to the path of a file that holds one"
    )]
    Unset,
    /// Two places say it.
    #[error("set KARTOTEK_TOKEN or KARTOTEK_TOKEN_FILE, not both")]
    Both,
    /// The file cannot be read.
    #[error("cannot read the token in {path} (KARTOTEK_TOKEN_FILE)")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ClientSettings {
    /// Those of this process.
    #[must_use]
    pub fn load() -> Self {
        Self::of(super::environment())
    }

    /// Those by this environment. An empty variable counts as not set.
    pub fn of(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut settings = Self::default();
        for (name, text) in environment.into_iter().filter(|(_, text)| !text.is_empty()) {
            match name.as_str() {
                "KARTOTEK_ENDPOINT" => settings.endpoint = Some(text),
                "KARTOTEK_TOKEN" => settings.token = Some(text.into()),
                "KARTOTEK_TOKEN_FILE" => settings.token_file = Some(text.into()),
                _ => {}
            }
        }
        settings
    }

    /// The file that the token is read from, if others on this machine may read it as well.
    #[must_use]
    pub fn token_file_open_to_others(&self) -> Option<&Path> {
        let path = self.token_file.as_deref()?;
        let file = File::open(path).ok()?;
        is_open_to_others(&file).unwrap_or_default().then_some(path)
    }

    /// The token, read from its file where that is named.
    ///
    /// # Errors
    /// When there is none, or two.
    pub fn token(&self) -> Result<SecretString, NoToken> {
        match (&self.token, &self.token_file) {
            (Some(_), Some(_)) => Err(NoToken::Both),
            (Some(token), None) => Ok(token.clone()),
            (None, Some(path)) => {
                let mut text = String::new();
                let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
                read.map_err(|source| NoToken::Read { path: path.clone(), source })?;
                Ok(text.trim().into())
            }
            (None, None) => Err(NoToken::Unset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn of(environment: &[(&str, &str)]) -> ClientSettings {
        ClientSettings::of(environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn a_token_has_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "of-a-file\n").unwrap();
        let (file, missing) = (file.to_str().unwrap(), folder.path().join("none"));
        let exposed =
            |settings: &ClientSettings| settings.token().map(|token| token.expose_secret().to_owned());
        assert_eq!(exposed(&of(&[("KARTOTEK_TOKEN", "hunter2")])).unwrap(), "hunter2");
        assert_eq!(
            exposed(&of(&[("KARTOTEK_TOKEN", ""), ("KARTOTEK_TOKEN_FILE", file)])).unwrap(),
            "of-a-file"
        );
        let both = of(&[("KARTOTEK_TOKEN", "hunter2"), ("KARTOTEK_TOKEN_FILE", file)]);
        assert!(matches!(both.token(), Err(NoToken::Both)));
        assert!(!format!("{both:?}").contains("hunter2"));
        let unread = of(&[("KARTOTEK_TOKEN_FILE", missing.to_str().unwrap())]).token().unwrap_err();
        assert!(unread.to_string().contains("none (KARTOTEK_TOKEN_FILE)"), "{unread}");
        assert!(matches!(of(&[]).token(), Err(NoToken::Unset)));
    }
}
