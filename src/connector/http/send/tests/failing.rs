//! Third parties that are slow, down, busy or broken (W1), and that say nothing of use (W2).

use super::{
    super::MAX_BYTES,
    server::{Server, ask_here, lasts, listening, party, passes},
};
use crate::connector::{Failure, http::testing::says};
use axum::{
    body::{Body, Bytes},
    http::Response,
};
use futures::{StreamExt, stream};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const SHORT: Duration = Duration::from_millis(300);

/// Takes in the beginning of a request, as who answers before it came has not understood HTTP.
async fn hear(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 4096]).await;
}

/// Asks with a short time-out, and says whether it was kept.
async fn ask_briefly(url: &str) -> Result<crate::connector::Answer, Failure> {
    let mut party = party(url);
    party.timeout = SHORT;
    let begun = Instant::now();
    let answer = ask_here(&party).await;
    assert!(begun.elapsed() < SHORT * 20, "{:?}", begun.elapsed());
    answer
}

#[tokio::test]
async fn w1_who_is_slow_is_asked_again_later() {
    let (silent, _) = listening("127.0.0.1:0", async |stream: TcpStream| {
        let _kept_open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let answer = ask_briefly(&format!("http://{silent}/")).await;
    assert!(
        matches!(&answer, Err(Failure::Passing { message, .. }) if message.contains("in time")),
        "{answer:?}"
    );

    // A byte now and then, for ever.
    let (dripping, _) = listening("127.0.0.1:0", async |mut stream: TcpStream| {
        let mut beat = tokio::time::interval(Duration::from_millis(20));
        hear(&mut stream).await;
        let mut answer = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n").await;
        while answer.is_ok() {
            beat.tick().await;
            answer = stream.write_all(b" ").await;
        }
    })
    .await;
    let answer = ask_briefly(&format!("http://{dripping}/")).await;
    assert!(
        matches!(&answer, Err(Failure::Passing { message, .. }) if message.contains("in time")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn w1_who_is_down_or_hangs_up_is_asked_again_later() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let answer = ask_here(&party(&format!("http://{free}/"))).await;
    assert!(
        matches!(&answer, Err(Failure::Passing { message, .. }) if message.contains("refused")),
        "{answer:?}"
    );

    for said in [
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":\"completed\"}",
    ] {
        let (broken, _) = listening("127.0.0.1:0", async move |mut stream: TcpStream| {
            hear(&mut stream).await;
            let _ = stream.write_all(said.as_bytes()).await;
        })
        .await;
        let answer = ask_here(&party(&format!("http://{broken}/"))).await;
        assert!(passes(&answer), "{said}: {answer:?}");
    }
}

#[tokio::test]
async fn w1_who_speaks_no_tls_is_asked_again_later() {
    let server = Server::saying(200, &[], &says("completed")).await;
    let answer = ask_here(&party(&server.url.replace("http:", "https:"))).await;
    assert!(passes(&answer), "{answer:?}");
    assert_eq!(server.heard().len(), 0);
}

#[tokio::test]
async fn w1_statuses_are_waited_out_or_told_to_a_person() {
    for (status, headers, wait) in [
        (500, &[][..], None),
        (408, &[], None),
        (429, &[("retry-after", "120")], Some(120)),
        (429, &[("retry-after", "Tue, 25 Nov 2025 17:32:00 GMT")], Some(120)),
        (503, &[("retry-after", "7")], Some(7)),
    ] {
        let server = Server::saying(status, headers, &says("completed")).await;
        let answer = ask_here(&party(&server.url)).await;
        let Err(Failure::Passing { retry_after, message }) = answer else { panic!("{status}: {answer:?}") };
        // Until a date it is a moment less by now.
        let near =
            |(found, wait): (Duration, u64)| (wait.saturating_sub(5)..=wait).contains(&found.as_secs());
        assert!(
            retry_after.is_some() == wait.is_some() && retry_after.zip(wait).is_none_or(near),
            "{retry_after:?}"
        );
        assert!(message.contains(&status.to_string()));
        // The next attempt is the caller's affair.
        assert_eq!(server.heard().len(), 1);
    }
    for status in [400, 405, 422] {
        let server = Server::saying(status, &[], &says("completed")).await;
        assert!(lasts(&ask_here(&party(&server.url)).await), "{status}");
    }
}

#[tokio::test]
async fn w1_redirects_are_not_followed() {
    let inner = Server::saying(200, &[], &says("completed")).await;
    for status in [301, 302, 303, 307, 308] {
        let server = Server::saying(status, &[("location", &inner.url)], "").await;
        let answer = ask_here(&party(&server.url)).await;
        assert!(
            matches!(&answer, Err(Failure::Lasting { message }) if message.contains("redirect")),
            "{answer:?}"
        );
        assert_eq!((server.heard().len(), inner.heard().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn w2_a_good_status_with_nothing_of_use_is_not_done() {
    for body in ["", "{\"error\":\"unknown person\"}", "<html><body>completed</body></html>", "{}"] {
        for status in [200, 204] {
            let server = Server::saying(status, &[], if status == 204 { "" } else { body }).await;
            let answer = ask_here(&party(&server.url)).await;
            assert!(passes(&answer), "{status} {body}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn w2_an_answer_of_a_gigabyte_is_given_up_early() {
    const CHUNK: usize = 8192;
    let sent = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&sent);
    let server = Server::answering(move |_, _| {
        let count = Arc::clone(&counting);
        let chunks = stream::repeat(Bytes::from_static(&[b' '; CHUNK])).take((1 << 30) / CHUNK);
        let counted = chunks.map(move |chunk| {
            count.fetch_add(CHUNK, Ordering::SeqCst);
            Ok::<_, Infallible>(chunk)
        });
        Response::new(Body::from_stream(counted))
    })
    .await;
    let answer = ask_here(&party(&server.url)).await;
    assert!(
        matches!(&answer, Err(Failure::Passing { message, .. }) if message.contains("longer")),
        "{answer:?}"
    );
    // What the sockets hold is out of our hands.
    assert!(sent.load(Ordering::SeqCst) < 64 << 20, "{sent:?}");
}

#[tokio::test]
async fn w2_an_answer_just_too_long_is_not_done() {
    let statement = says("completed");
    let padded = |len: usize| format!("{statement}{}", " ".repeat(len - statement.len()));
    for (len, word) in [(MAX_BYTES, "not signed"), (MAX_BYTES + 1, "longer")] {
        let server = Server::saying(200, &[], &padded(len)).await;
        let answer = ask_here(&party(&server.url)).await;
        let Err(Failure::Passing { message, .. } | Failure::Lasting { message }) = answer else {
            panic!("{answer:?}")
        };
        assert!(message.contains(word), "{message}");
    }
}
