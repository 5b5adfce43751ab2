'use strict';
// The list of an agent's bindings: opens one by fetching its inputs, folds it again, finds bindings by name and narrows
// the list. Without this, the buttons and links ask the server for the same page with the binding open.
{
    const PLACE = /^(?:id_)?(bindings-\d+)(?:-|$)/;

    class Bindings {
        constructor(form) {
            this.form = form;
            this.rows = document.getElementById('bindings');
            this.bar = document.getElementById('find-bar');
            form.addEventListener('click', event => this.clicked(event));
            window.addEventListener('hashchange', () => this.reveal(location.hash.slice(1)));
            document.addEventListener('auren:told', event => this.mark(event.detail));
            if (this.bar) {
                this.finds();
            }
            this.reveal(location.hash.slice(1));
        }

        // Opens a closed binding; returns the open one, or the closed one where that cannot be had.
        async open(row) {
            const button = row.querySelector('[aria-expanded], [data-open]');
            row.setAttribute('aria-busy', 'true');
            const template = document.createElement('template');
            try {
                const number = row.id.slice('bindings-'.length);
                const address = `${this.form.dataset.cards.replace(/0\/$/, `${number}/`)}?revision=${this.form.dataset.revision}`;
                const response = await fetch(address, {credentials: 'same-origin', redirect: 'error'});
                if (!response.ok) {
                    throw new Error(`the binding answered ${response.status}`);
                }
                template.innerHTML = await response.text(); // the server has escaped it; the page's policy lets no script run in it
            } catch {
                row.removeAttribute('aria-busy');
                this.fail(row, button);
                return row;
            }
            const opened = template.content.querySelector('[data-row]');
            this.put(row, opened);
            return opened;
        }

        put(row, opened) {
            const place = opened.querySelector(`:scope > [name="${row.id}-place"]`);
            if (place) {
                place.value = row.dataset.place;
            }
            opened.dataset.has = row.dataset.has;
            opened.dataset.marks = row.dataset.marks;
            this.form.dispatchEvent(new Event('auren:grow')); // what is fetched is no change of the person's
            row.replaceWith(opened);
            this.form.dispatchEvent(new Event('auren:grown'));
            opened.querySelectorAll('[data-fold]').forEach(button => { button.hidden = false; });
        }

        fail(row, button) {
            const told = row.querySelector('[role="alert"]') ?? row.appendChild(document.createElement('p'));
            told.setAttribute('role', 'alert');
            told.className = 'errorlist';
            told.textContent = 'This binding could not be loaded. Try again, or save and open the page anew.';
            button.focus();
        }

        clicked(event) {
            const closed = event.target.closest('button[value^="open:"], [data-open]');
            const fold = event.target.closest('[data-fold]');
            const link = event.target.closest('a[data-at], a[data-show]');
            if (closed) {
                event.preventDefault();
                this.openAndFocus(closed.closest('[data-row]'));
            } else if (fold) {
                this.fold(fold, fold.getAttribute('aria-expanded') === 'true');
            } else if (link?.dataset.show && this.bar) {
                event.preventDefault();
                this.narrow(link.dataset.show);
            } else if (link?.dataset.at && PLACE.test(link.dataset.at)) {
                event.preventDefault();
                this.reveal(link.dataset.at);
            }
        }

        async openAndFocus(row) {
            const opened = await this.open(row);
            if (opened !== row) {
                this.headOf(opened).focus();
            }
        }

        // What of an open binding takes the keyboard.
        headOf(row) {
            const head = row.querySelector('[data-fold]:not([hidden])') ?? row.querySelector('h2');
            head.matches('h2') && head.setAttribute('tabindex', '-1');
            return head;
        }

        // What is folded is still sent: it may have been changed.
        fold(button, folded) {
            document.getElementById(button.getAttribute('aria-controls')).hidden = folded;
            button.setAttribute('aria-expanded', String(!folded));
            button.firstChild.textContent = folded ? 'Open' : 'Close';
        }

        // Shows a place within a binding, whatever hides it.
        async reveal(id) {
            const prefix = PLACE.exec(id)?.[1];
            let row = prefix && document.getElementById(prefix);
            if (!row) {
                return;
            }
            row.hidden = false;
            if (row.classList.contains('closed')) {
                row = await this.open(row);
            }
            row.querySelectorAll('[data-fold][aria-expanded="false"]').forEach(button => this.fold(button, false));
            const target = document.getElementById(id) ?? row;
            const folded = target.closest('details');
            if (folded) {
                folded.open = true;
            }
            target.scrollIntoView({block: 'center'});
            (target.matches('input, select, textarea') ? target : this.headOf(row)).focus({preventScroll: true});
        }

        // Finding

        finds() {
            this.words = this.bar.querySelector('[name="q"]');
            this.show = this.bar.querySelector('[name="show"]');
            this.bar.querySelector('button').hidden = true;
            this.bar.addEventListener('input', () => this.narrowed());
            this.words.addEventListener('keydown', event => {
                if (event.key === 'Enter') { // to the first one that is left
                    event.preventDefault();
                    const first = [...this.rows.children].find(row => !row.hidden);
                    first && this.reveal(first.id);
                }
            });
            this.rows.querySelectorAll('[data-fold]').forEach(button => { button.hidden = false; });
            this.narrowed(); // a browser keeps what was typed when one comes back
        }

        narrow(to) {
            if (![...this.show.options].some(option => option.value === to)) {
                this.show.add(new Option(to, to));
            }
            this.words.value = '';
            this.show.value = to;
            this.narrowed();
            this.bar.scrollIntoView({block: 'start'});
            this.show.focus({preventScroll: true});
        }

        narrowed() {
            const words = this.words.value.trim().toLowerCase(), show = this.show.value;
            let left = 0;
            for (const row of this.rows.children) {
                const has = `${row.dataset.has} ${row.dataset.marks}`.split(' ');
                row.hidden = !row.querySelector('h2').textContent.toLowerCase().includes(words) || (show !== '' && !has.includes(show));
                left += row.hidden ? 0 : 1;
            }
            document.getElementById('find-left').firstElementChild.textContent = left;
        }

        // What the rules say by now of bindings that are closed.
        mark(told) {
            for (const row of this.rows.children) {
                const of = told[row.id];
                row.dataset.marks = of?.marks ?? '';
                const chips = row.querySelector(':scope > .chips');
                if (chips && chips.innerHTML !== (of?.chips ?? '')) {
                    chips.innerHTML = of?.chips ?? ''; // made by the server of numbers and its own words
                }
            }
        }
    }

    document.addEventListener('DOMContentLoaded', () => {
        const form = document.getElementById('agent_form');
        if (form && document.getElementById('bindings')) {
            new Bindings(form);
        }
    });
}
