//! One file per command of the program.

mod check;
mod doctor;
mod fuzz;
mod list;
mod load;
mod run;
mod schema;
mod vectors;

pub(crate) use check::check;
pub(crate) use doctor::doctor;
pub(crate) use fuzz::run as fuzz;
pub(crate) use list::list;
pub(crate) use run::run;
pub(crate) use schema::schema;
pub(crate) use vectors::run as vectors;
