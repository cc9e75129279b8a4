//! The program and its commands.

use super::{
    anonymize::AnonymizeArgs,
    audit::AuditArgs,
    export::ExportArgs,
    import::ImportArgs,
    report::ReportArgs,
    server::{LedgerArgs, LedgerCommand, MigrateArgs, ServeArgs, WorkerArgs},
    token::TokenArgs,
};
use crate::config::Overrides;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Knows where each customer's personal data lives, why it may be there, and records every access.
#[derive(Debug, Parser)]
#[command(name = "kartotek", version, arg_required_else_help = true)]
#[command(after_help = "Example:\n  kartotek serve --demo")]
pub struct Cli {
    /// Read settings from this file instead of ./kartotek.toml.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What the command line says about settings.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        let (database_url, listen) = match &self.command {
            Command::Serve(args) => (args.database_url.clone(), args.listen.clone()),
            Command::Worker(args) => (args.database_url.clone(), None),
            Command::Migrate(args) => (args.database_url.clone(), None),
            Command::Ledger(LedgerArgs { command: LedgerCommand::Replay(args) }) => {
                (args.database_url.clone(), None)
            }
            Command::Export(args) => (args.database_url.clone(), None),
            Command::Import(args) => (args.database_url.clone(), None),
            Command::Audit(AuditArgs { command }) => (command.database_url(), None),
            Command::Anonymize(_) | Command::Report(_) | Command::Token(_) | Command::Schema => (None, None),
        };
        Overrides { config_file: self.config.clone(), database_url, listen }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date, then serve.
    Serve(ServeArgs),
    /// Do only what a server does besides answering: carry out tasks, and keep the data maps up to date.
    Worker(WorkerArgs),
    /// Bring the database up to date and exit.
    Migrate(MigrateArgs),
    /// Write the reference data as a file that can be changed and imported.
    Export(ExportArgs),
    /// Bring in what a company already has: customers, what they ordered and allowed, and where their data lies.
    Import(Box<ImportArgs>),
    /// Erase again whom a restored backup has brought back.
    Ledger(LedgerArgs),
    /// Keep the audit log provable.
    Audit(AuditArgs),
    /// Anonymize many customers, by way of a server that runs.
    Anonymize(Box<AnonymizeArgs>),
    /// Have a report made, by a server that runs, and save it as a file.
    Report(Box<ReportArgs>),
    /// Print a token signed with the local development key.
    Token(TokenArgs),
    /// Print the GraphQL schema.
    #[command(after_help = "Example:\n  kartotek schema > schema.graphql")]
    Schema,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use secrecy::ExposeSecret;

    fn refusal(line: &str) -> String {
        Cli::try_parse_from(line.split(' ')).unwrap_err().to_string()
    }

    #[test]
    fn every_command_has_an_example() {
        let mut cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands_mut() {
            let help = command.render_help().to_string();
            assert!(
                help.contains("Example") && help.contains(&format!("kartotek {}", command.get_name())),
                "{help}"
            );
        }
    }

    /// The words of a line of a shell, as far as examples have such.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (at, part) in line.split('\'').enumerate() {
            let mut parts = if at % 2 == 1 { vec![part] } else { part.split(' ').collect() };
            let first = parts.remove(0);
            words.last_mut().unwrap().push_str(first);
            words.extend(parts.into_iter().map(str::to_owned));
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn what_the_examples_show_can_be_said() {
        let (mut examples, mut cli) = (include_str!("../../../README.md").to_owned(), Cli::command());
        for name in ["anonymize", "import", "export", "report"] {
            examples += &cli.find_subcommand_mut(name).unwrap().render_help().to_string();
        }
        // With what stands before it on its line, and up to where its output goes.
        let commands = examples.lines().filter_map(|line| Some(&line[line.find("kartotek ")?..]));
        let commands = commands.map(|line| line.split(" > ").next().unwrap());
        let begin = ["kartotek anonymize --", "kartotek import ", "kartotek export ", "kartotek report "];
        let lines = commands.filter(|line| begin.iter().any(|begin| line.starts_with(begin)));
        let lines = lines.filter(|line| !line.contains('`') && !line.contains('…'));
        assert!(lines.clone().count() >= 18);
        for line in lines {
            assert!(Cli::try_parse_from(words(line)).is_ok(), "{line}");
        }
    }

    #[test]
    fn settings_on_the_command_line() {
        let line =
            "kartotek serve --listen 1.2.3.4:5 --database-url postgres://k:hunter2@h/d --config k.toml";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let overrides = cli.overrides();
        assert_eq!(overrides.listen.as_deref(), Some("1.2.3.4:5"));
        assert_eq!(overrides.config_file.as_deref(), Some(std::path::Path::new("k.toml")));
        assert!(overrides.database_url.as_ref().unwrap().expose_secret().contains("hunter2"));
        assert!(!format!("{cli:?}{overrides:?}").contains("hunter2"));
    }

    #[test]
    fn mistakes_are_told_with_what_is_possible() {
        let unknown = refusal("kartotek token --role BOSS");
        assert!(unknown.contains("CUSTOMER, AGENT, COMPLIANCE, AUDITOR, SERVICE, ADMIN"), "{unknown}");
        for expires in ["25h", "0s", "soon", "90"] {
            let refused = refusal(&format!("kartotek token --role AGENT --expires {expires}"));
            assert!(refused.contains("from 1s to 24h"), "{refused}");
        }
        assert!(refusal("kartotek token").contains("--role"));
        assert!(refusal("kartotek token --role").contains("--role"));
    }
}
