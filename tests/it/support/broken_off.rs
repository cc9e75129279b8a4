//! A run that ends before its end.

use std::{
    future::Future,
    task::{Context, Poll},
};

/// How many steps it takes.
pub async fn steps_of<T>(work: impl Future<Output = T>) -> usize {
    let mut work = Box::pin(work);
    let mut steps = 0;
    std::future::poll_fn(move |context: &mut Context<'_>| {
        steps += 1;
        work.as_mut().poll(context).map(|_| steps)
    })
    .await
}

/// Stops after so many steps, wherever that is.
pub async fn broken_off_after<T>(steps: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = Box::pin(work);
    let mut step = 0;
    std::future::poll_fn(move |context: &mut Context<'_>| {
        step += 1;
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if step > steps => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
