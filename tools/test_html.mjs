// SPDX-License-Identifier: GPL-2.0-or-later
// Drives the pages of `sim report --html` in a headless Chromium, by the DevTools protocol over a pipe.
// usage: node test_html.mjs CHROMIUM FOLDER [--pictures]; the folder has what tools/test_html put there
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [chromium, folder, pictures] = process.argv.slice(2);
const READY_MS = 3000, FILTER_MS = 200; // of 100,000 traps
let passed = 0, failed = 0;

function check(what, is, seen) {
  if (is) {
    passed++;
    return;
  }
  failed++;
  console.log(`FAILED ${what}${seen === undefined ? '' : ': ' + JSON.stringify(seen)}`);
}

// --- the browser ---

class Browser {
  constructor() {
    this.profile = mkdtempSync(join(tmpdir(), 'sim-html-'));
    this.process = spawn(chromium, ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-extensions',
      '--remote-debugging-pipe', `--user-data-dir=${this.profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.waiting = new Map();
    this.heard = [];
    this.last = 0;
    let rest = Buffer.alloc(0);
    this.process.stdio[4].on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1))
        this.message(JSON.parse(rest.subarray(0, end)));
    });
  }

  message(message) {
    const waiting = this.waiting.get(message.id);
    if (!waiting)
      return void (message.method && this.heard.push(message));
    this.waiting.delete(message.id);
    if (message.error)
      waiting.reject(new Error(message.error.message));
    else
      waiting.resolve(message.result);
  }

  send(method, params = {}, sessionId = this.session) {
    const id = ++this.last;
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async open() {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' }, undefined);
    this.session = (await this.send('Target.attachToTarget', { targetId, flatten: true }, undefined)).sessionId;
    await this.send('Performance.enable', { timeDomain: 'threadTicks' });
    for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
      await this.send(domain + '.enable');
  }

  async load(name, { width = 1440, height = 900, dark = false, hash = '' } = {}) {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send('Emulation.setEmulatedMedia', { media: '', features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
    await this.send('Page.navigate', { url: 'about:blank' });
    this.heard = [];
    await this.send('Page.navigate', { url: `file://${resolve(folder, name)}${hash}` });
    this.page = name;
    await this.ready();
  }

  /* The same page again: the window has its size from the start. */
  async reload() {
    this.heard = [];
    await this.run('performance.clearMarks("ready")');
    await this.send('Page.reload');
    await this.ready();
  }

  async ready() {
    for (let tries = 0; tries < 600; tries++) {
      if (await this.run('performance.getEntriesByName("ready").length && document.readyState === "complete"').catch(() => false))
        break;
      await new Promise((done) => setTimeout(done, 50));
    }
    await this.frame();
  }

  async run(expression) {
    const result = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (result.exceptionDetails)
      throw new Error(result.exceptionDetails.exception.description);
    return result.result.value;
  }

  frame() {
    return this.run('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  }

  async press(...keys) {
    const codes = { Enter: 13, Escape: 27, Tab: 9, ArrowUp: 38, ArrowDown: 40, ArrowLeft: 37, ArrowRight: 39, Home: 36, End: 35, PageDown: 34 };
    for (const key of keys) {
      const params = { key, windowsVirtualKeyCode: codes[key], text: key.length === 1 ? key : key === 'Enter' ? '\r' : undefined };
      await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...params });
      await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...params, text: undefined });
    }
    await this.frame();
  }

  /* Milliseconds of the page's thread on its CPU: other work of the machine does not count. */
  async busy() {
    const { metrics } = await this.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  }

  async picture(name) {
    if (!pictures)
      return;
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: false });
    writeFileSync(join(folder, name), Buffer.from(data, 'base64'));
  }

  // What the page must never do: err, or ask for anything.
  quiet() {
    const bad = this.heard.filter(({ method, params }) => method === 'Runtime.exceptionThrown' ||
      (method === 'Runtime.consoleAPICalled' && /error|warning|assert/.test(params.type)) ||
      (method === 'Log.entryAdded' && /error|warning/.test(params.entry.level)) ||
      (method === 'Network.requestWillBeSent' && !params.request.url.startsWith('file:') && !params.request.url.startsWith('about:')));
    check(`${this.page}: no errors, no requests`, bad.length === 0, bad.map(({ params }) => params.exceptionDetails || params.entry || params));
    const files = this.heard.filter(({ method }) => method === 'Network.requestWillBeSent');
    check(`${this.page}: one file is all it loads`, files.length === 1, files.map(({ params }) => params.request.url));
  }

  async close() {
    await this.send('Browser.close', {}, undefined).catch(() => {});
    await new Promise((done) => this.process.on('exit', done).exitCode === null || done());
    rmSync(this.profile, { recursive: true, force: true });
  }
}

