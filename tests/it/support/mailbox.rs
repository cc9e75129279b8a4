//! A mail server on a real socket that keeps what it is sent (RFC 5321, as far as letters need it).

use super::trap::{Moment, Trap};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// The letters that came in, and what is said of the next ones.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pub url: String,
    /// Who dies of writing a letter.
    pub trap: Trap,
    letters: Arc<Mutex<Vec<String>>>,
    refusal: Arc<Mutex<Option<&'static str>>>,
}

impl Mailbox {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mailbox = Self { url, trap: Trap::default(), letters: Arc::default(), refusal: Arc::default() };
        let server = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                // Whoever hangs up in between has sent nothing.
                tokio::spawn(async move { server.serve(stream).await.unwrap_or_default() });
            }
        });
        mailbox
    }

    /// Says this of whoever is written to from now on.
    pub fn refuse(&self, answer: Option<&'static str>) {
        *self.refusal.lock().unwrap() = answer;
    }

    /// Each with its headers, as it came.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 mail.example\r\n").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let command = line.to_ascii_uppercase();
            let refusal = *self.refusal.lock().unwrap();
            let answer = match command.split_whitespace().next().unwrap_or_default() {
                "EHLO" => "250-mail.example\r\n250-8BITMIME\r\n250 SMTPUTF8",
                "RCPT" => refusal.unwrap_or("250 yes"),
                "QUIT" => "221 bye",
                "DATA" => {
                    self.trap.at(Moment::Asked);
                    stream.write_all(b"354 go on\r\n").await?;
                    let mut letter = String::new();
                    while !letter.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut letter).await?;
                    }
                    self.letters.lock().unwrap().push(letter);
                    self.trap.at(Moment::Done);
                    stream.write_all(b"250 taken\r\n").await?;
                    self.trap.at(Moment::Answered);
                    continue;
                }
                _ => "250 yes",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
}
