'use strict';
// Makes the picture of a map larger and smaller. Without scripts it has its own size, and scrolls.
{
    const STEP = 1.25, LEAST = 0.25, MOST = 3;

    function zooms(region) {
        const picture = region.querySelector('svg');
        const [, , width, height] = picture.getAttribute('viewBox').split(' ').map(Number);
        const bar = document.createElement('div');
        bar.className = 'map-zoom';
        let scale = 1;

        function show(wanted) {
            scale = Math.min(MOST, Math.max(LEAST, wanted));
            picture.setAttribute('width', width * scale);
            picture.setAttribute('height', height * scale);
        }

        const fit = () => show(Math.min(1, (region.clientWidth - 8) / width));
        for (const [sign, label, act] of [
            ['−', 'Smaller', () => show(scale / STEP)],
            ['+', 'Larger', () => show(scale * STEP)],
            ['Fit', 'Fit to the screen', fit],
        ]) {
            const button = document.createElement('button');
            button.type = 'button';
            button.className = 'btn';
            button.textContent = sign;
            button.setAttribute('aria-label', label);
            button.addEventListener('click', act);
            bar.append(button);
        }
        region.before(bar);
    }

    document.addEventListener('DOMContentLoaded', () => document.querySelectorAll('[data-zoom]').forEach(zooms));
}
