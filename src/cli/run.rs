//! From the command line to the command.

use super::{
    anonymize,
    args::{AuditArgs, AuditCommand, Cli, Command, LedgerArgs, LedgerCommand},
    audit, catalog, client,
    failure::Failure,
    import, ledger, migrate, output, report, schema, serve, token, worker,
};
use crate::{
    config::{Config, LogFormat},
    telemetry,
};

/// Runs the command to its end. All that it waits for is laid out here, and so compiled with the library, once.
///
/// # Errors
/// When the command fails.
pub fn run(cli: Cli) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(command(cli))
}

async fn command(cli: Cli) -> Result<(), Failure> {
    let overrides = cli.overrides();
    let configured = || {
        Config::load(&overrides).map_err(|error| {
            Failure::usage(error)
                .hint("settings come from the command line, then KARTOTEK_… variables, then kartotek.toml")
        })
    };
    match cli.command {
        Command::Serve(args) => {
            let config = configured()?;
            if args.print_config {
                return Ok(output::data(&config.print())?);
            }
            start_logs(&config)?;
            serve::run(args, config).await
        }
        Command::Worker(_) => {
            let config = configured()?;
            start_logs(&config)?;
            worker::run(config).await
        }
        Command::Migrate(args) => {
            let config = configured()?;
            start_logs(&config)?;
            migrate::run(args, config).await
        }
        Command::Export(args) if client::is_meant(&args.client, args.database_url.as_ref()) => {
            catalog::export(args, None).await
        }
        Command::Export(args) => {
            let config = configured()?;
            start_logs(&config)?;
            catalog::export(args, Some(config)).await
        }
        Command::Ledger(LedgerArgs { command: LedgerCommand::Replay(args) }) => {
            let config = configured()?;
            start_logs(&config)?;
            ledger::replay(args, config).await
        }
        Command::Audit(AuditArgs { command: AuditCommand::Key(args) }) => audit::key(&args),
        Command::Audit(AuditArgs { command: AuditCommand::Verify(args) }) => {
            let config = configured()?;
            start_logs(&config)?;
            audit::verify(args, config).await
        }
        Command::Audit(AuditArgs { command: AuditCommand::Export(args) }) => {
            let config = configured()?;
            start_logs(&config)?;
            audit::export(args, config).await
        }
        Command::Audit(AuditArgs { command: AuditCommand::Prove(args) }) => {
            let config = configured()?;
            start_logs(&config)?;
            audit::prove(args, config).await
        }
        Command::Audit(AuditArgs { command: AuditCommand::Detach(args) }) => {
            let config = configured()?;
            start_logs(&config)?;
            audit::detach(args, config).await
        }
        Command::Import(args) if client::is_meant(&args.client, args.database_url.as_ref()) => {
            import::run(*args, None).await
        }
        Command::Import(args) => {
            let config = configured()?;
            start_logs(&config)?;
            import::run(*args, Some(config)).await
        }
        Command::Anonymize(args) => anonymize::run(*args).await,
        Command::Report(args) => report::run(*args).await,
        Command::Token(args) => token::run(&args, &configured()?),
        Command::Schema => schema::run(),
    }
}

fn start_logs(config: &Config) -> Result<(), Failure> {
    Ok(telemetry::start_logs(config.log_format == LogFormat::Json, &config.log_level)?)
}
