//! Where the HATEOAS API is.

use actix_web::HttpRequest;

use super::extract::{Answer, App, Call, Response};
use crate::http::extract::Front;
use crate::wire::json_rpc::{GetHateoasUrl, HateoasUrl};

/// `slapos.get.v0.hateoas_url`
pub async fn get_hateoas_url(app: App, http: HttpRequest, _: Call<GetHateoasUrl>) -> Answer<GetHateoasUrl> {
    Ok(Response(HateoasUrl { hateoas_url: Front::of(&app, &http).url("/hateoas/") }))
}
