'use strict';
// The picture of a run: dragging over it looks closer, and a slider tells what was when. Without this the whole
// picture is there, and each bar has its words beside it.
{
    const numbers = new Intl.NumberFormat('en-GB', {maximumSignificantDigits: 6});
    const SVG = 'http://www.w3.org/2000/svg';

    class Picture {
        constructor(svg) {
            this.svg = svg;
            this.data = JSON.parse(svg.dataset.picture);
            [this.left, this.right] = [this.data.axis[0][0], this.data.axis.at(-1)[0]];
            const box = svg.closest('.when');
            this.says = box.querySelector('.chart-says');
            this.slider = box.querySelector('.scrubber input');
            this.slider.closest('.scrubber').hidden = false;
            Object.assign(this.slider, {min: this.left, max: this.right, step: 1, value: Picture.at ?? this.right});
            this.slider.addEventListener('input', () => this.show(Number(this.slider.value)));
            svg.addEventListener('pointermove', event => this.moved(event));
            svg.addEventListener('pointerdown', event => this.began(event));
            svg.addEventListener('pointerup', event => this.ended(event));
            svg.addEventListener('pointercancel', () => this.drop());
            if (Picture.at !== undefined) {
                this.show(Picture.at);
            } else if (!this.says.textContent) {
                this.says.textContent = 'Drag over a stretch to look closer, or move the slider to read what was when.';
            }
        }

        place(event) {
            const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
            return Math.min(Math.max(at.x, this.left), this.right);
        }

        // Seconds since 1970 at a place: between two ends of the axis, in proportion.
        time(x) {
            const {axis} = this.data;
            const next = Math.max(1, axis.findIndex(([end]) => end >= x));
            const [[x0, t0], [x1, t1]] = [axis[next - 1], axis[next]];
            return t0 + (x1 > x0 ? (x - x0) / (x1 - x0) : 0) * (t1 - t0);
        }

        show(x) {
            Picture.at = x;
            this.slider.value = x;
            this.line ??= this.svg.appendChild(document.createElementNS(SVG, 'path'));
            this.line.setAttribute('class', 'needle');
            this.line.setAttribute('d', `M${x} 6V${this.svg.viewBox.baseVal.height - 24}`);
            const words = this.words(x);
            this.says.textContent = words;
            this.slider.setAttribute('aria-valuetext', words);
        }

        words(x) {
            const time = new Date(this.time(x) * 1000).toISOString().slice(11, 19);
            const before = this.data.values.filter(([at]) => at <= x).at(-1);
            const bars = [...this.svg.querySelectorAll('.bar')].filter(({dataset: {left, right}}) => left - 2 <= x && x <= Number(right) + 2);
            const told = bars.slice(0, 4).map(bar => `${bar.dataset.lane}: ${bar.querySelector('title').textContent}`);
            const value = before ? `${numbers.format(before[1])} ${this.data.unit}`.trim() : '';
            return [time, value, ...told, bars.length > 4 ? `and ${bars.length - 4} more` : ''].filter(Boolean).join(' · ');
        }

        moved(event) {
            if (event.pointerType === 'touch') {
                return; // a finger scrolls; the slider is for it
            }
            const x = this.place(event);
            if (this.from === undefined) {
                this.show(x);
                return;
            }
            const [a, b] = [Math.min(x, this.from), Math.max(x, this.from)];
            for (const [name, value] of Object.entries({x: a, y: 6, width: b - a, height: this.svg.viewBox.baseVal.height - 30})) {
                this.box.setAttribute(name, value);
            }
        }

        began(event) {
            if (event.button !== 0 || event.pointerType === 'touch' || event.target.closest('a')) {
                return;
            }
            event.preventDefault();
            this.from = this.place(event);
            this.svg.setPointerCapture(event.pointerId);
            this.box = this.svg.appendChild(document.createElementNS(SVG, 'rect'));
            this.box.setAttribute('class', 'chosen');
        }

        ended(event) {
            if (this.from === undefined) {
                return;
            }
            const [a, b] = [this.from, this.place(event)].sort((one, other) => one - other);
            this.drop();
            const [from, to] = [Math.floor(this.time(a)), Math.ceil(this.time(b))];
            if (b - a >= 8 && to - from >= 2) {
                const address = new URL(location.href);
                address.searchParams.set('from', from);
                address.searchParams.set('to', to);
                location.assign(address);
            }
        }

        drop() {
            this.box?.remove();
            this.from = undefined;
        }
    }

    const draw = () => document.querySelectorAll('svg[data-picture]').forEach(svg => svg.seen ??= new Picture(svg));
    document.addEventListener('DOMContentLoaded', draw);
    document.addEventListener('auren:new', draw);
}
