// SPDX-License-Identifier: Apache-2.0
// Runs jayson, a JSON-RPC client that nobody here wrote, against the bridge's socket, with the simulator behind it.
// CLOCKIFY_BRIDGED names the bridge's program. It checks what JSON-RPC 2.0 says, and one click from end to end.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, runAll, test } from './tap.mjs';

const jayson = load('jayson');
const user = 'JIRAUSER10100';
const key = 'AnnasClockifyKey0123456789';
const token = 'anna-token-'.padEnd(44, 'x');

const seed = {
  clockify: {
    users: [{ email: 'anna@example.com', name: 'Anna', apiKeys: [key] }],
    workspaces: [{ name: 'Main', members: [{ user: 'anna@example.com', role: 'OWNER' }] }],
    projects: [{ workspace: 'Main', name: 'Phase Zero', public: true }],
    tasks: [{ project: 'Phase Zero', name: 'PZ-1' }],
    tags: [{ workspace: 'Main', name: 'Story' }],
  },
  jira: {
    users: [{ key: user, name: 'anna', displayName: 'Anna Example', tokens: [token] }],
    projects: [{ key: 'PZ', name: 'Phase Zero' }],
    issues: [{ key: 'PZ-1', summary: 'Read a ticket', type: 'Story' }],
  },
};

const directory = mkdtempSync(join(tmpdir(), 'bridge-clients-'));
const socket = join(directory, 'bridge.sock');
let bridge;

function configure(urls) {
  const secret = join(directory, 'master.key');
  writeFileSync(secret, randomBytes(32).toString('hex') + '\n', { mode: 0o400 });
  const config = join(directory, 'bridge.conf');
  const text = (value) => JSON.stringify(value);
  writeFileSync(config, `
    socket: { path = ${text(socket)}; group = ""; operators = [ ${text(userInfo().username)} ]; };
    clockify: { url = ${text(urls.clockify)}; };
    jira: { url = ${text(urls.jira)}; install_dir = ${text(join(directory, 'jira'))}; };
    store: { path = ${text(join(directory, 'bridge.db'))}; };
    secrets: { master_key_file = ${text(secret)}; };
    journal: { settle_s = 1; };
    log: { target = "stderr"; };\n`);
  return config;
}

const reachable = () => new Promise((resolve) => {
  const connection = createConnection(socket, () => { connection.end(); resolve(true); });
  connection.once('error', () => resolve(false));
});

async function prepare({ urls, control, made }) {
  bridge = spawn(process.env.CLOCKIFY_BRIDGED ?? 'clockify-bridged', ['--config', configure(urls)],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  let ended = null;
  bridge.once('exit', (code, signal) => { ended = code ?? signal; });
  bridge.once('error', (error) => { ended = error; });
  for (let i = 0; !(await reachable()); i++) {
    assert.equal(ended, null, 'the bridge ended');
    assert.ok(i < 600, 'the bridge does not listen');
    await sleep(50);
  }
  const client = jayson.Client.tcp({ path: socket });
  const whole = (...request) => new Promise((resolve, reject) => {
    client.request(...request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  const call = async (method, params) => {
    const answer = await whole(method, params);
    assert.equal(answer.jsonrpc, '2.0');
    assert.ok(!('error' in answer), JSON.stringify(answer.error));
    return answer.result;
  };
  return { control, made, whole, call };
}

test('the id comes back as it was sent, text or number', async ({ whole }) => {
  assert.equal((await whole('bridge.hello', {}, 'ä "quoted" id')).id, 'ä "quoted" id');
  assert.equal((await whole('bridge.hello', {}, 4711)).id, 4711);
});

test('an unknown method', async ({ whole }) => {
  const { error, id } = await whole('no.such.method', {}, 1);
  assert.deepEqual([error.code, id], [-32601, 1]);
});

test('params that are missing, unknown or in a list', async ({ whole }) => {
  const wanting = await whole('timer.start', { user });
  assert.deepEqual([wanting.error.code, wanting.error.data.param], [-32602, 'issue']);
  const unknown = await whole('timer.start', { user, issue: 'PZ-1', colour: 'red' });
  assert.deepEqual([unknown.error.code, unknown.error.data.param], [-32602, 'colour']);
  assert.equal((await whole('timer.start', [user, 'PZ-1'])).error.code, -32602);
});

test('the two accounts are connected', async ({ call }) => {
  await call('account.connect_clockify', { user, api_key: key });
  await call('account.connect_jira', { user, token });
});

test('a timer, stopped: an entry in Clockify, a worklog in Jira', async ({ call, control }) => {
  const started = await call('timer.start', { user, issue: 'PZ-1' });
  assert.equal(started.entry.delivery, 'done');
  assert.equal(started.entry.project.name, 'Phase Zero');
  const stopped = await call('timer.stop', { user, wait: 'worklog' });
  assert.equal(stopped.entry.worklog.state, 'written');
  const { clockify, jira } = await control('GET', '/state');
  assert.equal(clockify.entries.length, 1);
  assert.equal(jira.worklogs.length, 1);
});

test('a batch: an answer to each request with an id, in any order', async ({ whole }) => {
  const requests = [
    jayson.Utils.request('bridge.hello', {}, 'first'),
    jayson.Utils.request('no.such.method', {}, 'second'),
    jayson.Utils.request('bridge.hello', {}, null),
    jayson.Utils.request('timer.get', { user }, 'third'),
  ];
  assert.ok(!('id' in requests[2]));
  const answers = await whole(requests);
  const byId = Object.fromEntries(answers.map((answer) => [answer.id, answer]));
  assert.deepEqual(Object.keys(byId).sort(), ['first', 'second', 'third']);
  assert.equal(byId.second.error.code, -32601);
  assert.ok(byId.first.result && byId.third.result);
});

test('a notification is carried out and not answered', async ({ whole, control }) => {
  const before = (await control('GET', '/state')).clockify.entries.length;
  const answer = await whole('entry.add', { user, issue: 'PZ-1', seconds: 600 }, null);
  assert.equal(answer, undefined);
  for (let i = 0; (await control('GET', '/state')).clockify.entries.length === before; i++) {
    assert.ok(i < 400, 'no entry was made');
    await sleep(50);
  }
});

test('fifty clients at a time, each with its own answer', async ({ whole }) => {
  const ids = Array.from({ length: 50 }, (_, i) => `client ${i}`);
  const answers = await Promise.all(ids.map((id) => whole('bridge.hello', {}, id)));
  assert.deepEqual(answers.map(({ id }) => id), ids);
});

test('told to end, it ends with 0', async () => {
  const ended = new Promise((resolve) => bridge.once('exit', (code, signal) => resolve(code ?? signal)));
  bridge.kill('SIGTERM');
  assert.equal(await ended, 0);
});

try {
  await runAll(seed, prepare);
} finally {
  bridge?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
