//! The catalogue as code: through the API, and on the server itself.

mod allowed;
mod documented;
mod moving;
mod on_the_server;
