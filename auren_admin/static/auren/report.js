'use strict';
// Follows a job that runs in the background: asks how far it is, and loads the page again when it is over, unless
// somebody has begun to fill in a form there: these pages are never stored, so that would be gone.
{
    const PAUSE = 700; // milliseconds between two questions
    const AT_MOST = 5000; // after trouble it asks less often

    let typed = false;

    class Progress {
        constructor(card) {
            this.card = card;
            this.bar = card.querySelector('progress');
            this.words = card.querySelector('p');
            this.pause = PAUSE;
            this.ask();
        }

        async ask() {
            try {
                const response = await fetch(this.card.dataset.progress, {headers: {Accept: 'application/json'}, redirect: 'error'});
                if (response.status === 403 || response.status === 404) {
                    this.words.textContent = 'It runs in the background. Reload this page to see what it found.';
                    return;
                }
                if (!response.ok) {
                    throw new Error(`asked for progress, answered ${response.status}`);
                }
                this.pause = PAUSE;
                this.show(await response.json());
            } catch {
                this.pause = Math.min(AT_MOST, this.pause * 2);
                this.words.textContent = 'The server does not answer. Trying again …';
                this.later();
            }
        }

        show({over, state, done, total, message, words}) {
            if (over && typed) {
                this.words.textContent = 'It is ready. Reload this page to see it; what you have typed here will be lost.';
                return;
            }
            if (over) {
                location.reload();
                return;
            }
            if (total) {
                this.bar.max = total;
                this.bar.value = done;
            }
            const count = total ? `: ${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}` : '';
            this.words.textContent = state === 'running' ? `${message || (done ? 'So far' : 'Starting')}${count}` : state === 'queued' ? 'Waiting for a worker.' : `It ${words}.`;
            this.later();
        }

        later() {
            setTimeout(() => this.ask(), this.pause);
        }
    }

    document.addEventListener('input', () => {
        typed = true;
    });
    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('[data-progress]').forEach(card => new Progress(card));
    });
}
