'use strict';
// Adds, moves and takes away rows of an agent's form without asking the server. Each button also works without
// this: then the server does the same and shows the form again. Opening a binding is in bindings.js.
{
    // The rows beside a row, and where their places are written.
    function siblings(row) {
        return [...row.parentElement.children].filter(other => other.matches('[data-row]'));
    }

    function placeOf(row) {
        return row.querySelector(`:scope > input[name="${row.id}-place"]`);
    }

    function hidden(name, value) {
        return Object.assign(document.createElement('input'), {type: 'hidden', name, value});
    }

    // A closed binding says where it stands only once it stands elsewhere than it is stored.
    function putAt(row, place) {
        if (!placeOf(row)) {
            row.prepend(hidden(`${row.id}-kept`, row.dataset.key), hidden(`${row.id}-place`, place));
        }
        placeOf(row).value = place;
        row.dataset.place = place;
    }

    function exchange(row, other) {
        const [mine, theirs] = [row, other].map(each => placeOf(each)?.value ?? each.dataset.place);
        putAt(row, theirs);
        putAt(other, mine);
    }

    function number(rows) {
        rows.forEach((row, at) => {
            const place = placeOf(row);
            if (place) {
                place.value = at;
            }
        });
    }

    // The preview follows whatever changes an input.
    function changed(form) {
        form.elements.started_from.dispatchEvent(new Event('change', {bubbles: true}));
    }

    function freeNumber(rows, base) {
        const taken = [...rows.querySelectorAll(':scope > [data-row]')].map(row => Number(row.id.slice(base.length + 1)));
        return Math.max(-1, ...taken) + 1;
    }

    function add(button) {
        const rows = button.previousElementSibling;
        const prefix = `${rows.dataset.rows}-${freeNumber(rows, rows.dataset.rows)}`;
        const html = document.getElementById(button.dataset.add).innerHTML.replaceAll('__prefix__', prefix);
        rows.insertAdjacentHTML('beforeend', html); // our own template; the prefix is made of the page's ids
        number(siblings(rows.lastElementChild));
        rows.lastElementChild.querySelector('input:not([type="hidden"])').focus();
    }

    function move(row, down) {
        const rows = siblings(row);
        const other = rows[rows.indexOf(row) + (down ? 1 : -1)];
        if (!other) {
            return;
        }
        down ? other.after(row) : other.before(row);
        row.classList.contains('binding') ? exchange(row, other) : number(siblings(row));
    }

    function remove(row) {
        const rows = siblings(row), at = rows.indexOf(row);
        const next = rows[at + 1] ?? rows[at - 1];
        const target = next?.querySelector('button[value^="remove:"], button') ?? row.parentElement.nextElementSibling;
        const key = row.querySelector(`:scope > input[name="${row.id}-key"]`);
        if (key) { // a binding that is only not sent would stay
            row.closest('form').append(hidden('gone', key.value));
        }
        row.remove();
        number(next && !key ? siblings(next) : []);
        target?.focus?.();
    }

    function pressed(event) {
        const button = event.target.closest('button[name="_do"]');
        if (!button) {
            return;
        }
        const [what, where] = button.value.split(':');
        const row = where && document.getElementById(where);
        if (button.dataset.add) {
            add(button);
        } else if (row && (what === 'up' || what === 'down')) {
            move(row, what === 'down');
            button.focus();
        } else if (row && what === 'remove') {
            remove(row);
        } else {
            return; // a new binding needs the server: it knows the KPI
        }
        event.preventDefault();
        changed(event.currentTarget);
    }

    // A step is dragged by anything but its inputs, and only among the steps of its own binding.
    function dragging(form) {
        let dragged = null;
        form.addEventListener('pointerdown', event => {
            const row = event.target.closest('[draggable]');
            if (row) {
                row.draggable = !event.target.closest('input, select, textarea, button, a');
            }
        });
        form.addEventListener('dragstart', event => {
            dragged = event.target.closest?.('[data-row][draggable="true"]');
            if (dragged) {
                event.dataTransfer.effectAllowed = 'move';
                event.dataTransfer.setData('text/plain', '');
                dragged.classList.add('dragged');
            }
        });
        form.addEventListener('dragover', event => {
            const over = event.target.closest('[data-row][draggable]');
            if (!dragged || !over || over.parentElement !== dragged.parentElement) {
                return;
            }
            event.preventDefault();
            if (over !== dragged) {
                const box = over.getBoundingClientRect();
                event.clientY > box.top + box.height / 2 ? over.after(dragged) : over.before(dragged);
            }
        });
        form.addEventListener('drop', event => dragged && event.preventDefault());
        form.addEventListener('dragend', () => {
            if (dragged) {
                dragged.classList.remove('dragged');
                number(siblings(dragged));
                dragged = null;
                changed(form);
            }
        });
    }

    document.addEventListener('DOMContentLoaded', () => {
        const form = document.getElementById('agent_form');
        if (form?.hasAttribute('data-preview')) {
            form.addEventListener('click', pressed);
            dragging(form);
            document.getElementById('row')?.closest('[data-row]').querySelector('input:not([type="hidden"]), select').focus();
        }
    });
}
