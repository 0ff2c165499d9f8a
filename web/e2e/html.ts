// html-validate with every rule of its "recommended" and "a11y" sets; what is
// off is off for a reason.
import { type ConfigData, HtmlValidate, StaticConfigLoader } from "html-validate";

const config: ConfigData = {
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // templ writes the doctype in lower case and leaves out what may be left out
    "doctype-style": "off",
    "void-style": "off",
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    "no-trailing-whitespace": "off",
    // Safari takes the role off lists without bullets: role="list" is wanted (look.md)
    "no-redundant-role": "off",
    "prefer-native-element": ["error", { exclude: ["list"] }],
    // voice control finds an entry by an explicit label more surely than by nesting
    "no-redundant-for": "off",
    // the length of a title is a matter of style
    "long-title": "off",
    "no-inline-style": "error",
    // boxes of one choice share their name, as HTML has it
    "form-dup-name": ["error", { shared: ["radio", "button", "reset", "submit", "checkbox"] }],
    // telephone numbers are written as people say them
    "tel-non-breaking": "off",
  },
};

const validator = new HtmlValidate(new StaticConfigLoader([], config));

/** validate gives one line for each thing that is wrong. */
export async function validate(html: string): Promise<string[]> {
  const report = await validator.validateString(html);
  return report.results.flatMap((r) =>
    r.messages.map((m) => `${m.ruleId} at ${m.line}:${m.column}: ${m.message} (${m.selector ?? ""})`),
  );
}