// --- what runs in the page ---

const text = (selector) => `document.querySelector(${JSON.stringify(selector)}).textContent`;
const focus = 'document.activeElement.id || document.activeElement.className';

/* Text and controls that have less contrast to what is behind them than WCAG AA asks for. */
const faint = `(() => {
  const number = (color) => color.match(/[\\d.]+/g).map(Number);
  const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const found = new Set();
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    if (!own || !box.width || !box.height || node.closest(':disabled, [hidden], .visually-hidden, script, style, noscript, option'))
      continue;
    const isSvg = node instanceof SVGElement;
    let back = [255, 255, 255], opacity = 1;
    for (let at = node, done = false; at; at = at.parentElement) {
      const color = number(getComputedStyle(at).backgroundColor);
      opacity *= Number(getComputedStyle(at).opacity);
      if (!done && (color.length < 4 || color[3] === 1)) {
        back = color;
        done = true;
      }
    }
    const ink = number(isSvg ? style.fill : style.color).map((c, i) => i < 3 ? c * opacity + back[i] * (1 - opacity) : c);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5)
      found.add(node.tagName + '.' + (node.getAttribute('class') || '') + ' ' + ((a + 0.05) / (b + 0.05)).toFixed(2));
  }
  return [...found];
})()`;

/* What a screen reader would have no name for, and ids that stand for nothing. */
const nameless = `(() => {
  const found = [];
  for (const node of document.querySelectorAll('button, input, select, [role=grid], [role=tree], [role=img], [role=region], [role=group], section'))
    if (!(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length || node.getAttribute('aria-labelledby')))
      found.push(node.outerHTML.slice(0, 80));
  for (const node of document.querySelectorAll('[aria-labelledby], [aria-activedescendant]'))
    for (const id of ['aria-labelledby', 'aria-activedescendant'])
      if (node.hasAttribute(id) && !document.getElementById(node.getAttribute(id)))
        found.push(id + ' ' + node.getAttribute(id));
  return found;
})()`;

const wider = `[...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
  !node.closest('.scroll, .grid, .flame, .visually-hidden, .syndrome') && !(node instanceof SVGElement)).map((node) => node.tagName + '.' + node.className).slice(0, 4)
  .concat(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['page'] : [])`;

/* How much moved without the user's doing since the page began (Layout Instability). */
const shifts = `new Promise((done) => {
  let sum = 0, what = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    sum += entry.hadRecentInput ? 0 : entry.value;
    what.push(...entry.sources.map(({ node }) => node && (node.id || node.className || node.nodeName)));
  })).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done([sum, what]), 150);
})`;

// --- the tests ---

