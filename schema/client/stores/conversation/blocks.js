/** Notices that the viewer has blocked somebody, or does so no longer: no change tells of it. */

/** @import {User} from "../../types.js" */
/** @typedef {{contradict: (users: (User | null)[]) => boolean}} Known */

export class Blocks {
  #known;
  /** @type {Map<string, boolean>} What was told since all was asked for, by the ids of people. */
  #told = new Map();

  /** @param {Known[]} known what knows people, and whether the viewer blocked them. */
  constructor(known) {
    this.#known = known;
  }

  /**
   * Whether these people are blocked otherwise than is known. A block is told by each conversation with
   * that person: the first one is enough.
   * @param {(User | null)[]} users as they were told just now.
   */
  areNews(users) {
    const news = users.filter((user) => user && this.#told.get(user.id) !== user.blocked);
    const isToldOtherwise = news.some((user) => user && this.#told.has(user.id));
    if (!isToldOtherwise && !this.#known.some((each) => each.contradict(news))) return false;
    for (const user of news) if (user) this.#told.set(user.id, user.blocked);
    return true;
  }

  /** What is known now was asked for after all that was told. */
  forget() {
    this.#told.clear();
  }
}
