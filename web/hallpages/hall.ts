// "Meinen Standort verwenden": asks the device, rounds to about 100 metres and
// sends the form with it. Nothing is asked before somebody presses the button.
const digits = 3;

/** attach serves the form; done tells where to go, which tests replace. */
export function attach(form: HTMLFormElement, go: (url: string) => void = (url) => window.location.assign(url)): void {
  const button = form.querySelector<HTMLButtonElement>("[data-nearme]");
  if (!button || !("geolocation" in navigator)) {
    button?.remove();
    return;
  }
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        const query = new URLSearchParams({
          lon: coords.longitude.toFixed(digits),
          lat: coords.latitude.toFixed(digits),
        });
        go(`/?${query}#nahe`);
      },
      () => {
        button.disabled = false;
        say(form, form.dataset.failed ?? "");
      },
      { timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

function say(form: HTMLFormElement, text: string): void {
  let p = form.querySelector<HTMLElement>("[data-nearme-said]");
  if (!p) {
    p = document.createElement("p");
    p.dataset.nearmeSaid = "true";
    p.setAttribute("role", "status");
    form.append(p);
  }
  p.textContent = text;
}

for (const form of document.querySelectorAll<HTMLFormElement>("[data-nearform]")) attach(form);
