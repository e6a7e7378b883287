/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every part of the page uses: building elements (texts are text, never markup), calling the bridge, and saying
 * in the user's language what went wrong. Keeps no secret and knows no state of the bridge.
 */
(function () {
    'use strict';

    const C = window.ClockifyBridge = window.ClockifyBridge || {};
    const PENDING = 'clockify-bridge-pending';
    const PENDING_MS = 10 * 60 * 1000;
    const REPEAT_MS = 2 * 60 * 1000;
    /* Without an answer of the bridge itself it is unknown whether the call arrived: these are asked again. */
    const UNCLEAR = ['bridge_missing', 'bridge_lost', 'bridge_slow', 'busy', 'network'];

    C.version = '@VERSION@';

    C.el = function (tag, attributes, ...children) {
        const element = document.createElement(tag);
        Object.entries(attributes || {}).forEach(([name, value]) => {
            if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
            else if (value === true) element.setAttribute(name, '');
            else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
        });
        element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
        return element;
    };

    let ids = 0;
    C.id = () => 'clockify-' + (++ids);

    C.message = (kind, text, ...more) =>
        C.el('div', {class: 'aui-message aui-message-' + kind + ' clockify-message', role: kind === 'error' ? 'alert' : 'status'},
            C.el('p', {}, text), ...more);

    C.lozenge = (kind, text) => C.el('span', {class: 'aui-lozenge aui-lozenge-subtle' + (kind ? ' aui-lozenge-' + kind : '')}, text);

    C.button = (text, onclick, kind) =>
        C.el('button', {type: 'button', class: 'aui-button' + (kind ? ' aui-button-' + kind : ''), onclick}, text);

    C.flag = (type, text) => AJS.flag({type, body: C.el('span', {}, text).outerHTML, close: 'auto'});

    /* ---- calling ---- */

    class CallError extends Error {
        constructor(reason, message, data) {
            super(message);
            this.reason = reason;
            this.data = data || {};
        }
    }

    function fromAnswer(answer) {
        if (answer && answer.result) return answer.result;
        const error = answer && answer.error || {};
        throw new CallError(error.data && error.data.reason || 'network', error.message || '', error.data);
    }

    C.call = async function (method, params) {
        let answer;
        try {
            const response = await fetch(AJS.contextPath() + '/plugins/servlet/clockify/rpc', {
                method: 'POST',
                credentials: 'same-origin',
                headers: {'Content-Type': 'application/json', 'X-Atlassian-Token': 'no-check'},
                body: JSON.stringify({method, params: params || {}}),
            });
            answer = await response.json();
        } catch (e) {
            throw new CallError('network', '', {});
        }
        return fromAnswer(answer);
    };

    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

    function makeId() {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }

    const whoIsHere = () => (document.querySelector('meta[name="ajs-remote-user"]') || {}).content || '';

    function remember(click) {
        try {
            if (click) sessionStorage.setItem(PENDING, JSON.stringify(click));
            else sessionStorage.removeItem(PENDING);
        } catch (e) { /* no storage: the click lives as long as the page */ }
    }

    /*
     * A click has a name and is asked again under it until somebody answers; the bridge carries it out once. What was
     * under way when the page went away goes on with the next page.
     */
    C.click = async function (method, params, onwait) {
        const named = {request_id: makeId(), ...params};
        const began = Date.now();
        remember({method, params: named, user: whoIsHere(), at: began});
        for (let wait = 300; ; wait = Math.min(wait * 2, 4000)) {
            try {
                const result = await C.call(method, named);
                remember(null);
                return result;
            } catch (error) {
                if (!UNCLEAR.includes(error.reason) || Date.now() - began > REPEAT_MS) {
                    remember(null);
                    error.again = () => C.click(method, named, onwait);
                    throw error;
                }
                if (onwait) onwait(error);
            }
            await pause(wait);
        }
    };

    C.resume = function (onwait) {
        let click = null;
        try {
            click = JSON.parse(sessionStorage.getItem(PENDING));
        } catch (e) { /* nothing to go on with */ }
        if (!click || click.user !== whoIsHere() || Date.now() - click.at > PENDING_MS) return null;
        return C.click(click.method, click.params, onwait);
    };

    /* ---- words ---- */

    const reasons = {
        network: () => AJS.I18n.getText('clockify.error.network'),
        bridge_missing: () => AJS.I18n.getText('clockify.error.bridge_missing'),
        bridge_older: () => AJS.I18n.getText('clockify.error.bridge_older'),
        bridge_newer: () => AJS.I18n.getText('clockify.error.bridge_newer'),
        bridge_lost: () => AJS.I18n.getText('clockify.error.bridge_lost'),
        bridge_slow: () => AJS.I18n.getText('clockify.error.bridge_slow'),
        busy: () => AJS.I18n.getText('clockify.error.busy'),
        not_signed_in: () => AJS.I18n.getText('clockify.error.not_signed_in'),
        method_not_found: () => AJS.I18n.getText('clockify.error.bridge_older'),
        not_configured: () => AJS.I18n.getText('clockify.error.not_configured'),
        clockify_key_required: () => AJS.I18n.getText('clockify.error.clockify_key_required'),
        clockify_key_rejected: () => AJS.I18n.getText('clockify.error.clockify_key_rejected'),
        jira_token_required: () => AJS.I18n.getText('clockify.error.jira_token_required'),
        jira_token_rejected: () => AJS.I18n.getText('clockify.error.jira_token_rejected'),
        rate_limited: () => AJS.I18n.getText('clockify.error.rate_limited'),
        store: () => AJS.I18n.getText('clockify.error.store'),
        forbidden: () => AJS.I18n.getText('clockify.error.forbidden'),
        too_short: () => AJS.I18n.getText('clockify.error.too_short'),
        stopped_elsewhere: () => AJS.I18n.getText('clockify.error.stopped_elsewhere'),
    };

    const fields = {
        project: () => AJS.I18n.getText('clockify.project'),
        task: () => AJS.I18n.getText('clockify.task'),
        tags: () => AJS.I18n.getText('clockify.tags'),
        description: () => AJS.I18n.getText('clockify.description'),
    };

    const things = {
        issue: () => AJS.I18n.getText('clockify.what.issue'),
        workspace: () => AJS.I18n.getText('clockify.what.workspace'),
        project: () => AJS.I18n.getText('clockify.what.project'),
        task: () => AJS.I18n.getText('clockify.what.task'),
        tag: () => AJS.I18n.getText('clockify.what.tag'),
        timer: () => AJS.I18n.getText('clockify.what.timer'),
        entry: () => AJS.I18n.getText('clockify.what.entry'),
        worklog: () => AJS.I18n.getText('clockify.what.worklog'),
    };

    const seen = (text) => text && text.length > 300 ? text.slice(0, 300) + '…' : text;

    /* An error of a call or the problem of an entry or a worklog, in words; what upstream said is added as it is. */
    C.explain = function (problem) {
        const data = problem.data || problem;
        const missing = data.missing;
        if (missing && missing.length)
            return AJS.I18n.getText('clockify.error.missing', missing.map((name) => fields[name] ? fields[name]() : name).join(', '));
        if (reasons[problem.reason]) return reasons[problem.reason]();
        if (problem.reason === 'unavailable')
            return data.service === 'jira' ? AJS.I18n.getText('clockify.error.jira_unavailable')
                : AJS.I18n.getText('clockify.error.clockify_unavailable');
        if (problem.reason === 'refused') return AJS.I18n.getText('clockify.error.refused', seen(problem.message) || '');
        if (problem.reason === 'not_found') return AJS.I18n.getText('clockify.error.not_found', things[data.what] ? things[data.what]() : seen(problem.message) || '');
        return AJS.I18n.getText('clockify.error.other', seen(problem.message) || problem.reason || '');
    };

    C.isUnreachable = (error) => UNCLEAR.includes(error.reason) || ['bridge_older', 'bridge_newer'].includes(error.reason);
})();
