//! Where the program finds what it proves itself with to others: only what the operator has set apart for that.

use entity::connector::SecretReference;
use secrecy::SecretString;
use std::{collections::BTreeMap, fmt, fs, io::Read, path::PathBuf};
use zeroize::Zeroizing;

/// How the names of variables begin that hold such secrets.
pub const PREFIX: &str = "KARTOTEK_SECRET_";

/// A longer file is none that somebody meant.
const MAX_BYTES: u64 = 64 * 1024;

const LONGEST_NAME: usize = 200;

/// The operator's secrets for connectors. A file is read anew each time, so that it can be replaced while the program runs.
#[derive(Clone, Default)]
pub struct Secrets {
    environment: BTreeMap<String, SecretString>,
    folder: Option<PathBuf>,
}

/// Why there is no such secret. Names neither it nor where it was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    #[error(
        "A variable's name begins with KARTOTEK_SECRET_ and goes on with capital letters, digits and `_`."
    )]
    VariableName,
    #[error("Name a file in the operator's folder of secrets, without a path.")]
    FileName,
    #[error("The operator has not set this variable: it has to be there when the program starts.")]
    NoVariable,
    #[error("The operator has named no folder of secrets (`secrets_dir`).")]
    NoFolder,
    #[error("There is no such file in the operator's folder of secrets, or it cannot be read.")]
    NoFile,
    #[error("The secret is empty.")]
    Empty,
}

impl NoSecret {
    /// Whether the reference could never lead to one.
    #[must_use]
    pub const fn is_misnamed(self) -> bool {
        matches!(self, Self::VariableName | Self::FileName)
    }
}

impl Secrets {
    /// Of these variables those that are set apart, and the files of this folder.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>, folder: Option<PathBuf>) -> Self {
        let ours = environment.into_iter().filter(|(name, _)| is_variable(name));
        Self { environment: ours.map(|(name, value)| (name, value.into())).collect(), folder }
    }

    /// The same variables, and the files of this folder.
    #[must_use]
    pub fn with_folder(self, folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..self }
    }

    /// The secret, without the line's end that editors leave.
    pub fn get(&self, reference: &SecretReference) -> Result<SecretString, NoSecret> {
        use secrecy::ExposeSecret;
        let secret = match reference {
            SecretReference::Environment(name) if !is_variable(name) => return Err(NoSecret::VariableName),
            SecretReference::Environment(name) => {
                self.environment.get(name).cloned().ok_or(NoSecret::NoVariable)?
            }
            SecretReference::File(name) if !is_file_name(name) => return Err(NoSecret::FileName),
            SecretReference::File(name) => read(&self.folder.as_ref().ok_or(NoSecret::NoFolder)?.join(name))?,
        };
        if secret.expose_secret().trim().is_empty() { Err(NoSecret::Empty) } else { Ok(secret) }
    }
}

/// Which ones there are is nobody's business either.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

fn is_variable(name: &str) -> bool {
    let rest = name.strip_prefix(PREFIX).unwrap_or_default();
    !rest.is_empty()
        && name.len() <= LONGEST_NAME
        && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn is_file_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !name.is_empty() && name.len() <= LONGEST_NAME && !name.starts_with('.') && name.bytes().all(plain)
}

fn read(path: &PathBuf) -> Result<SecretString, NoSecret> {
    let mut text = Zeroizing::new(String::new());
    let file = fs::File::open(path).map_err(|_| NoSecret::NoFile)?;
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|_| NoSecret::NoFile)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn variable(name: &str) -> SecretReference {
        SecretReference::Environment(name.to_owned())
    }

    fn file(name: &str) -> SecretReference {
        SecretReference::File(name.to_owned())
    }

    #[test]
    fn only_what_is_set_apart_can_be_named() {
        let all = [("KARTOTEK_SECRET_CRM", "s3cret"), ("KARTOTEK_MASTER_KEY", "m"), ("PATH", "/bin")];
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let secrets = Secrets::new(all, None);
        assert_eq!(secrets.get(&variable("KARTOTEK_SECRET_CRM")).unwrap().expose_secret(), "s3cret");
        for name in ["PATH", "KARTOTEK_MASTER_KEY", "KARTOTEK_SECRET_", "KARTOTEK_SECRET_crm", ""] {
            assert_eq!(secrets.get(&variable(name)).unwrap_err(), NoSecret::VariableName, "{name}");
        }
        assert_eq!(secrets.get(&variable("KARTOTEK_SECRET_ERP")).unwrap_err(), NoSecret::NoVariable);
        assert_eq!(secrets.get(&file("crm")).unwrap_err(), NoSecret::NoFolder);
        assert!(!format!("{secrets:?}").contains("CRM"));
    }

    #[test]
    fn a_file_is_read_anew_and_nothing_outside_the_folder_is() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("secrets");
        fs::create_dir(&folder).unwrap();
        fs::write(outside.path().join("other"), "no").unwrap();
        let secrets = Secrets::new([], Some(folder.clone()));
        assert_eq!(secrets.get(&file("crm")).unwrap_err(), NoSecret::NoFile);
        for text in ["one\n", "two\r\n"] {
            fs::write(folder.join("crm"), text).unwrap();
            assert_eq!(secrets.get(&file("crm")).unwrap().expose_secret(), text.trim());
        }
        fs::write(folder.join("crm"), "\n").unwrap();
        assert_eq!(secrets.get(&file("crm")).unwrap_err(), NoSecret::Empty);
        for name in ["../other", "/etc/passwd", "..", ".hidden", "", "a/b", "a\0b"] {
            assert_eq!(secrets.get(&file(name)).unwrap_err(), NoSecret::FileName, "{name}");
        }
    }
}
