// SPDX-License-Identifier: Apache-2.0
// The Configure page, in both languages.

import assert from 'node:assert/strict';
import { password, people } from './world.mjs';

export default function (group) {
  for (const person of [people.root, people.chef]) group(`configure ${person.language}`, {}, (test, world, visitAs) => configure(test, world, visitAs, person));
}

async function configure(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { page, t } = visit;

  await test('asks for the password first', async () => {
    await page.goto(`${world.url}/plugins/servlet/clockify/admin`);
    await page.fill('#webSudoPassword', password);
    await page.press('#webSudoPassword', 'Enter');
    await visit.says(t('status.title'));
    await visit.says(t('worklogs.none'));
    assert.equal(await visit.field('url').inputValue(), world.urls.clockify);
    await visit.shot('30-configure');
  });
  await test('the kinds of server', async () => {
    await page.getByText(t('kind.region'), { exact: true }).click();
    assert.deepEqual(await visit.field('region').locator('option').allInnerTexts(), ['us', 'eu', 'uk', 'au'].map((region) => t(`region.${region}`)));
    await visit.shot('31-configure-region');
    await page.getByText(t('kind.subdomain'), { exact: true }).click();
    await visit.field('subdomain').fill('example');
    await visit.shot('32-configure-subdomain');
    assert.equal(await visit.field('url').count() && await visit.field('url').isVisible(), false);
    await page.getByText(t('kind.self_hosted'), { exact: true }).click();
  });
  await test('a server that is not there fails, check by check', async () => {
    await visit.field('url').fill('http://127.0.0.1:1');
    await visit.press('server.test');
    await visit.says(t('check.bad'));
    await visit.says(t('server.bad'));
    await visit.shot('33-configure-failed');
    await visit.press('save');
    await visit.button('server.force').waitFor();
  });
  await test('one that is there passes, and is saved', async () => {
    await visit.field('url').fill(`${world.urls.clockify}/`);
    await visit.press('server.test');
    await visit.says(t('server.good'));
    assert.equal(await page.locator('.clockify-checks li.clockify-ok').count(), 5);
    await visit.press('save');
    await visit.says(t('server.saved', world.urls.clockify));
    await visit.shot('34-configure-saved');
  });
  await test('blocked worklogs of everybody, with a retry', async () => {
    await world.control('PATCH', '/options/jira', { pats: { enabled: false } });
    const user = await visitAs(people.ben);
    await user.browse('WEB-1');
    await user.openDialog();
    await user.connect();
    await user.tab('manual');
    await user.field('spent').fill('30m');
    await user.press('add');
    await user.says(user.t('worklog.blocked'));
    await page.reload();
    await visit.says(people.ben.key);
    await visit.says(t('error.jira_token_required'));
    await visit.shot('35-configure-worklogs');
    visit.calls.length = 0;
    await page.locator('.clockify-worklogs').getByRole('button', { name: t('retry'), exact: true }).click();
    await page.waitForFunction(() => document.querySelector('.clockify-worklogs'));
    assert.ok(visit.calls.includes('worklog.retry_all'));
    await page.locator('.clockify-worklogs').scrollIntoViewIfNeeded();
    await visit.shot('36-configure-worklogs-below');
  });
  await test('without a bridge it says so', async () => {
    await world.killBridge();
    await page.reload();
    await visit.says(t('error.bridge_missing'));
    assert.equal(await page.locator('.clockify-admin h2 + div').filter({ hasText: /./ }).count(), 3); // no section is empty
    await visit.shot('37-configure-unreachable');
  });
}
