/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page: its head, the chosen trap, and what joins the parts. */

const PRINTED_ROWS = 200;
const FEW_TRAPS = 12; /* the table stands above the chosen trap, not beside it */
const MANY_EVENTS = 200000;
const THEMES = ['auto', 'light', 'dark'];

class Page {
  constructor(model) {
    this.model = model;
    this.get = (id) => document.getElementById(id);
    this.filter = new Filter(model);
    document.body.classList.remove('loading');
    document.body.classList.toggle('few', model.trapCount <= FEW_TRAPS);
    this.head();
    this.path = new Path(model, () => this.get('grid').focus());
    this.flame = new Flame(model);
    this.table = new Table(model, (trap) => this.choose(trap), () => this.enter());
    this.table.failed = new Set(this.failures().map((failure) => failure.trap - 1));
    this.makeFilters();
    this.wire();
    this.fromAddress();
    this.applyFilters();
    if (this.wanted >= 0)
      this.table.goTo(this.wanted);
    if (model.eventCount < MANY_EVENTS)
      this.showFlame();
    else
      requestAnimationFrame(() => setTimeout(() => this.showFlame())); /* the rest is seen first */
  }

  failures() {
    return this.model.run ? this.model.run.failures : [];
  }

  /* --- the head --- */

  head() {
    const { model } = this, { run } = model, { scenario } = model.head, facts = this.get('facts');
    document.title = (scenario || 'trace') + ' \u2013 sim report';
    this.get('name').textContent = scenario || 'A recorded trace';
    this.get('about').textContent = run ? run.about : 'A recorded trace';
    const fact = (name, value, kind) => value !== null && value !== undefined && value !== '' &&
      facts.append(element('div', { class: kind }, element('dt', {}, name), element('dd', {}, value)));
    if (run)
      fact('verdict', run.verdict, 'verdict ' + (/^(PASS|XFAIL)$/.test(run.verdict) ? 'good' : 'bad'));
    fact('machine', model.head.realm ? 'realm' : 'plain VM');
    fact('kernel', run && run.kernel);
    fact('RMM', run && run.rmm);
    fact('traps', grouped(model.trapCount));
    fact('cycles', grouped(model.head.cycles));
    fact('instructions', run && grouped(run.instructions));
    fact('end', run && run.end + (run.end_text ? ': ' + run.end_text : ''));
    this.showFailures();
    this.showWorlds();
    this.get('made').textContent = `sim ${model.head.sim}, costs of profile ${model.head.profile || '?'}, scenario hash ${model.head.hash || '?'}. ` +
      'Cycle-level, not cycle-accurate.';
  }

  failureText(failure) {
    return element('li', {}, failure.trap ? element('a', { href: '#trap=' + failure.trap }, failure.what) : failure.what,
      element('dl', {}, element('dt', {}, 'expected'), element('dd', {}, failure.expected), element('dt', {}, 'actual'),
        element('dd', {}, failure.actual + (failure.note ? ' (' + failure.note + ')' : ''))));
  }

  showFailures() {
    const failures = this.failures(), box = this.get('failures');
    if (!failures.length)
      return;
    box.hidden = false;
    box.append(element('h2', {}, failures.length === 1 ? 'One expectation is not met' : `${failures.length} expectations are not met`),
      element('ul', {}, ...failures.map((failure) => this.failureText(failure))));
  }

  showWorlds() {
    const { model } = this, whole = model.runWorlds.reduce((sum, cycles) => sum + cycles, 0);
    model.worlds.forEach((world, w) => {
      const cycles = model.runWorlds[w], part = element('span', { class: 'w' + w });
      part.style.flexGrow = whole ? cycles / whole : 0;
      this.get('worldbar').append(part);
      this.get('legend').append(element('li', { class: cycles ? '' : 'unused' }, element('span', { class: 'chip w' + w }, world.name),
        element('span', { class: 'el' }, world.el), element('span', { class: 'number' }, grouped(cycles)),
        element('span', { class: 'number share' }, percent(cycles, whole))));
    });
  }

  /* --- filters --- */

  makeFilters() {
    const { model } = this, fill = (id, all, rows) => {
      const select = this.get(id);
      select.append(element('option', { value: '' }, all), ...rows.map(([value, text]) => element('option', { value }, text)));
    };
    const tally = (column, none) => model.tally(column).map(([number, count]) =>
      [number, `${number < 0 ? none : model.text(number)} (${grouped(count)})`]);
    const between = model.pieceCount - model.trapCount;
    fill('f-kind', `traps (${grouped(model.trapCount)})`, [['between', `between traps (${grouped(between)})`], ['all', 'both']]);
    if (!model.trapCount)
      this.get('f-kind').value = 'between';
    fill('f-ec', 'any', tally('ec', 'none'));
    fill('f-exit', 'any', tally('exit', 'none'));
    fill('f-world', 'any world', model.worlds.map((world, w) => [w, world.name]));
    const vcpus = [...new Set(model.columns.vcpu)].sort((a, b) => a - b);
    fill('f-vcpu', 'any', vcpus.map((vcpu) => [vcpu, String(vcpu)]));
    this.get('l-vcpu').hidden = vcpus.length < 2;
  }

