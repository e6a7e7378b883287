/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is recorded: the same fields for a timer, a manual entry and one that is mended. Before anything was recorded
 * they show what the bridge says it would be; what is chosen in them goes before that.
 */
(function () {
    'use strict';

    const C = window.ClockifyBridge;

    /* Why something will not be recorded, as entry.left_out says it. */
    const reasons = {
        not_created: () => AJS.I18n.getText('clockify.left.not_created'),
        not_allowed: () => AJS.I18n.getText('clockify.left.not_allowed'),
        ambiguous: () => AJS.I18n.getText('clockify.left.ambiguous'),
        exists_but_not_visible: () => AJS.I18n.getText('clockify.left.not_visible'),
        too_short: () => AJS.I18n.getText('clockify.left.name'),
        too_long: () => AJS.I18n.getText('clockify.left.name'),
    };
    const leftOut = (item) => reasons[item.reason] ? reasons[item.reason]() : AJS.I18n.getText('clockify.left.other');

    /*
     * dialog: whose account, state and calls are used; entry: one that is there, or null; onedit(change): a field was
     * changed. `chosen` holds the params of what was chosen.
     */
    C.Record = class {
        constructor(dialog, entry, onedit) {
            this.dialog = dialog;
            this.entry = entry;
            this.onedit = onedit;
            this.workspace = entry ? entry.workspace : dialog.state.account.clockify.workspace;
            this.chosen = {};
            this.seen = null;
            this.problem = C.el('div', {class: 'clockify-foreseen', 'aria-live': 'polite'});
            this.nodes = [this.problem, entry ? null : this.workspaceField(), this.descriptionField(),
                C.el('div', {class: 'clockify-pair'}, this.projectField(), this.taskField()), this.tagsField()].filter(Boolean);
        }

        change(change) {
            Object.assign(this.chosen, change);
            this.onedit(change);
        }

        list(method, more) {
            return (search, page, page_size) => C.call(method, {workspace: this.workspace.id, page, page_size, ...(search ? {search} : {}), ...more});
        }

        /* ---- the fields ---- */

        descriptionField() {
            const id = C.id();
            this.text = C.el('input', {class: 'text full-width-field', id, type: 'text', maxlength: '3000', oninput: () => { this.written = true; },
                onchange: () => this.change({description: this.text.value})});
            this.text.value = this.entry ? this.entry.description : this.dialog.issue.key + ' ' + this.dialog.issue.details.summary;
            return C.el('div', {class: 'field-group'}, C.el('label', {for: id}, AJS.I18n.getText('clockify.description')), this.text);
        }

        projectField() {
            this.project = new C.Picker({label: AJS.I18n.getText('clockify.project'), value: this.entry && this.entry.project, list: this.list('project.list'),
                onchange: (item) => {
                    delete this.chosen.task;
                    this.task.set(null);
                    this.change(this.entry ? {project: item.id, task: null} : {project: item.id});
                }});
            return this.project.element;
        }

        taskField() {
            this.task = new C.Picker({label: AJS.I18n.getText('clockify.task'), value: this.entry && this.entry.task, list: (...asked) => this.tasks(...asked),
                onchange: (item) => this.change({...(this.entry ? {} : {project: this.projectId()}), task: item.id})});
            return this.task.element;
        }

        tagsField() {
            this.tags = new C.Picker({label: AJS.I18n.getText('clockify.tags'), many: true, value: this.entry ? this.entry.tags : [], list: this.list('tag.list'),
                onchange: (items) => this.change({tags: items.map((item) => item.id)})});
            return this.tags.element;
        }

        projectId() {
            const project = this.project.value || (this.seen && this.seen.project);
            return project && project.id;
        }

        /* Before a project was chosen: those of the one that would be recorded. One that is yet to be made has none. */
        async tasks(search, page, page_size) {
            if (!this.projectId() && this.asked) await this.asked.catch(() => null);
            const project = this.projectId();
            return project ? this.list('task.list', {project})(search, page, page_size) : {items: [], last_page: true};
        }

        workspaceField() {
            const id = C.id();
            const current = this.workspace;
            const select = C.el('select', {class: 'select full-width-field', id}, C.el('option', {value: current.id}, current.name));
            let listed = null;
            select.addEventListener('focus', async () => {
                listed = listed || await C.call('workspace.list').catch(() => null);
                if (!listed || select.options.length > 1) return;
                select.append(...listed.items.filter((item) => item.id !== current.id).map((item) => C.el('option', {value: item.id}, item.name)));
            });
            select.addEventListener('change', () => this.dialog.setWorkspace(select.value).catch((error) => {
                select.value = current.id;
                this.dialog.fail(error);
            }));
            return C.el('div', {class: 'field-group'}, C.el('label', {for: id}, AJS.I18n.getText('clockify.workspace')), select);
        }

        /* ---- what would be recorded ---- */

        show(seen) {
            this.seen = seen;
            if (!this.written) this.text.value = seen.description;
            this.foresee(this.project, seen, 'project');
            this.foresee(this.task, seen, 'task');
            this.tags.say(this.tagsHint(seen));
            this.problem.replaceChildren(...(seen.problem ? [C.message('warning', C.explain(seen.problem))] : []));
        }

        /* What cannot be looked up now is found when it is recorded, and nothing is said of it. */
        foresee(picker, seen, what) {
            const missing = seen.left_out.find((item) => item.what === what);
            const would = seen[what];
            const looked = !seen.problem || seen.problem.missing;
            picker.fallback(would ? would.name : '');
            if (picker.value) picker.say('');
            else if (missing) picker.say(leftOut(missing));
            else if (would && would.id) picker.say(AJS.I18n.getText('clockify.from.issue'));
            else picker.say(would && looked ? AJS.I18n.getText('clockify.will.be.made') : '');
        }

        tagsHint(seen) {
            const chosen = this.tags.value.map((tag) => tag.id);
            const names = seen.tags.filter((tag) => !chosen.includes(tag.id))
                .map((tag) => tag.id ? tag.name : AJS.I18n.getText('clockify.tag.new', tag.name));
            const missing = seen.left_out.filter((item) => item.what === 'tag');
            return [names.length ? AJS.I18n.getText('clockify.tags.added', names.join(', ')) : '',
                missing.length ? AJS.I18n.getText('clockify.left.out', missing.map((item) => item.name).join(', ')) : ''].filter(Boolean).join(' · ');
        }
    };
})();
