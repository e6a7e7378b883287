// SPDX-License-Identifier: Apache-2.0
// The fields: durations, pickers over any number of things, editing while the timer runs, and all of it by keyboard.

import assert from 'node:assert/strict';
import { people } from './world.mjs';

export default function (group) {
  group('fields', { seed: (plan) => plan.clockify.projects.push({ workspace: 'Example Ltd', name: 'Customer {n}', public: true, count: 5000 }) }, fields);
  group('keyboard', {}, keyboard);
}

async function fields(test, world, visitAs) {
  const visit = await visitAs(people.anna);
  const { page } = visit;
  await visit.connected('WEB-1');

  await test('durations as people write them', async () => {
    const read = (texts) => page.evaluate((list) => list.map((text) => window.ClockifyBridge.parseDuration(text)), texts);
    assert.deepEqual(await read(['1h 15m', '1:15', '90m', '1.5h', '1,5h', ' 2 H ', '1h15m', '0:30', '1:15:30', '1 Std. 5 Min', '45 min']),
      [4500, 4500, 5400, 5400, 5400, 7200, 4500, 1800, 4530, 3900, 2700]);
    assert.deepEqual(await read(['', '90', 'h', '1:75', '-1h', '0m', '1h 15', 'abc', '9999h', '1e3h', '1:2:3:4']), Array(11).fill(null));
  });
  await test('5,000 projects: found by typing, a page at a time', async () => {
    await visit.openDialog();
    visit.calls.length = 0;
    await visit.field('project').click();
    await page.waitForFunction(() => document.querySelectorAll('.clockify-options:not([hidden]) li[role=option]:not(.clockify-note)').length === 50);
    await page.locator('.clockify-options:not([hidden])').evaluate((list) => { list.scrollTop = list.scrollHeight; });
    await page.waitForFunction(() => document.querySelectorAll('.clockify-options:not([hidden]) li').length === 100);
    await visit.shot('24-dialog-picker');
    await visit.field('project').pressSequentially('customer 4999', { delay: 20 });
    await page.waitForFunction(() => document.querySelectorAll('.clockify-options:not([hidden]) li').length === 1);
    const asked = visit.calls.filter((method) => method === 'project.list').length; // two pages, then for 13 keys not each
    assert.ok(asked >= 3 && asked < 12, visit.calls.join());
    await page.locator('.clockify-options:not([hidden]) li').click();
    assert.equal(await visit.field('project').inputValue(), 'Customer 4999');
  });
  await test('what was chosen is what is recorded', async () => {
    await visit.field('tags').click();
    await page.locator('.clockify-options:not([hidden]) li', { hasText: 'remote' }).click();
    await visit.press('start');
    await visit.button('stop').waitFor();
    const state = await world.control('GET', '/state');
    const entry = state.clockify.entries.at(-1);
    assert.equal(state.clockify.projects.find((project) => project.id === entry.projectId).name, 'Customer 4999');
    const tags = entry.tagIds.map((id) => state.clockify.tags.find((tag) => tag.id === id).name).sort();
    assert.deepEqual(tags, ['Bug', 'checkout', 'remote']);
  });
  await test('changing project, task and tags while it runs', async () => {
    await visit.field('project').fill('Web');
    await page.locator('.clockify-options:not([hidden]) li', { hasText: 'Web shop' }).click();
    await visit.says(visit.t('saved'));
    await visit.field('task').click();
    await page.locator('.clockify-options:not([hidden]) li', { hasText: 'Code review' }).click();
    await page.getByRole('button', { name: visit.t('remove', 'remote') }).click();
    await world.until(async () => {
      const state = await world.control('GET', '/state');
      const entry = state.clockify.entries.at(-1);
      const name = (table, id) => state.clockify[table].find((item) => item.id === id)?.name;
      return name('projects', entry.projectId) === 'Web shop' && name('tasks', entry.taskId) === 'Code review' && entry.tagIds.length === 2;
    });
  });
  await test('manual with start and end, and on another day', async () => {
    await visit.press('discard');
    await visit.press('discard.sure');
    await visit.button('start').waitFor();
    await visit.tab('manual');
    const yesterday = new Date(Date.now() - 86400000).toISOString().slice(0, 10);
    await visit.field('day').fill(yesterday);
    await visit.field('from').fill('10:00');
    await visit.field('to').fill('09:00');
    await visit.press('add');
    await visit.says(visit.t('span.order'));
    await visit.field('to').fill('11:30');
    await visit.press('add');
    const worklog = (await world.until(async () => (await world.worklogs()).length && world.worklogs())).at(-1);
    assert.equal(worklog.timeSpentSeconds, 5400);
    const [entry] = await world.entries();
    assert.ok(entry.timeInterval.start.startsWith(`${yesterday}T09:00`), entry.timeInterval.start); // Berlin in winter
  });
  await test('another workspace', async () => {
    await visit.tab('timer');
    await visit.field('workspace').focus();
    await page.waitForFunction(() => document.querySelectorAll('.clockify-dialog select option').length === 2);
    await visit.field('workspace').selectOption({ label: 'Side project' });
    await page.waitForFunction(() => document.querySelector('.clockify-dialog select').selectedOptions[0].label === 'Side project');
    await visit.press('start');
    await visit.button('stop').waitFor();
    assert.equal((await world.entries()).at(-1).workspaceId, world.made.clockify.workspaces[1].id);
  });
}

async function keyboard(test, world, visitAs) {
  const visit = await visitAs(people.anna);
  const { page, t } = visit;
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);

  await test('from the page to a connected account', async () => {
    await visit.browse('WEB-1');
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.classList.contains('clockify-open'))); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.clockify-dialog form');
    await page.waitForFunction(() => document.activeElement.type === 'password');
    await page.keyboard.type(people.anna.apiKey);
    await page.keyboard.press('Enter');
    await visit.button('start').waitFor();
  });
  await test('the start button has the focus', async () => {
    await page.waitForFunction((text) => document.activeElement.textContent === text, t('start'));
    await page.keyboard.press('Enter');
    await visit.button('stop').waitFor();
    await page.waitForFunction((text) => document.activeElement.textContent === text, t('stop'));
  });
  await test('the focus stays in the dialog', async () => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement.closest('.clockify-dialog'))), await focused());
    }
  });
  await test('a picker by arrows', async () => {
    await visit.field('task').focus();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.querySelectorAll('.clockify-options:not([hidden]) li:not(.clockify-note)').length >= 2);
    await page.keyboard.press('ArrowDown');
    assert.ok(await visit.field('task').getAttribute('aria-activedescendant'));
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.clockify-options:not([hidden])').count(), 0);
    assert.equal(await page.locator('.clockify-dialog:not([hidden])').count(), 1);
    await page.keyboard.type('Code');
    await page.waitForFunction(() => document.querySelectorAll('.clockify-options:not([hidden]) li:not(.clockify-note)').length === 1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await visit.says(t('saved'));
    assert.equal(await visit.field('task').inputValue(), 'Code review');
  });
  await test('tabs by arrows, and Escape closes', async () => {
    await page.getByRole('tab', { name: t('tab.timer') }).focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(), t('tab.manual'));
    await visit.field('spent').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await focused(), t('tab.account'));
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('.clockify-dialog:not([hidden])'));
    await page.waitForFunction(() => document.activeElement.classList.contains('clockify-open')); // the focus is back on the button
  });
}
