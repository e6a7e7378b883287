// SPDX-License-Identifier: Apache-2.0
// Every state of panel and dialog, in both languages: what it says, what it looks like, and what reached the services.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { people } from './world.mjs';

export default function (group) {
  for (const person of [people.anna, people.hans]) {
    group(`states ${person.language}`, {}, (test, world, visitAs) => tour(test, world, visitAs, person));
    group(`preview ${person.language}`, { entry: 'description = "[{project}] {summary}"; create = [ "project" ];', seed: preview }, (test, world, visitAs) => foreseen(test, world, visitAs, person));
    group(`other bridges ${person.language}`, { clockify: '' }, (test, world, visitAs) => otherBridges(test, world, visitAs, person));
  }
}

async function tour(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { page, t } = visit;

  await test('not connected', async () => {
    await visit.browse('WEB-1');
    await visit.says(t('state.not_connected'));
    await visit.shot('01-panel-not-connected');
  });
  await test('the first click asks for the key', async () => {
    await visit.openDialog();
    const link = page.getByRole('link', { name: t('key.get') });
    assert.match(await link.getAttribute('href'), /^http.*\/user\/preferences/);
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    await visit.shot('02-dialog-connect');
  });
  await test('a wrong key is not kept', async () => {
    await visit.field('key').fill('WrongKey0123456789');
    await visit.press('connect');
    await visit.says(t('key.refused'));
    await visit.shot('03-dialog-key-refused');
  });
  await test('connecting makes a token that nobody sees', async () => {
    const before = (await world.control('GET', '/state')).jira.tokens.length;
    await visit.connect();
    const tokens = (await world.control('GET', '/state')).jira.tokens;
    const token = tokens.at(-1);
    assert.equal(tokens.length, before + 1);
    assert.equal(token._userKey, person.key);
    assert.ok(token.name.length <= 40 && token.name.startsWith('Clockify bridge'), token.name);
    assert.equal(Math.round((token._expires - Date.now()) / 86400000), 90);
    const everything = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)
      + Array.from(document.querySelectorAll('input'), (input) => input.value).join());
    assert.ok(!everything.includes(token._raw) && !everything.includes(person.apiKey));
  });
  await test('ready', async () => {
    await visit.says(t('recorded.as'));
    await visit.says(`Bug, ${t('tag.new', 'checkout')}`);
    assert.equal(await visit.field('description').inputValue(), 'WEB-1 The basket forgets its contents');
    assert.equal(await visit.field('project').inputValue(), 'Web shop');
    assert.equal(await visit.field('task').inputValue(), 'WEB-1');
    await visit.shot('04-dialog-ready');
    await visit.closeDialog();
    await visit.loaded();
    await visit.shot('05-panel-ready');
  });
  await test('one click and two requests to a running timer', async () => {
    visit.calls.length = 0;
    await visit.openDialog();
    await visit.press('start');
    await visit.button('stop').waitFor();
    const until = visit.calls.slice(0, visit.calls.indexOf('timer.start') + 1);
    assert.deepEqual(until, ['entry.preview', 'timer.start']);
    const [entry] = await world.entries();
    assert.equal(entry.description, 'WEB-1 The basket forgets its contents');
    await page.waitForFunction(() => /^0:0\d:\d[1-9]$/.test(document.querySelector('.clockify-clock').textContent)); // it runs
    await visit.shot('06-dialog-running');
    await visit.closeDialog();
    await page.waitForSelector('.clockify-open.clockify-on');
    await visit.shot('07-panel-running');
  });
  await test('another issue, swapped in without loading the page', async () => {
    await page.click('a[data-issue]:has-text("WEB-2")');
    await page.waitForFunction(() => document.querySelector('#key-val')?.textContent === 'WEB-2');
    await visit.loaded();
    await visit.says(t('state.elsewhere'));
    assert.equal(await page.locator('.clockify-line a').innerText(), 'WEB-1');
    await visit.shot('08-panel-other-issue');
    await visit.openDialog();
    await visit.says(t('other.issue', 'WEB-1'));
    await visit.shot('09-dialog-other-issue');
  });
  await test('starting there stops and saves the first', async () => {
    await visit.press('start');
    await visit.button('stop').waitFor();
    const entries = await world.entries();
    assert.equal(entries.length, 2);
    assert.ok(entries[0].timeInterval.end && !entries[1].timeInterval.end);
  });
  await test('stopping with a comment writes the worklog', async () => {
    await visit.field('comment').fill('Looked at the cards');
    await visit.press('stop');
    await visit.says(t('worklog.written'));
    const worklogs = await world.until(async () => (await world.worklogs()).length === 2 && world.worklogs());
    assert.equal(worklogs.at(-1).comment, 'Looked at the cards');
    assert.ok(worklogs.every((worklog) => worklog._authorKey === person.key));
    await visit.shot('10-dialog-today');
  });
  await test('manual', async () => {
    await visit.tab('manual');
    await visit.shot('11-dialog-manual');
    await visit.field('spent').fill('soon');
    await visit.press('add');
    await visit.says(t('span.missing'));
    await visit.shot('12-dialog-manual-wrong');
    await visit.field('spent').fill('1h 15m');
    await visit.press('add');
    await visit.says(t('added', '1h 15m').slice(0, 6));
    await world.until(async () => (await world.worklogs()).some((worklog) => worklog.timeSpentSeconds === 4500));
  });
  await test('account', async () => {
    await visit.tab('account');
    await visit.says(t('account.reset'));
    await visit.shot('13-dialog-account');
    await visit.closeDialog();
  });
  await test('queued while Clockify is away', async () => {
    await world.fault({ service: 'clockify', kind: 'refuse', times: -1 });
    await visit.browse('WEB-1');
    await visit.openDialog();
    await visit.press('start');
    await visit.button('stop').waitFor();
    await visit.says(t('queued.note'));
    await visit.shot('14-dialog-queued');
    await visit.closeDialog();
    await visit.says(t('state.queued'));
    await visit.shot('15-panel-queued');
    await world.clearFaults();
    await world.until(async () => (await world.entries()).some((entry) => !entry.timeInterval.end), 120);
  });
  await test('blocked: the workspace wants what the entry lacks', async () => {
    const [workspace] = world.made.clockify.workspaces;
    await world.control('PATCH', `/clockify/workspaces/${workspace.id}`, { workspaceSettings: { forceDescription: true } });
    await visit.browse('WEB-1');
    await visit.openDialog();
    const description = visit.field('description');
    await description.fill('');
    await description.blur();
    await visit.says(t('saved'));
    await visit.press('stop');
    await visit.says(t('entry.blocked'));
    await visit.says(t('error.missing', t('description')));
    await visit.shot('16-dialog-blocked');
    await visit.closeDialog();
    await visit.says(t('state.blocked'));
    await visit.shot('17-panel-blocked');
  });
  await test('the button that mends it', async () => {
    await visit.openDialog();
    await visit.tab('today');
    await visit.press('mend.edit');
    await visit.field('description').fill('Mended');
    await visit.field('description').blur();
    await visit.shot('18-dialog-mend');
    await visit.press('save');
    await world.until(async () => (await world.entries()).every((entry) => entry.timeInterval.end));
    await visit.closeDialog();
  });
  await test('the bridge is not there', async () => {
    await world.killBridge();
    await visit.browse('WEB-1');
    await visit.says(t('error.bridge_missing'));
    await visit.shot('19-panel-unreachable');
    await world.startBridge();
    await page.locator('.clockify-line').getByRole('button', { name: t('retry') }).click();
    await page.waitForFunction(() => !document.querySelector('.clockify-open').disabled);
  });
}

