/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One trap as a sequence over the worlds: a lane each, time downwards, to scale or evenly; beside
 * it the steps in words, each joined to its place in time.
 */

const FOLD_FROM = 4; /* as many events of a kind in a row are one step, until it is opened */
const STEPS_SHOWN = 400; /* at first, and by how many more */
const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, value);
  return made;
}

/* A round number of cycles, so that about count of them make the whole. */
function tickStep(whole, count) {
  const rough = Math.max(1, whole / count), power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough);
}

class Path {
  constructor(model, leave) {
    this.model = model;
    this.even = false;
    this.list = document.getElementById('steps');
    this.lanes = document.getElementById('lanes');
    this.heads = document.getElementById('lane-heads');
    this.list.addEventListener('keydown', (event) => this.key(event, leave));
    new ResizeObserver(() => this.draw()).observe(this.list);
  }

  show(trap) {
    const model = this.model;
    this.from = model.first[trap];
    this.end = model.first[trap + 1];
    this.start = model.cycle[this.from];
    this.whole = model.trapCycles[trap];
    this.opened = new Set();
    this.limit = STEPS_SHOWN;
    this.fill();
  }

  /* Steps: [first event, end], more than one where a run of a kind is folded, or the rest is. */
  steps() {
    const model = this.model, steps = [];
    this.rest = -1;
    for (let i = this.from, end; i < this.end; i = end) {
      for (end = i + 1; end < this.end && model.kindNumber(end) === model.kindNumber(i) &&
           model.world(end) === model.world(i);)
        end++;
      if (end - i >= FOLD_FROM && !this.opened.has(i))
        steps.push([i, end]);
      else
        for (let n = i; n < end && steps.length < this.limit; n++)
          steps.push([n, n + 1]);
      const told = steps[steps.length - 1][1];
      if (steps.length >= this.limit && told < this.end) {
        this.rest = told;
        steps.push([told, this.end]);
        break;
      }
    }
    return steps;
  }

  fill() {
    this.shown = this.steps();
    this.list.replaceChildren(...this.shown.map((step, i) => this.item(step, i)));
    if (this.list.firstChild)
      this.list.firstChild.firstChild.tabIndex = 0;
    this.draw();
  }

  /* Cycles of the step's own; the first event of a trap ends what was before it. */
  took([from, end]) {
    let sum = 0;
    for (let i = from; i < end; i++)
      sum += i === this.from ? 0 : this.model.took[i];
    return sum;
  }

  item(step, i) {
    const model = this.model, [from, end] = step, kind = model.kind(from), world = model.world(from);
    const folded = end - from > 1, took = this.took(step);
    const said = folded ? '' : model.fields(from).filter((field, n) => n < 4 || model.isRefusal(field))
      .filter(([, type, code]) => type !== 'str' || code >= 0)
      .map(([name, type, code]) => name + ' ' + model.value(type, code)).join('  ');
    const button = element('button', { type: 'button', class: 'step', tabindex: -1, 'aria-expanded': 'false', 'data-step': i },
      element('span', { class: 'took' }, took ? grouped(took) : '\u00b7'),
      element('span', { class: 'chip w' + world }, model.worlds[world].name),
      element('span', { class: 'event' }, from === this.rest ? `${grouped(end - from)} more` : kind.name + (folded ? ` \u00d7 ${grouped(end - from)}` : '')),
      element('span', { class: 'said' }, said));
    button.addEventListener('click', () => this.toggle(step, button));
    return element('li', { class: 'w' + world }, button);
  }

