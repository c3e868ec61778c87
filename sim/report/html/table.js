/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of traps. Only the rows in sight are in the document, whatever their number. */

/* An element with attributes and children; text is never markup. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {}))
    if (value === true)
      made.setAttribute(key, '');
    else if (value !== false && value !== undefined && value !== null)
      made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

const ROW_HEIGHT = 28;
const MAX_HEIGHT = 8e6; /* of an element, that every browser draws right */
const SPARE_ROWS = 6;

class Table {
  /* chosen(trap): the user went to it; entered(trap): and wants its details. */
  constructor(model, chosen, entered) {
    this.model = model;
    this.chosen = chosen;
    this.grid = document.getElementById('grid');
    this.body = document.getElementById('grid-body');
    this.order = Uint32Array.from({ length: model.pieceCount }, (_, t) => t);
    this.sort = { column: 'number', down: false };
    this.at = 0;
    this.columns = this.makeColumns();
    for (const room of [0, 1, 2]) /* as the style sheet leaves columns out where there is less room */
      this.grid.style.setProperty('--columns-' + room,
        this.columns.filter((column) => (column.less || 3) > room).map((column) => column.width).join(' '));
    this.grid.setAttribute('aria-colcount', this.columns.length);
    this.most = 2; /* rows there have been: the grid grows, and does not jump while one types */
    this.makeHead();
    this.grid.addEventListener('scroll', () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.grid);
    this.body.addEventListener('click', (event) => {
      const row = event.target.closest('[data-place]');
      if (row)
        this.go(Number(row.dataset.place));
    });
    this.body.addEventListener('dblclick', () => entered(this.order[this.at]));
    this.grid.addEventListener('keydown', (event) => this.key(event, entered));
  }

  makeColumns() {
    const model = this.model, text = (name) => (t) => model.trapText(t, name);
    const all = [
      { name: 'number', title: '#', width: 'minmax(3.2ch, max-content)', number: true, of: (t) => model.isTrap(t) ? grouped(t + 1) : '\u2013', value: (t) => model.cycle[model.first[t]] },
      { name: 'start', title: 'cycle', width: '12ch', number: true, less: 1, of: (t) => grouped(model.cycle[model.first[t]]), value: (t) => model.cycle[model.first[t]] },
      { name: 'cycles', title: 'took', width: '8ch', number: true, of: (t) => grouped(model.trapCycles[t]), value: (t) => model.trapCycles[t] },
      { name: 'vcpu', title: 'vCPU', width: '5ch', number: true, of: (t) => String(model.columns.vcpu[t]) },
      { name: 'worlds', title: 'worlds', width: '64px', less: 2, bar: true },
      { name: 'insn', title: 'instruction', width: 'minmax(13ch, 1fr)', code: true, of: (t) => model.isTrap(t) ? model.title(t) : '' },
      { name: 'exception', title: 'exception', width: 'minmax(12ch, 1.3fr)', less: 2, of: text('exception') },
      { name: 'what', title: 'what happened', width: 'minmax(12ch, 1.5fr)', of: (t) => model.isTrap(t) ? model.trapText(t, 'what') : model.kind(model.first[t]).doc },
    ];
    const several = model.columns.vcpu.some((vcpu) => vcpu !== model.columns.vcpu[0]);
    const digits = grouped(model.trapCount).length;
    all[0].width = Math.max(3, digits + 1) + 'ch';
    return all.filter((column) => column.name !== 'vcpu' || several);
  }

  makeHead() {
    const head = document.getElementById('grid-head');
    this.columns.forEach((column, i) => {
      const cell = element('span', { role: 'columnheader', 'aria-colindex': i + 1,
        class: (column.number ? 'number' : '') + (column.less ? ' less-' + column.less : '') });
      if (column.value) {
        const button = element('button', { type: 'button', class: 'sort', title: 'Sort by ' + column.title }, column.title);
        button.addEventListener('click', () => this.sortBy(column));
        cell.append(button);
      } else {
        cell.append(column.title);
      }
      column.head = cell;
      head.append(cell);
    });
    this.showSort();
  }

  showSort() {
    for (const column of this.columns)
      if (column.value)
        column.head.setAttribute('aria-sort', column.name !== this.sort.column ? 'none' :
          this.sort.down ? 'descending' : 'ascending');
  }

  sortBy(column) {
    const down = this.sort.column === column.name ? !this.sort.down : column.name === 'cycles';
    this.sort = { column: column.name, down };
    this.showSort();
    this.show(this.order);
  }

  /* These traps, in the order the head says; the chosen one stays chosen if it is among them. */
  show(traps) {
    const trap = this.order[this.at], column = this.columns.find((c) => c.name === this.sort.column);
    const sign = this.sort.down ? -1 : 1, keys = this.keys(column);
    const before = (a, b) => sign * (keys[a] - keys[b]) || a - b;
    this.order = Uint32Array.from(traps);
    if (this.order.some((t, i) => i > 0 && before(this.order[i - 1], t) > 0))
      this.order.sort(before);
    this.most = Math.max(this.most, this.order.length);
    this.grid.style.setProperty('--rows', this.most);
    this.grid.setAttribute('aria-rowcount', this.order.length + 1);
    const place = this.order.indexOf(trap);
    this.at = -1;
    this.go(Math.max(0, place), place < 0);
    if (!this.order.length)
      this.draw();
  }

