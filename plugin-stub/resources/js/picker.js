/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A field that finds one or several of any number of things while one types: a combobox as the ARIA Authoring
 * Practices describe it. Asks for a page at a time, and not at each key.
 */
(function () {
    'use strict';

    const C = window.ClockifyBridge;
    const DEBOUNCE_MS = 250;
    const PAGE = 50;

    /*
     * options: label, list(search, page, page_size) -> Promise of {items, last_page}, value (item, or list of them
     * where many), fallback (what is shown while nothing was chosen), many, onchange(value)
     */
    C.Picker = class {
        constructor(options) {
            this.options = options;
            this.value = options.value || (options.many ? [] : null);
            this.items = [];
            this.active = -1;
            this.build();
            this.show();
        }

        build() {
            const id = C.id();
            this.list = C.el('ul', {class: 'clockify-options', id: id + '-list', role: 'listbox', hidden: true, 'aria-label': this.options.label,
                tabindex: '-1', onscroll: () => this.nearEnd(), onmousedown: (event) => event.preventDefault()});
            this.input = C.el('input', {class: 'text clockify-search', id, type: 'text', role: 'combobox', autocomplete: 'off',
                'aria-expanded': 'false', 'aria-controls': id + '-list', 'aria-autocomplete': 'list', 'aria-describedby': id + '-hint',
                oninput: () => this.typed(), onkeydown: (event) => this.key(event), onclick: () => this.open(), onfocus: () => this.input.select(),
                onblur: () => this.close()});
            this.chips = C.el('span', {class: 'clockify-chips'});
            this.hint = C.el('div', {class: 'description', id: id + '-hint'});
            this.element = C.el('div', {class: 'field-group'}, C.el('label', {for: id}, this.options.label),
                C.el('div', {class: 'clockify-picker'}, this.options.many ? this.chips : null, this.input, this.list), this.hint);
        }

        show() {
            if (!this.options.many) {
                this.input.value = this.value ? this.value.name : this.options.fallback || '';
                return;
            }
            this.input.value = '';
            this.chips.replaceChildren(...this.value.map((item) => C.el('span', {class: 'clockify-chip'}, item.name,
                C.el('button', {type: 'button', class: 'clockify-remove', 'aria-label': AJS.I18n.getText('clockify.remove', item.name),
                    onclick: () => this.remove(item)}, '×'))));
        }

        set(value) {
            this.value = value;
            this.show();
        }

        /* What is shown while nothing was chosen; somebody who is typing is not disturbed. */
        fallback(text) {
            this.options.fallback = text;
            if (document.activeElement !== this.input && !this.options.many) this.show();
        }

        say(text) {
            this.hint.textContent = text;
        }

        remove(item) {
            this.set(this.value.filter((other) => other.id !== item.id));
            this.input.focus();
            this.changed();
        }

        changed() {
            if (this.options.onchange) this.options.onchange(this.value);
        }

        typed() {
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.search(this.input.value.trim()), DEBOUNCE_MS);
        }

        open() {
            if (this.list.hidden) this.search('');
        }

        close() {
            clearTimeout(this.timer);
            this.list.hidden = true;
            this.input.setAttribute('aria-expanded', 'false');
            this.input.removeAttribute('aria-activedescendant');
            this.round = (this.round || 0) + 1;
            this.show();
        }

        search(text) {
            this.text = text;
            this.page = 0;
            this.items = [];
            this.last = false;
            this.active = -1;
            this.round = (this.round || 0) + 1;
            this.list.hidden = false;
            this.list.scrollTop = 0;
            this.input.setAttribute('aria-expanded', 'true');
            this.note(AJS.I18n.getText('clockify.searching'));
            return this.more();
        }

        async more() {
            const round = this.round;
            this.loading = true;
            try {
                const answer = await this.options.list(this.text, this.page + 1, PAGE);
                if (round !== this.round) return;
                this.page += 1;
                this.last = answer.last_page !== false || !answer.items.length;
                this.items.push(...answer.items);
                this.render();
            } catch (error) {
                if (round === this.round) this.note(C.explain(error));
            } finally {
                this.loading = false;
            }
        }

        nearEnd() {
            if (!this.last && !this.loading && this.list.scrollTop + this.list.clientHeight > this.list.scrollHeight - 80) this.more();
        }

        note(text) {
            this.list.replaceChildren(C.el('li', {class: 'clockify-note', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false'}, text));
        }

        render() {
            if (!this.items.length) {
                this.note(AJS.I18n.getText('clockify.nothing.found'));
                return;
            }
            const at = this.list.scrollTop;
            this.list.replaceChildren(...this.items.map((item, index) => this.option(item, index)));
            this.list.scrollTop = at;
            if (this.page === 1) this.list.scrollIntoView({block: 'nearest'});
        }

        option(item, index) {
            const chosen = this.options.many ? this.value.some((other) => other.id === item.id) : this.value && this.value.id === item.id;
            return C.el('li', {id: this.list.id + '-' + index, role: 'option', 'aria-selected': String(Boolean(chosen)),
                class: index === this.active ? 'active' : '', onclick: () => this.choose(item)}, C.el('span', {}, item.name),
            item.client ? C.el('small', {}, item.client.name || item.client) : null);
        }

        choose(item) {
            if (this.options.many) {
                if (!this.value.some((other) => other.id === item.id)) this.value = this.value.concat([item]);
            } else {
                this.value = item;
            }
            this.close();
            this.changed();
        }

        move(step) {
            if (!this.items.length) return;
            this.active = Math.max(0, Math.min(this.items.length - 1, this.active + step));
            this.render();
            const option = this.list.children[this.active];
            option.scrollIntoView({block: 'nearest'});
            this.input.setAttribute('aria-activedescendant', option.id);
            this.nearEnd();
        }

        key(event) {
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                event.preventDefault();
                if (this.list.hidden) this.open();
                else this.move(event.key === 'ArrowDown' ? 1 : -1);
            } else if (event.key === 'Enter' && !this.list.hidden) {
                event.preventDefault();
                if (this.active >= 0) this.choose(this.items[this.active]);
            } else if (event.key === 'Escape' && !this.list.hidden) {
                event.stopPropagation(); /* the dialog stays */
                this.close();
            } else if (event.key === 'Backspace' && this.options.many && !this.input.value && this.value.length) {
                this.remove(this.value[this.value.length - 1]);
            }
        }
    };
})();
