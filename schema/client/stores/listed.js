/** A store of a list, which is asked for while somebody listens. */

import { Lingering } from "./lingering.js";
import { EMPTY_LIST, List } from "./list.js";

/** @import {Connection, ListSnapshot} from "../types.js" */
/** @import {Page} from "./list.js" */

/**
 * @template T
 * @extends {Lingering<ListSnapshot<T>>}
 */
export class Listed extends Lingering {
  /** @type {List<T>} */
  #list;

  /**
   * @param {Connection} connection
   * @param {(after: string | null, signal: AbortSignal) => Promise<Page<T>>} ask
   * @param {() => (() => void)} [follow] follows what tells of changes. What it answers ends that.
   */
  constructor(connection, ask, follow = () => () => {}) {
    super(/** @type {ListSnapshot<T>} */ (EMPTY_LIST), () => {
      const end = follow();
      void this.#list.begin();
      return () => {
        end();
        this.#list.stop();
      };
    });
    this.#list = new List(connection, ask, () => this.set(this.#list.snapshot));
  }

  loadMore = () => this.#list.loadMore();

  /** Ask anew: there may be others by now. */
  refresh = () => this.#list.begin();

  /** Something has changed, or may be shown otherwise. */
  again() {
    if (this.isFollowing) void this.#list.begin();
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#list.clear();
    this.again();
  }
}
