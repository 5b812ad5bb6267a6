//! The description of the API, OpenAPI 3.1, made from the handlers' types and from the table of routes, so that it says
//! what the gate does: who may call, and how a refusal looks.

use std::sync::OnceLock;

use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi as Document, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
        header::HeaderBuilder,
        path::{HttpMethod, Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, access, autopay, bill, booking, callback, card, catalogue, companion, consent, health, payment,
    problem::{CODES, FieldProblem, Problem},
    profile, quote, real_name, receipt, record, rest,
    route::{self, Policy},
    session, sign_in,
};

#[derive(OpenApi)]
#[openapi(components(schemas(Problem, FieldProblem)))]
struct Base;

/// Handlers and their description, together.
pub(crate) fn open_router() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(health::openapi))
        .routes(routes!(health::status))
        .routes(routes!(callback::notify))
        .routes(routes!(catalogue::cities))
        .routes(routes!(catalogue::services))
        .routes(routes!(catalogue::service))
        .routes(routes!(catalogue::search))
        .routes(routes!(catalogue::places))
        .routes(routes!(catalogue::home))
        .routes(routes!(sign_in::send_code))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(session::sign_out))
        .routes(routes!(session::list, session::end_all))
        .routes(routes!(session::end_one))
        .routes(routes!(session::new_token))
        .routes(routes!(session::set_preferences))
        .routes(routes!(real_name::verify))
        .routes(routes!(profile::show, profile::delete))
        .routes(routes!(profile::export))
        .routes(routes!(access::log))
        .routes(routes!(consent::list, consent::ask))
        .routes(routes!(consent::decide))
        .routes(routes!(consent::revoke))
        .routes(routes!(card::list, card::bind))
        .routes(routes!(card::unbind))
        .routes(routes!(record::ask))
        .routes(routes!(record::row))
        .routes(routes!(record::evidence))
        .routes(routes!(bill::list))
        .routes(routes!(quote::quote))
        .routes(routes!(quote::pay))
        .routes(routes!(payment::list))
        .routes(routes!(payment::show, payment::cancel))
        .routes(routes!(payment::switch))
        .routes(routes!(receipt::show))
        .routes(routes!(receipt::file))
        .routes(routes!(receipt::key))
        .routes(routes!(rest::show, rest::withdraw))
        .routes(routes!(autopay::show, autopay::set, autopay::stop))
        .routes(routes!(booking::offer::places))
        .routes(routes!(booking::offer::days))
        .routes(routes!(booking::unit::units))
        .routes(routes!(booking::hold::quote))
        .routes(routes!(booking::hold::hold))
        .routes(routes!(booking::find))
        .routes(routes!(booking::list))
        .routes(routes!(booking::show, booking::change::cancel))
        .routes(routes!(booking::change::confirm))
        .routes(routes!(booking::change::extend))
        .routes(routes!(booking::change::consent, booking::change::decline))
        .routes(routes!(booking::change::pay))
        .routes(routes!(booking::hold::exchange))
        .routes(routes!(booking::waiting::join))
        .routes(routes!(booking::waiting::list))
        .routes(routes!(booking::waiting::leave))
        .routes(routes!(booking::waiting::draw, booking::waiting::enter))
        .routes(routes!(booking::waiting::lots))
        .routes(routes!(booking::waiting::withdraw))
        .routes(routes!(companion::list, companion::add))
        .routes(routes!(companion::remove))
}

/// The whole document.
#[must_use]
pub fn openapi() -> Document {
    let mut document = open_router().into_openapi();
    document.info = InfoBuilder::new()
        .title("Shimin 市民之家")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    if let Some(components) = document.components.as_mut() {
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("A token of `POST /api/v1/sign-in`, or made on the page “My data”."))
                    .build(),
            ),
        );
    }
    for row in route::routes() {
        let Some(item) = document.paths.paths.get_mut(row.path) else { continue };
        let operation = match method(&row.method) {
            HttpMethod::Get => item.get.as_mut(),
            HttpMethod::Post => item.post.as_mut(),
            HttpMethod::Put => item.put.as_mut(),
            HttpMethod::Delete => item.delete.as_mut(),
            _ => None,
        };
        if let Some(operation) = operation {
            describe(operation, &row);
        }
    }
    OpenApiBuilder::from(document).build()
}

