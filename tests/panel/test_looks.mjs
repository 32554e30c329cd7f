// Every page in light and dark, wide and narrow: a picture of each, and its contrast, names and roles.
import { after, test } from "node:test";
import { accessible, close, picture, serve, visit } from "./harness.mjs";
import { furnish, PAGES } from "./data.mjs";

after(close);

for (const [look, given] of Object.entries({
  "light": {}, "dark": { dark: true }, "light-phone": { width: 390, height: 844 }, "dark-phone": { width: 390, height: 844, dark: true },
})) {
  test(`every page looks well: ${look}`, async test => {
    const server = await serve(test);
    await furnish(server);
    const page = await visit(test, server, given);
    for (const [name, hash, prepare] of PAGES) {
      await page.open(hash);
      await prepare?.(page);
      await picture(page, `${name}-${look}`);
      await accessible(page, `${name} ${look}`);
    }
  });
}
