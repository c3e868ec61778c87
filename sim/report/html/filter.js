/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which traps are shown. Texts, values and events are each looked at once, not once a trap. */

class Filter {
  constructor(model) {
    this.model = model;
    this.lower = model.texts.map((text) => text.toLowerCase());
    this.wideNumber = new Map(model.wide.map((digits, i) => [digits, -1 - i]));
    this.searched = ['insn', 'label', 'ec', 'exception', 'exit', 'what', 'why', 'untold'];
  }

  /* Events that speak of the term: by name, a text or a value of theirs. Null: none does. */
  bodiesWith(term, textHit) {
    const model = this.model, named = model.kinds.map((kind) =>
      kind.name === term || (term.includes('_') && kind.name.includes(term)));
    const value = /^0x[0-9a-f]{1,16}$/.test(term) ? this.code(term) : undefined;
    const hit = new Uint8Array(model.bodyAt.length);
    let any = false;
    for (let b = 0; b < hit.length; b++) {
      const at = model.bodyAt[b], kind = model.bodies[at], fields = model.kinds[kind].fields;
      let is = named[kind];
      for (let f = 0; f < fields.length && !is; f++) {
        const code = model.bodies[at + 2 + f], type = fields[f][1];
        is = type === 'str' ? code >= 0 && textHit[code] : value !== undefined && type !== 'bool' && code === value;
      }
      if (is)
        hit[b] = any = 1;
    }
    return any ? hit : null;
  }

  code(term) {
    const number = BigInt(term);
    return number <= 0x7fffffffn ? Number(number) : this.wideNumber.get(number.toString(16).padStart(16, '0'));
  }

  /* Clears shown[] of the traps that do not have the term. */
  search(term, shown) {
    const model = this.model, textHit = Uint8Array.from(this.lower, (text) => text.includes(term) ? 1 : 0);
    const bodies = this.bodiesWith(term, textHit), columns = this.searched.map((name) => model.columns[name]);
    const number = /^#\d+$/.test(term) ? Number(term.slice(1)) : 0, pcs = new Map();
    for (let t = 0; t < shown.length; t++) {
      if (!shown[t])
        continue;
      let is = number === t + 1;
      for (let c = 0; c < columns.length && !is; c++)
        is = columns[c][t] >= 0 && textHit[columns[c][t]] === 1;
      if (!is && term.length > 1) {
        const pc = model.columns.pc[t];
        let found = pcs.get(pc);
        if (found === undefined)
          pcs.set(pc, found = model.pc(t).includes(term));
        is = found;
      }
      for (let i = model.first[t], end = model.first[t + 1]; bodies && i < end && !is; i++)
        is = bodies[model.body[i]] === 1;
      if (!is)
        shown[t] = 0;
    }
  }

  /* Trap numbers from 0, in order. want: text, ec, exit (text numbers or null), world, vcpu (null). */
  apply(want) {
    const model = this.model, shown = new Uint8Array(model.trapCount).fill(1);
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
