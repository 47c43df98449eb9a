//! Mock applications, one for each trait of real ones, named after it.

pub mod book;
pub mod t02_keeps_for_same_user;
pub mod t03_one_value_at_two_paths;
pub mod t03_partial_set_destroys;
pub mod t04_eighteen_lines;
pub mod t05_ways_to_delete;
pub mod t06_deletes_on_every_page;
pub mod t07_names_from_the_host;
pub mod t08_any_status;
