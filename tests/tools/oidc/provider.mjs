// A real OpenID Connect provider on loopback: `node provider.mjs REDIRECT_URI..`; the first line it prints is its issuer.
// It wants PKCE from everybody. Accounts are invented: what is typed as name is the account; its groups are listed here.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const groups = {
  "county.clerk": ["safety-wenling"],
  "two.hats": ["safety-wenling", "audit-wenzhou"],
  "no.role": ["canteen"],
  admin: ["safety-wenling"],
};
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = {
    grant_types: ["authorization_code"],
    response_types: ["code"],
    redirect_uris: process.argv.slice(2),
    post_logout_redirect_uris: [],
  };
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: "bihuan", client_secret: "of-the-test-alone-0123456789" },
      { ...client, client_id: "other", client_secret: "of-the-test-alone-9876543210" },
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["of-the-test-alone"] },
    async findAccount(_ctx, id) {
      const claims = { sub: id, name: `示范 ${id}`, preferred_username: id, groups: groups[id] ?? [] };
      return { accountId: id, claims: () => claims };
    },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
