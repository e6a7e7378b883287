// SPDX-License-Identifier: Apache-2.0
// Runs jira-client, which nobody here wrote, against the simulator: what it can do of what the bridge needs.

import assert from 'node:assert/strict';
import { load, runAll, test } from './tap.mjs';

const loaded = load('jira-client');
const JiraApi = loaded.default ?? loaded;
const token = 'anna-token-'.padEnd(44, 'x');

const seed = {
  jira: {
    users: [
      { key: 'JIRAUSER10100', name: 'anna', displayName: 'Anna Example', emailAddress: 'anna@example.com', tokens: [token] },
    ],
    projects: [{ key: 'PZ', name: 'Phase Zero' }],
    issues: [
      { key: 'PZ-1', summary: 'Read a ticket', type: 'Story', labels: ['alpha', 'beta'], _remaining: 7200 },
      { key: 'PZ-2', summary: 'A part of it', type: 'Sub-task', parent: 'PZ-1' },
      { key: 'PZ-3', summary: 'Closed', _editable: false },
      { key: 'PZ-4', summary: 'Not mine', _workers: [] },
    ],
  },
};

// jira-client throws the body alone, as the text of an error: the status is asked of the simulator.
const refused = async (control, promise, status, check = () => {}) => {
  await assert.rejects(promise, (error) => {
    check(JSON.parse(error.message));
    return true;
  });
  const { requests } = await control('GET', '/requests');
  assert.equal(requests.at(-1).status, status);
};
const started = '2026-05-29T14:30:00.000+0000';

test('who I am, without a username', async ({ jira }) => {
  const me = await jira.getCurrentUser();
  assert.equal(me.key, 'JIRAUSER10100');
  assert.equal(me.displayName, 'Anna Example');
  assert.ok(!('username' in me));
});

test('the server says Server, though it is Data Center', async ({ jira }) => {
  assert.equal((await jira.getServerInfo()).deploymentType, 'Server');
});

test('projects', async ({ jira }) => {
  assert.deepEqual((await jira.listProjects()).map((project) => project.key), ['PZ']);
  assert.equal((await jira.getProject('PZ')).name, 'Phase Zero');
});

test('an issue, found whatever the case of its key', async ({ jira }) => {
  const issue = await jira.findIssue('pz-1');
  assert.equal(issue.key, 'PZ-1');
  assert.deepEqual(issue.fields.labels, ['alpha', 'beta']);
  assert.equal(issue.fields.issuetype.subtask, false);
  assert.ok(!('parent' in issue.fields));
});

test('a sub-task has a parent', async ({ jira }) => {
  const issue = await jira.findIssue('PZ-2', '', 'summary,parent,issuetype');
  assert.equal(issue.fields.parent.key, 'PZ-1');
  assert.equal(issue.fields.issuetype.subtask, true);
  assert.ok(!('labels' in issue.fields));
});

test('no such issue', async ({ jira, control }) => {
  await refused(control, jira.findIssue('PZ-999'), 404, (body) => assert.ok(body.errorMessages.length));
});

test('a worklog is written in whole minutes, and lowers the estimate by default', async ({ jira }) => {
  const worklog = await jira.addWorklog('PZ-1', { started, timeSpentSeconds: 3659, comment: 'an hour' });
  assert.equal(worklog.timeSpentSeconds, 3600);
  assert.equal(worklog.timeSpent, '1h');
  assert.equal(worklog.started, started);
  assert.equal(worklog.author.key, 'JIRAUSER10100');
  assert.match(worklog.id, /^\d+$/);
  assert.equal((await jira.findIssue('PZ-1')).fields.timetracking.remainingEstimateSeconds, 3600);
});

test('a new estimate', async ({ jira }) => {
  await jira.addWorklog('PZ-1', { started, timeSpent: '30m' }, '2h');
  assert.equal((await jira.findIssue('PZ-1')).fields.timetracking.remainingEstimateSeconds, 7200);
});

test('worklogs are listed, changed and deleted', async ({ jira }) => {
  const { worklogs } = await jira.getIssueWorklogs('PZ-1');
  assert.deepEqual(worklogs.map((one) => one.timeSpentSeconds), [3600, 1800]);
  const changed = await jira.updateWorklog('PZ-1', worklogs[1].id, { comment: 'other' });
  assert.equal(changed.comment, 'other');
  assert.equal(changed.timeSpentSeconds, 1800);
  await jira.deleteWorklog('PZ-1', worklogs[0].id);
  assert.deepEqual((await jira.getIssueWorklogs('PZ-1')).worklogs.map((one) => one.id), [worklogs[1].id]);
});

test('worklogs by their ids', async ({ jira }) => {
  const { worklogs } = await jira.getIssueWorklogs('PZ-1');
  const list = await jira.getWorklogs([Number(worklogs[0].id)], '');
  assert.equal(list[0].id, worklogs[0].id);
});

test('the last minute of changes is not told', async ({ jira, control }) => {
  assert.deepEqual((await jira.updatedWorklogs(0, '')).values, []);
  await control('POST', '/clock', { advance_s: 61 });
  assert.equal((await jira.updatedWorklogs(0, '')).values.length, 1);
});

test('less than a minute is refused', async ({ jira, control }) => {
  await refused(control, jira.addWorklog('PZ-1', { started, timeSpentSeconds: 59 }), 400, (body) => assert.ok(body.errors.timeLogged));
});

test('a time with Z is refused', async ({ jira, control }) => {
  await refused(control, jira.addWorklog('PZ-1', { started: '2026-05-29T14:30:00Z', timeSpentSeconds: 60 }), 400);
});

test('a closed issue and a missing permission are 400', async ({ jira, control }) => {
  await refused(control, jira.addWorklog('PZ-3', { started, timeSpentSeconds: 60 }), 400);
  await refused(control, jira.addWorklog('PZ-4', { started, timeSpentSeconds: 60 }), 400, (body) => assert.match(body.errorMessages[0], /^Anna Example, /));
});

test('a bad token is nobody, whom nothing is shown', async ({ client, control }) => {
  await refused(control, client('nonsense').getCurrentUser(), 401);
  await refused(control, client('nonsense').findIssue('PZ-1'), 404);
});

test('no request was of an unknown route', async ({ control }) => {
  const { jira } = await control('GET', '/counts');
  assert.deepEqual(Object.keys(jira.routes).filter((route) => route.endsWith('(none)')), []);
  assert.ok(jira.total > 20);
});

await runAll(seed, ({ urls, control }) => {
  const { hostname, port, pathname } = new URL(urls.jira);
  const client = (bearer) => new JiraApi({
    protocol: 'http', host: hostname, port, base: pathname.slice(1), apiVersion: '2', bearer, strictSSL: false,
  });
  return { client, control, jira: client(token) };
});
