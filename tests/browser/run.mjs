// SPDX-License-Identifier: Apache-2.0
// Runs the browser's tests and speaks TAP: node run.mjs [PART OF A NAME]. Each group has a world of its own.

import { openBrowser, Visit } from './page.mjs';
import { World } from './world.mjs';

const groups = [];
const only = process.argv[2] ?? '';

/** group(name, {seed}, async (test, world, visit) => ...): test(name, run) runs at once, in order. */
export function group(name, options, run) {
  groups.push({ name, options, run });
}

for (const file of ['states', 'clicks', 'fields', 'safety', 'admin']) await import(`./${file}.mjs`).then((module) => module.default(group));

let number = 0, failed = 0;
const browser = await openBrowser();
for (const { name, options, run } of groups) {
  if (!name.includes(only)) continue;
  const visits = [];
  let world = null;
  const test = async (what, work) => {
    number++;
    try {
      await work();
      visits.forEach((visit) => visit.fine());
      console.log(`ok ${number} - ${name}: ${what}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${number} - ${name}: ${what}`);
      console.log(String(error.stack ?? error).replace(/^/gm, '# '));
      for (const visit of visits) if (visit.errors.length) console.log(`# page: ${visit.errors.join('\n# ')}`);
      await visits[0]?.page.screenshot({ path: `${process.env.BROWSER_OUT ?? '/tmp'}/failed-${number}.png` }).catch(() => {});
      throw error;
    }
  };
  try {
    world = await World.make(options);
    await run(test, world, async (person) => {
      visits.push(await Visit.begin(browser, world, person));
      return visits.at(-1);
    });
  } catch (error) {
    if (!failed) {
      failed++;
      console.log(`not ok ${++number} - ${name}`);
      console.log(String(error.stack ?? error).replace(/^/gm, '# '));
    } // the rest of the group builds on what failed
  } finally {
    for (const visit of visits) await visit.close().catch(() => {});
    await world?.stop();
  }
}
await browser.close();
console.log(`1..${number}`);
process.exit(failed ? 1 : 0);
