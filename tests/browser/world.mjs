// SPDX-License-Identifier: Apache-2.0
// The whole chain for one test: simulator, bridge, stand-in Jira with the very jar, and a browser. It asserts nothing.
//
// BRIDGE_SIM and CLOCKIFY_BRIDGED name the programs, BUILDDIR holds the jars, BROWSER_MODULES the packages of package.json.

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const build = process.env.BUILDDIR;
export const modules = process.env.BROWSER_MODULES;
export const load = createRequire(join(modules, 'from-here.js'));
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ends with the process of this test; said is its first line, as JSON. */
function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  const said = new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0]));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  said.catch(() => {});
  return { child, said };
}

async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

const KEY = { anna: 'AnnasClockifyKey0123456789', hans: 'HansClockifyKey01234567890', ben: 'BensClockifyKey01234567890' };
export const people = {
  anna: { key: 'JIRAUSER10100', name: 'anna', language: 'en', apiKey: KEY.anna },
  hans: { key: 'JIRAUSER10102', name: 'hans', language: 'de', apiKey: KEY.hans },
  ben: { key: 'JIRAUSER10101', name: 'ben', language: 'en', apiKey: KEY.ben },
  root: { key: 'JIRAUSER10000', name: 'root', language: 'en', admin: true },
  chef: { key: 'JIRAUSER10001', name: 'chef', language: 'de', admin: true },
};
const session = (name) => `${name}Session`.padEnd(44, 'x');
export const password = 'secret';
export const EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

export function seed() {
  const email = (name) => `${name}@example.com`;
  const everyone = { whoCanCreateProjectsAndClients: 'EVERYONE', whoCanCreateTags: 'EVERYONE', whoCanCreateTasks: 'EVERYONE' };
  return {
    clockify: {
      users: [['anna', 'Anna Ansel'], ['hans', 'Hans Holzer'], ['ben', 'Ben Baker']].map(([name, full]) => ({ email: email(name), name: full, apiKeys: [KEY[name]] })),
      workspaces: [
        { name: 'Example Ltd', settings: { entityCreationPermissions: everyone },
          members: [{ user: email('anna'), role: 'OWNER' }, { user: email('hans') }, { user: email('ben') }] },
        { name: 'Side project', members: [{ user: email('anna'), role: 'OWNER' }] },
      ],
      projects: [{ workspace: 'Example Ltd', name: 'Web shop', public: true }, { workspace: 'Example Ltd', name: 'Internal', public: true }],
      tasks: [{ project: 'Web shop', name: 'WEB-1' }, { project: 'Web shop', name: 'Code review' }, { project: 'Internal', name: 'Meetings' }],
      tags: [{ workspace: 'Example Ltd', name: 'Bug' }, { workspace: 'Example Ltd', name: 'remote' }],
    },
    jira: {
      users: Object.values(people).map((person) => ({ key: person.key, name: person.name, displayName: person.name, tokens: [session(person.name)],
        locale: person.language === 'de' ? 'de_DE' : 'en_US', _admin: Boolean(person.admin) })),
      projects: [{ key: 'WEB', name: 'Web shop' }],
      issues: [
        { key: 'WEB-1', summary: 'The basket forgets its contents', type: 'Bug', labels: ['checkout'] },
        { key: 'WEB-2', summary: 'Gift cards', type: 'Story', labels: ['checkout', 'cards'] },
        { key: 'WEB-3', summary: `Markup ${EVIL}`, type: 'Bug', labels: ['a<b>'] },
      ],
    },
  };
}

export class World {
  /** seed(plan) changes what is there; clockify: its URL, "" = none was chosen yet; entry: settings of that group. */
  static async make({ seed: change = () => {}, clockify, entry = '' } = {}) {
    const world = new World();
    world.directory = mkdtempSync(join(tmpdir(), 'browser-'));
    world.sim = start(process.env.BRIDGE_SIM, ['--parent-death']);
    world.urls = await world.sim.said;
    const plan = seed();
    change(plan);
    world.made = await world.control('POST', '/seed', plan);
    await world.configure(clockify ?? world.urls.clockify, entry);
    await world.startBridge();
    await world.startHost();
    return world;
  }

