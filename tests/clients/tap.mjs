// SPDX-License-Identifier: Apache-2.0
// What both client scripts share: TAP on standard output, and a simulator of one's own. No test is in here.
//
// BRIDGE_SIM names the simulator's program. The packages of package.json are looked for beside this file, or
// where CLIENTS_DIR says that `npm ci` was run.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const requirePackage = createRequire(join(process.env.CLIENTS_DIR ?? here, 'package.json'));
const tests = [];

/** A package of package.json; without it the whole script is one skipped test. */
export function load(name) {
  try {
    return requirePackage(name);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.log(`1..0 # SKIP ${name} is not installed (npm ci)`);
    process.exit(0);
  }
}

export function test(name, run) {
  tests.push({ name, run });
}

/** Starts a simulator, seeds it, and runs the tests in order: they build on one another. */
export async function runAll(seed, prepare) {
  const child = spawn(process.env.BRIDGE_SIM ?? 'bridge-sim', ['--parent-death'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let failed = 0;
  try {
    const line = await new Promise((resolve, reject) => {
      child.stdout.once('data', (data) => resolve(String(data)));
      child.once('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
      child.once('error', reject);
    });
    const urls = JSON.parse(line);
    const control = async (method, path, body) => {
      const answer = await fetch(urls.control + path, {
        method, body: body && JSON.stringify(body), headers: { 'Content-Type': 'application/json' },
      });
      const text = await answer.text();
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : null;
    };
    const context = await prepare({ urls, control, made: await control('POST', '/seed', seed) });
    console.log(`1..${tests.length}`);
    for (const [i, { name, run }] of tests.entries()) {
      try {
        await run(context);
        console.log(`ok ${i + 1} - ${name}`);
      } catch (error) {
        failed++;
        console.log(`not ok ${i + 1} - ${name}`);
        console.log(String(error.stack ?? error).replace(/^/gm, '# '));
      }
    }
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGTERM');
  }
  process.exitCode = failed ? 1 : 0;
}
