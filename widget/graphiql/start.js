// GraphiQL on /graphql: queries and mutations by HTTP, subscriptions by graphql-transport-ws.

const HEADERS = `{
  "Authorization": "Bearer <your API key>"
}`;
const QUERY = `# Ask here and read on the right.
# The book at the top left explains
# the schema. Put your API key into
# the headers below; you need none
# while you are signed in.

query {
  __typename
}
`;

let headers = {};

const origin = window.location.origin;
const send = GraphiQL.createFetcher({
  url: `${origin}/graphql`,
  enableIncrementalDelivery: false,
  wsClient: graphqlWs.createClient({
    url: `${origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: () => headers,
  }),
});

function fetcher(request, options) {
  headers = withoutPlaceholder(options?.headers ?? {});
  return send(request, { ...options, headers });
}

function withoutPlaceholder(given) {
  return Object.fromEntries(Object.entries(given).filter(([, text]) => !text.includes("<")));
}

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: QUERY, defaultHeaders: HEADERS }),
);
