// A certified OpenID Connect provider (npm oidc-provider) on this machine: node provider.mjs PORT REDIRECT CLAIMS_AS_JSON
import Provider from "oidc-provider";

const [port, redirect, claims] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "mingxin", client_secret: "a-secret-of-the-tests", redirect_uris: [redirect] }],
  claims: { openid: ["sub"], profile: ["name", "cert_type", "cert_no"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  async findAccount(ctx, sub) {
    return { accountId: sub, claims: async () => ({ sub, ...JSON.parse(claims) }) };
  },
});
provider.listen(Number(port), "127.0.0.1");
