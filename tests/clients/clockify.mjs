// SPDX-License-Identifier: Apache-2.0
// Runs clockify-ts, which nobody here wrote, against the simulator: what it can do of what the bridge needs.
// Its base URL is fixed in its code, so axios is told another one before it is loaded.

import assert from 'node:assert/strict';
import { load, runAll, test } from './tap.mjs';

const axios = load('axios');
const create = axios.create.bind(axios);
let base;
axios.create = (config) => create({ ...config, baseURL: base, proxy: false });
const Clockify = load('clockify-ts').default;

const seed = {
  clockify: {
    users: [
      { email: 'anna@example.com', name: 'Anna', apiKeys: ['anna-key'] },
      { email: 'ben@example.com', name: 'Ben', apiKeys: ['ben-key'] },
    ],
    workspaces: [{
      name: 'Main', members: [{ user: 'anna@example.com', role: 'OWNER' }, { user: 'ben@example.com' }],
    }],
    tags: [{ workspace: 'Main', name: 'Tag {n}', count: 60 }],
  },
};

const refused = (promise, pattern) => assert.rejects(promise, (error) => {
  assert.match(String(error.message), pattern);
  return true;
});

test('the account', async ({ anna }) => {
  const user = await anna.user.get();
  assert.equal(user.email, 'anna@example.com');
  assert.equal(user.status, 'ACTIVE');
  assert.match(user.id, /^[0-9a-f]{24}$/);
});

test('a wrong key is refused', async () => {
  await refused(new Clockify('nobody').user.get(), /401/);
});

test('workspaces and their settings', async ({ anna, workspaceId }) => {
  const list = await anna.workspaces.get();
  assert.equal(list.length, 1);
  assert.equal(list[0].id, workspaceId);
  assert.equal(list[0].workspaceSettings.entityCreationPermissions.whoCanCreateTags, 'EVERYONE');
});

test('members of a workspace', async ({ workspace }) => {
  const users = await workspace.users.get({});
  assert.deepEqual(users.map((user) => user.name).sort(), ['Anna', 'Ben']);
});

test('clients are made and listed', async ({ workspace }) => {
  const client = await workspace.clients.post({ name: 'Customer' });
  assert.deepEqual((await workspace.clients.get()).map((one) => one.id), [client.id]);
});

