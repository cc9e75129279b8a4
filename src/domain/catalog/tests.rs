mod categories;
mod controller;
mod purposes;
mod requirements;
mod services;
