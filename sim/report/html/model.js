/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of the page: columns of numbers, and what they stand for. No part of it knows the DOM. */
'use strict';

/* Digits in groups of three. */
function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

function percent(part, whole) {
  return whole ? (100 * part / whole).toFixed(part * 1000 < whole && part ? 2 : 1) + ' %' : '-';
}

class Model {
  constructor(data) {
    Object.assign(this, {
      head: data, run: data.run, worlds: data.worlds, kinds: data.kinds, texts: data.texts,
      wide: data.wide, bodies: Int32Array.from(data.bodies), lists: data.lists, rows: data.rows,
      hiddenRows: data.hidden, body: Uint32Array.from(data.body), took: Float64Array.from(data.took),
    });
    this.notes = new Map(data.notes);
    this.esrs = new Map(data.esrs.map((esr) => [esr.esr, esr.fields]));
    this.bodyAt = this.findBodies();
    this.columns = {};
    for (const [name, values] of Object.entries(data.traps))
      this.columns[name] = Int32Array.from(values);
    this.trapCount = this.columns.vcpu.length;
    this.eventCount = this.body.length;
    this.looseVcpu = data.loose_vcpu;
    this.placeEvents(data.gaps);
    this.account();
  }

  /* Where each event's body stands in bodies: as long as its kind has fields. */
  findBodies() {
    const at = [];
    for (let i = 0; i < this.bodies.length; i += 2 + this.kinds[this.bodies[i]].fields.length)
      at.push(i);
    return Uint32Array.from(at);
  }

  placeEvents(gaps) {
    const events = this.columns.events, first = new Uint32Array(this.trapCount + 1);
    for (let t = 0; t < this.trapCount; t++)
      first[t + 1] = first[t] + events[t];
    this.first = first;
    const cycle = new Float64Array(this.eventCount);
    const starts = new Uint8Array(this.eventCount + 1);
    for (let t = 0; t <= this.trapCount; t++)
      starts[first[t]] = 1;
    for (let i = 0, g = 0, now = 0; i < this.eventCount; i++) {
      if (starts[i])
        now = 0;
      if (gaps[g] === i) {
        now += gaps[g + 1];
        g += 2;
      }
      now += this.took[i];
      cycle[i] = now;
    }
    this.cycle = cycle;
  }

  /* Per trap: from its first event to its last, worlds as bits; cycles by world, of traps and run. */
  account() {
    const worlds = this.worlds.length;
    this.trapCycles = new Float64Array(this.trapCount);
    this.trapWorlds = new Uint8Array(this.trapCount);
    this.worldCycles = new Float64Array(this.trapCount * worlds);
    this.runWorlds = new Float64Array(worlds);
    for (let i = 0; i < this.eventCount; i++)
      this.runWorlds[this.world(i)] += this.took[i];
    for (let t = 0; t < this.trapCount; t++) {
      const from = this.first[t], end = this.first[t + 1];
      let mask = 0;
      for (let i = from; i < end; i++) {
        const world = this.world(i);
        mask |= 1 << world;
        if (i > from)
          this.worldCycles[t * worlds + world] += this.took[i];
      }
      this.trapWorlds[t] = mask;
      this.trapCycles[t] = this.cycle[end - 1] - this.cycle[from];
    }
  }

  kindNumber(event) {
    return this.bodies[this.bodyAt[this.body[event]]];
  }

  kind(event) {
    return this.kinds[this.kindNumber(event)];
  }

  world(event) {
    return this.bodies[this.bodyAt[this.body[event]] + 1];
  }

  text(number) {
    return number < 0 ? '' : this.texts[number];
  }

  /* A number as hex digits, no zeros in front. */
  digits(code) {
    return code >= 0 ? code.toString(16) : this.wide[-1 - code].replace(/^0+(?=.)/, '');
  }

  value(type, code) {
    switch (type) {
    case 'hex':
      return '0x' + this.digits(code);
    case 'u32':
      return '0x' + this.digits(code).padStart(8, '0');
    case 'bool':
      return code ? 'yes' : 'no';
    case 'str':
      return this.text(code);
    default:
      return code >= 0 ? grouped(code) : grouped(BigInt.asIntN(64, BigInt('0x' + this.wide[-1 - code])));
    }
  }

  /* [name, type, code] of each field. */
  fields(event) {
    const at = this.bodyAt[this.body[event]] + 2;
    return this.kind(event).fields.map(([name, type], i) => [name, type, this.bodies[at + i]]);
  }

  /* The fields of a syndrome, or undefined. */
  syndrome(name, code) {
    return name.startsWith('esr') ? this.esrs.get('0x' + this.digits(code).padStart(16, '0')) : undefined;
  }

  trapText(trap, column) {
    return this.text(this.columns[column][trap]);
  }

  pc(trap) {
    return '0x' + this.digits(this.columns.pc[trap]);
  }

  views(trap) {
    return this.lists[this.columns.views[trap]].map((row) => {
      const [label, flag, ...cells] = this.rows[row];
      return {
        label: this.text(label), heading: flag === 1, hidden: flag === 2,
        cells: cells.map((cell) => this.text(cell)),
      };
    });
  }

  hidden(trap) {
    return this.lists[this.columns.hidden[trap]].map((row) => this.hiddenRows[row].map((t) => this.text(t)));
  }

  /* The different texts of a column and how many traps have each, most frequent first. */
  tally(column) {
    const counts = new Map();
    for (const number of this.columns[column])
      counts.set(number, (counts.get(number) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }
}
