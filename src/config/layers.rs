//! Where settings come from, and which of several wins.

use config::{File, FileFormat, Map, Source, Value, ValueKind};
use secrecy::{ExposeSecret, SecretString};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

const PREFIX: &str = "KARTOTEK_";
/// Variables with our prefix that are no settings of the server: those of client commands.
const NOT_SETTINGS: [&str; 3] = ["KARTOTEK_TOKEN", "KARTOTEK_TOKEN_FILE", "KARTOTEK_ENDPOINT"];
/// Variables that third parties' secrets are read from, by the name that their record gives.
const SECRETS: &str = "KARTOTEK_SECRET_";

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The configuration file.
    pub config_file: Option<PathBuf>,
    /// The setting `database_url`.
    pub database_url: Option<SecretString>,
    /// The setting `listen`.
    pub listen: Option<String>,
}

/// Why there is no configuration. Never shows a value: it might be a secret in the wrong place.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file cannot be read.
    #[error("cannot read the configuration file {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The configuration file is no TOML.
    #[error("{path} is not a TOML file: {place}")]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Line and column.
        place: String,
    },
    /// There is no such setting.
    #[error("there is no setting `{key}` ({origin}){}", hint(.nearest.as_ref()))]
    Unknown {
        /// The name as it was written.
        key: String,
        /// Where.
        origin: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A setting has an impossible value.
    #[error("`{key}` ({origin}) must be {expected}")]
    Bad {
        /// The setting.
        key: &'static str,
        /// Where its value comes from.
        origin: String,
        /// What would be possible.
        expected: Cow<'static, str>,
    },
    /// Settings do not go together.
    #[error("{0}")]
    Conflict(&'static str),
    /// The layers could not be laid over each other.
    #[error("the configuration cannot be put together")]
    Merge(#[source] config::ConfigError),
}

fn hint(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

/// The values that won, each with where it came from.
pub(super) struct Settings {
    values: Map<String, Value>,
    keys: &'static [&'static str],
}

/// One source's values, for the `config` crate to lay over the others.
#[derive(Clone, Debug)]
struct Layer(Map<String, Value>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

impl Settings {
    pub(super) fn gather(
        keys: &'static [&'static str],
        usual_file: &Path,
        overrides: &Overrides,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut named_file = None;
        let mut variables = Map::new();
        for (name, text) in environment {
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            if NOT_SETTINGS.contains(&name.as_str()) || name.starts_with(SECRETS) {
                continue;
            }
            if key == "CONFIG" {
                named_file = Some(PathBuf::from(text)).filter(|path| !path.as_os_str().is_empty());
                continue;
            }
            let key = key.to_ascii_lowercase();
            if !keys.contains(&key.as_str()) {
                let nearest = nearest(&key, keys).map(|key| format!("{PREFIX}{}", key.to_ascii_uppercase()));
                return Err(ConfigError::Unknown { key: name, origin: "environment".into(), nearest });
            }
            if !text.is_empty() {
                variables.insert(key, Value::new(Some(&"environment".to_owned()), text));
            }
        }

        let mut builder = config::Config::builder();
        if let Some(layer) = file(keys, overrides.config_file.as_ref().or(named_file.as_ref()), usual_file)? {
            builder = builder.add_source(layer);
        }
        let merged = builder
            .add_source(Layer(variables))
            .add_source(command_line(overrides))
            .build()
            .map_err(ConfigError::Merge)?;
        let values = merged.cache.into_table().map_err(ConfigError::Merge)?;
        Ok(Self { values, keys })
    }

    /// The value of a setting, by a function that knows what is possible.
    pub(super) fn get<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.told(key, |text| parse(text).ok_or(Cow::Borrowed(expected)))
    }

    /// The value of a setting, by a function that says what else it must be.
    pub(super) fn told<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Cow<'static, str>>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.values.get(key) else { return Ok(None) };
        let parsed = match plain_text(value) {
            Some(text) => parse(&text),
            None => Err("a single value".into()),
        };
        parsed.map(Some).map_err(|expected| ConfigError::Bad {
            key,
            origin: value.origin().unwrap_or_default().to_owned(),
            expected,
        })
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        self.get(key, "a text", |text| Some(text.to_owned()).filter(|text| !text.trim().is_empty()))
    }

    pub(super) fn path(&mut self, key: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        self.get(key, "the path of a file or directory", |text| {
            Some(PathBuf::from(text)).filter(|_| !text.is_empty())
        })
    }

    /// Where each setting that is not left at its default came from.
    pub(super) fn origins(self) -> BTreeMap<&'static str, String> {
        let origin = |key: &&'static str| Some((*key, self.values.get(*key)?.origin()?.to_owned()));
        self.keys.iter().filter_map(origin).collect()
    }
}

