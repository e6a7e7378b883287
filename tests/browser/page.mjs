// SPDX-License-Identifier: Apache-2.0
// What a person does in the browser, a page's pictures, and what axe-core says of it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, modules, pause, password, texts, top } from './world.mjs';

const { chromium } = load('playwright-core');
const axe = readFileSync(join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const out = process.env.BROWSER_OUT ?? join(top, 'tests/out');
mkdirSync(out, { recursive: true });

export async function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

export class Visit {
  /** A window of its own, signed in. */
  static async begin(browser, world, person) {
    const visit = new Visit();
    visit.world = world;
    visit.person = person;
    visit.t = texts(person.language);
    visit.context = await browser.newContext({ locale: person.language === 'de' ? 'de-DE' : 'en-GB', timezoneId: 'Europe/Berlin', viewport: { width: 1200, height: 820 }, bypassCSP: true });
    visit.page = await visit.context.newPage();
    visit.page.setDefaultTimeout(60000);
    visit.errors = [];
    visit.calls = [];
    visit.page.on('pageerror', (error) => visit.errors.push(error.stack ?? String(error)));
    visit.page.on('request', (request) => {
      if (request.url().endsWith('/clockify/rpc')) visit.calls.push(JSON.parse(request.postData()).method);
    });
    await visit.page.goto(`${world.url}/login.jsp`);
    await visit.page.fill('#os_username', person.name);
    await visit.page.fill('#os_password', password);
    await visit.page.press('#os_password', 'Enter');
    await visit.page.waitForURL(`${world.url}/`);
    return visit;
  }

  async close() {
    await this.context.close();
  }

  async browse(key) {
    await this.page.goto(`${this.world.url}/browse/${key}`);
    await this.loaded();
  }

  /** The panel has said how things are. */
  async loaded() {
    await this.page.waitForFunction(() => document.querySelector('.clockify-line')?.childElementCount > 0);
  }

  async openDialog() {
    await this.page.click('.clockify-open');
    await this.page.waitForSelector('.clockify-dialog[open], .clockify-dialog:not([hidden])');
    await pause(300); // its fade
  }

  async closeDialog() {
    await this.page.click('.clockify-dialog .aui-close-button');
    await this.page.waitForSelector('.clockify-dialog', { state: 'detached' }).catch(() => {});
  }

  button(key, ...args) {
    return this.page.locator('.clockify-dialog, .clockify-admin').getByRole('button', { name: this.t(key, ...args), exact: true });
  }

  async press(key, ...args) {
    await this.button(key, ...args).click();
  }

  async tab(key) {
    await this.page.getByRole('tab', { name: this.t(`tab.${key}`), exact: true }).click();
  }

  field(key) {
    return this.page.locator('.clockify-dialog, .clockify-admin').getByLabel(this.t(key), { exact: true }).and(this.page.locator('input, select, textarea'));
  }

  async says(text) {
    await this.page.waitForFunction((words) => document.body.innerText.replace(/\s+/g, ' ').toLowerCase().includes(words.replace(/\s+/g, ' ').toLowerCase()), text);
  }

  async connect() {
    await this.field('key').fill(this.person.apiKey);
    await this.press('connect');
    await this.button('start').waitFor();
  }

  /** Connected by clicks, then back on the issue. */
  async connected(key) {
    await this.browse(key);
    await this.openDialog();
    await this.connect();
    await this.closeDialog();
  }

  async theme(mode) {
    await this.page.evaluate(async (colorMode) => {
      document.documentElement.dataset.hostTheme = colorMode;
      document.documentElement.setAttribute('data-color-mode', colorMode);
      await window.AJS.DesignTokens.setGlobalTheme({ colorMode, dark: 'dark', light: 'light' });
    }, mode);
    await pause(250); // colours fade
  }

  /** Pictures of a state in both themes, and no complaint of axe-core in either. */
  async shot(name) {
    const complaints = [];
    for (const mode of ['light', 'dark']) {
      await this.theme(mode);
      await this.page.screenshot({ path: join(out, `${name}-${this.person.language}-${mode}.png`) });
      await this.page.evaluate(axe);
      const found = await this.page.evaluate(() => window.axe.run(document.querySelector('.clockify-dialog:not([hidden])') ?? document.querySelector('.clockify-admin')
        ?? document.querySelector('.clockify-panel'), { resultTypes: ['violations'] }));
      for (const violation of found.violations)
        complaints.push(`${mode} ${violation.id}: ${violation.nodes.map((node) => `${node.target} ${node.any.map((one) => one.message).join('; ')}`).join(' | ')}`);
    }
    await this.theme('light');
    assert.deepEqual(complaints, [], `axe-core on ${name}`);
  }

  fine() {
    assert.deepEqual(this.errors, []);
  }
}
