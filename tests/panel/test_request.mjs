// Requests and changes by form.
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { SITE, furnish } from "./data.mjs";
import { assert, close, picture, serve, visit } from "./harness.mjs";

after(close);

const form = page => page.locator(".form.je-ready");
const known = (server, title, shared = 0) => server.rpc("get.v0.software_instance", { instance_guid: `${title}______${shared}` });

/** A release with everything that schemas have. */
function release(server, serialisation) {
  const directory = path.join(server.directory, "sr");
  fs.mkdirSync(path.join(directory, "schemas"), { recursive: true });
  const write = (name, document) => fs.writeFileSync(path.join(directory, name), JSON.stringify(document));
  write("software.cfg.json", {
    name: "Everything", description: "A release with everything", serialisation,
    "software-type": {
      default: { title: "Default", description: "What is requested", request: "schemas/input.json", index: 0 },
      guest: { title: "Guest", description: "What is served", shared: true, "software-type": "default", request: "schemas/guest.json", index: 1 },
      plain: { title: "Plain", description: "Without a schema", index: 2 },
    },
  });
  write("schemas/input.json", {
    $schema: "http://json-schema.org/draft-07/schema#", type: "object", required: ["name"],
    allOf: [{ $ref: "common.json#/definitions/limits" }],
    properties: {
      name: { type: "string", title: "Name", description: "Who it is", minLength: 2 },
      level: { type: "string", enum: ["low", "high"], default: "low", description: "How much is told" },
      debug: { type: "boolean", default: false },
      hosts: { type: "array", items: { $ref: "common.json#/definitions/host" } },
      backend: { oneOf: [
        { title: "File", type: "object", additionalProperties: false, properties: { path: { type: "string" } }, required: ["path"] },
        { title: "Server", type: "object", additionalProperties: false, properties: { url: { type: "string" } }, required: ["url"] },
      ] },
      tree: { $ref: "#/definitions/tree" },
    },
    definitions: { tree: { type: "object", properties: { leaf: { type: "string" }, tree: { $ref: "#/definitions/tree" } } } },
  });
  write("schemas/common.json", { definitions: {
    limits: { properties: { memory: { type: "integer", minimum: 1, default: 512, description: "In MB" } } },
    host: { type: "object", properties: { address: { type: "string" }, port: { type: "integer" } }, required: ["address"] },
  } });
  write("schemas/guest.json", { type: "object", properties: { url: { type: "string" } } });
  fs.writeFileSync(path.join(directory, "software.cfg"), "");
  return path.join(directory, "software.cfg");
}

test("a release of text parameters is requested by its form, which tells what is wrong at the field", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  await page.open("#/request");
  await page.getByLabel("Title").fill("my-site");
  await page.getByLabel("Software release").fill(SITE);
  await page.getByLabel("Software release").press("Tab");
  await form(page).waitFor();
  await page.getByLabel("port").fill("99999");
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await form(page).locator("[data-schemapath='root.domain'] .form-error").filter({ hasText: "This is required" }).waitFor();
  await form(page).locator("[data-schemapath='root.port'] .form-error").filter({ hasText: "at most 65535" }).waitFor();
  await page.getByLabel("domain").fill("site.example");
  await page.getByLabel("port").fill("8080");
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await page.shows("#/instance/my-site______0");
  assert.deepEqual((await known(server, "my-site")).parameters, { domain: "site.example", port: "8080" });

  await page.getByRole("link", { name: "Edit" }).first().click();
  await form(page).waitFor();
  await page.getByLabel("port").fill("9090");
  await page.getByRole("button", { name: "Save" }).click();
  await page.shows("#/instance/my-site______0");
  assert.deepEqual((await known(server, "my-site")).parameters, { domain: "site.example", port: "9090" });
  await page.locator(".timeline").last().locator(".changes li").filter({ hasText: "parameter port \"8080\" → \"9090\"" }).waitFor();
});

test("schemas with references, choices, lists and nested objects make a form", async test => {
  const server = await serve(test);
  const url = release(server, "json-in-xml");
  const page = await visit(test, server);
  await page.open(`#/request?release=${encodeURIComponent(url)}&title=everything`);
  await form(page).waitFor();
  assert.match(await form(page).innerText(), /In MB\. Default: 512/);
  await page.getByLabel("Name", { exact: true }).fill("it");
  await page.getByLabel("memory").fill("2048");
  await page.getByLabel("level").selectOption("high");
  await form(page).locator("[data-schemapath='root.hosts'] .json-editor-btntype-add").click();
  await page.getByLabel("address").fill("10.0.0.1");
  await form(page).locator("[data-schemapath='root.backend'] .je-switcher").selectOption("Server");
  await page.getByLabel("url").fill("https://backend.example/");
  await page.getByLabel("leaf").first().fill("green");
  await picture(page, "request-everything-light");
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await page.shows("#/instance/everything______0");
  const { parameters } = await known(server, "everything");
  assert.deepEqual(JSON.parse(parameters._), {
    name: "it", memory: 2048, level: "high", hosts: [{ address: "10.0.0.1" }], backend: { url: "https://backend.example/" }, tree: { leaf: "green" },
  });
  await page.open("#/instance/everything______0/edit");
  await form(page).waitFor();
  assert.equal(await page.getByLabel("memory").inputValue(), "2048");
  assert.equal(await page.getByLabel("url").inputValue(), "https://backend.example/");
  await page.getByRole("tab", { name: "JSON" }).click();
  assert.deepEqual(JSON.parse(await page.getByLabel("Parameters in JSON").inputValue()), JSON.parse(parameters._));
});

