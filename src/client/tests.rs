use super::{Again, Client, ClientError, Endpoint, Patience, Question, Stated};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Mutex,
};

const SAFE: Question = Question { document: "{ it }", field: "it", again: Again::Safe };
const UNSAFE: Question = Question { document: "mutation { it }", field: "it", again: Again::Unsafe };

/// Answers each request with the next of these, and hangs up. `""` hangs up at once.
struct Scripted {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    async fn new(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let told = heard.clone();
        tokio::spawn(async move {
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 64 << 10];
                let length = connection.read(&mut request).await.unwrap();
                told.lock().await.push(String::from_utf8_lossy(&request[..length]).into_owned());
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, heard }
    }

    async fn ask(&self, question: &Question, lasts: Duration) -> Result<Value, ClientError> {
        let stated = Stated {
            purpose: Some("RIGHTS_REQUEST".to_owned()),
            reason: Some(format!("Gallring åäö\u{202e}\nrad två {}", "x".repeat(300))),
        };
        let endpoint = Endpoint::parse(&self.url, false).unwrap();
        let patience = Patience { lasts, told: |_| {} };
        Client::new(endpoint, &"hunter2".to_owned().into(), &stated, patience)
            .unwrap()
            .ask(question, ())
            .await
    }

    async fn heard(&self) -> Vec<String> {
        self.heard.lock().await.clone()
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn good() -> String {
    answer("200 OK", "", r#"{"data": {"it": 1}}"#)
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_server_that_cannot_answer_now_is_asked_again_when_it_says() {
    let busy = |code: &str| {
        let body = format!(r#"{{"errors": [{{"message": "busy", "extensions": {{"code": "{code}"}}}}]}}"#);
        answer("503 Service Unavailable", "retry-after: 0\r\n", &body)
    };
    let answers = vec![
        busy("UNAVAILABLE"),
        busy("RATE_LIMITED"),
        String::new(),
        answer("502 Bad Gateway", "", "?"),
        good(),
    ];
    let server = Scripted::new(answers.clone()).await;
    assert_eq!(server.ask(&SAFE, LONG).await.unwrap(), 1);
    let heard = server.heard().await;
    assert_eq!(heard.len(), 5);
    for part in ["POST /graphql ", "authorization: Bearer hunter2\r\n", "access-purpose: RIGHTS_REQUEST\r\n"]
    {
        assert!(heard[0].contains(part), "{heard:?}");
    }
    assert!(
        heard[0].contains("access-reason: Gallring åäö\r\n"),
        "one line, as the server takes it: {heard:?}"
    );
    // Nobody knows whether it was done.
    for lost in [String::new(), answer("502 Bad Gateway", "", "?"), busy("UNAVAILABLE")] {
        let server = Scripted::new(vec![lost, good()]).await;
        assert!(server.ask(&UNSAFE, LONG).await.unwrap_err().passes());
        assert_eq!(server.heard().await.len(), 1);
    }
    // It wants to be left alone for longer than anybody waits.
    let hour = answer("429 Too Many Requests", "retry-after: 3600\r\n", "");
    let server = Scripted::new(vec![hour, good()]).await;
    assert!(server.ask(&SAFE, LONG).await.unwrap_err().passes());
    // Somebody is there, and cannot say who they are: that does not pass.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
        }
    });
    let secure = Scripted { url, heard: Arc::default() };
    let lost = secure.ask(&SAFE, LONG).await.unwrap_err();
    assert!(
        matches!(lost, ClientError::Insecure(_)) && !lost.passes() && lost.nothing_was_done(),
        "{lost:?}"
    );
    let nowhere = Scripted { url: "http://127.0.0.1:1".to_owned(), heard: Arc::default() };
    let lost = nowhere.ask(&UNSAFE, Duration::ZERO).await.unwrap_err();
    assert!(matches!(lost, ClientError::Unreachable(_)) && lost.passes(), "{lost:?}");
}

#[tokio::test]
async fn what_is_no_answer_is_said_and_not_shown() {
    let elsewhere = Scripted::new(vec![good()]).await;
    let redirect = answer("307 Temporary Redirect", &format!("location: {}/graphql\r\n", elsewhere.url), "");
    let page = answer("200 OK", "", "<html>Anna Andersson</html>");
    let other = answer("200 OK", "", r#"{"data": {"other": "Anna Andersson"}}"#);
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat((8 << 20) + 1));
    let broken = answer(
        "200 OK",
        "x-request-id: r-1\r\n",
        r#"{"errors": [{"message": "It broke.", "extensions": {"code": "INTERNAL"}}], "data": null}"#,
    );
    let refused = answer(
        "200 OK",
        "",
        r#"{"data": {"it": {"job": null, "userErrors": [{"code": "REQUIRED", "message": "Say why.", "field": ["reason"]}]}}}"#,
    );
    for (said, told) in [
        (redirect, "the server redirects to another address: set the endpoint to the one that answers"),
        (page, "status 200 OK, and no answer of Kartotek's: look whether the endpoint is right"),
        (
            other,
            "the answer has not the form that was asked for: the server and this program may be of different versions",
        ),
        (endless, "the answer is longer than 8388608 bytes"),
        (broken, "INTERNAL: It broke. It is r-1."),
        (refused, "REQUIRED (reason): Say why."),
    ] {
        let server = Scripted::new(vec![said, good()]).await;
        let error = server.ask(&SAFE, LONG).await.unwrap_err();
        assert_eq!(error.to_string(), told);
        assert!(!error.passes() && !format!("{error:?}").contains("Anna"), "{error:?}");
        assert_eq!(server.heard().await.len(), 1);
    }
    assert_eq!(elsewhere.heard().await.len(), 0, "the token does not go where a redirect says");
}
