//! The baseline of the page bench: a bare axum server that says hello, in its own process.

use axum::{Router, routing::get};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the bench reads the address from standard output")]
async fn main() {
    let router = Router::new().route("/", get(async || "hello"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address"));
    axum::serve(listener, router).await.expect("serves");
}
