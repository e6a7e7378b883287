// SPDX-License-Identifier: Apache-2.0
// Pages of another origin, and markup where names are expected.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { EVIL, people, pause } from './world.mjs';

export default function (group) {
  group('another origin', {}, foreign);
  group('markup', { seed: (plan) => {
    plan.clockify.workspaces[0].name = `Ltd <b>${EVIL.slice(0, 36)}`;
    for (const list of [plan.clockify.projects, plan.clockify.tags])
      for (const item of list) item.workspace = plan.clockify.workspaces[0].name;
    plan.clockify.projects.push({ workspace: plan.clockify.workspaces[0].name, name: `P ${EVIL}`, public: true });
    plan.clockify.tags.push({ workspace: plan.clockify.workspaces[0].name, name: `T ${EVIL}` });
    plan.clockify.users[0].name = `Anna ${EVIL}`;
  } }, markup);
}

async function foreign(test, world, visitAs) {
  const visit = await visitAs(people.anna);
  await visit.connected('WEB-1');
  const server = createServer((request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Elsewhere</p>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const elsewhere = `http://localhost:${server.address().port}/`;
  const rpc = `${world.url}/plugins/servlet/clockify/rpc`;
  const body = JSON.stringify({ method: 'timer.start', params: { issue: 'WEB-1', details: { summary: 'x' } } });

  await test('no way to send a start with the user’s session', async () => {
    const page = await visit.context.newPage();
    await page.goto(elsewhere);
    const answers = await page.evaluate(async ([url, text]) => {
      const ways = [
        { mode: 'no-cors', headers: { 'Content-Type': 'text/plain' } },
        { mode: 'cors', headers: { 'Content-Type': 'application/json' } },
        { mode: 'cors', headers: { 'Content-Type': 'application/json', 'X-Atlassian-Token': 'no-check' } },
        { mode: 'cors', headers: { 'Content-Type': 'text/plain', 'X-Atlassian-Token': 'no-check' } },
      ];
      const out = [];
      for (const way of ways) out.push(await fetch(url, { method: 'POST', credentials: 'include', body: text, ...way }).then((answer) => answer.type + answer.status, () => 'refused'));
      return out;
    }, [rpc, body]);
    assert.deepEqual(answers, ['opaque0', 'refused', 'refused', 'refused']);
    await page.evaluate(([url, text]) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.enctype = 'text/plain';
      form.action = url;
      const input = document.createElement('input');
      input.name = text.slice(0, -1) + ',"x":"';
      input.value = '"}';
      form.append(input);
      document.body.append(form);
      form.submit();
    }, [rpc, body]);
    await page.waitForURL(rpc);
    assert.match(await page.locator('body').innerText(), /forbidden/);
    await page.close();
    await pause(300);
    assert.equal((await world.entries()).length, 0);
  });
  await test('the same from the page itself does it', async () => {
    const status = await visit.page.evaluate(async ([url, text]) => (await fetch(url, { method: 'POST', body: text,
      headers: { 'Content-Type': 'application/json', 'X-Atlassian-Token': 'no-check' } })).status, [rpc, body]);
    assert.equal(status, 200);
    await world.until(async () => (await world.entries()).length === 1);
  });
  server.close();
}

async function markup(test, world, visitAs) {
  const visit = await visitAs(people.anna);
  const { page } = visit;
  const harmless = async () => {
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.locator('.clockify-dialog img, .clockify-dialog script, .clockify-panel img, .clockify-panel b, .clockify-dialog b').count(), 0);
  };
  await test('of titles, names and labels nothing is carried out', async () => {
    await visit.connected('WEB-3');
    await visit.openDialog();
    await visit.says('a‹b›'); // as Clockify takes it
    const recorded = EVIL.replaceAll('<', '‹').replaceAll('>', '›');
    assert.ok((await visit.field('description').inputValue()).includes(recorded));
    await visit.field('description').fill(EVIL);
    await harmless();
    await visit.field('project').fill('P <');
    await page.locator('.clockify-options:not([hidden]) li', { hasText: 'P <img' }).click();
    await visit.field('tags').click();
    await page.locator('.clockify-options:not([hidden]) li', { hasText: 'T <img' }).click();
    await visit.shot('25-dialog-markup');
    await harmless();
    await visit.press('start');
    await visit.button('stop').waitFor();
    await harmless();
    await visit.press('stop');
    await visit.says(visit.t('worklog.written'));
    await visit.shot('26-dialog-markup-today');
    await harmless();
    await visit.tab('account');
    await visit.says('Anna <img');
    await harmless();
    await visit.closeDialog();
    await visit.loaded();
    await harmless();
  });
}
