mod assessments;
mod chance;
mod changing;
mod refused;
mod rows;
mod support;
