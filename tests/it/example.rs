use slapproxy::client::Request;
use slapproxy::testing::Master;

#[test]
fn the_shop_is_requested() {
    let master = Master::seeded_from("fixtures/seed/ten-partitions.yaml");

    // What is tested is given `master.url()`; this test calls the master itself.
    let request = Request::new("https://sr.example/shop/software.cfg", "shop").parameter("domain", "shop.example");
    master.client().register_open_order().request(&request).unwrap();

    master.assert_holds(
        "instances:
         - title: shop
           software_release: https://sr.example/shop/software.cfg
           partition: slappart0
           parameters: {domain: shop.example}",
    );
}