  /* What a column is sorted by, of all pieces. */
  keys(column) {
    if (!column.keys) {
      column.keys = new Float64Array(this.model.pieceCount);
      for (let t = 0; t < column.keys.length; t++)
        column.keys[t] = column.value(t);
    }
    return column.keys;
  }

  goTo(trap) {
    const place = this.order.indexOf(trap);
    if (place >= 0)
      this.go(place);
    return place >= 0;
  }

  go(place, quiet) {
    if (!this.order.length)
      return;
    place = Math.min(Math.max(place, 0), this.order.length - 1);
    const moved = place !== this.at;
    this.at = place;
    this.reveal();
    this.draw();
    if (moved)
      this.chosen(this.order[place], quiet);
  }

  get viewHeight() {
    return Math.max(ROW_HEIGHT, this.grid.clientHeight - ROW_HEIGHT);
  }

  get height() {
    return Math.min(this.order.length * ROW_HEIGHT, MAX_HEIGHT);
  }

  /* How far a row is down, in pixels without a limit, when the grid is scrolled to its place. */
  get top() {
    const range = this.height - this.viewHeight, all = this.order.length * ROW_HEIGHT - this.viewHeight;
    return range > 0 ? Math.min(1, this.grid.scrollTop / range) * all : 0;
  }

  reveal() {
    const want = this.at * ROW_HEIGHT, view = this.viewHeight;
    let top = this.top;
    if (want < top)
      top = want;
    else if (want + ROW_HEIGHT > top + view)
      top = want + ROW_HEIGHT - view;
    else
      return;
    this.body.style.height = this.height + 'px';
    const all = this.order.length * ROW_HEIGHT - view;
    this.grid.scrollTop = all > 0 ? top / all * (this.height - view) : 0;
  }

  draw() {
    if (this.printing)
      return;
    const scale = this.top, first = Math.max(0, Math.floor(scale / ROW_HEIGHT) - SPARE_ROWS);
    const end = Math.min(this.order.length, Math.ceil((scale + this.viewHeight) / ROW_HEIGHT) + SPARE_ROWS);
    const offset = Math.min(this.grid.scrollTop, Math.max(0, this.height - this.viewHeight)) - scale;
    this.body.style.height = this.height + 'px';
    const rows = [];
    for (let place = first; place < end; place++)
      rows.push(this.row(place, place * ROW_HEIGHT + offset));
    this.body.replaceChildren(...rows);
    if (this.order.length)
      this.grid.setAttribute('aria-activedescendant', 'row-' + this.at);
    else
      this.grid.removeAttribute('aria-activedescendant');
  }

  row(place, y) {
    const trap = this.order[place], failed = this.failed && this.failed.has(trap);
    const row = element('div', { role: 'row', id: 'row-' + place, class: 'row' + (failed ? ' failed' : ''),
      'data-place': place, 'aria-rowindex': place + 2, 'aria-selected': String(place === this.at) });
    if (y !== null)
      row.style.transform = `translateY(${y}px)`;
    this.columns.forEach((column, i) => {
      const text = column.bar ? '' : column.of(trap);
      const cell = element('span', { role: 'gridcell', 'aria-colindex': i + 1, title: text.length > 18 ? text : null,
        class: (column.number ? 'number' : '') + (column.code ? ' code' : '') + (column.less ? ' less-' + column.less : '') }, text);
      if (column.bar)
        cell.append(this.bar(trap));
      row.append(cell);
    });
    return row;
  }

  bar(trap) {
    const model = this.model, count = model.worlds.length, whole = model.trapCycles[trap];
    const names = [], bar = element('span', { class: 'minibar', role: 'img' });
    for (let w = 0; w < count; w++) {
      if (!(model.trapWorlds[trap] >> w & 1))
        continue;
      names.push(model.worlds[w].name);
      const part = element('span', { class: 'w' + w });
      part.style.flexGrow = whole ? model.worldCycles[trap * count + w] / whole : 0;
      bar.append(part);
    }
    bar.setAttribute('aria-label', names.join(', '));
    return bar;
  }

  key(event, entered) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== this.grid)
      return;
    const page = Math.max(1, Math.floor(this.viewHeight / ROW_HEIGHT) - 1);
    const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page,
      PageUp: this.at - page, Home: 0, End: this.order.length - 1, j: this.at + 1, k: this.at - 1 };
    if (event.key in moves)
      this.go(moves[event.key]);
    else if (event.key === 'Enter' && this.order.length)
      entered(this.order[this.at]);
    else
      return;
    event.preventDefault();
  }

  /* A page of paper has no scrolling: the first rows, all in their place. */
  print(limit) {
    const end = Math.min(this.order.length, limit), rows = [];
    this.printing = true;
    for (let place = 0; place < end; place++)
      rows.push(this.row(place, null));
    this.body.style.height = 'auto';
    if (end < this.order.length)
      this.grid.dataset.printed = `The first ${grouped(end)} of ${grouped(this.order.length)}.`;
    else
      delete this.grid.dataset.printed;
    this.body.replaceChildren(...rows);
  }

  printed() {
    this.printing = false;
    this.draw();
  }
}
