//! The map as a picture: what to draw, in columns from left to right. How it is drawn is `report`'s.

mod drawing;
mod of_company;
mod of_customer;
mod words;

pub use drawing::{Line, Node, Picture};
pub use of_company::PictureOfCompany;
pub use of_customer::PictureOfCustomer;
