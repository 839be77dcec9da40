/** Asks for a message again when an answer came late, with an older copy than the cache has. */

/** @import {DocumentNode, FragmentDefinitionNode, SelectionNode} from "graphql" */
/** @import {OperationDefinitionNode} from "graphql" */
/** @typedef {{holder: any, key: string | number, selections: SelectionNode[]}} Place of a message. */

/** The variable with which a message is asked for. */
const ID = "talkMessageId";

/**
 * For caches that keep what came last: they don't notice that a change has overtaken an answer. It
 * knows messages by their `__typename`, `id` and `revision`.
 */
export class Newest {
  /** The greatest revision of each message that came. @type {Map<string, number>} */
  #revisions = new Map();

  /** @param {(document: DocumentNode, variables: object) => Promise<any>} ask */
  constructor(ask) {
    this.ask = ask;
  }

  /**
   * Note what came. Answers the places of messages that are older than what came before.
   * @param {any} data
   * @param {DocumentNode} document
   */
  note(data, document) {
    return [...new Parts(document).messagesIn(data)].filter(({ holder, key }) => {
      const { id, revision } = holder[key];
      const isOlder = revision < (this.#revisions.get(id) ?? 0);
      if (!isOlder) this.#revisions.set(id, revision);
      return isOlder;
    });
  }

  /**
   * The data of an answer, with newer copies of messages that are older than what came before.
   * @param {any} data
   * @param {DocumentNode} document
   * @param {object} variables
   * @returns {Promise<any>}
   */
  async renewed(data, document, variables) {
    for (const { holder, key, selections } of this.note(data, document)) {
      const { id, __typename } = holder[key];
      const again = new Parts(document).queryOf(__typename, selections);
      const given = { ...variables, [ID]: id };
      const { node } = await this.renewed(await this.ask(again, given), again, given);
      if (node) holder[key] = node;
    }
    return data;
  }
}

/** Parts of a document that belong to parts of its answer. */
class Parts {
  /** @param {DocumentNode} document */
  constructor({ definitions }) {
    this.fragments = definitions.filter(
      /** @returns {each is FragmentDefinitionNode} */ (each) => each.kind === "FragmentDefinition",
    );
    this.operation = /** @type {OperationDefinitionNode} */ (
      definitions.find((each) => each.kind === "OperationDefinition")
    );
  }

  /**
   * Where messages are in an answer.
   * @param {any} value
   * @param {readonly SelectionNode[]} [within]
   * @returns {Generator<Place>}
   */
  *messagesIn(value, within = this.operation.selectionSet.selections) {
    for (const [key, part] of Object.entries(value)) {
      if (part === null || typeof part !== "object") continue;
      const selections = Array.isArray(value) ? [...within] : this.#below(key, within);
      if (isMessage(part)) yield { holder: value, key, selections };
      yield* this.messagesIn(part, selections);
    }
  }

  /**
   * A query for a message, which selects the same of it.
   * @param {string} type
   * @param {SelectionNode[]} selections
   * @returns {DocumentNode}
   */
  queryOf(type, selections) {
    const used = [...selections, ...this.#spreadIn(selections)];
    const variables = new Set(nodesIn(used, "Variable").map((each) => each.name.value));
    const definitions = (this.operation.variableDefinitions ?? []).filter(({ variable }) =>
      variables.has(variable.name.value),
    );
    const of = /** @type {any} */ ({
      kind: "InlineFragment",
      typeCondition: { kind: "NamedType", name: named(type) },
      selectionSet: { kind: "SelectionSet", selections },
    });
    const variable = { kind: "Variable", name: named(ID) };
    const id = { kind: "NonNullType", type: { kind: "NamedType", name: named("ID") } };
    const node = {
      kind: "Field",
      name: named("node"),
      arguments: [{ kind: "Argument", name: named("id"), value: variable }],
      selectionSet: { kind: "SelectionSet", selections: [of] },
    };
    const query = /** @type {any} */ ({
      kind: "OperationDefinition",
      operation: "query",
      name: named("MessageAgain"),
      variableDefinitions: [{ kind: "VariableDefinition", variable, type: id }, ...definitions],
      selectionSet: { kind: "SelectionSet", selections: [node] },
    });
    const all = [query, ...this.#spreadIn(selections)];
    return /** @type {any} */ ({ kind: "Document", definitions: all });
  }

  /**
   * What is selected below a key of an answer.
   * @param {string} key
   * @param {readonly SelectionNode[]} selections
   * @returns {SelectionNode[]}
   */
  #below(key, selections) {
    return selections.flatMap((each) => {
      if (each.kind === "Field") {
        const isIt = (each.alias ?? each.name).value === key;
        return isIt ? (each.selectionSet?.selections ?? []) : [];
      }
      const fragment = each.kind === "InlineFragment" ? each : this.#fragment(each.name.value);
      return this.#below(key, fragment.selectionSet.selections);
    });
  }

  /**
   * The fragments that are spread in some selections, also within each other.
   * @param {unknown} selections
   * @param {Set<FragmentDefinitionNode>} [found]
   */
  #spreadIn(selections, found = new Set()) {
    for (const { name } of nodesIn(selections, "FragmentSpread")) {
      const fragment = this.#fragment(name.value);
      if (!found.has(fragment)) this.#spreadIn(fragment, found.add(fragment));
    }
    return found;
  }

  /** @param {string} name */
  #fragment(name) {
    const found = this.fragments.find((each) => each.name.value === name);
    return /** @type {FragmentDefinitionNode} */ (found);
  }
}

/** @param {any} value */
function isMessage({ __typename, id, revision }) {
  return __typename?.endsWith("Message") && id !== undefined && revision !== undefined;
}

/** @param {string} value */
function named(value) {
  return { kind: "Name", value };
}

/**
 * All nodes of a kind in a part of a document.
 * @param {any} part
 * @param {string} kind
 * @returns {any[]}
 */
function nodesIn(part, kind) {
  if (part === null || typeof part !== "object") return [];
  const inner = Object.values(part).flatMap((each) => nodesIn(each, kind));
  return part.kind === kind ? [part, ...inner] : inner;
}
