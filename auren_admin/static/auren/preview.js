'use strict';
// Shows what a form would mean while one types: asks the server, which runs the very rules that judge a save, and
// puts its answer beside the form and under the fields. Nothing here decides anything; a save is judged again.
{
    const PAUSE = 250; // milliseconds without a key before asking

    class Preview {
        constructor(form) {
            this.form = form;
            this.aside = document.getElementById('aside');
            this.bar = form.querySelector('.save-bar');
            this.save = form.querySelector('#save');
            this.note = form.querySelector('#save-note');
            this.usualNote = this.note.textContent;
            this.touched = new Set();
            this.parts = {};
            this.asking = null;
            this.timer = null;
            this.describeMeans();
            form.addEventListener('auren:grown', () => this.grown());
            // Errors that came with the page stay in view until they are mended.
            form.querySelectorAll('[aria-invalid="true"]').forEach(input => this.touched.add(input.name));
            for (const kind of ['input', 'change']) {
                form.addEventListener(kind, event => this.changed(event.target));
            }
            form.querySelectorAll('[data-clear]').forEach(button => {
                button.hidden = false;
                button.addEventListener('click', () => this.clear(document.getElementById(button.dataset.clear)));
            });
            // select2 tells of its changes by jQuery only, and of some while it sets itself up.
            window.addEventListener('load', () => setTimeout(() => {
                window.django?.jQuery(form).on('change', 'select', event => this.changed(event.target));
            }));
        }

        describeMeans() {
            this.form.querySelectorAll('.means[id$="_means"]').forEach(means => {
                describe(document.getElementById(means.id.replace(/_means$/, '')), means.id, true);
            });
        }

        // Inputs that were fetched are told of what has been said already.
        grown() {
            this.describeMeans();
            if (this.answer) {
                this.show(this.answer);
            }
        }

        changed(input) {
            if (!input.name || input.name === 'reason' || input.form !== this.form) {
                return;
            }
            this.touched.add(input.name);
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(), PAUSE);
        }

        // Empties a row, what is folded away in it as well.
        clear(row) {
            const inputs = [...row.querySelectorAll('input:not([type="hidden"])')];
            inputs.forEach(input => {
                input.value = '';
                this.changed(input);
            });
            row.querySelectorAll('details').forEach(details => { details.open = false; });
            inputs[0].focus();
        }

        async ask() {
            this.asking?.abort(); // the latest question wins
            const asking = this.asking = new AbortController();
            try {
                const response = await fetch(this.form.dataset.preview, {
                    method: 'POST',
                    body: new FormData(this.form),
                    headers: {Accept: 'application/json'},
                    credentials: 'same-origin',
                    redirect: 'error',
                    signal: asking.signal,
                });
                if (!response.ok) {
                    throw new Error(`the preview answered ${response.status}`);
                }
                this.answer = await response.json();
                this.show(this.answer);
            } catch (error) {
                if (this.asking === asking && error.name !== 'AbortError') {
                    this.block(false, this.note.dataset.lost);
                }
            }
        }

        show({aside, errors, saveable, stale, parts, told}) {
            if (this.shown !== aside) {
                this.shown = aside;
                this.aside.innerHTML = aside; // the server has escaped it; the page's policy lets no script run in it
            }
            for (const [id, html] of Object.entries(parts ?? {})) {
                const part = document.getElementById(id);
                if (part && this.parts[id] !== html) {
                    this.parts[id] = part.innerHTML = html;
                }
            }
            document.dispatchEvent(new CustomEvent('auren:told', {detail: told ?? {}}));
            let marked = Object.keys(errors).some(name => !this.form.elements[name]); // of a binding that is closed
            const needed = [];
            for (const input of this.form.elements) {
                if (input.name && input.type !== 'hidden' && input.id) {
                    const found = errors[input.name] ?? [];
                    const said = this.tells(input) ? found : [];
                    marked ||= said.length > 0;
                    if (found.length > said.length) {
                        needed.push(input.labels[0]?.textContent.trim() ?? input.name);
                    }
                    mark(input, said);
                }
            }
            for (const list of this.form.querySelectorAll('[data-errors]')) {
                const found = list.dataset.errors.split(' ').flatMap(name => errors[name] ?? []);
                marked ||= found.length > 0;
                list.replaceChildren(...items(found));
            }
            if (stale) { // the page that shows both versions is reached by Save
                this.block(false, this.note.dataset.stale);
            } else if (saveable) {
                this.block(false, this.usualNote);
            } else {
                const missing = `${this.note.dataset.needed} ${needed.join(', ')}.`;
                this.block(true, marked || !needed.length ? this.note.dataset.blocked : missing);
            }
        }

        // A field that was not reached yet is not blamed for being empty.
        tells(input) {
            return this.touched.has(input.name) || input.value !== '';
        }

        block(blocked, note) {
            this.save.disabled = blocked;
            this.bar.classList.toggle('blocked', blocked);
            this.note.textContent = note;
        }
    }

    // Puts errors under an input in the shape the server's own have, or takes them away.
    function mark(input, errors) {
        const id = `${input.id}_error`;
        const field = input.closest('.field');
        let list = document.getElementById(id);
        if (!errors.length) {
            list?.remove();
            input.removeAttribute('aria-invalid');
            describe(input, id, false);
            return;
        }
        if (!list) {
            list = document.createElement('ul');
            list.id = id;
            list.className = 'errorlist';
            const help = field.querySelector(':scope > .help');
            field.insertBefore(list, help);
        }
        list.replaceChildren(...items(errors));
        input.setAttribute('aria-invalid', 'true');
        describe(input, id, true);
    }

    function items(texts) {
        return texts.map(text => Object.assign(document.createElement('li'), {textContent: text}));
    }

    function describe(input, id, on) {
        const ids = new Set((input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean));
        on ? ids.add(id) : ids.delete(id);
        ids.size ? input.setAttribute('aria-describedby', [...ids].join(' ')) : input.removeAttribute('aria-describedby');
    }

    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('form[data-preview]').forEach(form => form.querySelector('#save') && new Preview(form));
    });
}
