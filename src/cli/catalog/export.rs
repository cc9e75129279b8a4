//! `kartotek export`: the reference data as a file.

use super::{Direct, ReferenceData, to_yaml};
use crate::{
    cli::{args::ExportArgs, failure::Failure, output},
    config::Config,
};
use std::fs;

pub(in crate::cli) async fn export(args: ExportArgs, config: Config) -> Result<(), Failure> {
    let direct = Direct::open(&config).await?;
    let document = direct.export().await;
    direct.close().await;
    let text = to_yaml(&document?)?;
    match &args.output {
        Some(path) => fs::write(path, text)
            .map_err(|error| Failure::new(error).hint(format!("{} cannot be written", path.display()))),
        None => Ok(output::data(&text)?),
    }
}
