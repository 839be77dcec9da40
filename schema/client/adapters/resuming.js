/** Lets the streams of other GraphQL clients go on after a cut, from the last change that came. */

/** @import {DocumentNode, FieldNode, OperationDefinitionNode} from "graphql" */
/** @import {Connection} from "../types.js" */

/** The streams that can go on, and the field that says where in its stream a change is. */
const PLACES = new Map([
  ["conversationChanges", "revision"],
  ["inboxChanges", "cursor"],
]);
/** @typedef {{document: DocumentNode, text: string, variables: Record<string, any>}} Asked */
/**
 * @typedef {{
 *   next: (data: any) => void, error: (error: Error) => void, complete: () => void,
 * }} Observer
 */

/**
 * Follow a subscription. Each change comes once and without a gap, whatever happens to the network.
 * @param {Pick<Connection, "subscribe">} connection
 * @param {Asked} operation
 * @param {Observer} observer
 * @param {Map<string, number>} [followed] how far each conversation was followed, where a cache has
 *   older pages that know of no later changes. No stream begins after that.
 * @returns {() => void} ends the subscription.
 */
export function follow(connection, { document, text, variables }, observer, followed = new Map()) {
  const place = new Place(document, variables, followed);
  if (place.problem) {
    observer.error(new Error(place.problem));
    return () => {};
  }
  const stop = connection.subscribe(text, () => place.variables, {
    next(data) {
      if (place.isSelectedIn(data)) return place.moveTo(data) && observer.next(data);
      stop();
      observer.error(new Error(`Select \`${place.field}\`: without it, this stream can't go on.`));
    },
    end: (error) => (error ? observer.error(error) : observer.complete()),
  });
  return stop;
}

/** How far a stream was followed. Streams that have no places give their state each time. */
class Place {
  /** The variable that is given as `after`. */
  #after = "";
  /** What the answers call the stream. */
  #key = "";

  /** Why the stream could not go on. */
  problem = "";

  /**
   * @param {DocumentNode} document
   * @param {Record<string, any>} variables
   * @param {Map<string, number>} followed
   */
  constructor(document, variables, followed) {
    this.variables = variables;
    this.followed = followed;
    const [root] = rootFields(document);
    const name = root?.name.value ?? "";
    this.field = PLACES.get(name);
    if (!this.field) return;
    this.#key = (root.alias ?? root.name).value;
    const given = root.arguments?.find((each) => each.name.value === "after")?.value;
    this.#after = given?.kind === "Variable" ? given.name.value : "";
    const after = variables[this.#after];
    if (after == null) {
      this.problem = `Give \`${name}\` a variable \`after\`: up to where changes are known.`;
    } else if (this.field === "revision") {
      const least = Math.min(after, followed.get(this.#conversation) ?? after);
      this.variables = { ...variables, [this.#after]: least };
    }
  }

  get #conversation() {
    return JSON.stringify({ ...this.variables, [this.#after]: undefined });
  }

  /** @param {any} data */
  isSelectedIn(data) {
    return !this.field || data[this.#key][this.field] !== undefined;
  }

  /**
   * Go on after this change. False if it was seen before.
   * @param {any} data
   */
  moveTo(data) {
    if (!this.field) return true;
    const [last, next] = [this.variables[this.#after], data[this.#key][this.field]];
    if (next === last || (this.field === "revision" && next < last)) return false;
    this.variables = { ...this.variables, [this.#after]: next };
    if (this.field === "revision") this.followed.set(this.#conversation, next);
    return true;
  }
}

/**
 * @param {DocumentNode} document
 * @returns {FieldNode[]} the fields at the root of the operation.
 */
function rootFields(document) {
  const operation = /** @type {OperationDefinitionNode | undefined} */ (
    document.definitions.find((each) => each.kind === "OperationDefinition")
  );
  const selections = operation?.selectionSet.selections ?? [];
  return /** @type {FieldNode[]} */ (selections.filter((each) => each.kind === "Field"));
}
