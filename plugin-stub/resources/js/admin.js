/* SPDX-License-Identifier: Apache-2.0 */
/* The Configure page: which Clockify, how this node's bridge is, and what is waiting or blocked in it. */
(function () {
    'use strict';

    const C = window.ClockifyBridge;
    const REGIONS = [['use2', () => AJS.I18n.getText('clockify.region.us')], ['euc1', () => AJS.I18n.getText('clockify.region.eu')],
        ['euw2', () => AJS.I18n.getText('clockify.region.uk')], ['apse2', () => AJS.I18n.getText('clockify.region.au')]];
    const CHECKS = {
        name: () => AJS.I18n.getText('clockify.check.name'),
        connection: () => AJS.I18n.getText('clockify.check.connection'),
        tls: () => AJS.I18n.getText('clockify.check.tls'),
        api: () => AJS.I18n.getText('clockify.check.api'),
        version: () => AJS.I18n.getText('clockify.check.version'),
    };

    const FINDINGS = {
        'name.ok': () => AJS.I18n.getText('clockify.check.name.ok'),
        'name.bad': () => AJS.I18n.getText('clockify.check.name.bad'),
        'connection.ok': () => AJS.I18n.getText('clockify.check.connection.ok'),
        'connection.bad': () => AJS.I18n.getText('clockify.check.connection.bad'),
        'tls.ok': (server) => server.url.startsWith('http:') ? AJS.I18n.getText('clockify.check.tls.none') : AJS.I18n.getText('clockify.check.tls.ok'),
        'tls.bad': () => AJS.I18n.getText('clockify.check.tls.bad'),
        'api.ok': (server) => AJS.I18n.getText('clockify.check.api.ok', server.api_url),
        'api.bad': () => AJS.I18n.getText('clockify.check.api.bad'),
        'version.bad': () => AJS.I18n.getText('clockify.check.version.bad'),
    };

    /* What programs said, as they said it: for whoever looks into it. */
    const technical = (text) => C.el('small', {class: 'clockify-technical', lang: 'en'}, text);

    /* A check's finding in the admin's language; what failed comes with its technical reason. */
    function finding(check, server) {
        const words = FINDINGS[check.name + (check.ok ? '.ok' : '.bad')];
        if (!words) return [check.detail];
        return check.ok || check.name === 'version' ? [words(server)] : [words(server), ' ', technical(check.detail)];
    }

    const field = (label, input, hint) => {
        const id = C.id();
        input.id = id;
        if (hint) input.setAttribute('aria-describedby', id + '-hint');
        return C.el('div', {class: 'field-group'}, C.el('label', {for: id}, label), input, hint ? C.el('div', {class: 'description', id: id + '-hint'}, hint) : null);
    };

    /* ---- which Clockify ---- */

    function serverForm(server, saved) {
        const kinds = [['cloud', AJS.I18n.getText('clockify.kind.cloud')], ['region', AJS.I18n.getText('clockify.kind.region')],
            ['subdomain', AJS.I18n.getText('clockify.kind.subdomain')], ['self_hosted', AJS.I18n.getText('clockify.kind.self_hosted')]];
        const region = C.el('select', {class: 'select'}, ...REGIONS.map(([value, name]) => C.el('option', {value, selected: server && server.region === value}, name())));
        const subdomain = C.el('input', {class: 'text', type: 'text', autocomplete: 'off', spellcheck: 'false'});
        const url = C.el('input', {class: 'text long-field', type: 'url', autocomplete: 'off', spellcheck: 'false'});
        const known = server && /^https:\/\/([\w-]+)\.clockify\.me/.exec(server.url);
        if (server && server.kind === 'subdomain' && known) subdomain.value = known[1];
        if (server && server.kind === 'self_hosted') url.value = server.url;
        const fields = {
            region: field(AJS.I18n.getText('clockify.region'), region),
            subdomain: field(AJS.I18n.getText('clockify.subdomain'), subdomain, AJS.I18n.getText('clockify.subdomain.hint')),
            self_hosted: field(AJS.I18n.getText('clockify.url'), url, AJS.I18n.getText('clockify.url.hint')),
        };
        const name = C.id();
        const radios = kinds.map(([value, label]) => {
            const id = C.id();
            return C.el('div', {class: 'radio'}, C.el('input', {class: 'radio', type: 'radio', name, id, value, checked: (server ? server.kind : 'cloud') === value,
                onchange: () => show()}), C.el('label', {for: id}, label));
        });
        const kind = () => form.querySelector('input[type=radio]:checked').value;
        const show = () => Object.entries(fields).forEach(([which, group]) => { group.hidden = which !== kind(); });
        const chosen = () => ({
            cloud: {url: 'https://app.clockify.me'},
            region: {region: region.value},
            subdomain: {url: 'https://' + subdomain.value.trim() + '.clockify.me'},
            self_hosted: {url: url.value.trim()},
        })[kind()];
        const address = () => kind() === 'region' ? 'https://' + region.value + '.clockify.me' : chosen().url;
        const checks = C.el('ol', {class: 'clockify-checks'});
        const outcome = C.el('div', {'aria-live': 'polite'});

        /* One below the other, in the order in which they were made. */
        async function reveal(server) {
            checks.replaceChildren();
            for (const check of server.checks) {
                checks.append(C.el('li', {class: check.ok ? 'clockify-ok' : 'clockify-bad'},
                    C.el('span', {class: 'aui-icon aui-icon-small ' + (check.ok ? 'aui-iconfont-approve' : 'aui-iconfont-error'), 'aria-hidden': 'true'}),
                    C.el('strong', {}, CHECKS[check.name] ? CHECKS[check.name]() : check.name),
                    C.el('span', {class: 'clockify-checked'}, check.ok ? AJS.I18n.getText('clockify.check.ok') : AJS.I18n.getText('clockify.check.bad')),
                    C.el('span', {class: 'clockify-detail'}, ...finding(check, server))));
                await new Promise((resolve) => setTimeout(resolve, 150));
            }
            return server.checks.every((check) => check.ok);
        }

        async function work(button, run) {
            [test, save].forEach((one) => { one.disabled = true; });
            button.setAttribute('aria-busy', 'true');
            outcome.replaceChildren();
            try {
                await run();
            } catch (error) {
                outcome.replaceChildren(C.message('error', C.explain(error)));
            } finally {
                [test, save].forEach((one) => { one.disabled = false; });
                button.removeAttribute('aria-busy');
            }
        }

        const tryIt = async () => reveal(await C.call('server.test', {url: address()}));
        async function store(force) {
            const set = await C.call('server.set', {...chosen(), ...(force ? {force: true} : {})});
            outcome.replaceChildren(C.message('success', AJS.I18n.getText('clockify.server.saved', set.url)));
            saved(set);
        }
        async function testAndStore() {
            if (await tryIt()) return store(false);
            const anyway = C.button(AJS.I18n.getText('clockify.server.force'), () => work(save, () => store(true)));
            return outcome.replaceChildren(C.message('warning', AJS.I18n.getText('clockify.server.failed'), anyway));
        }
        const test = C.button(AJS.I18n.getText('clockify.server.test'), () => work(test, async () => {
            const good = await tryIt();
            outcome.replaceChildren(C.message(good ? 'success' : 'warning', good ? AJS.I18n.getText('clockify.server.good') : AJS.I18n.getText('clockify.server.bad')));
        }));
        const save = C.el('button', {type: 'submit', class: 'aui-button aui-button-primary'}, AJS.I18n.getText('clockify.save'));
        const form = C.el('form', {class: 'aui', onsubmit: (event) => {
            event.preventDefault();
            work(save, testAndStore);
        }}, C.el('fieldset', {class: 'group'}, C.el('legend', {}, C.el('span', {}, AJS.I18n.getText('clockify.kind'))), ...radios),
        fields.region, fields.subdomain, fields.self_hosted, checks, outcome,
        C.el('div', {class: 'buttons-container'}, C.el('div', {class: 'buttons'}, save, test)));
        show();
        return form;
    }

    /* ---- this node's bridge ---- */

    function statusTable(status) {
        const good = (ok, words) => C.el('span', {}, C.lozenge(ok ? 'success' : 'error', ok ? AJS.I18n.getText('clockify.good') : AJS.I18n.getText('clockify.trouble')), ' ', words || '');
        const service = (name, one) => C.el('div', {}, good(one.ok, one.url),
            one.problem ? C.el('div', {}, C.explain({reason: 'unavailable', service: name}), ' ', technical(one.problem)) : null);
        const rows = [
            [AJS.I18n.getText('clockify.status.node'), status.node],
            [AJS.I18n.getText('clockify.status.versions'), AJS.I18n.getText('clockify.status.versions.text', status.version, C.version)],
            [AJS.I18n.getText('clockify.status.uptime'), C.duration(status.uptime_s)],
            [AJS.I18n.getText('clockify.status.store'), good(status.store.ok, status.store.backend)],
            ['Clockify', service('clockify', status.clockify)],
            ['Jira', service('jira', status.jira)],
            [AJS.I18n.getText('clockify.status.entries'), AJS.I18n.getText('clockify.status.counts', status.entries.queued, status.entries.blocked)],
            [AJS.I18n.getText('clockify.status.worklogs'), AJS.I18n.getText('clockify.status.counts', status.worklogs.pending, status.worklogs.blocked)],
        ];
        return C.el('div', {}, status.paused ? C.message('warning', AJS.I18n.getText('clockify.status.paused')) : null,
            C.el('table', {class: 'aui clockify-status'}, C.el('tbody', {}, ...rows.map(([name, value]) =>
                C.el('tr', {}, C.el('th', {scope: 'row'}, name), C.el('td', {}, value))))));
    }

    /* ---- worklogs ---- */

    function worklogTable(worklogs, again) {
        const retry = (params, words) => {
            const button = C.button(words, async () => {
                button.disabled = true;
                try {
                    await C.call('worklog.retry_all', params);
                    setTimeout(again, 700);
                } catch (error) {
                    button.disabled = false;
                    C.flag('error', C.explain(error));
                }
            });
            return button;
        };
        if (!worklogs.length) return C.el('p', {}, AJS.I18n.getText('clockify.worklogs.none'));
        const head = ['issue', 'user', 'started', 'time', 'state', 'action'];
        const words = {issue: AJS.I18n.getText('clockify.col.issue'), user: AJS.I18n.getText('clockify.col.user'), started: AJS.I18n.getText('clockify.col.started'),
            time: AJS.I18n.getText('clockify.col.time'), state: AJS.I18n.getText('clockify.col.state'), action: AJS.I18n.getText('clockify.col.action')};
        return C.el('div', {}, C.el('div', {class: 'clockify-scroll', tabindex: '0', role: 'region', 'aria-label': AJS.I18n.getText('clockify.worklogs.title')},
            C.el('table', {class: 'aui clockify-worklogs'}, C.el('thead', {}, C.el('tr', {}, ...head.map((name) => C.el('th', {scope: 'col'}, words[name])))),
                C.el('tbody', {}, ...worklogs.map((worklog) => C.el('tr', {},
                    C.el('td', {}, C.el('a', {href: AJS.contextPath() + '/browse/' + encodeURIComponent(worklog.issue)}, worklog.issue)), C.el('td', {}, worklog.user),
                    C.el('td', {}, C.day(worklog.started) + ', ' + C.timeOfDay(worklog.started)), C.el('td', {}, C.duration(worklog.seconds)),
                    C.el('td', {}, C.worklogBadge(worklog.state), worklog.problem ? C.el('div', {class: 'clockify-subtle'}, C.explain(worklog.problem)) : null),
                    C.el('td', {}, retry({id: worklog.id}, AJS.I18n.getText('clockify.retry')))))))),
        C.el('p', {}, retry({}, AJS.I18n.getText('clockify.retry.all'))));
    }

    /* ---- the page ---- */

    class Page {
        constructor(root) {
            this.server = C.el('div', {});
            this.status = C.el('div', {'aria-live': 'polite'});
            this.worklogs = C.el('div', {});
            root.replaceChildren(C.el('div', {class: 'clockify-admin'}, C.el('h1', {}, AJS.I18n.getText('clockify.admin.title')),
                C.el('h2', {}, AJS.I18n.getText('clockify.server.title')), this.server,
                C.el('h2', {}, AJS.I18n.getText('clockify.status.title')), this.status,
                C.el('h2', {}, AJS.I18n.getText('clockify.worklogs.title')), this.worklogs));
        }

        async load() {
            try {
                const server = await C.call('server.get').catch((error) => {
                    if (error.reason === 'not_configured') return null;
                    throw error;
                });
                this.server.replaceChildren(serverForm(server, () => this.loadStatus()));
                await this.loadStatus();
            } catch (error) {
                this.server.replaceChildren(C.message('error', C.explain(error), C.button(AJS.I18n.getText('clockify.retry'), () => this.load())));
                [this.status, this.worklogs].forEach((part) => part.replaceChildren(C.el('p', {}, AJS.I18n.getText('clockify.status.unknown'))));
            }
        }

        async loadStatus() {
            this.status.replaceChildren(statusTable(await C.call('bridge.status')));
            const [pending, blocked] = await Promise.all(['pending', 'blocked'].map((state) => C.call('worklog.list_all', {state, limit: 100})));
            this.worklogs.replaceChildren(worklogTable([...blocked.items, ...pending.items], () => this.loadStatus()));
        }
    }

    AJS.toInit(() => {
        const root = document.getElementById('clockify-admin');
        if (root) new Page(root).load();
    });
})();