  applyFilters() {
    performance.mark('filter');
    const number = (id) => this.get(id).value === '' ? null : Number(this.get(id).value);
    const traps = this.filter.apply({ kind: this.get('f-kind').value || 'traps', text: this.get('f-text').value, ec: number('f-ec'), exit: number('f-exit'),
      world: number('f-world'), vcpu: number('f-vcpu') });
    this.table.show(traps);
    const all = this.model.trapCount, plain = ['f-text', 'f-kind', 'f-ec', 'f-world', 'f-exit', 'f-vcpu'].every((id) => !this.get(id).value);
    this.get('count').textContent = plain ? `${grouped(all)} in all` : `${grouped(traps.length)} shown, of ${grouped(all)} traps`;
    this.get('f-reset').disabled = plain;
    this.get('none').hidden = traps.length > 0;
    this.get('trap').hidden = traps.length === 0;
    this.toAddress();
    performance.measure('filtered', 'filter');
    if (this.scope() === 'shown')
      this.later(() => this.showFlame());
  }

  scope() {
    return document.querySelector('input[name=scope]:checked').value;
  }

  /* Not while keys are pressed: the last call within a moment counts. */
  later(work) {
    clearTimeout(this.timer);
    this.timer = setTimeout(work, 120);
  }

  showFlame() {
    const scope = this.scope();
    if (scope === 'run')
      this.flame.show(null, 'the whole run');
    else if (scope === 'shown')
      this.flame.show(this.table.order, 'the traps shown');
    else
      this.flame.show(this.table.order.length ? [this.trap] : [], this.model.isTrap(this.trap) ? `trap ${grouped(this.trap + 1)}` : 'this stretch');
  }

  /* --- the chosen trap --- */

  choose(trap) {
    const { model } = this, label = model.trapText(trap, 'label');
    this.trap = trap;
    this.get('trap-h').replaceChildren(model.isTrap(trap) ? `Trap ${grouped(trap + 1)} ` : 'Between traps ', element('code', {}, model.title(trap)));
    const facts = [...model.isTrap(trap) ? [`at ${model.pc(trap)}${label ? ' (' + label + ')' : ''}`] : [], `vCPU ${model.columns.vcpu[trap]}`,
      `cycle ${grouped(model.cycle[model.first[trap]])}`, `${grouped(model.trapCycles[trap])} cycles`];
    const away = model.trapAway(trap);
    if (away)
      facts.push(`${grouped(away)} of them while another vCPU runs`);
    this.get('trap-sub').textContent = facts.join(' \u00b7 ');
    const said = [model.trapText(trap, 'exception'), model.trapText(trap, 'why'), model.trapText(trap, 'what')];
    this.get('trap-what').replaceChildren(...said.filter((text) => text).map((text) => element('span', {}, text)));
    const failures = this.failures().filter((failure) => failure.trap === trap + 1);
    this.get('trap-failures').replaceChildren(...failures.length ?
      [element('ul', { class: 'failures' }, ...failures.map((failure) => this.failureText(failure)))] : []);
    this.get('prev').disabled = this.table.at === 0;
    this.get('next').disabled = this.table.at === this.table.order.length - 1;
    this.path.show(trap);
    this.showViews(trap);
    this.toAddress();
    if (this.scope() === 'trap')
      this.later(() => this.showFlame());
  }

  showViews(trap) {
    const { model } = this, rows = model.views(trap), table = this.get('views');
    const used = [0, 1, 2].filter((c) => rows.some((row) => row.cells[c]));
    this.get('views-part').hidden = rows.length === 0;
    table.replaceChildren(...rows.map((row) => {
      const field = row.label.startsWith('  ');
      const line = element('tr', { class: field ? 'field' : null }, element(row.heading ? 'td' : 'th', { scope: row.heading ? null : 'row' }, row.label.trim()));
      for (const c of used) {
        const kept = row.hidden && c === 1;
        line.append(element(row.heading ? 'th' : 'td', { scope: row.heading ? 'col' : null, class: kept ? 'kept' : null }, row.cells[c]));
      }
      return line;
    }));
    const hidden = model.hidden(trap), untold = model.trapText(trap, 'untold');
    const parts = [];
    if (hidden.length)
      parts.push(element('h3', {}, 'Hidden from the host'), element('dl', { class: 'hidden-list' }, ...hidden.map(([name, value, why]) =>
        element('div', {}, element('dt', {}, element('b', {}, name), value ? element('code', {}, value) : ''), element('dd', {}, why)))));
    const refused = model.trapText(trap, 'refused'), sign = model.trapText(trap, 'sign');
    if (refused)
      parts.push(element('h3', {}, 'Refused by the device'), element('p', { class: 'refused' }, refused));
    if (sign)
      parts.push(element('h3', {}, 'The sign of the value'), element('p', {}, sign));
    if (untold)
      parts.push(element('h3', {}, 'What the host saw'), element('p', {}, untold));
    if (rows.length && !hidden.length && !untold && !model.head.realm)
      parts.push(element('p', { class: 'sub' }, 'In a plain VM KVM reads what hardware wrote: nothing is hidden from the host.'));
    this.get('hidden').replaceChildren(...parts);
  }

