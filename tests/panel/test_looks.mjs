// Every page in light and dark, wide and narrow: a picture of each, and its contrast, names and roles.
import { after, test } from "node:test";
import { PAGES, furnish } from "./data.mjs";
import { assert, close, inaccessible, picture, serve, visit } from "./harness.mjs";

after(close);

const LOOKS = { light: {}, dark: { dark: true }, "light-phone": { width: 390, height: 844 }, "dark-phone": { width: 390, height: 844, dark: true } };

for (const [look, given] of Object.entries(LOOKS)) {
  test(`every page looks well: ${look}`, async test => {
    const server = await serve(test);
    await furnish(server);
    const page = await visit(test, server, given);
    // What is not there is asked for, too.
    page.expected = [/status of 403/];
    const found = [];
    for (const [name, hash, prepare] of PAGES) {
      await page.open(hash);
      await prepare?.(page);
      await picture(page, `${name}-${look}`);
      found.push(...await inaccessible(page, `${name} ${look}`));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) found.push(`${name} ${look}: it is ${wide} pixels wider than the window`);
    }
    assert.deepEqual(found, []);
  });
}
