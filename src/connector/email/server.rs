//! The company's own mail server, as a setting says it: `smtps://user:password@mail.example:465`.

use super::super::http::is_this_machine;
use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::SecretString;
use std::net::{IpAddr, Ipv4Addr};

/// Submission over TLS from the first byte on (RFC 8314, section 3.3).
const SMTPS_PORT: u16 = 465;
/// Submission (RFC 6409).
const SMTP_PORT: u16 = 587;

/// What a connection is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte on.
    Tls,
    /// Nothing is said before TLS has begun (RFC 3207).
    StartTls,
    /// On this machine only.
    None,
}

/// Where letters go out.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<Login>,
}

/// Who the company is to its mail server.
#[derive(Clone)]
pub(super) struct Login {
    pub user: String,
    pub password: SecretString,
}

/// What the address of a mail server must be instead. Shows nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    #[error(
        "an address such as smtps://user:password@mail.example:465, with `@`, `/`, `?`, `#` and `%` in the password \
         written %40, %2F, %3F, %23 and %25"
    )]
    NotAUrl,
    #[error("smtps://… or smtp://…")]
    Scheme,
    #[error("with the name or the address of a host, in ASCII")]
    Host,
    #[error("with a password for the user, and with a user for the password")]
    Login,
    #[error("without a path and without a `#`")]
    Path,
    #[error("without parameters other than `tls=required`, which smtp:// may have")]
    Parameter,
}

/// What the sender of letters must be instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one address in ASCII, such as privacy@company.example or \"Company <privacy@company.example>\"")]
pub struct BadSender;

/// Whether letters can go out by this URL: `smtps://` for TLS from the start, `smtp://` for STARTTLS, which is required
/// except on this machine, where only `?tls=required` asks for it.
///
/// # Errors
/// When it is no such URL, with what it must be instead.
pub fn check(url: &str) -> Result<(), BadUrl> {
    Server::parse(url).map(drop)
}

/// Whether letters can be from this mailbox.
///
/// # Errors
/// When it is no mailbox, or more than one.
pub fn check_sender(mailbox: &str) -> Result<(), BadSender> {
    sender(mailbox).map(drop)
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, BadUrl> {
        let url = Url::parse(url).map_err(|_| BadUrl::NotAUrl)?;
        let wrapped = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(BadUrl::Scheme),
        };
        let host = host(&url)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(BadUrl::Path);
        }
        let security = match url.query() {
            None if wrapped => Security::Tls,
            None if is_this_machine(&host) => Security::None,
            None => Security::StartTls,
            Some("tls=required") if !wrapped => Security::StartTls,
            Some(_) => return Err(BadUrl::Parameter),
        };
        let port = url.port().unwrap_or(if wrapped { SMTPS_PORT } else { SMTP_PORT });
        // What goes out in the clear goes to an address, as a name can lead elsewhere.
        let is_name = host.parse::<IpAddr>().is_err();
        let host = if security == Security::None && is_name { Ipv4Addr::LOCALHOST.to_string() } else { host };
        Ok(Self { host, port, security, login: login(&url)? })
    }
}

/// The name in lower case, or the address without the brackets that it has in a URL.
fn host(url: &Url) -> Result<String, BadUrl> {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"-._:".contains(c);
    if host.is_empty() || host.contains(odd) { Err(BadUrl::Host) } else { Ok(host.to_owned()) }
}

fn login(url: &Url) -> Result<Option<Login>, BadUrl> {
    let plain =
        |text: &str| percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| BadUrl::NotAUrl);
    match (plain(url.username())?, url.password()) {
        (user, None) if user.is_empty() => Ok(None),
        (user, Some(password)) if !user.is_empty() && !password.is_empty() => {
            Ok(Some(Login { user, password: SecretString::from(plain(password)?) }))
        }
        _ => Err(BadUrl::Login),
    }
}

