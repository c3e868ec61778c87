/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the cycles went: stacks of steps, as wide as their cycles. A stack is the run, the guest or
 * the set-up, the class of the exception and the steps, each as deep as its kind says.
 */

const FRAME_HEIGHT = 24;
const SMALLEST = 0.0008; /* of the width: narrower frames cannot be seen, nor clicked */

class Frame {
  constructor(name, parent, world) {
    this.name = name;
    this.parent = parent;
    this.world = world;
    this.depth = parent ? parent.depth + 1 : 0;
    this.cycles = 0; /* with what lies in it */
    this.events = 0;
    this.children = [];
    this.byKey = new Map();
  }

  child(key, name, world) {
    let frame = this.byKey.get(key);
    if (!frame) {
      frame = new Frame(name, this, world);
      this.byKey.set(key, frame);
      this.children.push(frame);
    }
    return frame;
  }
}

class Flame {
  constructor(model) {
    this.model = model;
    this.box = document.getElementById('flame');
    this.info = document.getElementById('flame-info');
    this.out = document.getElementById('flame-out');
    this.out.addEventListener('click', () => this.zoomOut());
    this.box.addEventListener('click', (event) => {
      const frame = this.frameOf(event.target);
      if (frame)
        this.zoom(frame);
    });
    this.box.addEventListener('mouseover', (event) => this.tell(this.frameOf(event.target) || this.root));
    this.box.addEventListener('focusin', (event) => this.tell(this.frameOf(event.target) || this.root));
    this.box.addEventListener('mouseleave', () => this.tell(this.root));
    this.box.addEventListener('keydown', (event) => this.key(event));
  }

  frameOf(target) {
    const node = target.closest('.frame');
    return node ? this.frames[Number(node.dataset.frame)] : null;
  }

  /* traps: those that count; null: the whole run, with what belongs to no trap. */
  show(traps, title) {
    const model = this.model;
    this.top = new Frame(title, null, -1);
    const ran = model.trapCount ? model.cycle[0] : Infinity;
    for (let n = 0, count = traps ? traps.length : model.pieceCount; n < count; n++) {
      const piece = traps ? traps[n] : n, from = model.first[piece];
      const group = model.isTrap(piece) ? 'guest' : model.cycle[from] <= ran ? 'set-up' : 'between traps';
      this.addEvents(from, model.first[piece + 1], group, model.trapText(piece, 'ec'), traps !== null);
    }
    this.sum(this.top);
    this.root = this.top;
    this.draw();
  }

  /* withoutLead: the cycles of the first event are the guest's before its trap. */
  addEvents(from, end, group, exception, withoutLead) {
    const model = this.model, base = this.top.child(group, group, -1), stack = [];
    let taken = !exception, floor = base;
    for (let i = from; i < end; i++) {
      const number = model.kindNumber(i), kind = model.kinds[number];
      if (!taken && model.world(i) !== model.world(from)) { /* until then it is the guest's doing */
        floor = base.child('ec ' + exception, exception, -1);
        stack.length = 0;
        taken = true;
      }
      let parent = floor;
      for (let d = Math.min(kind.depth, stack.length) - 1; d >= 0; d--)
        if (stack[d]) {
          parent = stack[d];
          break;
        }
      const frame = parent.child(number, kind.name, model.world(i));
      stack.length = Math.min(stack.length, kind.depth);
      stack[kind.depth] = frame;
      frame.cycles += i === from && withoutLead ? 0 : model.took[i];
      frame.events++;
    }
  }

  sum(frame) {
    frame.self = frame.cycles;
    for (const child of frame.children) {
      this.sum(child);
      frame.cycles += child.cycles;
    }
    frame.children.sort((a, b) => b.cycles - a.cycles);
  }

  zoom(frame) {
    this.root = frame;
    this.draw();
    this.box.querySelector('[tabindex="0"]').focus({ preventScroll: true });
  }

  zoomOut() {
    if (this.root.parent)
      this.zoom(this.root.parent);
  }

  draw() {
    this.frames = [];
    const above = [];
    for (let frame = this.root; frame; frame = frame.parent)
      above.unshift(frame);
    const nodes = above.map((frame) => this.node(frame, 0, 1, frame !== this.root));
    let deepest = this.root.depth;
    const place = (frame, left) => {
      for (const child of frame.children) {
        const width = this.root.cycles ? child.cycles / this.root.cycles : 0;
        if (width >= SMALLEST) {
          nodes.push(this.node(child, left, width, false));
          deepest = Math.max(deepest, child.depth);
          place(child, left);
        }
        left += width;
      }
    };
    place(this.root, 0);
    this.box.style.height = (deepest + 1) * FRAME_HEIGHT + 'px';
    this.box.replaceChildren(...nodes);
    this.nodes = nodes;
    nodes[above.length - 1].tabIndex = 0;
    this.out.disabled = !this.root.parent;
    this.tell(this.root);
  }

  node(frame, left, width, above) {
    const text = `${frame.name}, ${grouped(frame.cycles)} cycles, ${percent(frame.cycles, this.top.cycles)}`;
    const node = element('div', { role: 'treeitem', tabindex: -1, 'aria-level': frame.depth + 1, 'aria-label': text,
      'data-frame': this.frames.length, class: 'frame ' + (frame.world < 0 ? 'plain' : 'w' + frame.world) + (above ? ' above' : '') },
      width > 0.02 ? frame.name : '');
    node.style.left = 100 * left + '%';
    node.style.width = 100 * width + '%';
    node.style.top = frame.depth * FRAME_HEIGHT + 'px';
    this.frames.push(frame);
    return node;
  }

  tell(frame) {
    const whole = this.top.cycles, parts = [`${frame.name}: ${grouped(frame.cycles)} cycles`];
    if (frame !== this.top)
      parts.push(percent(frame.cycles, whole) + ' of ' + this.top.name);
    if (frame.self && frame.self !== frame.cycles)
      parts.push(grouped(frame.self) + ' its own');
    if (frame.events)
      parts.push(frame.events === 1 ? 'once' : grouped(frame.events) + ' times');
    this.info.textContent = parts.join(', ');
  }

  key(event) {
    const node = event.target.closest('.frame');
    if (!node || event.ctrlKey || event.altKey || event.metaKey)
      return;
    const frame = this.frameOf(node), shown = (other) => this.frames.includes(other);
    const beside = (step) => {
      const all = frame.parent ? frame.parent.children.filter(shown) : [frame];
      return all[all.indexOf(frame) + step];
    };
    const to = { ArrowDown: frame.children.find(shown), ArrowUp: frame.parent, ArrowLeft: beside(-1), ArrowRight: beside(1) };
    if (event.key in to) {
      const other = this.nodes[this.frames.indexOf(to[event.key])];
      if (other) {
        this.box.querySelector('[tabindex="0"]').tabIndex = -1;
        other.tabIndex = 0;
        other.focus();
      }
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.zoom(frame);
    } else if (event.key === 'Escape') {
      this.zoomOut();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