  enter() {
    this.path.focus(0);
  }

  /* --- what the user does --- */

  wire() {
    for (const id of ['f-text', 'f-kind', 'f-ec', 'f-world', 'f-exit', 'f-vcpu'])
      this.get(id).addEventListener('input', () => this.applyFilters());
    this.get('filters').addEventListener('submit', (event) => event.preventDefault());
    this.get('filters').addEventListener('reset', () => setTimeout(() => this.applyFilters()));
    this.get('prev').addEventListener('click', () => this.table.go(this.table.at - 1));
    this.get('next').addEventListener('click', () => this.table.go(this.table.at + 1));
    for (const input of document.querySelectorAll('input[name=scale]'))
      input.addEventListener('change', () => this.setEven(input.value === 'even'));
    for (const input of document.querySelectorAll('input[name=scope]'))
      input.addEventListener('change', () => this.showFlame());
    this.get('theme').addEventListener('click', () => this.nextTheme());
    document.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('hashchange', () => {
      this.fromAddress();
      this.applyFilters();
      if (this.wanted >= 0)
        this.table.goTo(this.wanted);
    });
    window.addEventListener('beforeprint', () => this.table.print(PRINTED_ROWS));
    window.addEventListener('afterprint', () => this.table.printed());
    this.setTheme(this.storedTheme());
  }

  setEven(even) {
    this.path.even = even;
    document.querySelector(`input[name=scale][value=${even ? 'even' : 'cycles'}]`).checked = true;
    this.path.draw();
  }

  key(event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'radio';
    if (event.ctrlKey || event.altKey || event.metaKey)
      return;
    if (event.key === 'Escape') {
      if (event.target.id === 'f-text' && event.target.value) {
        event.target.value = '';
        this.applyFilters();
      } else {
        this.get('grid').focus();
      }
    } else if (typing && event.key === 'Enter') {
      this.get('grid').focus();
    } else if (typing) {
      return;
    } else if (event.key === '/') {
      this.get('f-text').focus();
      this.get('f-text').select();
    } else if (event.key === 'e') {
      this.setEven(!this.path.even);
    } else if (event.key === 't') {
      this.nextTheme();
    } else {
      return;
    }
    event.preventDefault();
  }

  /* --- what lasts --- */

  storedTheme() {
    try {
      return localStorage.getItem('sim-theme');
    } catch { /* a page may have no storage */
      return null;
    }
  }

  setTheme(theme) {
    this.theme = THEMES.includes(theme) ? theme : 'auto';
    if (this.theme === 'auto')
      delete document.documentElement.dataset.theme;
    else
      document.documentElement.dataset.theme = this.theme;
    this.get('theme').textContent = 'Theme: ' + this.theme;
  }

  nextTheme() {
    this.setTheme(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]);
    try {
      localStorage.setItem('sim-theme', this.theme);
    } catch { /* then it lasts as long as the page */ }
  }

  /* The address says what is looked at, so that it can be passed on: #trap=12&q=uart */
  toAddress() {
    const parts = new URLSearchParams();
    if (this.trap && this.model.isTrap(this.trap))
      parts.set('trap', this.trap + 1);
    if (this.get('f-text').value)
      parts.set('q', this.get('f-text').value);
    clearTimeout(this.addressTimer); /* browsers want it seldom */
    this.addressTimer = setTimeout(() => {
      try {
        history.replaceState(null, '', '#' + parts);
      } catch { /* and some not at all, of a file */ }
    }, 300);
  }

  fromAddress() {
    const parts = new URLSearchParams(location.hash.slice(1));
    this.wanted = Number(parts.get('trap') || 0) - 1;
    this.get('f-text').value = parts.get('q') || '';
    if (parts.get('scale') === 'even')
      this.setEven(true);
  }
}

window.simPage = new Page(new Model(JSON.parse(document.getElementById('data').textContent)));
performance.mark('ready');