/// The mailbox that letters are from. Its domain stands in the number of each letter, which has to be ASCII.
pub(super) fn sender(mailbox: &str) -> Result<Mailbox, BadSender> {
    // The parser stops at the end of the first mailbox, and says nothing of what follows.
    let has_more = mailbox.contains(char::is_control) || mailbox.matches('@').count() != 1;
    let parsed = mailbox.parse::<Mailbox>().map_err(|_| BadSender)?;
    let is_ascii = AsRef::<str>::as_ref(&parsed.email).is_ascii();
    if has_more || !is_ascii { Err(BadSender) } else { Ok(parsed) }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn parsed(url: &str) -> Server {
        Server::parse(url).unwrap()
    }

    #[test]
    fn nothing_leaves_the_machine_in_the_clear() {
        for (url, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            ("smtps://u:p@MAIL.example:4465/", "mail.example", 4465, Security::Tls),
            ("smtps://127.0.0.1", "127.0.0.1", 465, Security::Tls),
            ("smtp://mail.example", "mail.example", 587, Security::StartTls),
            ("smtp://mail.example:25?tls=required", "mail.example", 25, Security::StartTls),
            ("smtp://10.0.0.1", "10.0.0.1", 587, Security::StartTls),
            ("smtp://[fd00::1]", "fd00::1", 587, Security::StartTls),
            ("smtp://127.0.0.1.example", "127.0.0.1.example", 587, Security::StartTls),
            ("smtp://localhost.example", "localhost.example", 587, Security::StartTls),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::None),
            ("smtp://[::1]:1025", "::1", 1025, Security::None),
            ("smtp://LOCALHOST", "127.0.0.1", 587, Security::None),
            ("smtp://127.0.0.1:1025?tls=required", "127.0.0.1", 1025, Security::StartTls),
        ] {
            let server = parsed(url);
            assert_eq!((server.host.as_str(), server.port, server.security), (host, port, security), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_not_shown() {
        let server = parsed("smtps://anna%40company.example:p%2F%3A%25@mail.example");
        let login = server.login.as_ref().unwrap();
        assert_eq!((login.user.as_str(), login.password.expose_secret()), ("anna@company.example", "p/:%"));
        let shown = format!("{server:?}");
        assert!(
            shown.contains("mail.example") && !shown.contains("anna") && !shown.contains("p/"),
            "{shown}"
        );
        assert!(parsed("smtps://mail.example").login.is_none());
    }

    #[test]
    fn what_is_no_such_url_is_refused_without_being_shown() {
        for (url, why) in [
            ("", BadUrl::NotAUrl),
            ("mail.example", BadUrl::NotAUrl),
            ("mail.example:25", BadUrl::Scheme),
            ("https://u:s3cret@mail.example", BadUrl::Scheme),
            ("smtp:mail.example", BadUrl::Host),
            ("smtps://u:s3cret@", BadUrl::NotAUrl),
            ("smtps://u:s3cret@räka.example", BadUrl::Host),
            ("smtps://u:s3/cret@mail.example", BadUrl::NotAUrl),
            ("smtps://u:s3#cret@mail.example", BadUrl::NotAUrl),
            ("smtps://u:12#s3cret@mail.example", BadUrl::Path),
            ("smtps://u:12/s3cret@mail.example", BadUrl::Path),
            ("smtps://u:12?s3cret@mail.example", BadUrl::Parameter),
            ("smtps://u:%ff@mail.example", BadUrl::NotAUrl),
            ("smtps://u@mail.example", BadUrl::Login),
            ("smtps://u:@mail.example", BadUrl::Login),
            ("smtps://:s3cret@mail.example", BadUrl::Login),
            ("smtps://mail.example?tls=required", BadUrl::Parameter),
            ("smtp://mail.example?tls=opportunistic", BadUrl::Parameter),
            ("smtp://mail.example?tls=none", BadUrl::Parameter),
            ("smtp://127.0.0.1?tls=required&s3cret", BadUrl::Parameter),
            ("smtp://127.0.0.1?", BadUrl::Parameter),
        ] {
            let refused = check(url).unwrap_err();
            assert_eq!(refused, why, "{url}");
            assert!(!format!("{refused} {refused:?}").contains("s3"), "{url}");
        }
    }

    #[test]
    fn letters_are_from_one_mailbox() {
        for good in ["privacy@company.example", "Bolaget i Åre <privacy@company.example>"] {
            assert_eq!(check_sender(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "company.example",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: c",
            "a@b.example c@d.example",
            "A\r\nBcc: c <a@b.example>",
            "a@räka.example",
            "å@b.example",
        ] {
            assert_eq!(check_sender(bad), Err(BadSender), "{bad}");
        }
    }
}
