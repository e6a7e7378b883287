// SPDX-License-Identifier: Apache-2.0
// The stand-in Jira for a person: everything runs until Enter or Ctrl-C. packaging/demo.sh --web starts it.

import { password, people, World } from './world.mjs';

const world = await World.make({ seed: (plan) => {
  plan.jira.issues = plan.jira.issues.slice(0, 2);
} });
console.log(`
Open        ${world.url}/browse/WEB-1
Log in as   ${Object.values(people).map((person) => `${person.name} (${person.language === 'de' ? 'German' : 'English'}${person.admin ? ', administrator' : ''})`).join(', ')}
Password    ${password}
Clockify API keys, asked for by the first click:
${Object.values(people).filter((person) => person.apiKey).map((person) => `            ${person.name}: ${person.apiKey}`).join('\n')}
Configure   ${world.url}/plugins/servlet/clockify/admin (as an administrator)
Dark theme  add ?theme=dark to a page's address

Nothing of this leaves the machine. Enter or Ctrl-C ends it.`);
await new Promise((resolve) => {
  process.stdin.on('data', resolve).on('end', resolve);
  process.on('SIGINT', resolve);
  process.on('SIGTERM', resolve);
});
await world.stop();
process.exit(0);
