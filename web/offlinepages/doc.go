// Package offlinepages makes the product installable and keeps a begun report
// where there is no network.
//
//	GET /reports/offline       the form that is shown without network; needs script
//	GET /sw.js                 the service worker with the files of this build
//	GET /manifest.webmanifest  name, colours and icons of the installed page
//	GET /icons/{name}.png      the mark, drawn here
//
// Invariants: the form is the same for everybody and holds nothing personal;
// what people enter into it stays in their browser (web/islands/offline-*.ts)
// until they agree to send it; the worker keeps no other page.
package offlinepages
