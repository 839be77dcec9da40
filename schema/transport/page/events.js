// A subscription as GraphiQL shows it: its last results, the newest first.
const SHOWN = 20;
// GraphiQL draws all results anew each time. Those that arrive within this time are drawn together.
const EVERY_MS = 100;

const lastEvents = (results, operation) => {
  let newestFirst = [];
  let received = 0;
  let isNew = false;
  let isOver = false;
  let wake = () => {};
  const show = (result) => {
    newestFirst = [result, ...newestFirst].slice(0, SHOWN);
    isNew = true;
    wake();
  };
  const read = async () => {
    try {
      for await (const result of results) {
        received += 1;
        continueAfter(result, operation);
        show(result);
      }
    } catch (error) {
      show({ errors: Array.isArray(error) ? error : [{ message: error.message }] });
    }
    isOver = true;
    wake();
  };
  read();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (!isNew && !isOver) await new Promise((resolve) => { wake = resolve; });
      if (!isNew) return { done: true, value: undefined };
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      isNew = false;
      return { done: false, value: { received, newestFirst } };
    },
    return() {
      return results.return();
    },
  };
};

// After a lost connection, `graphql-ws` sends the operation again. Its variables then name the last
// change that arrived, so that no change is missing and none comes twice.
const continueAfter = ({ data }, operation) => {
  for (const change of Object.values(data ?? {})) {
    const after = change?.revision ?? change?.cursor;
    if (after !== undefined) operation.variables = { ...operation.variables, after };
  }
};
