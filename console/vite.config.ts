import { fileURLToPath, URL } from "node:url";

import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import components from "unplugin-vue-components/vite";
import { defineConfig } from "vitest/config";

// The API that `npm run dev` talks to.
const hotline = process.env.HOTLINE_URL ?? "http://127.0.0.1:8345";

export default defineConfig({
  plugins: [vue(), components({ dts: false, resolvers: [ElementPlusResolver()] })],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Nothing is inlined: the page's policy forbids what does not come from our own address.
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": hotline, "/health": hotline } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    server: { deps: { inline: ["element-plus"] } },
  },
});
