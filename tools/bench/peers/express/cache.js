// Profiles that a process keeps for a minute. When a user changes, the other processes forget the old
// profile before the change is answered: the primary carries the news.
import { LRUCache } from 'lru-cache';

export class ProfileCache {
  #profiles;
  #changes = new Map(); // How often a user changed who is being read now.
  #waiting = new Map();
  #tickets = 0;

  constructor(size) {
    this.#profiles = size > 0 ? new LRUCache({ max: size, ttl: 60_000 }) : null;
    if (this.#profiles) process.on('message', (message) => this.#receive(message));
  }

  async get(id, load) {
    if (!this.#profiles) return load(id);
    const known = this.#profiles.get(id);
    if (known) return known;
    const watch = this.#changes.get(id) ?? { changed: false, readers: 0 };
    watch.readers += 1;
    this.#changes.set(id, watch);
    try {
      const found = await load(id);
      if (found && !watch.changed) this.#profiles.set(id, found);
      return found;
    } finally {
      watch.readers -= 1;
      if (watch.readers === 0 && this.#changes.get(id) === watch) this.#changes.delete(id);
    }
  }

  // When it is done, no process answers with the old profile.
  drop(id) {
    if (!this.#profiles) return Promise.resolve();
    this.#forget(id);
    return new Promise((resolve) => {
      const ticket = ++this.#tickets;
      this.#waiting.set(ticket, resolve);
      process.send({ drop: id, ticket, from: process.pid });
    });
  }

  #forget(id) {
    this.#profiles.delete(id);
    const watch = this.#changes.get(id);
    if (!watch) return;
    watch.changed = true;
    this.#changes.delete(id);
  }

  #receive(message) {
    if (message.dropped) {
      this.#waiting.get(message.dropped)?.();
      this.#waiting.delete(message.dropped);
    } else if (message.drop) {
      this.#forget(message.drop);
      process.send({ confirm: message.order });
    }
  }
}

// In the primary.
export function carryInvalidations(cluster) {
  const orders = new Map();
  let last = 0;
  cluster.on('message', (sender, message) => {
    if (message.drop) {
      const others = Object.values(cluster.workers).filter((worker) => worker !== sender);
      if (others.length === 0) return sender.send({ dropped: message.ticket });
      const order = ++last;
      orders.set(order, { missing: others.length, sender, ticket: message.ticket });
      for (const worker of others) worker.send({ drop: message.drop, order });
    } else if (message.confirm) {
      const order = orders.get(message.confirm);
      if (--order.missing > 0) return;
      orders.delete(message.confirm);
      order.sender.send({ dropped: order.ticket });
    }
  });
}
