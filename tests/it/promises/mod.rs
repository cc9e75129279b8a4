//! The promises to customers, each as a user would notice that it is kept.

mod p01_only_what_is_needed;
mod p02_where_it_came_from;
mod p04_we_know_where_your_data_is;
mod p10_purpose;
mod p16_every_access_is_recorded;
