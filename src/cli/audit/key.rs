//! `kartotek audit key`

use crate::{
    auth::write_new_secret,
    cli::{args::AuditKeyArgs, failure::Failure, keys, output},
    transparency::note::SigningKeys,
};

/// Makes a key, and prints what its signatures are checked with.
pub(in crate::cli) fn key(args: &AuditKeyArgs) -> Result<(), Failure> {
    let line = keys::signing_key(&args.origin)?;
    let made = SigningKeys::parse(&line).map_err(Failure::new)?;
    write_new_secret(&args.file, line.as_bytes()).map_err(|error| {
        Failure::new(error)
            .hint(format!("{} is to be a new file in a folder that is there", args.file.display()))
    })?;
    Ok(output::data(&format!("{}\n", made.verifier_keys().join("\n")))?)
}
