/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The panel on the issue: one button that shows the running time, and one line that says how things are. Asks only
 * what the bridge answers from its own store, so that looking at an issue costs no request to Clockify.
 */
(function () {
    'use strict';

    const C = window.ClockifyBridge;
    const text = (selector) => {
        const found = document.querySelector(selector);
        return found ? found.textContent.trim() : '';
    };

    /* What the issue page says of its issue; null where there is none. */
    C.readIssue = function () {
        const key = document.querySelector('#key-val');
        if (!key) return null;
        const name = key.getAttribute('data-issue-key') || key.textContent.trim();
        const type = text('#type-val');
        return {
            key: name,
            details: {
                summary: text('#summary-val'),
                type,
                subtask: Boolean(document.querySelector('#parent_issue_key, #parent_issue_summary')),
                epic: type === 'Epic',
                labels: Array.from(document.querySelectorAll('#wrap-labels .labels .lozenge'), (label) => label.textContent.trim()).filter(Boolean),
                project: {key: name.replace(/-\d+$/, ''), name: text('#project-name-val') || name.replace(/-\d+$/, '')},
            },
        };
    };

    class Panel {
        constructor(root, issue) {
            this.root = root;
            this.issue = issue;
            this.state = {};
            this.line = C.el('div', {class: 'clockify-line', role: 'status', 'aria-live': 'polite'});
            this.button = C.button(AJS.I18n.getText('clockify.start'), () => this.open());
            this.button.classList.add('clockify-open');
            this.button.disabled = true;
            this.button.setAttribute('aria-haspopup', 'dialog');
            root.replaceChildren(this.button, this.line);
        }

        async load() {
            clearInterval(this.ticking);
            try {
                const [account, running, entries] = await Promise.all([C.call('account.get'),
                    C.call('entry.list', {state: 'running', limit: 1}), C.call('entry.list', {issue: this.issue.key, limit: 50})]);
                this.state.account = account;
                this.state.running = running.items[0] || null;
                this.state.entries = entries.items;
                this.show();
            } catch (error) {
                this.showError(error);
            }
        }

        showError(error) {
            this.state = {};
            this.button.disabled = true;
            this.face(AJS.I18n.getText('clockify.start'));
            this.note('error', AJS.I18n.getText('clockify.state.unreachable'), C.explain(error),
                C.button(AJS.I18n.getText('clockify.retry'), () => this.load(), 'link'));
        }

        face(words) {
            this.button.replaceChildren(C.el('span', {class: 'aui-icon aui-icon-small aui-iconfont-recent-filled', 'aria-hidden': 'true'}), ' ', words);
        }

        note(kind, badge, ...more) {
            this.line.replaceChildren(...(badge ? [C.lozenge(kind, badge)] : []), ...more.map((item) => typeof item === 'string' ? C.el('span', {}, item) : item));
        }

        show() {
            const {account, running, entries} = this.state;
            this.button.disabled = false;
            this.button.classList.toggle('clockify-on', false);
            this.face(AJS.I18n.getText('clockify.start'));
            if (!account.key_url && !account.clockify) {
                this.button.disabled = true;
                return this.note('', AJS.I18n.getText('clockify.state.not_configured'), AJS.I18n.getText('clockify.error.not_configured'));
            }
            if (!account.clockify || account.clockify.rejected)
                return this.note('', AJS.I18n.getText('clockify.state.not_connected'), AJS.I18n.getText('clockify.connect.short'));
            if (running && running.issue === this.issue.key) this.run(running);
            const blocked = entries.find(C.isBlocked);
            const queued = entries.find((entry) => entry.delivery === 'queued');
            if (blocked)
                return this.note('error', AJS.I18n.getText('clockify.state.blocked'),
                    C.explain((blocked.delivery === 'blocked' ? blocked.problem : blocked.worklog.problem) || {}));
            if (queued) return this.note('moved', AJS.I18n.getText('clockify.state.queued'), AJS.I18n.getText('clockify.queued.note'));
            if (running && running.issue === this.issue.key) return this.note('success', AJS.I18n.getText('clockify.running'), running.description || '');
            if (running) return this.elsewhere(running);
            const seconds = entries.filter((entry) => C.isToday(entry.start)).reduce((sum, entry) => sum + (entry.seconds || 0), 0);
            return this.note('', '', seconds ? AJS.I18n.getText('clockify.total', C.duration(seconds)) : AJS.I18n.getText('clockify.state.ready'));
        }

        run(entry) {
            const tick = () => this.face(C.clock((Date.now() - Date.parse(entry.start)) / 1000));
            this.button.classList.add('clockify-on');
            this.button.setAttribute('title', AJS.I18n.getText('clockify.running'));
            tick();
            this.ticking = setInterval(() => this.root.isConnected ? tick() : clearInterval(this.ticking), 1000);
        }

        elsewhere(running) {
            const link = running.issue ? C.el('a', {href: AJS.contextPath() + '/browse/' + encodeURIComponent(running.issue)}, running.issue) : running.description || '';
            this.note('current', AJS.I18n.getText('clockify.running'), AJS.I18n.getText('clockify.state.elsewhere'), link);
        }

        open() {
            new C.Dialog(this.issue, this.state, () => this.load()).open();
        }
    }

    /* Jira swaps the issue without loading the page anew: each time there is a fresh panel to fill. */
    let panel = null;
    C.attach = function () {
        const root = document.querySelector('[data-clockify-panel]');
        const issue = C.readIssue();
        if (!root || !issue || (panel && panel.root === root && panel.issue.key === issue.key)) return;
        panel = new Panel(root, issue);
        const open = C.resume((error) => panel.note('moved', AJS.I18n.getText('clockify.state.repeating'), C.explain(error)));
        (open || Promise.resolve()).then(() => panel.load(), () => panel.load());
    };

    function listen() {
        if (typeof window.require !== 'function') return;
        try {
            window.require(['jira/util/events', 'jira/util/events/types'], (events, types) => {
                [types.ISSUE_REFRESHED, types.NEW_CONTENT_ADDED].forEach((type) => events.bind(type, () => C.attach()));
            });
        } catch (e) { /* a page without Jira's events does not swap issues */ }
    }

    AJS.toInit(() => {
        C.attach();
        listen();
    });
})();