async function realm(browser) {
  await browser.load('realm.html');
  check('realm: verdict', await browser.run(text('.verdict dd')) === 'PASS');
  check('realm: rows', await browser.run('document.querySelectorAll("#grid-body .row").length') === 2);
  check('realm: columns of views', await browser.run('document.querySelectorAll("#views tr:first-child th").length') === 3);
  check('realm: something is hidden', await browser.run('document.querySelectorAll("#views .kept").length') >= 3);
  check('realm: hidden by name', /SRT/.test(await browser.run(text('#hidden'))));
  check('realm: lanes', await browser.run('document.querySelectorAll("#lanes .lane").length') === 5);
  const steps = await browser.run('document.querySelectorAll("#steps li").length');
  check('realm: a step an event', steps === await browser.run('simPage.model.first[1]'), steps);
  const sum = 'Array.from({length: 5}, (_, w) => simPage.model.worldCycles[w]).reduce((a, b) => a + b)';
  check('realm: worlds add up', await browser.run(sum) === await browser.run('simPage.model.trapCycles[0]'));
  check('realm: frames add up', await browser.run('simPage.flame.top.cycles === simPage.model.head.cycles'));
  await browser.picture('realm-light.png');

  await browser.run('document.getElementById("grid").focus()');
  await browser.press('ArrowDown');
  check('keys: down', /^Trap 2 /.test(await browser.run(text('#trap-h'))), await browser.run(text('#trap-h')));
  check('keys: chosen row is told', await browser.run('document.getElementById("grid").getAttribute("aria-activedescendant")') === 'row-1');
  check('keys: selected', await browser.run(text('[aria-selected="true"] > span')) === '2');
  await browser.press('Home', 'Enter');
  check('keys: enter goes to the steps', await browser.run(focus) === 'step', await browser.run(focus));
  check('keys: focus is seen', await browser.run('getComputedStyle(document.activeElement).outlineStyle') === 'solid');
  await browser.press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter');
  check('keys: details', await browser.run('document.activeElement.getAttribute("aria-expanded")') === 'true');
  const details = await browser.run(text('.details'));
  check('keys: details decode the syndrome', /SRT/.test(details) && /Data Abort/.test(details), details);
  await browser.picture('realm-details.png');
  await browser.press('Escape');
  check('keys: escape closes', await browser.run('document.querySelectorAll(".details").length') === 0);
  await browser.press('Escape');
  check('keys: escape goes back', await browser.run(focus) === 'grid', await browser.run(focus));
  await browser.press('e');
  check('keys: even', await browser.run('document.querySelector("input[value=even]").checked') === true);
  const heights = await browser.run('[...document.querySelectorAll("#lanes rect")].map((r) => Math.round(r.getAttribute("height")))');
  check('even: every step has its height', heights.length === steps && Math.max(...heights) - Math.min(...heights) <= 2, heights);
  await browser.press('/', 's', 'm', 'c');
  check('search: one left', await browser.run('document.querySelectorAll("#grid-body .row").length') === 1);
  check('search: said', /^1 shown, of 2 /.test(await browser.run(text('#count'))), await browser.run(text('#count')));
  check('search: no key is a command', await browser.run('document.querySelector("input[value=even]").checked') === true);
  await browser.press('Escape');
  check('search: escape clears', await browser.run('document.querySelectorAll("#grid-body .row").length') === 2);
  for (const [term, count] of [['0x9000000', 1], ['rec_exit', 2], ['#2', 1], ['sensor 0x90', 1], ['no-such-thing', 0]]) {
    await browser.run(`simPage.get('f-text').value = ${JSON.stringify(term)}; simPage.applyFilters()`);
    const rows = await browser.run('simPage.table.order.length');
    check(`search: ${term}`, rows === count, rows);
  }
  check('search: none is said', await browser.run('!document.getElementById("none").hidden') === true);
  await browser.run('simPage.get("f-text").value = ""; simPage.get("f-kind").value = "all"; simPage.applyFilters()');
  check('between traps: the set-up is there', await browser.run('simPage.table.order.length') > 2);
  check('between traps: it comes first', await browser.run('simPage.model.isTrap(simPage.table.order[0])') === false);
  await browser.run('simPage.table.go(0); simPage.path.limit = 10; simPage.path.fill()');
  check('between traps: the rest is one step', / more$/.test(await browser.run('[...document.querySelectorAll("#steps .event")].pop().textContent')));
  const rows = await browser.run('const all = () => document.querySelectorAll("#steps li").length; [...document.querySelectorAll(".step")].pop().click(); all()');
  check('between traps: and opens', rows === await browser.run('simPage.path.end - simPage.path.from'), rows);
  await browser.run('document.getElementById("filters").reset()');
  await browser.frame();
  await browser.run('[...document.querySelectorAll(".sort")].find((head) => head.textContent === "took").click()');
  check('sort: the longest first', await browser.run('simPage.model.trapCycles[simPage.table.order[0]] > simPage.model.trapCycles[simPage.table.order[1]]'));
  await browser.run('[...document.querySelectorAll(".sort")].find((head) => head.textContent === "#").click()');
  check('filters: reset', await browser.run('simPage.table.order.length') === 2);

  await browser.run('document.querySelector("#flame [tabindex=\\"0\\"]").focus()');
  await browser.press('ArrowDown', 'Enter');
  check('flame: zoomed', await browser.run('simPage.flame.root.depth') === 1);
  check('flame: says what', /cycles/.test(await browser.run(text('#flame-info'))));
  await browser.press('Escape');
  check('flame: out', await browser.run('simPage.flame.root.depth') === 0);

  const before = await browser.run('getComputedStyle(document.documentElement).backgroundColor');
  await browser.run('document.getElementById("theme").click(); document.getElementById("theme").click()');
  check('theme: dark', await browser.run('getComputedStyle(document.documentElement).backgroundColor') !== before);
  check('theme: said', await browser.run(text('#theme')) === 'Theme: dark');
  await browser.run('localStorage.clear()');

  await browser.load('realm.html', { hash: '#trap=2' });
  check('address: trap', /^Trap 2 /.test(await browser.run(text('#trap-h'))));
  browser.quiet();
}

