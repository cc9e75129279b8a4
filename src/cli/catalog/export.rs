//! `kartotek export`: the reference data as a file.

use super::{Direct, ReferenceData, remote::Remote, to_yaml};
use crate::{
    cli::{args::ExportArgs, client, failure::Failure, output},
    config::Config,
};
use std::fs;

/// Writes the reference data; without settings that of a server.
pub(in crate::cli) async fn export(args: ExportArgs, config: Option<Config>) -> Result<(), Failure> {
    let document = if let Some(config) = config {
        let direct = Direct::open(&config).await?;
        let document = direct.export().await;
        direct.close().await;
        document
    } else {
        Remote(&client::open(&args.client, Some("kartotek export"))?).export().await
    };
    let text = to_yaml(&document?)?;
    match &args.output {
        Some(path) => fs::write(path, text)
            .map_err(|error| Failure::new(error).hint(format!("{} cannot be written", path.display()))),
        None => Ok(output::data(&text)?),
    }
}
