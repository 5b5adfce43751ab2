'use strict';
// Keeps a part of a page as the server would send it now: asks every few seconds, and puts it in place when it is
// another one. Without scripts the page is right when it is loaded, and stays that way.
{
    const EVERY = 5000; // milliseconds between two questions
    const AT_MOST = 60000; // after trouble it asks less often

    const shown = new WeakMap(); // what the server sent last for each part

    // Exchange what is in an element, and leave the reader where they are.
    function put(part, html) {
        const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
        const opened = [...part.querySelectorAll('details[id]')].map(each => [each.id, each.open]);
        const places = [...part.querySelectorAll('.scroll')].map(each => each.scrollLeft);
        const kept = [...part.querySelectorAll('[data-kept]')]; // what somebody chose in it, and has not sent yet
        part.innerHTML = html; // the server has escaped it; the page's policy lets no script run in it
        kept.forEach(each => document.getElementById(each.id)?.replaceWith(each));
        for (const [id, open] of opened) {
            const same = document.getElementById(id);
            if (same) {
                same.open = open;
            }
        }
        part.querySelectorAll('.scroll').forEach((each, at) => each.scrollLeft = places[at] ?? 0);
        if (focused) {
            part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
        }
        document.dispatchEvent(new Event('auren:new'));
    }

    // A picture on this page has changed: the words and tables around it have too.
    async function renew() {
        try {
            const response = await fetch(location.href, {cache: 'no-store', redirect: 'error'});
            if (!response.ok) {
                return; // the picture's own questions say that the server does not answer
            }
            const page = new DOMParser().parseFromString(await response.text(), 'text/html');
            for (const part of document.querySelectorAll('[data-part]')) {
                const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
                if (fresh && fresh.innerHTML !== shown.get(part)) {
                    shown.set(part, fresh.innerHTML);
                    put(part, fresh.innerHTML);
                }
            }
        } catch {
            // as above
        }
    }

    class Live {
        constructor(part) {
            this.part = part;
            this.says = document.querySelector('.live-says');
            this.etag = '';
            this.pause = EVERY;
            this.tell('Live');
            this.later();
            document.addEventListener('visibilitychange', () => document.hidden || this.ask());
        }

        later() {
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(), this.pause);
        }

        async ask() {
            if (document.hidden) { // asked again as soon as somebody looks
                return;
            }
            clearTimeout(this.timer);
            try {
                const response = await fetch(this.part.dataset.live, {
                    headers: this.etag ? {'If-None-Match': this.etag} : {},
                    cache: 'no-store',
                    redirect: 'error', // signed out meanwhile
                });
                if (response.status === 200) {
                    this.etag = response.headers.get('ETag') ?? '';
                    this.show(await response.text());
                } else if (response.status !== 304) {
                    throw new Error(`asked for what is new, answered ${response.status}`);
                }
                this.pause = EVERY;
                this.tell(this.isWrittenIn ? 'Waits while you decide' : 'Live');
            } catch {
                this.pause = Math.min(AT_MOST, this.pause * 2);
                this.tell('The server does not answer: this may be old. Trying again …');
            }
            this.later();
        }

        // Nothing is exchanged under the hands of somebody who is about to send a form in it.
        get isWrittenIn() {
            return this.part.querySelector('details[open] > form, form:focus-within') !== null;
        }

        show(html) {
            if (this.html !== html) {
                if (this.isWrittenIn) {
                    this.etag = '';
                    return;
                }
                this.html = html;
                put(this.part, html);
            }
        }

        tell(words) {
            if (this.says && this.says.textContent !== words) {
                this.says.textContent = words;
                this.says.classList.toggle('lost', words.startsWith('The server'));
            }
        }
    }

    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('[data-live]').forEach(part => new Live(part));
        document.addEventListener('auren:changed', renew);
    });
}
