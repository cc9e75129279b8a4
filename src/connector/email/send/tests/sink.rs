//! A mail server that keeps what it is given, and does to its clients what a test wants.

use super::super::Mailer;
use crate::connector::{
    Failure,
    email::{
        letter::Letter,
        testing::{letter, now},
    },
    testing::{CERTIFICATE, tls_server},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use lettre::transport::smtp::client::Certificate;
use secrecy::SecretString;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Shows in whatever prints it.
pub const PASSWORD: &str = "s3cret";

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tls {
    Never,
    AtOnce,
    WhenAsked,
}

/// What is done instead of the usual.
#[derive(Clone, Copy, Debug)]
pub enum Instead {
    Say(&'static str),
    Hang,
    HangUp,
}

/// Of a command, or of `CONNECT` for the greeting, or of `.` for the end of a mail.
pub type Manner = fn(&str) -> Option<Instead>;

/// What was heard, line by line, and what was taken.
#[derive(Debug, Default)]
pub struct Heard {
    pub commands: Vec<String>,
    pub mails: Vec<String>,
}

pub struct Sink {
    pub address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
}

trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

impl Sink {
    pub async fn with(tls: Tls, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Heard::default())));
        let all = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tls, manner, Arc::clone(&all)));
            }
        });
        Self { address, heard }
    }

    /// Takes everything.
    pub async fn kind() -> Self {
        Self::with(Tls::Never, |_| None).await
    }

    pub fn mails(&self) -> Vec<String> {
        self.heard.lock().unwrap().mails.clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.heard.lock().unwrap().commands.clone()
    }

    /// A mailer that trusts the certificate of these tests, with a user and a password if it is told to sign in.
    pub fn mailer(&self, scheme: &str, signs_in: bool, query: &str) -> Mailer {
        let login = if signs_in { format!("kartotek:{PASSWORD}@") } else { String::new() };
        mailer(&format!("{scheme}://{login}{}{query}", self.address))
    }
}

pub fn mailer(url: &str) -> Mailer {
    let certificate = || Certificate::from_pem(CERTIFICATE.as_bytes()).unwrap();
    let url = SecretString::from(url.to_owned());
    let from = "Exempelbolaget AB <privacy@company.example>";
    Mailer::with(&url, from, Duration::from_secs(10), |tls| tls.add_root_certificate(certificate())).unwrap()
}

/// Sends a letter, and looks through what comes of it for what nobody may be shown.
pub async fn send(mailer: &Mailer, letter: &Letter) -> Result<(), Failure> {
    let sent = mailer.send(letter, now()).await;
    let shown = format!("{sent:?} {mailer:?} {letter:?}");
    for hidden in [PASSWORD, "K-4711", "one-time", "party.example"] {
        assert!(!shown.contains(hidden), "{hidden} is in {shown}");
    }
    sent
}

/// The same of a letter like any other to a server like this.
pub async fn send_to(manner: Manner) -> Result<(), Failure> {
    let sink = Sink::with(Tls::Never, manner).await;
    let sent = send(&sink.mailer("smtp", false, ""), &letter()).await;
    assert_eq!(sink.mails().len(), usize::from(sent.is_ok()));
    sent
}

async fn serve(stream: TcpStream, tls: Tls, manner: Manner, heard: Arc<Mutex<Heard>>) {
    let stream: Box<dyn Line> = match tls {
        Tls::AtOnce => match tls_server().accept(stream).await {
            Ok(stream) => Box::new(stream),
            Err(_) => return,
        },
        _ => Box::new(stream),
    };
    let mut line = BufReader::new(stream);
    let mut is_secret = tls == Tls::AtOnce;
    if answer(&mut line, manner, "CONNECT", "220 sink.example ESMTP").await.is_none() {
        return;
    }
    while let Some(command) = hear(&mut line).await {
        heard.lock().unwrap().commands.push(command.clone());
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_owned();
        let usual = match verb.as_str() {
            "EHLO" if tls == Tls::WhenAsked && !is_secret => "250-sink.example\r\n250 STARTTLS",
            "EHLO" => "250-sink.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "STARTTLS" => "220 Go on",
            "AUTH" if is_right(&command) => "235 Welcome",
            "AUTH" => "535 5.7.8 kartotek <privacy@party.example> is not known with s3cret",
            "DATA" => "354 Go on",
            "QUIT" => "221 Bye",
            _ => "250 Fine",
        };
        if answer(&mut line, manner, &command, usual).await.is_none() {
            return;
        }
        if verb == "STARTTLS" {
            let Ok(stream) = tls_server().accept(line.into_inner()).await else { return };
            let stream: Box<dyn Line> = Box::new(stream);
            (line, is_secret) = (BufReader::new(stream), true);
        }
        if verb == "DATA" {
            let mut mail = Vec::new();
            loop {
                match hear(&mut line).await {
                    None => return,
                    Some(end) if end == "." => break,
                    Some(text) => mail.push(text.strip_prefix('.').map_or(text.clone(), str::to_owned)),
                }
            }
            match answer(&mut line, manner, ".", "250 Taken").await {
                None => return,
                Some(said) if said.starts_with("250") => {
                    heard.lock().unwrap().mails.push(mail.join("\r\n"));
                }
                Some(_) => {}
            }
        }
    }
}

/// Says something, and what; nothing when the line is to be cut.
async fn answer(
    line: &mut (impl AsyncWrite + Unpin),
    manner: Manner,
    to: &str,
    usual: &str,
) -> Option<String> {
    let said = match manner(to) {
        None => usual,
        Some(Instead::Say(other)) => other,
        Some(Instead::Hang) => std::future::pending().await,
        Some(Instead::HangUp) => return None,
    };
    line.write_all(format!("{said}\r\n").as_bytes()).await.ok()?;
    line.flush().await.ok().map(|()| said.to_owned())
}

async fn hear(line: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut heard = String::new();
    let length = line.read_line(&mut heard).await.ok()?;
    (length > 0).then(|| heard.trim_end_matches("\r\n").to_owned())
}

fn is_right(command: &str) -> bool {
    command == format!("AUTH PLAIN {}", BASE64_STANDARD.encode(format!("\0kartotek\0{PASSWORD}")))
}
