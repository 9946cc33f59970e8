//! One file per command of the program.

mod check;
mod doctor;
mod list;
mod load;
mod run;
mod schema;

pub(crate) use check::check;
pub(crate) use doctor::doctor;
pub(crate) use list::list;
pub(crate) use run::run;
pub(crate) use schema::schema;
