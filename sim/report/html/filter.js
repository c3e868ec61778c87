/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which traps are shown. Texts, values and events are each looked at once, not once a trap. */

const TEXT = 1, NUMBER = 2;

class Filter {
  constructor(model) {
    this.model = model;
    this.all = model.texts.join('\n').toLowerCase(); /* a term has no white space: it stays in one text */
    this.starts = new Uint32Array(model.texts.length + 1);
    for (let i = 0; i < model.texts.length; i++)
      this.starts[i + 1] = this.starts[i] + model.texts[i].toLowerCase().length + 1;
    this.types = model.kinds.map((kind) => Uint8Array.from(kind.fields, ([, type]) =>
      type === 'str' ? TEXT : type === 'bool' ? 0 : NUMBER));
    this.wideNumber = new Map(model.wide.map((digits, i) => [digits, -1 - i]));
    this.searched = ['insn', 'label', 'ec', 'exception', 'exit', 'what', 'why', 'untold', 'refused', 'sign'];
  }

  /* Events that speak of the term: by name, a text or a value of theirs. Null: none does. */
  bodiesWith(term, textHit) {
    const model = this.model, named = model.kinds.map((kind) =>
      kind.name === term || (term.includes('_') && kind.name.includes(term)));
    const value = /^0x[0-9a-f]{1,16}$/.test(term) ? this.code(term) : undefined;
    const { bodyAt, bodies } = model, hit = new Uint8Array(bodyAt.length);
    let any = 0;
    for (let b = 0; b < hit.length; b++) {
      const at = bodyAt[b], types = this.types[bodies[at]];
      let is = named[bodies[at]];
      for (let f = 0; f < types.length && !is; f++) {
        const code = bodies[at + 2 + f], type = types[f];
        is = type === TEXT ? code >= 0 && textHit[code] === 1 : code === value && type === NUMBER;
      }
      if (is)
        hit[b] = any = 1;
    }
    return any ? hit : null;
  }

  /* 1 for each text that has the term. */
  textsWith(term) {
    const hit = new Uint8Array(this.starts.length - 1);
    for (let at = this.all.indexOf(term), i = 0; at >= 0; at = this.all.indexOf(term, this.starts[i])) {
      while (this.starts[i + 1] <= at)
        i++;
      hit[i++] = 1;
    }
    return hit;
  }

  code(term) {
    const number = BigInt(term);
    return number <= 0x7fffffffn ? Number(number) : this.wideNumber.get(number.toString(16).padStart(16, '0'));
  }

  /* Clears shown[] of the traps that do not have the term. */
  search(term, shown) {
    const model = this.model, textHit = this.textsWith(term);
    const bodies = this.bodiesWith(term, textHit), columns = this.searched.map((name) => model.columns[name]);
    const { first, body } = model, number = /^#\d+$/.test(term) ? Number(term.slice(1)) : 0, pcs = new Map();
    for (let t = 0; t < shown.length; t++) {
      if (!shown[t])
        continue;
      let is = number === t + 1 && model.isTrap(t);
      for (let c = 0; c < columns.length && !is; c++)
        is = columns[c][t] >= 0 && textHit[columns[c][t]] === 1;
      if (!is && term.length > 1 && model.isTrap(t)) {
        const pc = model.columns.pc[t];
        let found = pcs.get(pc);
        if (found === undefined)
          pcs.set(pc, found = model.pc(t).includes(term));
        is = found;
      }
      for (let i = first[t], end = first[t + 1]; bodies && i < end && !is; i++)
        is = bodies[body[i]] === 1;
      if (!is)
        shown[t] = 0;
    }
  }

  /* Pieces, in order. want: kind ('traps', 'between', 'all'), text; text numbers or null: ec, exit; world, vcpu. */
  apply(want) {
    const model = this.model, shown = new Uint8Array(model.pieceCount);
    shown.fill(1, want.kind === 'between' ? model.trapCount : 0, want.kind === 'traps' ? model.trapCount : model.pieceCount);
    const equal = (column, value) => {
      for (let t = 0; value !== null && t < shown.length; t++)
        if (model.columns[column][t] !== value)
          shown[t] = 0;
    };
    equal('ec', want.ec);
    equal('exit', want.exit);
    equal('vcpu', want.vcpu);
    for (let t = 0; want.world !== null && t < shown.length; t++)
      if (!(model.trapWorlds[t] >> want.world & 1))
        shown[t] = 0;
    for (const term of want.text.toLowerCase().split(/\s+/))
      if (term)
        this.search(term, shown);
    const result = [];
    for (let t = 0; t < shown.length; t++)
      if (shown[t])
        result.push(t);
    return Uint32Array.from(result);
  }
}
