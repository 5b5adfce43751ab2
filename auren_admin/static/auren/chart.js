'use strict';
// Lines over the bands of a contract. The server sends them, thinned where there are too many values; dragging over
// the picture looks closer and asks for that stretch alone. Colour says a state, and nothing else: a line is grey, or
// has the colour of the state its person is in, and the words below the picture say the same.
{
    const EVERY = 5000; // milliseconds between two questions
    const AT_MOST = 60000;
    const HEIGHT = 300;
    const DASHES = {critical: [], warning: [7, 3], info: [2, 3]};
    const WORDS = {info: 'elevated'};
    const DAY = 86400;

    // What a colour of the style sheet is now, in the light or in the dark.
    function colours(element) {
        const probe = element.appendChild(document.createElement('i'));
        const found = {};
        const put = (name, colour) => {
            probe.style.color = colour;
            found[name] = getComputedStyle(probe).color;
        };
        for (const name of ['ink', 'ink-2', 'line', 'edge', 'card', 'normal', 'info', 'warning', 'critical',
            'normal-soft', 'info-soft', 'warning-soft', 'critical-soft', 'normal-ink', 'info-ink', 'warning-ink', 'critical-ink']) {
            put(name, `var(--${name})`);
        }
        put('quiet', 'color-mix(in srgb, var(--edge) 65%, transparent)'); // many lines, one above the other
        probe.remove();
        return found;
    }

    const numbers = new Intl.NumberFormat('en-GB', {maximumSignificantDigits: 6});
    const moments = new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium', timeStyle: 'short'});

    class Chart {
        constructor(box) {
            this.box = box;
            this.says = box.nextElementSibling;
            this.days = box.dataset.days;
            this.closer = null; // [from, to] in seconds
            this.etag = '';
            this.pause = EVERY;
            this.label = box.getAttribute('aria-label');
            this.ask();
            new ResizeObserver(() => this.plot && this.plot.setSize({width: this.box.clientWidth, height: HEIGHT})).observe(box);
            document.addEventListener('visibilitychange', () => document.hidden || this.ask());
            matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.data && this.draw());
            new MutationObserver(() => this.data && this.draw()).observe(document.documentElement, {attributeFilter: ['data-theme']});
            for (const [begins, ends] of [['pointerover', 'pointerout'], ['focusin', 'focusout']]) {
                document.addEventListener(begins, event => this.focus(event.target.closest?.('[data-person]')?.dataset));
                document.addEventListener(ends, () => this.focus(null));
            }
        }

        get url() {
            const asked = this.closer ? `from=${this.closer[0]}&to=${this.closer[1]}` : `days=${this.days}`;
            return `${this.box.dataset.lines}?${asked}`;
        }

        async ask() {
            clearTimeout(this.timer);
            if (document.hidden) {
                return;
            }
            const asked = this.url;
            try {
                const known = this.etag && this.shown === asked ? {'If-None-Match': this.etag} : {};
                const response = await fetch(asked, {headers: {Accept: 'application/json', ...known}, cache: 'no-store', redirect: 'error'});
                if (response.status !== 200 && response.status !== 304) {
                    throw new Error(`asked for lines, answered ${response.status}`);
                }
                if (response.status === 200 && asked === this.url) {
                    const isNews = this.shown === asked;
                    this.data = await response.json();
                    this.etag = response.headers.get('ETag') ?? '';
                    this.shown = asked;
                    this.draw();
                    if (isNews) {
                        document.dispatchEvent(new Event('auren:changed'));
                    }
                }
                this.pause = EVERY;
            } catch {
                this.pause = Math.min(AT_MOST, this.pause * 2);
                this.say('The server does not answer. Trying again …');
            }
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(), this.pause);
        }

        draw() {
            const {lines} = this.data;
            const shown = lines.filter(line => line.at.length);
            this.plot?.destroy();
            this.plot = null;
            if (!shown.length) {
                this.box.replaceChildren(Object.assign(document.createElement('p'), {className: 'muted', textContent: 'No values in this period.'}));
                this.say('');
                return;
            }
            this.lines = shown;
            this.colours = colours(this.box);
            const table = uPlot.join(shown.map(line => [line.at, line.value]));
            this.box.replaceChildren();
            this.plot = new uPlot(this.options(shown), table, this.box);
            this.box.setAttribute('aria-label', `${this.label}: ${shown.length} line${shown.length === 1 ? '' : 's'}, from ${moments.format(this.data.from * 1000)} to ${moments.format(this.data.to * 1000)}`);
            this.say('');
        }

        options(lines) {
            const {colours: ink, data} = this;
            const axis = {stroke: ink['ink-2'], font: '12px system-ui, sans-serif', grid: {show: false}, ticks: {stroke: ink.line, size: 4}};
            return {
                width: this.box.clientWidth,
                height: HEIGHT,
                legend: {show: false},
                padding: [8, 8, 0, 0],
                scales: {x: {range: () => [data.from, data.to]}, y: {range: (plot, low, high) => this.range(low, high)}},
                axes: [
                    {...axis, size: 34, space: 70, values: (plot, at) => labels(at)},
                    {...axis, size: 56, values: (plot, at) => at.map((value, place) => `${numbers.format(value)}${place === at.length - 1 && data.unit ? ` ${data.unit}` : ''}`)},
                ],
                cursor: {
                    drag: {x: true, y: false, setScale: false},
                    focus: {prox: 24},
                    points: {size: 7, fill: ink.ink, stroke: ink.card},
                    y: false,
                },
                focus: {alpha: .25},
                series: [{}, ...lines.map(line => ({
                    label: line.person,
                    stroke: ink[line.state in DASHES ? line.state : lines.length > 1 ? 'quiet' : 'ink'],
                    dash: lines.length > 1 ? DASHES[line.state] : [],
                    width: lines.length === 1 ? 1.75 : line.state === 'critical' ? 1.75 : 1.1,
                    spanGaps: true,
                    points: {show: line.at.length < 60, size: 4, fill: ink.card},
                }))],
                hooks: {
                    drawClear: [plot => this.bands(plot)],
                    draw: [plot => this.names(plot)],
                    setSelect: [plot => this.look(plot)],
                    setCursor: [plot => this.point(plot)],
                    setSeries: [(plot, at) => {
                        this.at = at;
                        this.point(plot);
                    }],
                    ready: [plot => plot.over.addEventListener('dblclick', () => this.whole())],
                },
            };
        }

        // Room for the values, and for the ends of the bands that are near them.
        range(low, high) {
            const ends = this.data.bands.flatMap(({low: from, high: to}) => [from, to]).filter(end => end !== null);
            const room = Math.max(high - low, Math.abs(high) / 20, 1e-9);
            for (const end of ends) {
                if (end < low && low - end < room / 2) {
                    low = end;
                }
                if (end > high && end - high < room / 2) {
                    high = end;
                }
            }
            const edge = (high - low || Math.abs(high) || 1) * .06;
            return [low >= 0 && low - edge < 0 ? 0 : low - edge, high + edge];
        }

        // Each band with the pixels of the canvas that it is between.
        stretches(plot) {
            const {top, height} = plot.bbox;
            const y = (value, otherwise) => value === null ? otherwise : Math.min(Math.max(plot.valToPos(value, 'y', true), top), top + height);
            return this.data.bands.map(band => ({...band, from: y(band.high, top), to: y(band.low, top + height)}));
        }

        bands(plot) {
            const {ctx, bbox: {left, top, width, height}} = plot;
            ctx.save();
            for (const {kind, low, high, from, to} of this.stretches(plot)) {
                ctx.fillStyle = this.colours[`${kind}-soft`];
                ctx.fillRect(left, from, width, to - from);
                ctx.fillStyle = this.colours[kind];
                for (const [end, at] of [[low, to], [high, from]]) {
                    if (kind !== 'normal' && end !== null && at > top && at < top + height) {
                        ctx.fillRect(left, Math.round(at) - .5, width, devicePixelRatio);
                    }
                }
            }
            ctx.restore();
        }

        // What the bands are, above the lines.
        names(plot) {
            const {ctx, bbox: {left}} = plot, dot = devicePixelRatio;
            ctx.save();
            ctx.font = `600 ${11 * dot}px system-ui, sans-serif`;
            ctx.textAlign = 'left';
            ctx.textBaseline = 'middle';
            ctx.lineWidth = 4 * dot;
            ctx.lineJoin = 'round';
            for (const {kind, from, to} of this.stretches(plot)) {
                if (to - from > 14 * dot) {
                    ctx.strokeStyle = this.colours[`${kind}-soft`];
                    ctx.fillStyle = this.colours[`${kind}-ink`];
                    const at = [WORDS[kind] ?? kind, left + 6 * dot, from + Math.min(11 * dot, (to - from) / 2)];
                    ctx.strokeText(...at);
                    ctx.fillText(...at);
                }
            }
            ctx.restore();
        }

        look(plot) {
            const {left, width} = plot.select;
            if (width < 8) {
                return;
            }
            const from = Math.floor(plot.posToVal(left, 'x')), to = Math.ceil(plot.posToVal(left + width, 'x'));
            plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
            if (to - from >= 60) {
                this.closer = [from, to];
                this.ask();
            }
        }

        whole() {
            if (this.closer) {
                this.closer = null;
                this.ask();
            }
        }

        point(plot) {
            const {idx, idxs} = plot.cursor;
            const at = this.lines?.length === 1 ? 1 : this.at;
            const line = at ? this.lines[at - 1] : null;
            const place = at ? idxs?.[at] ?? idx : null;
            const value = line && place !== null ? plot.data[at][place] : null;
            if (value === null || value === undefined) {
                this.say('');
                return;
            }
            const who = [line.person, line.agent, line.source].filter(Boolean).join(' · ');
            this.say(`${numbers.format(value)} ${this.data.unit} at ${moments.format(plot.data[0][place] * 1000)} · ${who} · now ${WORDS[line.state] ?? line.state}`);
        }

        focus(wanted) {
            const at = wanted && this.lines ? this.lines.findIndex(line => String(line.subject) === wanted.person && line.agent === wanted.agent) : -1;
            if (this.plot && this.lines.length > 1) {
                this.plot.setSeries(at < 0 ? null : at + 1, {focus: true}, false);
            }
        }

        // Below the picture: what the pointer is at, else how to look closer.
        say(words) {
            if (!this.says) {
                return;
            }
            if (words || !this.data) {
                this.says.textContent = words;
                return;
            }
            const thinned = this.data.thinned ? 'The lowest and the highest value of each step. ' : '';
            this.says.textContent = `${thinned}Drag over a stretch to look closer.`;
            if (this.closer) {
                const back = Object.assign(document.createElement('button'), {type: 'button', className: 'link', textContent: 'Show all of it'});
                back.addEventListener('click', () => this.whole());
                this.says.replaceChildren(`${thinned}${moments.format(this.closer[0] * 1000)} to ${moments.format(this.closer[1] * 1000)}. `, back);
            }
        }
    }

    // Days as days, and times where it is less.
    function labels(at) {
        const step = at.length > 1 ? at[1] - at[0] : DAY;
        const style = step >= DAY ? {day: 'numeric', month: 'short'} : {weekday: 'short', hour: '2-digit', minute: '2-digit'};
        const words = new Intl.DateTimeFormat('en-GB', style);
        return at.map(each => words.format(each * 1000));
    }

    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('[data-lines]').forEach(box => new Chart(box));
    });
}