test('a project is made, found by its exact name, archived and deleted', async ({ workspace }) => {
  const project = await workspace.projects.post({ name: 'Phase Zero' });
  await workspace.projects.post({ name: 'Phase Zero and a half' });
  const query = { name: 'Phase Zero', 'strict-name-search': true, archived: false, page: 1, 'page-size': 50 };
  assert.deepEqual((await workspace.projects.get(query)).map((one) => one.id), [project.id]);
  assert.equal((await workspace.projects.get({ name: 'Phase Zero' })).length, 2);
  await refused(workspace.projects.post({ name: 'Phase Zero' }), /400.*already exists/);
  await refused(workspace.projects.withId(project.id).delete(), /400.*active project/);
  const put = await workspace.projects.withId(project.id).put({ name: 'Phase Zero', archived: true });
  assert.equal(put.archived, true);
  assert.equal((await workspace.projects.get(query)).length, 0);
  await workspace.projects.withId(project.id).delete();
  await refused(workspace.projects.withId(project.id).get(), /400.*doesn't belong to Workspace/);
});

test('a task is made, found, ended and deleted', async ({ workspace }) => {
  const { tasks } = workspace.projects.withId((await workspace.projects.post({ name: 'With tasks' })).id);
  const task = await tasks.post({ name: 'PZ-1' });
  await tasks.post({ name: 'PZ-10' });
  assert.deepEqual((await tasks.get({ name: 'PZ-1', 'strict-name-search': true })).map((one) => one.id), [task.id]);
  await refused(tasks.post({ name: 'PZ-1' }), /400.*already exists/);
  await refused(tasks.withId(task.id).delete(), /400.*active task/);
  assert.equal((await tasks.withId(task.id).put({ name: 'PZ-1', status: 'DONE' })).status, 'DONE');
  assert.deepEqual((await tasks.get({ 'is-active': true })).map((one) => one.name), ['PZ-10']);
  await tasks.withId(task.id).delete();
});

test('tags come in pages of fifty', async ({ workspace }) => {
  assert.equal((await workspace.tags.get({})).length, 50);
  assert.equal((await workspace.tags.get({ page: 2, 'page-size': 50 })).length, 10);
  assert.equal((await workspace.tags.get({ 'page-size': 5000 })).length, 60);
  await refused(workspace.tags.get({ 'page-size': 99999 }), /400/);
});

test('a tag is made, archived, taken out of the archive by leaving that out, deleted', async ({ workspace }) => {
  const tag = await workspace.tags.post({ name: 'Bug' });
  const one = workspace.tags.withId(tag.id);
  assert.equal((await one.put({ name: 'Bug', archived: true })).archived, true);
  assert.equal((await one.put({ name: 'Bug' })).archived, false);
  await one.delete();
  assert.equal((await workspace.tags.get({ name: 'Bug' })).length, 0);
});

test('a timer runs, is seen, and is stopped', async ({ workspace, userId }) => {
  const project = await workspace.projects.post({ name: 'Timed' });
  const tag = await workspace.tags.post({ name: 'Story' });
  const start = new Date(Date.now() - 60_000);
  const entry = await workspace.timeEntries.post({ start, description: 'PZ-1 Read', projectId: project.id, tagIds: [tag.id] });
  assert.equal(entry.timeInterval.end, null);
  assert.equal(entry.timeInterval.start, start.toISOString().replace(/\.\d+/, ''));
  const mine = workspace.users.withId(userId).timeEntries;
  assert.deepEqual((await mine.get({ 'in-progress': true })).map((one) => one.id), [entry.id]);
  const stopped = await mine.patch({ end: new Date() });
  assert.equal(stopped.id, entry.id);
  assert.match(stopped.timeInterval.duration, /^PT1M/);
  assert.equal((await mine.get({ 'in-progress': true })).length, 0);
  await refused(mine.patch({ end: new Date() }), /404.*doesn't exist/);
});

test('a finished entry is added, read, replaced and deleted', async ({ workspace }) => {
  const start = new Date('2026-05-29T10:00:00.000Z');
  const end = new Date('2026-05-29T11:30:05.000Z');
  const entry = await workspace.timeEntries.post({ start, end, description: 'by hand', billable: true });
  assert.equal(entry.timeInterval.duration, 'PT1H30M5S');
  const one = workspace.timeEntries.withId(entry.id);
  assert.equal((await one.get()).description, 'by hand');
  const replaced = await one.put({ start, end });
  assert.equal(replaced.description, '');
  assert.equal(replaced.billable, false);
  await one.delete();
  await refused(one.get(), /400.*doesn't belong to Workspace/);
});

test('entries are found by a part of their description, newest first', async ({ workspace, userId }) => {
  const mine = workspace.users.withId(userId).timeEntries;
  for (const hour of ['08', '10', '09']) {
    const start = new Date(`2026-04-01T${hour}:00:00Z`);
    await mine.post({ start, end: new Date(start.getTime() + 60_000), description: `needle ${hour}` });
  }
  const found = await mine.get({ description: 'needle' });
  assert.deepEqual(found.map((one) => one.description), ['needle 10', 'needle 09', 'needle 08']);
  const hydrated = await mine.get({ description: 'needle 10', hydrated: true });
  assert.equal(hydrated[0].user.id, userId);
  assert.ok(!('tagIds' in hydrated[0]));
});

test('a member may not make projects where only admins may', async ({ ben, workspaceId }) => {
  await refused(ben.workspace.withId(workspaceId).projects.post({ name: 'Mine' }), /403.*Access Denied/);
});

test('no request was of an unknown route', async ({ control }) => {
  const { clockify } = await control('GET', '/counts');
  assert.deepEqual(Object.keys(clockify.routes).filter((route) => route.endsWith('(none)')), []);
  assert.ok(clockify.total > 40);
});

await runAll(seed, ({ urls, control, made }) => {
  base = `${urls.clockify}/api/v1`;
  const anna = new Clockify('anna-key');
  const ben = new Clockify('ben-key');
  const workspaceId = made.clockify.workspaces[0].id;
  return { anna, ben, control, workspaceId, userId: made.clockify.users[0].id, workspace: anna.workspace.withId(workspaceId) };
});