/** A project that Clockify does not have. */
function preview(plan) {
  plan.jira.projects.push({ key: 'NEW', name: 'New home' });
  plan.jira.issues.push({ key: 'NEW-1', summary: 'Paint the walls', type: 'Bug', labels: ['paint'] });
}

/** What the dialog says before the click, by the site's own settings, is what is recorded. */
async function foreseen(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { t } = visit;
  await visit.connected('NEW-1');

  await test('by the site’s own template, with what will be made and what is left out', async () => {
    await visit.openDialog();
    await visit.says(t('will.be.made'));
    await visit.says(t('left.not_created'));
    await visit.says(t('left.out', 'paint'));
    assert.equal(await visit.field('description').inputValue(), '[New home] Paint the walls');
    assert.equal(await visit.field('project').inputValue(), 'New home');
    assert.equal((await world.entries()).length, 0);
    await visit.shot('38-dialog-preview');
  });
  await test('another project: what would be recorded then', async () => {
    await visit.field('project').fill('Web');
    await visit.page.locator('.clockify-options:not([hidden]) li', { hasText: 'Web shop' }).waitFor();
    await visit.shot('40-dialog-preview-picker');
    await visit.page.locator('.clockify-options:not([hidden]) li', { hasText: 'Web shop' }).click();
    await visit.field('task').click();
    await visit.page.locator('.clockify-options:not([hidden]) li', { hasText: 'Code review' }).click();
    await visit.page.waitForFunction((words) => !document.body.innerText.includes(words), t('left.not_created'));
  });
  await test('what the workspace wants is said before the click', async () => {
    const [workspace] = world.made.clockify.workspaces;
    await world.control('PATCH', `/clockify/workspaces/${workspace.id}`, { workspaceSettings: { forceTasks: true } });
    await world.killBridge(); // which had kept the workspace's settings
    await world.startBridge();
    await visit.browse('NEW-1');
    await visit.openDialog();
    await visit.says(t('error.missing', t('task')));
    await visit.shot('39-dialog-preview-missing');
  });
  await test('it is recorded as it was said', async () => {
    await visit.field('project').fill('Web');
    await visit.page.locator('.clockify-options:not([hidden]) li', { hasText: 'Web shop' }).click();
    await visit.press('start');
    await visit.button('stop').waitFor();
    const state = await world.control('GET', '/state');
    const entry = state.clockify.entries.at(-1);
    assert.equal(entry.description, '[New home] Paint the walls');
    assert.equal(state.clockify.projects.find((project) => project.id === entry.projectId).name, 'Web shop');
  });
}

/** A bridge that speaks other versions of the protocol, and nothing else. */
async function foreignBridge(world, protocols) {
  rmSync(`${world.directory}/bridge.sock`, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { name: 'clockify-bridge', protocols } })}\n`));
  });
  await new Promise((resolve) => server.listen(`${world.directory}/bridge.sock`, resolve));
  return server;
}

async function otherBridges(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { page, t } = visit;

  await test('no server was chosen yet', async () => {
    await visit.browse('WEB-1');
    await visit.says(t('state.not_configured'));
    await visit.says(t('error.not_configured'));
    assert.ok(await page.locator('.clockify-open').isDisabled());
    await visit.shot('27-panel-not-configured');
  });
  await world.killBridge();
  for (const [name, protocols] of [['older', [0]], ['newer', [2, 3]]])
    await test(`a bridge that is ${name}`, async () => {
      const server = await foreignBridge(world, protocols);
      await visit.browse('WEB-1');
      await visit.says(t(`error.bridge_${name}`));
      await visit.shot(`28-panel-bridge-${name}`);
      server.close();
    });
}