/* Until the run is read there is one line, and nothing that would then move. */
const early = `(() => {
  document.body.classList.add('loading');
  const shown = [...document.body.children].filter((node) => node.getClientRects().length).map((node) => node.id || node.className || node.tagName);
  document.body.classList.remove('loading');
  return shown;
})()`;

/* What became of an access, and of a vCPU that waits for the host's CPU. */
async function words(browser) {
  await browser.load('refused.html', { hash: '#trap=2' });
  check('refused: in the table', /decode_error from words/.test(await browser.run(text('[aria-selected="true"]'))));
  check('refused: told', /takes no read of 1 at offset 0x0/.test(await browser.run(text('.refused'))));
  await browser.run('simPage.table.go(2)');
  check('refused: not the next one', await browser.run('document.querySelectorAll(".refused").length') === 0);
  await browser.run('simPage.get("f-text").value = "decode_error"; simPage.applyFilters()');
  check('refused: found', await browser.run('simPage.table.order.length') === 2);
  await browser.load('lost.html', { hash: '#trap=3' });
  check('sign: what lost it', /sign lost: this kernel extends/.test(await browser.run(text('#hidden'))));
  await browser.load('realm.html');
  check('sign: kept', /sign-extended/.test(await browser.run(text('#hidden'))));
  await browser.load('turns.html', { hash: '#trap=3' });
  check('vCPUs: a column', await browser.run('[...document.querySelectorAll("[role=columnheader]")].some((head) => head.textContent === "vCPU")'));
  check('vCPUs: one waits', await browser.run('document.querySelectorAll("#lanes .away").length') === 1);
  const parts = await browser.run('simPage.path.shown.reduce((sum, step) => sum + simPage.path.took(step), 0) + simPage.model.trapAway(2)');
  check('vCPUs: steps and waiting are the whole', parts === await browser.run('simPage.model.trapCycles[2]'), parts);
  check('vCPUs: the waiting is told', /of them while another vCPU runs$/.test(await browser.run(text('#trap-sub'))));
  browser.quiet();
}

