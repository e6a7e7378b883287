/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting a user to both services. The Clockify key is typed here once; Jira's token is made in the user's own
 * session and handed to the bridge at once. Neither is shown again, kept in the page or written into a log.
 */
(function () {
    'use strict';

    const C = window.ClockifyBridge;
    /* Days, as administrators may limit them; Jira takes a name of forty characters at most. */
    const DAYS = [90, 30, 7, 1];

    function tokenName() {
        return 'Clockify bridge ' + new Date().toISOString().slice(0, 16).replace('T', ' ');
    }

    async function makeToken(days) {
        const response = await fetch(AJS.contextPath() + '/rest/pat/latest/tokens', {
            method: 'POST',
            credentials: 'same-origin',
            headers: {'Content-Type': 'application/json', 'X-Atlassian-Token': 'no-check'},
            body: JSON.stringify({name: tokenName(), expirationDuration: days}),
        });
        return {status: response.status, token: response.status === 201 ? await response.json() : null};
    }

    /* Gives the account; throws an error whose message is for the user. */
    C.connectJira = async function () {
        let made = {status: 0};
        for (const days of DAYS) {
            try {
                made = await makeToken(days);
            } catch (e) {
                throw new Error(AJS.I18n.getText('clockify.token.network'));
            }
            if (made.status !== 400) break;
        }
        if (made.status === 403) throw new Error(AJS.I18n.getText('clockify.token.limit'));
        if (!made.token) throw new Error(AJS.I18n.getText('clockify.token.off'));
        const expires = made.token.expiringAt && C.wire(new Date(made.token.expiringAt));
        try {
            return await C.call('account.connect_jira', {token: made.token.rawToken, ...(expires ? {expires} : {})});
        } catch (error) {
            await fetch(AJS.contextPath() + '/rest/pat/latest/tokens/' + made.token.id, {
                method: 'DELETE', credentials: 'same-origin', headers: {'X-Atlassian-Token': 'no-check'}}).catch(() => null);
            throw new Error(C.explain(error));
        }
    };

    /* The form of the first click. done(account, notice): connected; the notice tells what could not be. */
    C.connectForm = function (account, done) {
        const id = C.id();
        const key = C.el('input', {class: 'text long-field', id, type: 'password', autocomplete: 'off', spellcheck: 'false', required: true,
            'aria-describedby': id + '-hint'});
        const problem = C.el('div', {class: 'clockify-problem', 'aria-live': 'assertive'});
        const submit = C.el('button', {type: 'submit', class: 'aui-button aui-button-primary'}, AJS.I18n.getText('clockify.connect'));
        const rejected = account.clockify && account.clockify.rejected;

        async function connect(event) {
            event.preventDefault();
            const value = key.value.trim();
            problem.replaceChildren();
            if (!value) {
                problem.append(C.message('error', AJS.I18n.getText('clockify.key.empty')));
                key.focus();
                return;
            }
            submit.disabled = true;
            form.setAttribute('aria-busy', 'true');
            try {
                let known = await C.call('account.connect_clockify', {api_key: value});
                let notice = null;
                key.value = '';
                if (!known.jira || known.jira.rejected) {
                    try {
                        known = await C.connectJira();
                    } catch (error) {
                        notice = error.message;
                    }
                }
                done(known, notice);
            } catch (error) {
                problem.append(C.message('error', error.reason === 'clockify_key_rejected'
                    ? AJS.I18n.getText('clockify.key.refused') : C.explain(error)));
                key.select();
                key.focus();
            } finally {
                submit.disabled = false;
                form.removeAttribute('aria-busy');
            }
        }

        const form = C.el('form', {class: 'aui top-label clockify-connect', novalidate: true, onsubmit: connect},
            rejected ? C.message('warning', AJS.I18n.getText('clockify.error.clockify_key_rejected')) : null,
            C.el('p', {}, AJS.I18n.getText('clockify.connect.why')),
            C.el('div', {class: 'field-group'}, C.el('label', {for: id}, AJS.I18n.getText('clockify.key')), key,
                C.el('div', {class: 'description', id: id + '-hint'}, AJS.I18n.getText('clockify.key.hint'), ' ',
                    account.key_url && /^https?:/.test(account.key_url) ? C.el('a', {href: account.key_url, target: '_blank', rel: 'noopener noreferrer'},
                        AJS.I18n.getText('clockify.key.get')) : null)),
            problem, C.el('div', {class: 'buttons-container'}, submit));
        return form;
    };
})();
