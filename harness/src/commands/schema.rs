//! `leyden schema`: the JSON Schema of scenario files, for editors.

use crate::exit::Exit;
use crate::terminal;

/// Prints the schema.
pub(crate) fn schema() -> Exit {
    terminal::say(leyden_scenario::schema_json().trim_end());
    Exit::Success
}
