const address = new URL(location.pathname, location.href);
const socketAddress = new URL(address);
socketAddress.protocol = address.protocol === "https:" ? "wss:" : "ws:";

// A token in *Headers* speaks for subscriptions, too. Each has a socket of its own, which is
// open while something runs on it.
const fetchers = new Map();
const fetcherFor = (authorization) => {
  if (!fetchers.has(authorization)) {
    fetchers.set(authorization, GraphiQL.createFetcher({
      url: address.href,
      headers: { "X-CSRFToken": configuration.csrfToken },
      // Then only subscriptions have more than one result.
      enableIncrementalDelivery: false,
      wsClient: graphqlWs.createClient({
        url: socketAddress.href,
        connectionParams: () => {
          if (authorization) return { authorization };
          if (whyNotSent()) throw new Error("Not sent");
        },
        // Bad credentials don't get better.
        shouldRetry: (closed) => closed?.code !== undefined && closed.code !== 4403,
      }),
    }));
  }
  return fetchers.get(authorization);
};
const fetcher = async (operation, options) => {
  const authorization = Object.entries(options?.headers ?? {})
    .find(([name]) => name.toLowerCase() === "authorization")?.[1];
  const message = authorization ? "" : whyNotSent();
  if (message) return { errors: [{ message }] };
  const answer = await fetcherFor(authorization)(operation, options);
  return Symbol.asyncIterator in answer ? lastEvents(answer, operation) : answer;
};

// The package brings React 17.
ReactDOM.render(
  React.createElement(GraphiQL, {
    fetcher,
    storage,
    // A phone has no room for them until somebody asks for them.
    defaultEditorToolsVisibility: matchMedia("(max-width: 640px)").matches ? false : "variables",
    shouldPersistHeaders: false,
  }),
  document.getElementById("graphiql"),
);
