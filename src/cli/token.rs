//! `kartotek token`: tokens for trying things out, where there is no identity provider yet.

use super::{args::TokenArgs, failure::Failure, output};
use crate::{
    auth::{LocalKey, TokenRequest},
    config::Config,
    policy::{Action, Role},
};
use std::time::{SystemTime, UNIX_EPOCH};

/// What does not go together on the command line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Refused {
    #[error("the role CUSTOMER needs --customer REF: whose own data is it about?")]
    WhichCustomer,
    #[error("--customer goes with the role CUSTOMER only")]
    NoCustomer,
    #[error(
        "there is no scope `{0}`: scopes are the root fields of schema.graphql, as `kartotek schema` prints it, and \
         createSystem.connector, importCatalog.assessment, importCatalog.connector, importCatalog.retirement, incident.affectedCustomers, \
         reconcileSystem.customer, requestReport.audit, requestReport.customer, requestReport.findings, requestReport.incident, \
         requestReport.inventory, requestReport.ropa, system.connector, system.customers, systems.connector, \
         thirdParty.customers and updateSystem.connector"
    )]
    NoScope(String),
}

pub(super) fn run(args: &TokenArgs, config: &Config) -> Result<(), Failure> {
    let request = request(args).map_err(Failure::usage)?;
    let path = config.data_dir.join(LocalKey::FILE);
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let token = LocalKey::load_or_create(&path)?.mint(&request, now)?;

    let path = path.display();
    output::note(&format!(
        "signed with the development key {path}: for trying things out, never for production, where an identity \
         provider signs tokens"
    ));
    if config.jwks_url.is_some() || config.jwt_public_key_file.is_some() {
        output::note("the server with these settings believes another issuer's tokens, and not this one");
    }
    if args.roles.contains(&Role::Service) && args.scopes.is_empty() {
        output::note("a SERVICE may call what its scopes name, and this one has none: see --scope");
    }
    Ok(output::data(&format!("{token}\n"))?)
}

fn request(args: &TokenArgs) -> Result<TokenRequest, Refused> {
    match (args.roles.contains(&Role::Customer), &args.customer) {
        (true, None) => return Err(Refused::WhichCustomer),
        (false, Some(_)) => return Err(Refused::NoCustomer),
        _ => {}
    }
    let known = Action::scopes();
    if let Some(unknown) = args.scopes.iter().find(|scope| !known.contains(scope.as_str())) {
        return Err(Refused::NoScope(unknown.clone()));
    }
    let first = args.roles.first().map(|role| role.word().to_ascii_lowercase());
    Ok(TokenRequest {
        issuer: LocalKey::ISSUER.to_owned(),
        audience: LocalKey::AUDIENCE.to_owned(),
        subject: args.subject.clone().unwrap_or_else(|| format!("local-{}", first.unwrap_or_default())),
        name: args.name.clone(),
        roles: args.roles.iter().map(|role| role.word().to_owned()).collect(),
        scopes: args.scopes.clone(),
        customer: args.customer.clone(),
        lifetime_seconds: i64::try_from(args.expires.as_secs()).unwrap_or(i64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn requested(line: &str) -> Result<TokenRequest, Refused> {
        match Cli::try_parse_from(["kartotek", "token"].into_iter().chain(line.split(' '))).unwrap().command {
            Command::Token(args) => request(&args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_customer_is_named_for_the_role_and_only_for_it() {
        assert_eq!(requested("--role CUSTOMER").unwrap_err(), Refused::WhichCustomer);
        assert_eq!(requested("--role AGENT --customer K-1").unwrap_err(), Refused::NoCustomer);
        let request = requested("--role AGENT CUSTOMER --customer K-1").unwrap();
        assert_eq!(request.customer.as_deref(), Some("K-1"));
    }

    #[test]
    fn a_scope_is_a_field_that_there_is() {
        let refused = requested("--role SERVICE --scope customers nosuch").unwrap_err();
        assert_eq!(refused, Refused::NoScope("nosuch".to_owned()));
        // What the message says of all of them.
        let below = Action::scopes().into_iter().filter(|scope| scope.contains('.')).collect::<Vec<_>>();
        assert!(below.iter().all(|scope| refused.to_string().contains(scope)), "{below:?}");
        assert_eq!(below.len(), 17);
        let schema = crate::graphql::sdl();
        for root in Action::scopes().into_iter().filter(|scope| !scope.contains('.')) {
            assert!(schema.contains(&format!("\n  {root}")), "{root}");
        }
    }

    #[test]
    fn what_was_asked_for_and_what_was_left_out() {
        let request =
            requested("--role service,auditor --scope customers node --scope system.customers --expires 90s")
                .unwrap();
        assert_eq!(request.roles, ["SERVICE", "AUDITOR"]);
        assert_eq!(request.scopes, ["customers", "node", "system.customers"]);
        assert_eq!(request.subject, "local-service");
        assert_eq!(request.lifetime_seconds, 90);
        assert_eq!(requested("--role AGENT --subject me").unwrap().subject, "me");
        assert_eq!(requested("--role AGENT").unwrap().lifetime_seconds, 3600);
    }
}
