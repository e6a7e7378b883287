/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of an issue: what was recorded, how far it came, what is wrong with it, and the button that mends it. */
(function () {
    'use strict';

    const C = window.ClockifyBridge;

    const worklogStates = {
        pending: () => ['moved', AJS.I18n.getText('clockify.worklog.pending')],
        written: () => ['success', AJS.I18n.getText('clockify.worklog.written')],
        blocked: () => ['error', AJS.I18n.getText('clockify.worklog.blocked')],
        skipped: () => ['', AJS.I18n.getText('clockify.worklog.skipped')],
        abandoned: () => ['', AJS.I18n.getText('clockify.worklog.abandoned')],
    };
    const deliveries = {
        queued: () => ['moved', AJS.I18n.getText('clockify.entry.queued')],
        blocked: () => ['error', AJS.I18n.getText('clockify.entry.blocked')],
    };

    C.isBlocked = (entry) => entry.delivery === 'blocked' || Boolean(entry.worklog && entry.worklog.state === 'blocked');

    /* What a person wants to see: today's, and older ones with which something is wrong. */
    C.worthShowing = (entry) => entry.state !== 'discarded' && (C.isToday(entry.start) || entry.state === 'running' ||
        entry.delivery !== 'done' || C.isBlocked(entry));

    C.badge = function (states, state) {
        const known = states[state] && states[state]();
        return known ? C.lozenge(known[0], known[1]) : null;
    };
    C.worklogBadge = (state) => C.badge(worklogStates, state);

    function when(entry) {
        const from = C.timeOfDay(entry.start);
        const day = C.isToday(entry.start) ? '' : C.day(entry.start) + ', ';
        return day + (entry.end ? from + ' – ' + C.timeOfDay(entry.end) : AJS.I18n.getText('clockify.since', from));
    }

    /*
     * actions: connect(), connectJira(button), edit(entry, row), discard(entry), changed(). Gives the buttons for one problem.
     */
    function remedies(entry, problem, actions) {
        const reason = problem && problem.reason;
        const run = (button, work) => {
            button.disabled = true;
            work().then(actions.changed, (error) => {
                button.disabled = false;
                C.flag('error', C.explain(error));
            });
        };
        const retry = (text) => {
            const button = C.button(text, () => run(button, () => entry.delivery === 'blocked'
                ? C.call('entry.retry', {id: entry.id}) : C.call('worklog.retry', {id: entry.worklog.id})));
            return button;
        };
        const buttons = [];
        if (reason === 'clockify_key_required' || reason === 'clockify_key_rejected')
            buttons.push(C.button(AJS.I18n.getText('clockify.mend.key'), actions.connect));
        else if (reason === 'jira_token_required' || reason === 'jira_token_rejected')
            buttons.push(C.button(AJS.I18n.getText('clockify.mend.token'), (event) => actions.connectJira(event.currentTarget)));
        else {
            if (entry.delivery === 'blocked') buttons.push(C.button(AJS.I18n.getText('clockify.mend.edit'), () => actions.edit(entry)));
            buttons.push(retry(AJS.I18n.getText('clockify.retry')));
        }
        if (entry.delivery === 'blocked')
            buttons.push(C.confirmButton(AJS.I18n.getText('clockify.discard'), AJS.I18n.getText('clockify.discard.sure'), () => actions.discard(entry)));
        return buttons;
    }

    /* A second press within a few seconds confirms. */
    C.confirmButton = function (text, question, work) {
        let armed = null;
        const button = C.button(text, () => {
            if (armed) {
                clearTimeout(armed);
                armed = null;
                button.textContent = text;
                button.disabled = true;
                Promise.resolve(work()).then(() => { button.disabled = false; }, () => { button.disabled = false; });
                return;
            }
            button.textContent = question;
            armed = setTimeout(() => {
                armed = null;
                button.textContent = text;
            }, 5000);
        }, 'subtle');
        button.classList.add('clockify-discard');
        return button;
    };

    C.entryRow = function (entry, actions) {
        const problem = entry.delivery === 'blocked' ? entry.problem : entry.worklog && entry.worklog.state === 'blocked' ? entry.worklog.problem : null;
        const skipped = entry.worklog && entry.worklog.state === 'skipped' && entry.worklog.problem;
        const what = [entry.project && entry.project.name, entry.task && entry.task.name].filter(Boolean).join(' / ');
        const tags = (entry.tags || []).map((tag) => tag.name).join(', ');
        const left = (entry.left_out || []).map((item) => item.name).join(', ');
        return C.el('li', {class: 'clockify-entry'},
            C.el('div', {class: 'clockify-entry-head'}, C.el('strong', {}, entry.seconds === null ? AJS.I18n.getText('clockify.running') : C.duration(entry.seconds)),
                C.el('span', {class: 'clockify-when'}, when(entry)),
                C.el('span', {class: 'clockify-badges'}, C.badge(deliveries, entry.delivery), entry.worklog ? C.worklogBadge(entry.worklog.state) : null)),
            C.el('div', {class: 'clockify-text'}, entry.description),
            what || tags ? C.el('div', {class: 'clockify-subtle'}, [what, tags].filter(Boolean).join(' · ')) : null,
            left ? C.el('div', {class: 'clockify-subtle'}, AJS.I18n.getText('clockify.left.out', left)) : null,
            skipped ? C.el('div', {class: 'clockify-subtle'}, C.explain(skipped)) : null,
            problem ? C.el('div', {class: 'clockify-blocked'}, C.el('p', {}, C.explain(problem)),
                C.el('div', {class: 'aui-buttons-row'}, ...remedies(entry, problem, actions))) : null);
    };
})();
