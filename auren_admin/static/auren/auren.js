'use strict';
// Small comforts on every page. Nothing depends on them: without scripts all pages and forms work the same.
{
    const UNITS = [['year', 31557600], ['month', 2629800], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]];
    const words = new Intl.RelativeTimeFormat('en-GB', {numeric: 'auto'});

    const lengths = new Intl.RelativeTimeFormat('en-GB', {numeric: 'always'});

    // "2 hours ago", with the exact time on hover; of what lasts: "for 2 hours".
    function relative(seconds, lasts) {
        const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
        if (lasts) {
            return unit ? `for ${lengths.format(-Math.abs(Math.trunc(seconds / unit[1])), unit[0]).replace(' ago', '')}` : 'just now';
        }
        return unit ? words.format(Math.trunc(seconds / unit[1]), unit[0]) : 'just now';
    }

    function showTimes() {
        for (const time of document.querySelectorAll('time[data-relative]')) {
            const at = new Date(time.dateTime);
            time.title = at.toLocaleString('en-GB', {dateStyle: 'full', timeStyle: 'long'});
            time.textContent = relative((at - Date.now()) / 1000, time.dataset.relative === 'for');
        }
    }

    // Puts a text into the clipboard; where the browser does not let us, selects it.
    function copies(button) {
        const source = document.getElementById(button.dataset.copy);
        const told = button.parentElement.querySelector('[role="status"]');
        button.hidden = false;
        button.addEventListener('click', async () => {
            getSelection().selectAllChildren(source);
            try {
                await navigator.clipboard.writeText(source.textContent);
                told.textContent = button.dataset.copied;
            } catch {
                told.textContent = button.dataset.select;
            }
        });
    }

    // A second click on Save sends nothing: the first is on its way.
    function sendOnce(form) {
        form.addEventListener('submit', event => {
            if (event.defaultPrevented) {
                return;
            }
            if (form.dataset.sent) {
                event.preventDefault();
                return;
            }
            form.dataset.sent = 'yes';
        });
    }

    function contents(form) {
        const data = new FormData(form);
        data.delete('csrfmiddlewaretoken');
        return JSON.stringify([...data].map(([name, value]) => [name, value.name ?? value]));
    }

    // Leaving a form with unsaved changes asks first.
    function guard(form) {
        let atFirst = contents(form), clean = true;
        // Inputs that are fetched are no change.
        form.addEventListener('auren:grow', () => { clean = contents(form) === atFirst; });
        form.addEventListener('auren:grown', () => { atFirst = clean ? contents(form) : atFirst; });
        window.addEventListener('beforeunload', event => {
            if (!form.dataset.sent && (form.hasAttribute('data-unsaved') || contents(form) !== atFirst)) {
                event.preventDefault();
            }
        });
    }

    function closeOthers(event) {
        for (const open of document.querySelectorAll('details[data-closes][open]')) {
            if (event.type === 'keydown' ? event.key === 'Escape' : !open.contains(event.target)) {
                open.open = false;
                if (event.type === 'keydown' && open.contains(document.activeElement)) {
                    open.querySelector('summary').focus();
                }
            }
        }
    }

    // Django's widgets that draw themselves get the name of what they stand for.
    function nameWidgets() {
        for (const select of document.querySelectorAll('select.select2-hidden-accessible')) {
            const label = select.labels[0], [box, value] = select.nextElementSibling.querySelectorAll('[role="combobox"], [role="textbox"]');
            if (label && value) {
                label.id ||= `${select.id}_label`;
                box.setAttribute('aria-labelledby', `${label.id} ${value.id}`);
                value.setAttribute('aria-labelledby', label.id);
            }
        }
        document.querySelectorAll('.help-tooltip[aria-label]').forEach(icon => icon.setAttribute('role', 'img'));
    }

    document.addEventListener('DOMContentLoaded', () => {
        showTimes();
        setInterval(showTimes, 30000);
        document.addEventListener('auren:new', showTimes);
        // A list stays where it is when an action answers with a file: its form may be sent again.
        document.querySelectorAll('form[method="post"]:not(#changelist-form)').forEach(sendOnce);
        document.querySelectorAll('[data-copy]').forEach(copies);
        document.querySelectorAll('[data-print]').forEach(button => {
            button.hidden = false;
            button.addEventListener('click', () => window.print());
        });
        // Widgets fill themselves while the page loads; that is no change.
        window.addEventListener('load', () => setTimeout(() => document.querySelectorAll('form[data-guard]').forEach(guard)));
    });
    window.addEventListener('load', () => setTimeout(nameWidgets)); // they draw themselves just before
    document.addEventListener('click', closeOthers);
    document.addEventListener('keydown', closeOthers);
    // Coming back by the browser's own button, the form may be sent again.
    window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(form => delete form.dataset.sent));
}
