import { defineConfig } from "vitest/config";

const shared = { restoreMocks: true, unstubGlobals: true };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "dom",
          environment: "happy-dom",
          include: ["islands/**/*.test.ts", "*pages/**/*.test.ts"],
          exclude: ["islands/questions.test.ts"],
        },
      },
      {
        // reads the cases that lie beside the Go code; needs no page
        test: { ...shared, name: "node", environment: "node", include: ["islands/questions.test.ts"] },
      },
    ],
  },
});
