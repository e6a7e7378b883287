/* SPDX-License-Identifier: Apache-2.0 */
/* What Jira's own scripts do for an app: the theme, the events, and issues that are swapped without loading the page. */
(function () {
    'use strict';

    const bound = {};
    const events = {
        bind: (type, work) => { (bound[type] = bound[type] || []).push(work); },
        trigger: (type, args) => { (bound[type] || []).forEach((work) => work({}, ...args)); },
    };
    const modules = {
        'jquery': window.jQuery,
        'jira/util/events': events,
        'jira/util/events/types': {ISSUE_REFRESHED: 'issueRefreshed', NEW_CONTENT_ADDED: 'newContentAdded'},
        'jira/util/events/reasons': {},
    };
    window.require = (names, work) => work(...names.map((name) => modules[name]));

    const theme = document.documentElement.dataset.hostTheme;
    window.hostTheme = window.AJS.DesignTokens
        ? window.AJS.DesignTokens.setGlobalTheme({colorMode: theme, dark: 'dark', light: 'light'}) : Promise.resolve();

    document.addEventListener('click', async (event) => {
        const link = event.target.closest('a[data-issue]');
        if (!link || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        const answer = await fetch(link.href + '?fragment=1');
        if (!answer.ok) return;
        document.getElementById('issue-content').innerHTML = await answer.text();
        document.querySelectorAll('a[data-issue]').forEach((other) => other.toggleAttribute('aria-current', other === link));
        document.querySelectorAll('a[data-issue][aria-current]').forEach((other) => other.setAttribute('aria-current', 'page'));
        history.pushState({}, '', link.href);
        events.trigger('newContentAdded', [document.getElementById('issue-content'), 'panelRefreshed']);
        events.trigger('issueRefreshed', [document.getElementById('key-val').rel]);
    });
})();
