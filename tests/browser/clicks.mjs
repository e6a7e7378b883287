// SPDX-License-Identifier: Apache-2.0
// No click is lost and none counts twice; tokens that are switched off; two people at once.

import assert from 'node:assert/strict';
import { people, pause } from './world.mjs';

export default function (group) {
  for (const person of [people.anna, people.hans]) {
    for (const [name, run] of [['killed bridge', killed], ['tokens off', tokensOff], ['discard and reset', discardAndReset]])
      group(`${name} ${person.language}`, {}, (test, world, visitAs) => run(test, world, visitAs, person));
  }
  group('two people', {}, twoPeople);
}

async function killed(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { page, t } = visit;
  await visit.connected('WEB-1');

  await test('killed in the middle of a start, back a little later', async () => {
    await world.fault({ service: 'clockify', method: 'POST', route: 'time-entries', kind: 'delay', ms: 1500, times: 1, when: 'after' });
    await visit.openDialog();
    await visit.press('start');
    await pause(400);
    await world.killBridge();
    await visit.says(t('error.bridge_missing'));
    await visit.shot('20-dialog-repeating');
    await world.startBridge();
    await visit.button('stop').waitFor({ timeout: 90000 });
    assert.equal((await world.entries()).length, 1);
  });
  await test('killed, and the page loaded anew before the bridge is back', async () => {
    await world.killBridge();
    await visit.press('stop');
    await visit.says(t('error.bridge_missing'));
    await page.goto(`${world.url}/browse/WEB-1`);
    await visit.says(t('state.repeating'));
    await world.startBridge();
    await visit.loaded();
    await world.until(async () => (await world.worklogs()).length === 1);
    const entries = await world.entries();
    assert.equal(entries.length, 1);
    assert.ok(entries[0].timeInterval.end);
  });
  await test('an answer lost on the way', async () => {
    let lost = 0;
    await page.route('**/clockify/rpc', async (route) => {
      if (!route.request().postData().includes('timer.start') || lost++) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await visit.openDialog();
    await visit.press('start');
    await visit.button('stop').waitFor({ timeout: 90000 });
    assert.ok(lost >= 2);
    assert.equal((await world.entries()).length, 2);
  });
}

async function tokensOff(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { t } = visit;
  await test('explained, and time is tracked all the same', async () => {
    await world.control('PATCH', '/options/jira', { pats: { enabled: false } });
    await visit.browse('WEB-2');
    await visit.openDialog();
    await visit.connect();
    await visit.says(t('token.off'));
    await visit.shot('21-dialog-tokens-off');
    await visit.press('start');
    await visit.button('stop').waitFor();
    const [entry] = await world.entries();
    assert.equal(entry.description, 'WEB-2 Gift cards');
    await visit.press('stop');
    await visit.says(t('worklog.blocked'));
    await visit.says(t('error.jira_token_required'));
    await visit.shot('22-dialog-worklog-blocked');
  });
  await test('a limit on days is found', async () => {
    await world.control('PATCH', '/options/jira', { pats: { enabled: true, maxDays: 10 } });
    await visit.page.locator('.clockify-blocked').getByRole('button', { name: t('mend.token') }).click();
    await world.until(async () => (await world.worklogs()).length === 1);
    const token = (await world.control('GET', '/state')).jira.tokens.at(-1);
    assert.equal(Math.round((token._expires - Date.now()) / 86400000), 7);
    await visit.says(t('worklog.written'));
  });
  await test('a user with too many tokens is told so', async () => {
    await world.control('PATCH', '/options/jira', { pats: { perUser: 1 } });
    await visit.tab('account');
    await visit.press('account.renew');
    await visit.says(t('token.limit'));
  });
}

async function twoPeople(test, world, visitAs) {
  const anna = await visitAs(people.anna), hans = await visitAs(people.hans);
  await test('each has a timer and a worklog of one’s own', async () => {
    await Promise.all([anna.connected('WEB-1'), hans.connected('WEB-1')]);
    await Promise.all([anna, hans].map(async (visit) => {
      await visit.openDialog();
      await visit.press('start');
      await visit.button('stop').waitFor();
    }));
    assert.equal(new Set((await world.entries()).map((entry) => entry.userId)).size, 2);
    await Promise.all([anna, hans].map((visit) => visit.press('stop')));
    const worklogs = await world.until(async () => (await world.worklogs()).length === 2 && world.worklogs());
    assert.deepEqual(worklogs.map((worklog) => worklog._authorKey).sort(), [people.anna.key, people.hans.key]);
  });
}

async function discardAndReset(test, world, visitAs, person) {
  const visit = await visitAs(person);
  const { t } = visit;
  await visit.connected('WEB-1');
  await test('discarding asks first, and leaves nothing', async () => {
    await visit.openDialog();
    await visit.press('start');
    await visit.button('stop').waitFor();
    await visit.press('discard');
    await visit.button('discard.sure').waitFor();
    assert.equal((await world.entries()).length, 1);
    await visit.shot('23-dialog-discard');
    await visit.press('discard.sure');
    await visit.button('start').waitFor();
    assert.equal((await world.entries()).length, 0);
    assert.equal((await world.worklogs()).length, 0);
  });
  await test('a new key takes the place of the old one', async () => {
    await visit.tab('account');
    await visit.press('account.reset');
    await visit.field('key').fill(people.ben.apiKey);
    await visit.press('connect');
    await visit.button('start').waitFor();
    await visit.tab('account');
    await visit.says('Ben Baker');
  });
  await test('a key that Clockify took away is asked for anew', async () => {
    await world.control('DELETE', `/clockify/keys/${people.ben.apiKey}`);
    await visit.tab('timer');
    await visit.press('start');
    await visit.says(t('error.clockify_key_rejected'));
    await visit.button('mend.key').click();
    await visit.connect();
  });
}
