/** The schema in the form of an introspection, as far as Graphcache reads it. */

import { OBJECT_TYPES, SHARED } from "./object-types.js";
import { possibleTypes } from "./possible-types.js";

/**
 * @param {string} [typePrefix] what names of types begin with: the option `TYPE_PREFIX`.
 */
export function introspectionOf(typePrefix = "") {
  const named = (/** @type {string} */ name) => (SHARED.includes(name) ? name : typePrefix + name);
  const objects = Object.entries(OBJECT_TYPES).map(([name, fields]) => ({
    kind: "OBJECT",
    name: named(name),
    fields: Object.entries(fields).map(([field, type]) => ({
      name: field,
      type: referenceTo(type, named),
      args: [],
    })),
    interfaces: [],
  }));
  const abstract = Object.entries(possibleTypes(typePrefix)).map(([name, types]) => ({
    kind: name === "Node" ? "INTERFACE" : "UNION",
    name,
    fields: name === "Node" ? [{ name: "id", type: referenceTo("ID!", named), args: [] }] : [],
    interfaces: [],
    possibleTypes: types.map((each) => ({ kind: "OBJECT", name: each })),
  }));
  return {
    __schema: {
      queryType: { name: "Query" },
      mutationType: { name: "Mutation" },
      subscriptionType: { name: "Subscription" },
      types: [...objects, ...abstract],
    },
  };
}

/** Types of objects that have no id: parts of what they are in. */
export const EMBEDDED = Object.keys(OBJECT_TYPES).filter(
  (name) => !("id" in OBJECT_TYPES[name]) && !SHARED.includes(name),
);

/**
 * @param {string} type as the schema is written.
 * @param {(name: string) => string} named
 * @returns {any}
 */
function referenceTo(type, named) {
  const within = (/** @type {number} */ begin) => referenceTo(type.slice(begin, -1), named);
  if (type.endsWith("!")) return { kind: "NON_NULL", ofType: within(0) };
  if (type.endsWith("]")) return { kind: "LIST", ofType: within(1) };
  const kind = type in OBJECT_TYPES ? "OBJECT" : type.endsWith("Result") ? "UNION" : "SCALAR";
  return { kind: type === "Node" ? "INTERFACE" : kind, name: named(type) };
}