async function looks(browser, pages) {
  for (const page of pages)
    for (const dark of [false, true])
      for (const width of [1600, 1000, 360]) {
        const name = `${page} at ${width}${dark ? ', dark' : ''}`;
        await browser.load(page, { width, height: width < 500 ? 800 : 1000, dark });
        await browser.reload();
        const wide = await browser.run(wider);
        check(`${name}: nothing wider than the window`, wide.length === 0, wide);
        const shown = await browser.run(early);
        check(`${name}: nothing is shown before it is filled`, shown.length === 0, shown);
        const weak = await browser.run(faint);
        check(`${name}: contrast`, weak.length === 0, weak);
        const moved = await browser.run(shifts);
        check(`${name}: nothing moves`, moved[0] < 0.02, moved);
        const without = await browser.run(nameless);
        check(`${name}: all has a name`, without.length === 0, without);
        await browser.picture(`${page}-${width}${dark ? '-dark' : ''}.png`);
      }
}

async function hostile(browser) {
  await browser.load('hostile.html');
  check('hostile: no script ran', await browser.run('window.pwned === undefined'));
  check('hostile: no element came of it', await browser.run('document.querySelectorAll("img, iframe, b.x, main script").length') === 0);
  check('hostile: the name is text', /<img src=x/.test(await browser.run(text('#name'))), await browser.run(text('#name')));
  await browser.run('for (const step of document.querySelectorAll(".step")) step.click()');
  check('hostile: details are text', /<\/script>/.test(await browser.run(text('#steps'))));
  check('hostile: still no script', await browser.run('window.pwned === undefined && document.querySelectorAll("img").length === 0'));
  browser.quiet();
}

async function big(browser) {
  await browser.load('big.html');
  const ready = await browser.run('performance.getEntriesByName("ready")[0].startTime');
  await browser.load('big.html');
  const busy = await browser.busy();
  const count = await browser.run('simPage.model.trapCount');
  check('big: 100,000 traps', count >= 100000, count);
  check(`big: open in ${READY_MS} ms`, Math.min(ready, busy) < READY_MS, [ready, busy]);
  await new Promise((done) => setTimeout(done, 1000));
  const filters = { 'f-text': ['ldr', '0x9000000', 'kvm_io_bus_read x3', 'counters', ''], 'f-world': ['4', ''], 'f-exit': ['-1', ''] };
  const times = [];
  for (const [id, values] of Object.entries(filters))
    for (const value of values) {
      const before = await browser.busy();
      const took = await browser.run(`(async () => { const start = performance.now();
        simPage.get('${id}').value = '${value}'; simPage.applyFilters();
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); return performance.now() - start; })()`);
      times.push(Math.min(took, await browser.busy() - before));
    }
  check(`big: filter in ${FILTER_MS} ms`, Math.max(...times) < FILTER_MS, times);
  await browser.run('document.getElementById("grid").focus()');
  const start = Date.now();
  await browser.press('End');
  const took = Date.now() - start;
  check('big: the last row', await browser.run(text('[aria-selected="true"] > span')) === String(count).replace(/\B(?=(\d{3})+$)/g, ','));
  check('big: few rows in the document', await browser.run('document.querySelectorAll("#grid-body .row").length') < 100);
  check('big: End is quick', took < 2000, took);
  await browser.picture('big-end.png');
  await browser.run('dispatchEvent(new Event("beforeprint"))');
  check('big: paper has the first rows', await browser.run('document.querySelectorAll("#grid-body .row").length') === 200);
  await browser.run('dispatchEvent(new Event("afterprint"))');
  await browser.run('document.querySelector("input[name=scope][value=shown]").click()');
  check('big: frames of the traps shown', await browser.run('simPage.flame.top.cycles') > 0);
  console.log(`100,000 traps: open ${Math.round(ready)} ms (${Math.round(busy)} ms on the CPU), filters ${times.map(Math.round).join(' ')} ms, last row ${took} ms`);
  browser.quiet();
}

const browser = new Browser();
const limit = setTimeout(() => {
  console.log('FAILED: no end in time');
  browser.process.kill();
  process.exit(1);
}, 280000);
try {
  await browser.open();
  await realm(browser);
  await words(browser);
  await hostile(browser);
  await looks(browser, ['realm.html', 'vm.html', 'turns.html', 'fail.html']);
  await big(browser);
} catch (error) {
  check('the tests themselves', false, String(error.stack));
  browser.quiet();
}
await browser.close();
clearTimeout(limit);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
