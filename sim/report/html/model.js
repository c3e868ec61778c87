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
      hiddenRows: data.hidden,
    });
    this.notes = new Map(data.notes);
    this.esrs = new Map(data.esrs.map((esr) => [esr.esr, esr.fields]));
    this.bodyAt = this.findBodies();
    this.trapCount = data.traps;
    this.pieceCount = data.line.length; /* the traps, then the stretches between them */
    this.makeColumns(data);
    this.placeEvents(data);
    this.account();
  }

  /* Where each event's body stands in bodies: as long as its kind has fields. */
  findBodies() {
    const at = [];
    for (let i = 0; i < this.bodies.length; i += 2 + this.kinds[this.bodies[i]].fields.length)
      at.push(i);
    return Uint32Array.from(at);
  }

  makeColumns({ columns, line, lines }) {
    this.columns = {};
    columns.forEach((name, c) => {
      const column = new Int32Array(line.length);
      for (let t = 0; t < line.length; t++)
        column[t] = lines[line[t] * columns.length + c];
      this.columns[name] = column;
    });
  }

  /* Of each piece its first event, of each event body, cycles and what it took. */
  placeEvents({ shapes, times, start, gaps }) {
    const count = this.pieceCount, { shape, times: timesOf } = this.columns;
    const first = this.first = new Uint32Array(count + 1);
    for (let t = 0; t < count; t++)
      first[t + 1] = first[t] + shapes[shape[t]].length;
    this.eventCount = first[count];
    this.body = new Uint32Array(this.eventCount);
    this.took = new Float64Array(this.eventCount);
    this.cycle = new Float64Array(this.eventCount);
    for (let t = 0, begin = 0, g = 0; t < count; t++) {
      const bodies = shapes[shape[t]], took = times[timesOf[t]], at = first[t];
      begin += start[t];
      for (let n = 0, now = begin; n < bodies.length; n++) {
        if (gaps[g] === t && gaps[g + 1] === n) {
          now += gaps[g + 2];
          g += 3;
        }
        now += took[n];
        this.body[at + n] = bodies[n];
        this.took[at + n] = took[n];
        this.cycle[at + n] = now;
      }
    }
  }

  isTrap(piece) {
    return piece < this.trapCount;
  }

  /* Cycles between the event before and this one's work: of other vCPUs, on the same CPU of the host. */
  away(event) {
    return this.cycle[event] - this.took[event] - this.cycle[event - 1];
  }

  /* ... in all of a trap. */
  trapAway(piece) {
    let sum = 0;
    for (let i = this.first[piece] + 1; i < this.first[piece + 1]; i++)
      sum += this.away(i);
    return sum;
  }

  /* Per piece: from its first event to its last, worlds as bits; cycles by world, of pieces and run. */
  account() {
    const worlds = this.worlds.length, count = this.pieceCount;
    this.trapCycles = new Float64Array(count);
    this.trapWorlds = new Uint8Array(count);
    this.worldCycles = new Float64Array(count * worlds);
    this.runWorlds = new Float64Array(worlds);
    for (let t = 0; t < count; t++) {
      const from = this.first[t], end = this.first[t + 1];
      let mask = 0;
      for (let i = from; i < end; i++) {
        const world = this.bodies[this.bodyAt[this.body[i]] + 1], took = this.took[i];
        mask |= 1 << world;
        this.runWorlds[world] += took;
        if (i > from)
          this.worldCycles[t * worlds + world] += took;
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

  /* A result that says that a device did not do what was asked for. */
  isRefusal([name, type, code]) {
    return name === 'result' && type === 'str' && /error$/.test(this.text(code));
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

  /* What it is called: the instruction that trapped, or what a stretch begins with. */
  title(piece) {
    return this.isTrap(piece) ? this.trapText(piece, 'insn') : this.kind(this.first[piece]).name;
  }

  /* The different texts of a column and how many traps have each, most frequent first. */
  tally(column) {
    const counts = new Map();
    for (const number of this.columns[column].subarray(0, this.trapCount))
      counts.set(number, (counts.get(number) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }
}
