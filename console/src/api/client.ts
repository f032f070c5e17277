/**
 * The one way to the API: paths, bodies and answers typed by schema.d.ts, which the build makes from
 * the API itself. A refusal is thrown as a Problem, and so is a server that cannot be reached.
 */
import createClient, { type Middleware } from "openapi-fetch";

import { offline, problemOf } from "@/api/problem";
import type { components, paths } from "@/api/schema";

export type Schema = components["schemas"];

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
let token = "";
let onExpired = () => {};

/** Changes carry the session's token, which a page of another origin cannot know. */
export function useToken(csrf: string): void {
  token = csrf;
}

export function whenExpired(act: () => void): void {
  onExpired = act;
}

const session: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method) && token) request.headers.set("X-CSRF-Token", token);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return response;
    const problem = await problemOf(response);
    const signingIn = new URL(request.url).pathname === "/api/session";
    if (response.status === 401 && !signingIn) onExpired();
    throw problem;
  },
  onError() {
    return offline();
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(session);

/** What an accepted request answered with. */
export async function answer<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}