  async configure(clockify, entry) {
    writeFileSync(join(this.directory, 'key'), randomBytes(32).toString('hex') + '\n', { mode: 0o400 });
    const me = execFileSync('id', ['-un']).toString().trim();
    writeFileSync(join(this.directory, 'bridge.conf'), `socket: { path = "${this.directory}/bridge.sock"; group = ""; plugin_users = [ "${me}" ]; operators = [ "${me}" ]; };
rpc: { deadline_s = 2; };
clockify: { url = "${clockify}"; };
jira: { url = "${this.urls.jira}"; };
store: { path = "${this.directory}/bridge.db"; };
secrets: { master_key_file = "${this.directory}/key"; };
journal: { settle_s = 1; };
entry: { ${entry} };
log: { target = "stderr"; };
`);
  }

  async startBridge() {
    const log = join(this.directory, 'bridge.log');
    this.bridge = spawn('sh', ['-c', `exec "$0" --config "$1" 2>>"${log}"`, process.env.CLOCKIFY_BRIDGED, join(this.directory, 'bridge.conf')],
      { stdio: 'ignore' });
    for (let i = 0; i < 3000 && this.bridge.exitCode === null && !existsSync(join(this.directory, 'bridge.sock')); i++) await pause(20);
    if (this.bridge.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
  }

  /** As kill -9 leaves it; the socket's name is taken away so that a new one can be waited for. */
  async killBridge() {
    await end(this.bridge, 'SIGKILL');
    rmSync(join(this.directory, 'bridge.sock'), { force: true });
  }

  async startHost() {
    const kind = process.env.BROWSER_CONTAINER ?? 'tomcat10';
    const out = join(build, 'jira-host', `${kind}-browser`);
    World.path ??= execFileSync('sh', [join(top, 'tests/jira-host/build.sh'), kind, out]).toString().trim();
    const jar = join(build, kind === 'tomcat10' ? 'clockify-bridge-jira11.jar' : 'clockify-bridge-jira10.jar');
    const users = Object.values(people).flatMap((person) =>
      ['--user', [person.key, person.name, password, session(person.name), person.language, person.admin ? 'admin' : 'user'].join(':')]);
    const issues = this.made.jira.issues.flatMap((issue) => ['--issue', issue.key]);
    this.host = start('java', ['-XX:TieredStopAtLevel=1', '--add-opens=java.base/java.security=ALL-UNNAMED', `-Dclockify.bridge.socket=${this.directory}/bridge.sock`,
      '-cp', World.path, 'Main', '--jar', jar, '--jira', this.urls.jira, '--modules', modules, '--web', join(top, 'tests/jira-host/web'), ...users, ...issues]);
    ({ url: this.url, origin: this.origin } = await this.host.said);
  }

  async stop() {
    if (this.host) {
      this.host.child.stdin.end();
      await end(this.host.child);
    }
    if (this.bridge) await end(this.bridge);
    await end(this.sim.child);
    rmSync(this.directory, { recursive: true, force: true });
  }

  async control(method, path, body) {
    const answer = await fetch(this.urls.control + path, { method, body: body && JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  fault(fault) {
    return this.control('POST', '/faults', fault);
  }

  clearFaults() {
    return this.control('DELETE', '/faults');
  }

  async entries() {
    return (await this.control('GET', '/state')).clockify.entries;
  }

  async worklogs() {
    return (await this.control('GET', '/state')).jira.worklogs;
  }

  /** Until something of the simulator's state is there. */
  async until(what, seconds = 60) {
    for (const end = Date.now() + seconds * 1000; ;) {
      const value = await what();
      if (value) return value;
      if (Date.now() > end) throw new Error(`waited ${seconds} s in vain`);
      await pause(50);
    }
  }
}

/** The texts of the app in a language, with their arguments filled in. */
export function texts(language) {
  const words = new Map();
  for (const suffix of language === 'de' ? ['', '_de'] : [''])
    for (const line of readFileSync(join(top, `plugin-stub/resources/clockify/texts${suffix}.properties`), 'utf8').split('\n')) {
      const [, key, text] = /^([\w.]+) = (.*)$/.exec(line) ?? [];
      if (key) words.set(key, text);
    }
  return (key, ...args) => {
    const text = words.get(`clockify.${key}`);
    if (text === undefined) throw new Error(`no text clockify.${key}`);
    return text.replace(/\{(\d)\}/g, (whole, at) => args[at] ?? whole);
  };
}
