//! The promises to customers, each as a user would notice that it is kept.

mod p01_only_what_is_needed;
mod p02_where_it_came_from;
mod p04_we_know_where_your_data_is;
mod p05_carried_out;
mod p05_it_goes_when_not_needed;
mod p05_reached;
mod p07_trusted_third_parties;
mod p08_breaches;
mod p10_purpose;
mod p11_only_where_needed;
mod p12_you_are_told;
mod p13_only_with_permission;
mod p14_hosts_and_registries;
mod p15_leaving_and_swapping;
mod p16_every_access_is_recorded;
mod p16_proven;
mod p17_many_at_once;
mod p18_inventory;
mod p18_pictures;
mod p18_record;
mod p18_reports;
