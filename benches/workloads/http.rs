//! A client that does as little as it can: keep-alive, one request after another, every answer looked at.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{Result, random::Random};

/// Who asks, and where.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    head: String,
}

impl Client {
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self::with_purpose(address, token, "DELIVER_SERVICE")
    }

    pub fn with_purpose(address: SocketAddr, token: &str, purpose: &str) -> Self {
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/graphql-response+json\r\nAuthorization: Bearer {token}\r\n\
             Access-Purpose: {purpose}\r\n"
        );
        Self { address, head }
    }

    pub async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, head: self.head.clone(), buffer: Vec::with_capacity(64 * 1024) })
    }
}

/// One connection of theirs.
pub struct Connection {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// The answer's body, whatever its status.
    pub async fn ask(&mut self, body: &str) -> Result<&[u8]> {
        let request = format!("{}Content-Length: {}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let (start, end) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some(found) = body_of(&self.buffer)? {
                break found;
            }
        };
        while self.buffer.len() < end {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
        Ok(&self.buffer[start..end])
    }
}

/// Where the body lies, once the head is there.
fn body_of(answer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&answer[..head])?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    Ok(Some((head + 4, head + 4 + length.ok_or("no length")?.parse::<usize>()?)))
}

/// Requests of one sort, each with what its answer must begin with.
pub trait Questions: Send + Sync + 'static {
    fn question(&self, random: &mut Random) -> (String, String);

    /// How many customers an answer is about.
    fn subjects(&self) -> u64;
}

/// What came of a load.
#[derive(Default)]
pub struct Load {
    /// How long each answer took, in microseconds.
    pub micros: Vec<u32>,
    /// Answers that said to try again later.
    pub refused: u64,
    pub bytes: usize,
    pub took: Duration,
}

/// Asks without pause over so many connections for so long. Whatever was asked is waited for.
pub async fn load(
    client: &Client,
    questions: Arc<dyn Questions>,
    connections: usize,
    time: Duration,
    seed: u64,
) -> Result<Load> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(client.connect().await?);
    }
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for (number, connection) in (0_u64..).zip(open) {
        let random = Random::new((seed << 32) | number);
        tasks.spawn(keep_asking(connection, questions.clone(), random, begin + time));
    }
    let mut all = Load::default();
    while let Some(one) = tasks.join_next().await {
        let one = one??;
        all.micros.extend(one.micros);
        all.refused += one.refused;
        all.bytes += one.bytes;
    }
    all.took = begin.elapsed();
    all.micros.sort_unstable();
    Ok(all)
}

async fn keep_asking(
    mut connection: Connection,
    questions: Arc<dyn Questions>,
    mut random: Random,
    until: Instant,
) -> Result<Load> {
    let mut load = Load::default();
    while Instant::now() < until {
        let (body, expected) = questions.question(&mut random);
        let begin = Instant::now();
        let answer = connection.ask(&body).await?;
        let micros = u32::try_from(begin.elapsed().as_micros()).unwrap_or(u32::MAX);
        if answer.starts_with(expected.as_bytes()) {
            load.micros.push(micros);
        } else if has(answer, b"\"code\":\"UNAVAILABLE\"") {
            load.refused += 1;
        } else {
            let answer = String::from_utf8_lossy(&answer[..answer.len().min(500)]);
            return Err(format!("expected {expected}, got {answer}").into());
        }
        load.bytes += answer.len();
    }
    Ok(load)
}

fn has(text: &[u8], what: &[u8]) -> bool {
    text.windows(what.len()).any(|part| part == what)
}
