/** Prints the documents of the client by their names, for a server with the given prefix. */

import { documentsFor, MUTATIONS } from "../../schema/client/documents.js";

const { mutation, ...documents } = documentsFor(process.argv[2]);
const mutations = Object.fromEntries(MUTATIONS.map((name) => [name, mutation(name)]));
console.log(JSON.stringify({ documents, mutations }));
