//! The signed-in home page rendered in this process, so many times, for a profiler that counts instructions:
//! `valgrind --tool=callgrind target/release/examples/instructions 1000 [car]`. Counts are the same on a busy machine.

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, header},
};
use testkit::{Engine, Town, TownConfig};
use tower::ServiceExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let times: u32 = args.first().and_then(|times| times.parse().ok()).unwrap_or(1_000);
    let town = Town::start(TownConfig::new(Engine::Sqlite)).await;
    let city = town.open_city();
    let cast = town.cast(&city, manifest::story::Role::OwnerWithOpenViolations);
    let mut visitor = town.visitor(&city.city.id, cast).signs_in().await.passes_real_name().await;
    if args.iter().any(|arg| arg == "car") {
        visitor = visitor.binds_card().await;
        for service in town.services(&city).iter().filter(|service| service.subject == visitor.cast.subject) {
            visitor.asks(service.id.as_str(), false).await;
        }
    }
    let path = format!("/{}", city.city.id);
    let first = visitor.page(&visitor.cookie().await, &path).await;
    let set = first.headers().get_all("set-cookie").iter();
    let set: Vec<String> = set.filter_map(|line| Some(line.to_str().ok()?.split(';').next()?.to_owned())).collect();
    let cookies = format!("{}; {}", visitor.cookie().await, set.join("; "));
    let mut bytes = 0;
    for _ in 0..times {
        let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let request = Request::get(&path)
            .header(header::HOST, "127.0.0.1")
            .header(header::COOKIE, &cookies)
            .extension(ConnectInfo(peer))
            .body(Body::empty())
            .expect("a request");
        let answer = town.router.clone().oneshot(request).await.expect("answers");
        assert!(answer.status().is_success());
        bytes += to_bytes(answer.into_body(), 1 << 20).await.expect("a body").len();
    }
    eprintln!("{times} pages, {} bytes each", bytes / times.max(1) as usize);
}