test("types have forms of their own, and a shared instance is one", async test => {
  const server = await serve(test);
  const url = release(server, "xml");
  const page = await visit(test, server);
  await page.open(`#/request?release=${encodeURIComponent(url)}&title=host`);
  await form(page).waitFor();
  await page.getByLabel("Software type").selectOption("plain");
  await page.getByRole("button", { name: "Add a parameter" }).click();
  await page.getByLabel("Name of parameter 1").fill("colour");
  await page.getByLabel("Name of parameter 1").press("Tab");
  await page.getByLabel("Value of colour").fill("blue");
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await page.shows("#/instance/host______0");
  assert.deepEqual([(await known(server, "host")).software_type, (await known(server, "host")).parameters], ["plain", { colour: "blue" }]);
  await server.rpc("post.v0.software_instance", { title: "server", software_release_uri: url, software_type: "default", parameters: { name: "it" } });
  await page.open(`#/request?release=${encodeURIComponent(url)}&title=guest`);
  await form(page).waitFor();
  await page.getByLabel("Software type").selectOption("guest");
  await page.getByLabel("url").fill("https://me.example/");
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await page.shows("#/instance/guest______1");
  const guest = await known(server, "guest", 1);
  assert.deepEqual([guest.shared, guest.software_type, guest.parameters], [true, "default", { url: "https://me.example/" }]);
});

test("without a schema there are names and values, JSON and XML", async test => {
  const server = await serve(test);
  await furnish(server);
  const page = await visit(test, server);
  page.expected = [/status of (400|403)/];
  await page.open("#/request");
  await page.getByLabel("Title").fill("by-hand");
  await page.getByLabel("Software release").fill("https://sr.example/shop/software.cfg");
  await page.getByLabel("Software release").press("Tab");
  await page.getByText("The release does not describe its parameters").waitFor({ timeout: 20000 });
  await page.getByRole("button", { name: "Add a parameter" }).click();
  await page.getByLabel("Name of parameter 1").fill("a");
  await page.getByLabel("Name of parameter 1").press("Tab");
  await page.getByLabel("Value of a").fill("<b>");
  await page.getByLabel("Value of a").press("Tab");
  await page.getByRole("tab", { name: "XML" }).click();
  const xml = page.getByLabel("Parameters in XML");
  assert.equal(await xml.inputValue(), '<instance>\n  <parameter id="a">&lt;b&gt;</parameter>\n</instance>');
  await xml.fill("<instance><parameter");
  await page.getByRole("tab", { name: "JSON" }).click();
  await page.locator("#parameters .failure").waitFor();
  await xml.fill('<instance><parameter id="a">1</parameter><parameter id="big">2</parameter></instance>');
  await page.getByRole("tab", { name: "JSON" }).click();
  const json = page.getByLabel("Parameters in JSON");
  assert.deepEqual(JSON.parse(await json.inputValue()), { a: "1", big: "2" });
  await json.fill('{"big": 12345678901234567890, "float": 1.0}');
  await page.getByLabel("They travel as").selectOption("json");
  await page.getByLabel("Computer").selectOption("local_computer");
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await page.shows("#/instance/by-hand______0");
  // No digit is lost, also when only the state changes.
  const text = async () => (await (await fetch(`${server.url}slapos.get.v0.software_instance`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: '{"instance_guid": "by-hand______0"}' })).text());
  assert.match(await text(), /"parameters":\{"big":12345678901234567890,"float":1\.0\}/);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
  await page.locator(".title .state.stopped").waitFor();
  assert.match(await text(), /"parameters":\{"big":12345678901234567890,"float":1\.0\}/);
  assert.match(await text(), /"sla_parameters":\{"computer_guid":"local_computer"\}/);
});

test("a request that finds no place says so, and why", async test => {
  const server = await serve(test);
  const page = await visit(test, server);
  page.expected = [/status of (400|403)/];
  await page.open("#/request?title=nowhere");
  await page.getByLabel("Software release").fill("https://sr.example/nothing/software.cfg");
  await page.getByLabel("Software release").press("Tab");
  await page.getByLabel("A shared instance").check();
  await page.locator("main").getByRole("button", { name: "Request" }).click();
  await page.locator(".failure").filter({ hasText: "runs this software release" }).waitFor();
  await page.getByRole("link", { name: "Why is it not placed?" }).click();
  await page.getByRole("heading", { name: "Why it is not placed" }).waitFor();
});
