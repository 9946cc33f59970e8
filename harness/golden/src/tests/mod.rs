//! A small channel recorded twice, the second time with one thing changed.

mod compare;
mod files;
mod fixture;
mod record;
