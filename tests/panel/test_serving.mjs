// How quick the first view is, how much it weighs, and the panel behind a reverse proxy.
import http from "node:http";
import { after, test } from "node:test";
import { assert, close, serve, visit } from "./harness.mjs";

after(close);

test("the first view of a node with 100 partitions and 50 instances is quick and light", async test => {
  const server = await serve(test, { seed: null });
  const partitions = Array.from({ length: 100 }, (_, index) => ({ partition_id: `slappart${index}`, ip_list: [{ "ip-address": `10.0.1.${index + 1}` }, { "ip-address": `2001:db8::${index + 1}` }] }));
  await server.rpc("put.v0.compute_node_format", { computer_guid: "local_computer", compute_partition_list: partitions });
  for (let number = 0; number < 50; number++) {
    await server.rpc("post.v0.software_instance", { title: `service-${number}`, software_release_uri: "https://sr.example/software.cfg", software_type: "default" });
  }
  const times = [];
  for (let round = 0; round < 3; round++) {
    const page = await visit(test, server);
    await page.goto(`${server.url}panel/`);
    await page.waitForFunction(() => performance.getEntriesByName("shown").length > 0);
    assert.equal(await page.locator(".grid .cell").count(), 100);
    times.push(Math.round(await page.evaluate(() => performance.getEntriesByName("shown")[0].startTime)));
    const bytes = await page.evaluate(() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .reduce((sum, entry) => sum + entry.transferSize, 0));
    assert.ok(bytes > 10000 && bytes < 600000, `${bytes} bytes`);
    if (!round) console.log(`the first view weighs ${Math.round(bytes / 1000)} kB`);
  }
  console.log(`the first view is interactive after ${times.join(", ")} ms`);
});

test("it works behind a reverse proxy with a prefix", async test => {
  const server = await serve(test);
  const to = new URL(server.url);
  const proxy = http.createServer((request, response) => {
    if (!request.url.startsWith("/deep/inside/")) return response.writeHead(404).end();
    const headers = { ...request.headers, "x-forwarded-prefix": "/deep/inside", "x-forwarded-host": request.headers.host };
    const passed = http.request({ host: to.hostname, port: to.port, path: request.url.slice("/deep/inside".length), method: request.method, headers }, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
    response.on("close", () => passed.destroy());
  });
  await new Promise(resolve => proxy.listen(0, "127.0.0.1", resolve));
  test.after(() => new Promise(resolve => { proxy.closeAllConnections(); proxy.close(resolve); }));
  const base = `http://127.0.0.1:${proxy.address().port}/deep/inside/`;
  const page = await visit(test, server, { base });
  await page.goto(base);
  await page.shows("#/");
  assert.equal(page.url(), `${base}panel/`);
  await page.locator("#live.live").waitFor();
  await server.rpc("put.v0.software_instance_error", { instance_guid: "shop______0", message: "the disk is full" });
  await page.locator(".attention li").filter({ hasText: "the disk is full" }).waitFor();
  await page.getByRole("link", { name: "Request", exact: true }).click();
  await page.shows("#/request");
});
