/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialog of an issue: connect, timer, manual entry, today's entries, account. Each view draws itself from what the
 * bridge said last; the bridge decides, the dialog shows.
 */
(function () {
    'use strict';

    const C = window.ClockifyBridge;
    const RENEW_MS = 14 * 86400 * 1000;

    /* issue: {key, details}; state: the panel's; onchange(): something was done. */
    C.Dialog = class {
        constructor(issue, state, onchange) {
            this.issue = issue;
            this.state = state;
            this.onchange = onchange;
            this.seen = null; /* what would be recorded and what runs, once asked for */
            this.live = C.el('div', {class: 'clockify-live', role: 'status', 'aria-live': 'polite'});
            this.content = C.el('div', {class: 'aui-dialog2-content clockify-content'});
            this.footer = C.el('div', {class: 'aui-dialog2-footer-actions'});
            this.footnote = C.el('div', {class: 'aui-dialog2-footer-hint'});
            const title = C.id();
            this.element = C.el('section', {id: C.id(), class: 'aui-dialog2 aui-dialog2-medium aui-layer clockify-dialog', role: 'dialog', 'aria-modal': 'true',
                'aria-labelledby': title, 'data-aui-remove-on-hide': 'true', hidden: true},
            C.el('div', {class: 'aui-dialog2-header'}, C.el('h2', {class: 'aui-dialog2-header-main', id: title}, AJS.I18n.getText('clockify.dialog.title', issue.key)),
                C.el('button', {type: 'button', class: 'aui-close-button', 'aria-label': AJS.I18n.getText('clockify.close'), onclick: () => this.close()})),
            this.content, C.el('div', {class: 'aui-dialog2-footer'}, this.footer, this.footnote), this.live);
            document.body.append(this.element);
        }

        open() {
            AJS.dialog2(this.element).on('hide', () => {
                clearInterval(this.ticking);
                this.onchange();
            });
            AJS.dialog2(this.element).show();
            if (!this.state.account.clockify || this.state.account.clockify.rejected) this.showConnect();
            else {
                this.showTabs('timer');
                if (this.runsHere()) this.refreshTimer();
            }
        }

        runsHere() {
            return this.state.running && this.state.running.issue === this.issue.key;
        }

        close() {
            AJS.dialog2(this.element).hide();
        }

        say(text) {
            this.live.textContent = text;
        }

        actions(...buttons) {
            this.footer.replaceChildren(...buttons, C.button(AJS.I18n.getText('clockify.close'), () => this.close(), 'link'));
        }

        fail(error, retry) {
            const again = retry && error.again
                ? C.button(AJS.I18n.getText('clockify.retry'), () => retry(error.again)) : null;
            this.problem.replaceChildren(C.message('error', C.explain(error), again));
            this.problem.scrollIntoView({block: 'nearest'});
            if (['clockify_key_required', 'clockify_key_rejected'].includes(error.reason)) {
                this.state.account.clockify = null;
                this.state.account.key_url = error.data.key_url || this.state.account.key_url;
                this.problem.append(C.button(AJS.I18n.getText('clockify.mend.key'), () => this.showConnect()));
            }
            this.say(C.explain(error));
        }

        waiting(error) {
            this.problem.replaceChildren(C.message('warning', AJS.I18n.getText('clockify.repeating', C.explain(error))));
        }

        /* One press: a click that is repeated until it is answered, with the button busy meanwhile. */
        async press(button, method, params, done) {
            const carry = async (work) => {
                button.disabled = true;
                button.setAttribute('aria-busy', 'true');
                this.problem.replaceChildren();
                try {
                    const result = await work();
                    this.problem.replaceChildren();
                    done(result);
                    this.onchange();
                } catch (error) {
                    this.fail(error, carry);
                } finally {
                    button.disabled = false;
                    button.removeAttribute('aria-busy');
                }
            };
            await carry(() => C.click(method, params, (error) => this.waiting(error)));
        }

        /* ---- connecting ---- */

        showConnect() {
            clearInterval(this.ticking);
            this.content.replaceChildren(C.connectForm(this.state.account, (account, notice) => {
                this.state.account = account;
                this.state.notice = notice;
                this.seen = null;
                this.showTabs('timer');
                this.say(AJS.I18n.getText('clockify.connected', account.clockify.name));
            }));
            this.actions();
            this.footnote.textContent = '';
            this.content.querySelector('input').focus();
        }

        async connectJira(button) {
            button.disabled = true;
            try {
                this.state.account = await C.connectJira();
                this.state.notice = null;
                this.seen = null;
                this.say(AJS.I18n.getText('clockify.jira.connected'));
                this.showTabs(this.tab);
            } catch (error) {
                button.disabled = false;
                this.problem.replaceChildren(C.message('warning', error.message));
            }
        }

        /* Before a token ends a new one takes its place; nobody has to do anything. */
        renewToken() {
            const jira = this.state.account.jira;
            if (!jira || !jira.expires || Date.parse(jira.expires) - Date.now() > RENEW_MS) return;
            C.connectJira().then((account) => { this.state.account = account; }, () => null);
        }

        async setWorkspace(workspace) {
            this.state.account = await C.call('account.set_workspace', {workspace});
            this.seen = null;
            this.draw();
        }

        /* ---- tabs ---- */

        showTabs(which) {
            const views = {
                timer: [AJS.I18n.getText('clockify.tab.timer'), () => this.drawTimer()],
                manual: [AJS.I18n.getText('clockify.tab.manual'), () => this.drawManual()],
                today: [AJS.I18n.getText('clockify.tab.today'), () => this.drawToday()],
                account: [AJS.I18n.getText('clockify.tab.account'), () => this.drawAccount()],
            };
            const names = Object.keys(views);
            const base = C.id();
            const choose = (name, byHand) => {
                clearInterval(this.ticking);
                this.tab = name;
                tabs.forEach((tab, at) => {
                    const on = names[at] === name;
                    tab.parentNode.classList.toggle('active-tab', on);
                    tab.setAttribute('aria-selected', String(on));
                    tab.setAttribute('tabindex', on ? '0' : '-1');
                });
                this.pane.setAttribute('aria-labelledby', base + '-' + name);
                this.problem.replaceChildren();
                this.draw = views[name][1];
                this.draw();
                if (byHand) tabs[names.indexOf(name)].focus();
            };
            const tabs = names.map((name) => C.el('a', {href: '#' + base + '-pane', id: base + '-' + name, role: 'tab', 'aria-controls': base + '-pane',
                onclick: (event) => {
                    event.preventDefault();
                    choose(name, true);
                }}, views[name][0]));
            const turn = (event) => {
                const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
                if (!step) return;
                event.preventDefault();
                choose(names[(names.indexOf(this.tab) + step + names.length) % names.length], true);
            };
            this.problem = C.el('div', {class: 'clockify-problem', 'aria-live': 'assertive'});
            this.pane = C.el('div', {class: 'tabs-pane active-pane clockify-pane', id: base + '-pane', role: 'tabpanel'});
            this.content.replaceChildren(C.el('div', {class: 'aui-tabs horizontal-tabs aui-tabs-disabled', 'data-aui-tab-responsive': 'false'},
                C.el('ul', {class: 'tabs-menu', role: 'tablist', onkeydown: turn},
                    ...tabs.map((tab) => C.el('li', {class: 'menu-item', role: 'presentation'}, tab))),
                this.problem, this.pane));
            choose(which);
        }

        notices() {
            const account = this.state.account;
            if (this.state.notice) return [C.message('warning', this.state.notice, C.el('p', {}, AJS.I18n.getText('clockify.without.token')))];
            if (account.jira && !account.jira.rejected) return [];
            return [C.message('info', account.jira ? AJS.I18n.getText('clockify.error.jira_token_rejected') : AJS.I18n.getText('clockify.without.token'),
                C.button(AJS.I18n.getText('clockify.mend.token'), (event) => this.connectJira(event.currentTarget)))];
        }

        /* ---- what would be recorded, by the bridge's word ---- */

        /* Asked once for an issue as it is, and with it what runs; what is chosen in the fields is asked for anew. */
        async look(record) {
            const chosen = Object.keys(record.chosen).length > 0;
            const asked = chosen ? this.preview(record.chosen) : this.seen = this.seen || this.preview({}).then((seen) => {
                this.takeRunning(seen);
                return seen;
            });
            record.asked = asked;
            try {
                const seen = await asked;
                if (record === this.record && record.asked === asked) record.show(seen);
            } catch (error) {
                if (this.seen === asked) this.seen = null;
                if (record !== this.record) return;
                if (error.reason === 'method_not_found') this.refreshTimer(); /* an older bridge does not tell */
                else this.fail(error);
            }
        }

        preview(chosen) {
            return C.call('entry.preview', {issue: this.issue.key, details: this.issue.details, ...chosen});
        }

        newRecord() {
            this.record = new C.Record(this, null, () => this.look(this.record));
            this.look(this.record);
            return this.record;
        }

        /* ---- timer ---- */

        async refreshTimer() {
            try {
                this.takeRunning(await C.call('timer.get'));
            } catch (error) {
                if (this.problem) this.fail(error);
            }
        }

        takeRunning(answer) {
            const before = JSON.stringify(this.state.running);
            this.state.running = answer.running;
            this.state.skew = Date.parse(answer.as_of) - Date.now();
            if (this.tab === 'timer' && JSON.stringify(answer.running) !== before) this.draw();
        }

        drawTimer() {
            if (this.runsHere()) this.drawRunning(this.state.running);
            else this.drawReady(this.state.running);
        }

        drawReady(running) {
            const fields = this.newRecord();
            const elsewhere = running ? C.message('info', running.issue
                ? AJS.I18n.getText('clockify.other.issue', running.issue) : AJS.I18n.getText('clockify.other.app', running.description || '')) : null;
            this.pane.replaceChildren(...this.notices(), ...(elsewhere ? [elsewhere] : []), C.el('form', {class: 'aui top-label', onsubmit: (event) => event.preventDefault()},
                C.el('h3', {}, AJS.I18n.getText('clockify.recorded.as')), ...fields.nodes));
            const start = C.button(AJS.I18n.getText('clockify.start'), () => this.press(start, 'timer.start',
                {issue: this.issue.key, details: this.issue.details, ...fields.chosen}, (result) => {
                    this.state.running = result.entry;
                    this.seen = null;
                    this.draw();
                    this.say(AJS.I18n.getText('clockify.started'));
                    this.renewToken();
                }), 'primary');
            this.actions(start);
            start.focus();
        }

        drawRunning(entry) {
            const clock = C.el('div', {class: 'clockify-clock', role: 'timer', 'aria-label': AJS.I18n.getText('clockify.running')});
            const tick = () => { clock.textContent = C.clock((Date.now() + (this.state.skew || 0) - Date.parse(entry.start)) / 1000); };
            tick();
            clearInterval(this.ticking);
            this.ticking = setInterval(tick, 1000);
            const fields = new C.Record(this, entry, (change) => this.edit(change));
            const id = C.id();
            const comment = C.el('textarea', {class: 'textarea full-width-field', id, rows: '2', maxlength: '10000'});
            this.pane.replaceChildren(...this.notices(), this.deliveryNote(entry), clock,
                C.el('form', {class: 'aui top-label', onsubmit: (event) => event.preventDefault()}, ...fields.nodes,
                    C.el('div', {class: 'field-group'}, C.el('label', {for: id}, AJS.I18n.getText('clockify.comment')), comment)));
            const stop = C.button(AJS.I18n.getText('clockify.stop'), () => this.press(stop, 'timer.stop',
                comment.value.trim() ? {comment: comment.value.trim()} : {}, (result) => {
                    this.state.running = null;
                    this.showTabs('today');
                    this.say(AJS.I18n.getText('clockify.stopped', C.duration(result.entry.seconds || 0)));
                    this.renewToken();
                }), 'primary');
            const discard = C.confirmButton(AJS.I18n.getText('clockify.discard'), AJS.I18n.getText('clockify.discard.sure'), () =>
                this.press(discard, 'timer.discard', {}, () => {
                    this.state.running = null;
                    this.draw();
                    this.say(AJS.I18n.getText('clockify.discarded'));
                }));
            this.actions(stop, discard);
            stop.focus();
        }

        deliveryNote(entry) {
            if (entry.delivery === 'queued') return C.message('info', AJS.I18n.getText('clockify.queued.note'));
            if (entry.delivery === 'blocked' && entry.problem) return C.message('warning', C.explain(entry.problem));
            return '';
        }

        async edit(change) {
            try {
                const result = await C.click('timer.edit', change, (error) => this.waiting(error));
                this.state.running = result.entry;
                this.problem.replaceChildren();
                this.say(AJS.I18n.getText('clockify.saved'));
            } catch (error) {
                this.fail(error);
            }
        }

        /* ---- manual ---- */

        drawManual() {
            const fields = this.newRecord();
            const input = (type, label, attributes) => {
                const id = C.id();
                const field = C.el('input', {class: 'text', id, type, ...attributes});
                return {field, group: C.el('div', {class: 'field-group'}, C.el('label', {for: id}, label), field)};
            };
            const spent = input('text', AJS.I18n.getText('clockify.spent'), {autocomplete: 'off', 'aria-describedby': 'clockify-spent-hint'});
            const day = input('date', AJS.I18n.getText('clockify.day'), {value: C.today(), max: C.today()});
            const from = input('time', AJS.I18n.getText('clockify.from'), {});
            const to = input('time', AJS.I18n.getText('clockify.to'), {});
            const comment = input('text', AJS.I18n.getText('clockify.comment'), {maxlength: '10000'});
            comment.field.classList.add('full-width-field');
            const submit = (event) => {
                event.preventDefault();
                const span = C.span(spent.field.value, day.field.value, from.field.value, to.field.value);
                if (!span || span === 'order') {
                    this.problem.scrollIntoView({block: 'nearest'});
                    this.problem.replaceChildren(C.message('error', span ? AJS.I18n.getText('clockify.span.order') : AJS.I18n.getText('clockify.span.missing')));
                    spent.field.setAttribute('aria-invalid', 'true');
                    spent.field.focus();
                    return;
                }
                spent.field.removeAttribute('aria-invalid');
                this.press(add, 'entry.add', {issue: this.issue.key, details: this.issue.details, ...span, ...fields.chosen,
                    ...(comment.field.value.trim() ? {comment: comment.field.value.trim()} : {})}, (result) => {
                    this.showTabs('today');
                    this.say(AJS.I18n.getText('clockify.added', C.duration(result.entry.seconds)));
                });
            };
            const form = C.el('form', {class: 'aui top-label', id: C.id(), novalidate: true, onsubmit: submit},
                C.el('div', {class: 'clockify-times'}, spent.group, day.group, from.group, to.group),
                C.el('div', {class: 'description', id: 'clockify-spent-hint'}, AJS.I18n.getText('clockify.spent.hint')), comment.group,
                C.el('h3', {}, AJS.I18n.getText('clockify.recorded.as')), ...fields.nodes);
            this.pane.replaceChildren(...this.notices(), form);
            const add = C.el('button', {type: 'submit', form: form.id, class: 'aui-button aui-button-primary'}, AJS.I18n.getText('clockify.add'));
            this.actions(add);
        }

        /* ---- today ---- */

        async drawToday() {
            const list = C.el('ul', {class: 'clockify-entries'});
            const total = C.el('p', {class: 'clockify-total'});
            this.actions();
            this.pane.replaceChildren(...this.notices(), total, list);
            this.pane.setAttribute('aria-busy', 'true');
            try {
                const answer = await C.call('entry.list', {issue: this.issue.key, limit: 50});
                const shown = answer.items.filter(C.worthShowing);
                const seconds = shown.filter((entry) => C.isToday(entry.start)).reduce((sum, entry) => sum + (entry.seconds || 0), 0);
                total.textContent = shown.length ? AJS.I18n.getText('clockify.total', C.duration(seconds)) : AJS.I18n.getText('clockify.no.entries');
                list.replaceChildren(...shown.map((entry) => C.entryRow(entry, this.remedies())));
                if (shown.some((entry) => entry.delivery === 'queued' || (entry.worklog && entry.worklog.state === 'pending'))) this.lookAgain(list);
            } catch (error) {
                this.fail(error);
            } finally {
                this.pane.removeAttribute('aria-busy');
            }
        }

        /* A worklog on its way is there in a moment; looked for a few times, not for ever. */
        lookAgain(list) {
            this.looks = (this.looks || 0) + 1;
            if (this.looks > 5) return;
            setTimeout(() => { if (list.isConnected) this.drawToday(); }, 1500 * this.looks);
        }

        remedies() {
            return {
                connect: () => this.showConnect(),
                connectJira: (button) => this.connectJira(button),
                edit: (entry) => this.drawEdit(entry),
                discard: (entry) => C.click('timer.discard', {entry: entry.id}, (error) => this.waiting(error))
                    .then(() => this.drawToday(), (error) => this.fail(error)),
                changed: () => {
                    this.looks = 0;
                    setTimeout(() => this.drawToday(), 700);
                },
            };
        }

        /* A blocked entry gets what it lacks. */
        drawEdit(entry) {
            const change = {};
            const fields = new C.Record(this, entry, (more) => Object.assign(change, more));
            this.pane.replaceChildren(C.message('warning', C.explain(entry.problem || {reason: ''})),
                C.el('form', {class: 'aui top-label', onsubmit: (event) => event.preventDefault()}, ...fields.nodes));
            const save = C.button(AJS.I18n.getText('clockify.save'), () => this.press(save, 'timer.edit', {entry: entry.id, ...change}, () => this.showTabs('today')), 'primary');
            this.actions(save);
        }

        /* ---- account ---- */

        drawAccount() {
            const account = this.state.account;
            const jira = account.jira && !account.jira.rejected;
            const row = (name, value) => [C.el('dt', {}, name), C.el('dd', {}, value)];
            this.pane.replaceChildren(C.el('dl', {class: 'clockify-facts'},
                ...row(AJS.I18n.getText('clockify.account.clockify'), account.clockify.name + (account.clockify.email ? ' (' + account.clockify.email + ')' : '')),
                ...row(AJS.I18n.getText('clockify.workspace'), account.clockify.workspace.name),
                ...row(AJS.I18n.getText('clockify.key'), account.clockify.key_hint),
                ...row(AJS.I18n.getText('clockify.account.jira'), !jira ? AJS.I18n.getText('clockify.account.jira.none')
                    : account.jira.expires ? AJS.I18n.getText('clockify.account.jira.until', C.day(account.jira.expires)) : AJS.I18n.getText('clockify.account.jira.yes'))),
            C.el('div', {class: 'clockify-row'},
                C.button(AJS.I18n.getText('clockify.account.reset'), () => this.showConnect()),
                C.button(jira ? AJS.I18n.getText('clockify.account.renew') : AJS.I18n.getText('clockify.mend.token'), (event) => this.connectJira(event.currentTarget)),
                C.confirmButton(AJS.I18n.getText('clockify.account.disconnect'), AJS.I18n.getText('clockify.account.disconnect.sure'), () =>
                    C.call('account.disconnect').then((left) => {
                        this.state.account = left;
                        this.showConnect();
                    }, (error) => this.fail(error)))));
            this.actions();
        }
    };
})();
