//! A client for a command: put together from its arguments and the environment, and how it fails.

use super::{args::ClientArgs, failure::Failure, output};
use crate::{
    client::{Client, ClientError, Endpoint, Patience, Stated},
    config::ClientSettings,
};
use secrecy::SecretString;

const HERE: &str = "http://127.0.0.1:8080";

/// Something that is over by itself, such as a server that starts anew.
pub(super) const TRY_AGAIN: u8 = 75;

/// Whether a server is to be asked, and not the database that the settings or this address name.
pub(super) fn is_meant(args: &ClientArgs, database_url: Option<&SecretString>) -> bool {
    let named = || args.endpoint.is_some() || ClientSettings::load().endpoint.is_some();
    database_url.is_none() && named()
}

/// One that asks for this reason.
pub(super) fn open(args: &ClientArgs, reason: Option<&str>) -> Result<Client, Failure> {
    let settings = ClientSettings::load();
    let endpoint = args.endpoint.as_deref().or(settings.endpoint.as_deref()).unwrap_or(HERE);
    let endpoint = Endpoint::parse(endpoint, args.insecure_http).map_err(|error| {
        Failure::usage(error)
            .hint("see --endpoint and KARTOTEK_ENDPOINT; --insecure-http is for networks that encrypt by themselves")
    })?;
    let token = settings.token().map_err(Failure::usage)?;
    if let Some(path) = settings.token_file_open_to_others() {
        output::note(&format!(
            "others on this machine can read the token in {}: chmod 600 it",
            path.display()
        ));
    }
    let stated = Stated { purpose: args.purpose.clone(), reason: reason.map(str::to_owned) };
    let patience = Patience { lasts: args.retry_for, told: wait };
    Client::new(endpoint, &token, &stated, patience).map_err(|error| match error {
        ClientError::Token => Failure::usage(error).hint("see KARTOTEK_TOKEN and KARTOTEK_TOKEN_FILE"),
        error => Failure::new(error),
    })
}

fn wait(error: &ClientError) {
    output::note(&format!("{error}; it is tried again (see --retry-for)"));
}

/// What is told of it, and what to do.
pub(super) fn failure(error: ClientError) -> Failure {
    let hint = match error.code() {
        Some("UNAUTHENTICATED") => "the token is no good, or not any more: set KARTOTEK_TOKEN to a new one",
        Some("PURPOSE_REQUIRED") => "say what for with --purpose, such as RIGHTS_REQUEST",
        _ if matches!(error, ClientError::Unreachable(_)) => {
            "is it running, and is --endpoint (KARTOTEK_ENDPOINT) where? Then try again"
        }
        _ if matches!(error, ClientError::Insecure(_)) => {
            "does --endpoint (KARTOTEK_ENDPOINT) name the host as its certificate does, with the right port, and does this machine trust whoever \
             signed that? Nothing was sent"
        }
        _ if error.passes() => "try again",
        _ => "",
    };
    let code = error.passes().then_some(TRY_AGAIN);
    let failure = Failure::new(error);
    let failure = if hint.is_empty() { failure } else { failure.hint(hint) };
    match code {
        Some(code) => failure.with_code(code),
        None => failure,
    }
}