fn command_line(overrides: &Overrides) -> Layer {
    let origin = "command line".to_owned();
    let database_url = overrides.database_url.as_ref().map(|url| url.expose_secret().to_owned());
    let values = [("database_url", database_url), ("listen", overrides.listen.clone())];
    Layer(
        values
            .into_iter()
            .filter_map(|(key, text)| Some((key.to_owned(), Value::new(Some(&origin), text?))))
            .collect(),
    )
}

/// The file that was named, or the usual one if it is there.
fn file(keys: &[&'static str], named: Option<&PathBuf>, usual: &Path) -> Result<Option<Layer>, ConfigError> {
    let path = named.map_or(usual, PathBuf::as_path);
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
    };
    let values = File::from_str(&text, FileFormat::Toml)
        .collect()
        .map_err(|error| ConfigError::NotToml { path: path.to_owned(), place: place(&error.to_string()) })?;
    let origin = path.display().to_string();
    if let Some(key) = values.keys().find(|key| !keys.contains(&key.as_str())) {
        let nearest = nearest(key, keys).map(str::to_owned);
        return Err(ConfigError::Unknown { key: key.clone(), origin, nearest });
    }
    // Laid over each other, tables forget where they came from.
    let is_table = |key: &&&'static str| {
        values.get(**key).is_some_and(|value| matches!(value.kind, ValueKind::Table(_)))
    };
    if let Some(key) = keys.iter().find(is_table) {
        return Err(ConfigError::Bad { key, origin, expected: "a single value, and no table".into() });
    }
    Ok(Some(Layer(
        values.into_iter().map(|(key, value)| (key, Value::new(Some(&origin), value.kind))).collect(),
    )))
}

/// The place of a syntax error. The rest of such a message quotes the line, and the line may hold a password.
fn place(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    first.find("line ").and_then(|start| first.get(start..)).unwrap_or("it cannot be parsed").to_owned()
}

/// A single value as text; a list as its parts between commas.
fn plain_text(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::String(text) => Some(text.clone()),
        ValueKind::Boolean(truth) => Some(truth.to_string()),
        ValueKind::I64(number) => Some(number.to_string()),
        ValueKind::Float(number) => Some(number.to_string()),
        ValueKind::Array(parts) => Some(parts.iter().map(plain_text).collect::<Option<Vec<_>>>()?.join(",")),
        _ => None,
    }
}

/// The setting that begins like this, or else the one whose name takes the fewest changes to get, unless that is no
/// longer the same word.
pub(super) fn nearest(written: &str, keys: &[&'static str]) -> Option<&'static str> {
    let begins = |key: &str| written.len() > 2 && key.starts_with(written);
    let ranked = keys.iter().map(|key| (!begins(key), changes_between(written, key), *key));
    let (other, changes, key) = ranked.min()?;
    (!other || changes <= key.len().max(written.len()) / 2).then_some(key)
}

/// Levenshtein's distance, row by row.
fn changes_between(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, b) in other.bytes().enumerate() {
            let cheapest = (diagonal + usize::from(a != b)).min(row[column] + 1).min(row[column + 1] + 1);
            diagonal = std::mem::replace(&mut row[column + 1], cheapest);
        }
    }
    row[other.len()]
}
