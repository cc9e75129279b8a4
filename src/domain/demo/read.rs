//! Reads the files that are part of the program.

use crate::access::Broken;
use serde::de::DeserializeOwned;

/// The file's content. A test reads each, so that a released program cannot fail here.
pub(super) fn read<T: DeserializeOwned>(name: &'static str, text: &str) -> Result<T, Broken> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, name, "a file that is part of the program does not make sense");
        Broken::Stored(name)
    })
}