fn method(method: &http::Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// What the gate adds to every operation.
fn describe(operation: &mut Operation, row: &route::RouteInfo) {
    let rate = row.rate.per_minute();
    let who = match row.policy {
        Policy::Anyone => "Anybody may call it",
        Policy::Signed => "Payment providers call it, and sign what they send",
        Policy::SignedIn => "Needs a token",
        Policy::Verified => "Needs a token and a passed real-name check",
    };
    operation.description = Some(format!("{who}; at most {rate} times a minute."));
    if is_closed(row.policy) {
        operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
    let changes = matches!(row.method.as_str(), "POST" | "PUT" | "DELETE");
    if changes && is_closed(row.policy) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(
            ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .description(Some("8 to 64 letters, digits, `-` and `_`. The same key gives the same outcome again."))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build()
                .into(),
        );
    }
    let mut statuses = vec![("429", "Too many calls"), ("500", "Our mistake")];
    if row.path.starts_with("/api/") {
        statuses.push(("503", "A department or the store does not answer"));
        if row.path.contains('{') {
            statuses.push(("404", "No such thing, or not this citizen's"));
        }
        if changes {
            statuses.extend([("400", "The request cannot be read"), ("422", "Something to correct, field by field")]);
            statuses.push(("409", "Done already, or changed meanwhile"));
        }
    }
    match row.policy {
        Policy::Anyone | Policy::Signed => {}
        Policy::SignedIn => statuses.push(("401", "No token in force")),
        Policy::Verified => statuses.extend([("401", "No token in force"), ("403", "The real-name check is missing")]),
    }
    for (status, says) in statuses {
        let mut response = ResponseBuilder::new()
            .description(says)
            .content(
                "application/problem+json",
                ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build(),
            )
            .build();
        if status == "429" || status == "503" {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
            response.headers.insert("Retry-After".into(), HeaderBuilder::new().schema(Some(seconds)).build().into());
        }
        operation.responses.responses.entry(status.into()).or_insert(RefOr::T(response));
    }
}

/// Needs a citizen's token.
fn is_closed(policy: Policy) -> bool {
    matches!(policy, Policy::SignedIn | Policy::Verified)
}

fn description() -> String {
    let mut text = String::from(
        "Ask a city's departments for your records, with source, time and freshness in every answer.\n\n\
         Every reading of personal data is entered in the access log before the data is opened; `GET /api/v1/access-log` \
         shows who looked. Money is integer fen, times are RFC 3339 with the offset of Asia/Shanghai.\n\n\
         Errors are `application/problem+json` in the language of `Accept-Language` (zh-CN, en). Codes:\n\n",
    );
    for code in CODES {
        text.push_str(&format!("- `{}`: {}. {}\n", code.code, code.en[0], code.en[1]));
    }
    text
}

/// The document as text, rendered once.
pub(crate) fn openapi_json() -> Result<String, String> {
    static TEXT: OnceLock<Result<String, String>> = OnceLock::new();
    TEXT.get_or_init(|| openapi().to_json().map_err(|cause| cause.to_string())).clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn document() -> serde_json::Value {
        serde_json::from_str(&openapi_json().expect("renders")).expect("is JSON")
    }

    #[test]
    fn the_document_and_the_table_name_the_same_routes() {
        let document = document();
        let described: BTreeSet<(String, String)> = document["paths"]
            .as_object()
            .expect("paths")
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().expect("item").keys().map(move |method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let listed: BTreeSet<(String, String)> =
            route::routes().iter().map(|row| (row.method.to_string(), row.path.to_owned())).collect();
        assert_eq!(described, listed);
    }

    #[test]
    fn every_closed_route_says_so_and_every_error_has_its_form() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
        for row in route::routes() {
            let operation = &document["paths"][row.path][row.method.as_str().to_lowercase()];
            assert_eq!(operation.get("security").is_some(), is_closed(row.policy), "{}", row.path);
            let problem = &operation["responses"]["429"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{}", row.path);
            assert!(operation["summary"].is_string(), "{} has no summary", row.path);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            match value {
                serde_json::Value::Object(map) => {
                    if let Some(target) = map.get("$ref").and_then(|target| target.as_str()) {
                        assert!(document.pointer(&target[1..]).is_some(), "{target} is nowhere");
                    }
                    open.extend(map.values());
                }
                serde_json::Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }

    #[test]
    fn every_code_has_words_and_is_listed_once() {
        let text = document()["info"]["description"].as_str().expect("text").to_owned();
        let codes: BTreeSet<_> = CODES.iter().map(|code| code.code).collect();
        assert_eq!(codes.len(), CODES.len());
        for code in CODES {
            assert!(text.contains(&format!("`{}`", code.code)));
            assert!(code.zh_cn.iter().chain(&code.en).all(|words| !words.is_empty()));
        }
    }
}
