//! The promises to customers, each as a user would notice that it is kept.

mod p16_every_access_is_recorded;