  toggle(step, button) {
    if (step[0] === this.rest || step[1] - step[0] > 1) {
      if (step[0] === this.rest)
        this.limit += STEPS_SHOWN;
      else
        this.opened.add(step[0]);
      const place = Number(button.dataset.step);
      this.fill();
      this.focus(place);
      return;
    }
    const open = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!open));
    if (open)
      button.nextSibling.remove();
    else
      button.after(this.details(step[0]));
    this.draw();
  }

  details(event) {
    const model = this.model, kind = model.kind(event), world = model.worlds[model.world(event)];
    const note = model.notes.get(model.body[event]);
    const box = element('div', { class: 'details' },
      element('p', {}, kind.doc, kind.source ? element('span', { class: 'source' }, ' \u2013 ' + kind.source) : ''),
      element('p', { class: 'sub' }, `cycle ${grouped(model.cycle[event])}, ${grouped(event === this.from ? 0 : model.took[event])} of its own, ` +
        `in ${world.name} at ${world.el}`));
    const list = element('dl', { class: 'fields' });
    for (const [name, type, code] of model.fields(event)) {
      list.append(element('dt', {}, name), element('dd', {}, model.value(type, code)));
      const syndrome = model.syndrome(name, code);
      if (syndrome)
        list.append(this.syndrome(name, syndrome));
    }
    if (note)
      list.append(element('dt', {}, 'says'), element('dd', { class: 'words' }, note));
    if (list.children.length)
      box.append(list);
    return box;
  }

  syndrome(name, fields) {
    const rows = fields.map(([field, high, low, value, meaning]) => element('tr', {},
      element('td', { class: 'bits' }, high === low ? `${high}` : `${high}:${low}`), element('th', { scope: 'row' }, field),
      element('td', { class: 'value' }, value), element('td', { class: 'words' }, meaning)));
    return element('dd', { class: 'syndrome' }, element('table', { 'aria-label': name + ', field by field' }, ...rows));
  }

  focus(place) {
    const buttons = this.list.querySelectorAll('.step');
    const button = buttons[Math.min(Math.max(place, 0), buttons.length - 1)];
    if (!button)
      return;
    for (const other of this.list.querySelectorAll('.step[tabindex="0"]'))
      other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  key(event, leave) {
    const button = event.target.closest('.step');
    if (!button || event.ctrlKey || event.altKey || event.metaKey)
      return;
    const at = Number(button.dataset.step), open = button.getAttribute('aria-expanded') === 'true';
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.shown.length - 1 };
    if (event.key in moves)
      this.focus(moves[event.key]);
    else if (event.key === 'Escape' && open)
      button.click();
    else if (event.key === 'Escape')
      leave();
    else if ((event.key === 'ArrowRight' && !open) || (event.key === 'ArrowLeft' && open))
      button.click();
    else
      return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* --- the lanes --- */

  draw() {
    if (!this.shown)
      return;
    const height = this.list.offsetHeight, width = this.lanes.clientWidth;
    if (!height || !width || matchMedia('print').matches)
      return;
    const rows = [...this.list.children].map((row) => {
      const button = row.firstChild;
      return { top: row.offsetTop, bottom: row.offsetTop + row.offsetHeight, middle: row.offsetTop + button.offsetHeight / 2 };
    });
    const style = getComputedStyle(this.lanes), axis = parseFloat(style.getPropertyValue('--axis'));
    const join = parseFloat(style.getPropertyValue('--join')), count = this.model.worlds.length;
    const lane = (width - axis - join) / count;
    const at = (cycle) => this.whole ? (cycle - this.start) / this.whole * height : 0;
    const even = this.even || !this.whole;
    const x = (world) => axis + (world + 0.5) * lane;
    this.lanes.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.list.parentElement.style.setProperty('--drawn', width + 'px');
    this.lanes.setAttribute('height', height);
    const parts = [];
    if (!even)
      this.drawAxis(parts, at, axis, width - join, height);
    for (let w = 0; w < count; w++)
      parts.push(svg('line', { class: 'lane', x1: x(w), x2: x(w), y1: 0, y2: height }));
    const half = Math.max(5, Math.min(9, lane / 4));
    let before = -1, lastY = 0;
    if (!even)
      this.drawAway(parts, at, axis, width - join);
    this.shown.forEach(([from, end], i) => {
      const world = this.model.world(from), row = rows[i];
      const own = from === this.from ? this.start : this.model.cycle[from] - this.model.took[from];
      const y1 = even ? row.top : at(own), y2 = even ? row.bottom : at(this.model.cycle[end - 1]);
      if (before >= 0 && before !== world)
        this.drawCrossing(parts, x(before), x(world), even ? row.top : Math.max(lastY, y1), half, world);
      if (y2 > y1 || even)
        parts.push(svg('rect', { class: 'stay w' + world, x: x(world) - half, width: 2 * half, y: y1, height: Math.max(1.5, y2 - y1) }));
      else
        parts.push(svg('circle', { class: 'instant w' + world, cx: x(world), cy: y1, r: 2.5 }));
      const middle = even ? row.middle : (y1 + y2) / 2, edge = width - join, from0 = x(world) + half;
      parts.push(svg('path', { class: 'join w' + world, d: `M${from0} ${middle}H${edge}C${edge + join / 2} ${middle} ${edge + join / 2} ${row.middle} ${width} ${row.middle}` }));
      before = world;
      lastY = y2;
    });
    this.lanes.replaceChildren(...parts);
    this.heads.replaceChildren(...this.model.worlds.map((world, w) => {
      const head = element('span', { class: 'w' + w }, element('b', {}, world.name), element('i', {}, world.el));
      head.style.left = x(w) + 'px';
      return head;
    }));
  }

  drawAxis(parts, at, axis, right, height) {
    const step = tickStep(this.whole, Math.max(2, Math.min(8, height / 70)));
    for (let n = 0; n * step <= this.whole; n++) {
      const y = at(this.start + n * step);
      parts.push(svg('line', { class: 'tick', x1: axis - 4, x2: right, y1: y, y2: y }));
      const label = svg('text', { class: 'tick-text', x: axis - 8, y: Math.min(Math.max(y + 4, 10), height - 2) });
      label.textContent = grouped(n * step);
      parts.push(label);
    }
  }

  /* Where the vCPU's thread waits for the host's CPU, nothing of the trap happens. */
  drawAway(parts, at, left, right) {
    for (let event = this.from + 1; event < this.end; event++) {
      const away = this.model.away(event);
      if (!away)
        continue;
      const y = at(this.model.cycle[event - 1]), height = at(this.model.cycle[event] - this.model.took[event]) - y;
      parts.push(svg('rect', { class: 'away', x: left, width: right - left, y, height: Math.max(1, height) }));
      if (height < 16)
        continue;
      const label = svg('text', { class: 'away-text', x: (left + right) / 2, y: y + height / 2 + 4 });
      label.textContent = right - left < 130 ? 'away' : 'another vCPU runs';
      parts.push(label);
    }
  }

  drawCrossing(parts, x1, x2, y, half, world) {
    const sign = x2 > x1 ? 1 : -1, tip = x2 - sign * half;
    parts.push(svg('line', { class: 'crossing', x1: x1 + sign * half, x2: tip, y1: y, y2: y }));
    parts.push(svg('path', { class: 'tip w' + world, d: `M${tip} ${y}l${-sign * 6} -3.5v7z` }));
  }
}
