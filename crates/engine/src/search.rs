//! Finding a service of a city by what people type.
