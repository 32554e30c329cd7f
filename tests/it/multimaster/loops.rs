//! Masters that are this one under another name, or that hand requests back.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::thread;

use serde_json::json;

use super::{forwarded, remote, rpc_request, trees, with_masters};
use crate::app::{TestApp, request};

/// An address that leads to a server which is not there yet.
struct Alias {
    url: String,
    target: Arc<OnceLock<SocketAddr>>,
}

impl Alias {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let target = Arc::<OnceLock<SocketAddr>>::default();
        let known = Arc::clone(&target);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, there) = (stream.unwrap(), TcpStream::connect(known.wait()).unwrap());
                let (back, forth) = (stream.try_clone().unwrap(), there.try_clone().unwrap());
                thread::spawn(move || copy(stream, forth));
                thread::spawn(move || copy(there, back));
            }
        });
        Self { url, target }
    }

    fn leads_to(&self, app: &TestApp) {
        self.target.set(app.url.strip_prefix("http://").unwrap().parse().unwrap()).unwrap();
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(Shutdown::Write);
}

#[test]
fn the_own_url_is_no_other_master() {
    let app = with_masters(Vec::new());
    for (title, url) in [("a", app.url.clone()), ("b", format!("{}/", app.url))] {
        request(title).filter(&[("master_url", &url)]).value(&app);
    }
    assert_eq!(trees(&app), json!(["a", "b"]));
}

#[test]
fn this_master_under_another_name_is_recognised_also_while_many_ask() {
    let alias = Alias::new();
    let app = with_masters(vec![remote(&alias.url)]);
    app.format("local_computer", 32);
    alias.leads_to(&app);
    thread::scope(|scope| {
        for number in 0..32 {
            let (app, url) = (&app, &alias.url);
            scope.spawn(move || {
                let wanted = request(&format!("i{number}"));
                let wanted = if number % 2 == 0 { wanted } else { wanted.filter(&[("master_url", url)]) };
                wanted.value(app)
            });
        }
    });
    assert_eq!(trees(&app).as_array().unwrap().len(), 32);
    assert_eq!(forwarded(&app), json!([]));
}

#[test]
fn masters_that_forward_to_each_other_say_so() {
    let (first_alias, second_alias) = (Alias::new(), Alias::new());
    let (first, second) = (with_masters(vec![remote(&second_alias.url)]), with_masters(vec![remote(&first_alias.url)]));
    first_alias.leads_to(&first);
    second_alias.leads_to(&second);
    let (second_url, first_url) = (&second_alias.url, &first_alias.url);
    let sentence = format!(
        "{second_url} says: {first_url} says: the request came from here through other masters and would go to \
         {second_url} again; their configurations hand the software release to each other"
    );
    assert_eq!(request("db").send(&first).refusal(), (400, sentence.clone()));
    assert_eq!(rpc_request(&first, "db").1["title"], sentence);
    for app in [&first, &second] {
        assert_eq!((trees(app), forwarded(app)), (json!([]), json!([])));
    }
}
