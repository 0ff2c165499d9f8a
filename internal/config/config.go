package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings is everything that can be set. The tags are kong's.
type Settings struct {
	Store  `embed:""`
	Server `embed:""`
}

// Store says where the data are; every command asks it.
type Store struct {
	DatabaseURL string `name:"database-url" env:"MITWIRK_DATABASE_URL" placeholder:"URL" group:"Data" help:"PostgreSQL with the extensions postgis, pg_trgm, unaccent and btree_gist, e.g. postgres://mitwirk:secret@db.example.org/mitwirk. Unset, \"mitwirk dev\" runs a private server; the other commands need it or --data."`
	ErasuresLog string `name:"erasures-log" env:"MITWIRK_ERASURES_LOG" placeholder:"FILE" group:"Data" help:"A file to which each erasure of a person is appended (ids only), best where the backups are: a restore does them again. Unset: the database alone has the list, and \"mitwirk admin backup\" writes it beside its archive."`
	FilesURL    string `name:"files-url" env:"MITWIRK_FILES_URL" placeholder:"URL" group:"Data" help:"Where photos are kept: file:///var/lib/mitwirk/files, or s3://BUCKET?region=…&endpoint=… (keys as for every S3 program: AWS_ACCESS_KEY_ID and so on). Unset: the folder files beside the private database; \"serve\" and \"work\" need it."`
}

// Server is what serve, work and dev need beside the data.
type Server struct {
	Addr           string   `name:"addr" env:"MITWIRK_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" group:"Server" help:"Where the site is served (HTTP; TLS is the proxy's work)."`
	BaseURL        string   `name:"base-url" env:"MITWIRK_BASE_URL" placeholder:"URL" group:"Server" help:"The site's address as people see it; links in mails begin with it. Unset: http:// and the address served."`
	InternalAddr   string   `name:"internal-addr" env:"MITWIRK_INTERNAL_ADDR" placeholder:"HOST:PORT" group:"Server" help:"A second address, never to be public, for /healthz, /readyz and /metrics. Unset: no second address."`
	TrustedProxies []string `name:"trusted-proxies" env:"MITWIRK_TRUSTED_PROXIES" placeholder:"CIDR" group:"Server" help:"Networks of the proxies whose X-Forwarded-For is believed. Unset: nobody's, the peer's address counts. Limits per address depend on it."`
	Limits         []string `name:"limits" env:"MITWIRK_LIMITS" placeholder:"RULE=N/TIME,…" group:"Server" help:"What one network address may do in a time, e.g. report=20/5m,report=60/1h (the default for reports). Rules: report, upload, signin, code, post, visit, and link for sign-in mails to one mail address. A rule that is named replaces its defaults."`
	ReceiptKeys    string   `name:"receipt-keys" env:"MITWIRK_RECEIPT_KEYS" placeholder:"DIR" group:"Server" help:"A folder with the private keys (Ed25519, PKCS #8, .pem) that sign receipts of complaints; the last one by name signs, all of them stay good. An empty folder gets its first key. Unset: one key in the database."`
	ScannerURL     string   `name:"scanner-url" env:"MITWIRK_SCANNER_URL" placeholder:"URL" group:"Server" help:"The virus scanner for files of the dialogue: icap://HOST:1344/SERVICE, clamd://HOST:3310 or clamd:///run/clamav/clamd.ctl. Nobody opens a file before it has passed. Unset: files are not scanned, and pages say so."`

	OIDCProviders []string `name:"oidc-providers" env:"MITWIRK_OIDC_PROVIDERS" sep:";" placeholder:"KEY=ISSUER|CLIENT|SECRET-FILE|LABEL|FLAGS;…" group:"Sign-in" help:"Other places where people can sign in, by OpenID Connect (BundID, BayernID, Keycloak), e.g. \"bayernid=https://id.example.org/realms/by|mitwirk|/etc/mitwirk/bayernid.secret|BayernID|level=2\". The secret is read from a file; empty for a public client. Flags: level=1, 2 or 3 is the trust it gives (1 unless told); staff is the city's own sign-in, which asks for a second factor itself; proof marks an eID that says where people live and how old they are, for calls that ask it: it is asked for a yes or no, and what it says is not kept. Its claims have the names of OpenID Connect unless told by birthdate=, street=, postcode=, locality=; resident= and over= name claims that are yes or no already (lives in the city; over=age_over_ asks for age_over_16), scope= the scopes to ask for. At the provider, register BASE-URL/login/with/KEY/back. Unset: mail and passkeys only."`

	SMTPURL  string `name:"smtp-url" env:"MITWIRK_SMTP_URL" placeholder:"URL" group:"Mail" help:"The mail server: smtp://USER:PASSWORD@HOST:587 (STARTTLS is required when a password is sent) or smtps://…:465. Unset: nothing leaves the machine; \"mitwirk dev\" shows every mail at /dev/outbox."`
	MailFrom string `name:"mail-from" env:"MITWIRK_MAIL_FROM" placeholder:"ADDRESS" group:"Mail" help:"The sender of mails, e.g. \"Mitwirk <mitwirk@example.org>\". Needed with a mail server."`

	InboundDir     string `name:"inbound-dir" env:"MITWIRK_INBOUND_DIR" placeholder:"DIR" group:"Mail" help:"A maildir whose mails become cases and answers; each file goes once its mail is taken (see doc/operations.md). Unset: mails that come in are not read."`
	IMAPURL        string `name:"imap-url" env:"MITWIRK_IMAP_URL" placeholder:"URL" group:"Mail" help:"A mailbox of the city's mail server that is read like the maildir, for this program alone: imaps://USER:PASSWORD@HOST:993/INBOX, or imap://…:143 with STARTTLS (required); an @ in the user's name is written %40. A mail is deleted there once it is taken. Unset: no mailbox is read."`
	IMAPDone       string `name:"imap-done" env:"MITWIRK_IMAP_DONE" placeholder:"FOLDER" group:"Mail" help:"A folder of that mailbox to which mails are moved once taken instead of being deleted; you delete them in time. Unset: they are deleted."`
	InboundAddress string `name:"inbound-address" env:"MITWIRK_INBOUND_ADDRESS" placeholder:"ADDRESS" group:"Mail" help:"The address that is delivered to that maildir or mailbox, together with all its plus addresses (meldung@example.org and meldung+…@example.org). Questions can be answered by mail then."`
	BounceAddress  string `name:"bounce-address" env:"MITWIRK_BOUNCE_ADDRESS" placeholder:"ADDRESS" group:"Mail" help:"The address to which servers send back what they can't deliver (the envelope's sender), delivered to the same maildir or mailbox; your mail server must let you send with it. After three mails that came back an address gets no more. Unset: the sender's address, which must then be delivered there for the same effect."`

	MeiliURL   string `name:"meili-url" env:"MITWIRK_MEILI_URL" placeholder:"URL" group:"Search" help:"A Meilisearch server beside the database, e.g. http://127.0.0.1:7700. It is given what everybody can read on the site, nothing else, and answers searches; when it does not answer within 300 ms the database does. Unset: the database searches."`
	MeiliKey   string `name:"meili-key" env:"MITWIRK_MEILI_KEY" placeholder:"KEY" group:"Search" help:"A key of that server that may search, write documents and settings, create, swap and delete indexes, and read tasks."`
	MeiliIndex string `name:"meili-index" env:"MITWIRK_MEILI_INDEX" default:"mitwirk" placeholder:"NAME" group:"Search" help:"The name of the index there; a second one, NAME_next, exists while it is made anew."`

	CityName     string `name:"city-name" env:"MITWIRK_CITY_NAME" placeholder:"NAME" group:"City" help:"The city's name, as long as nobody has set it on the site."`
	Timezone     string `name:"timezone" env:"MITWIRK_TIMEZONE" default:"Europe/Berlin" placeholder:"ZONE" group:"City" help:"The city's time zone: deadlines, working days and what is shown go by it."`
	LocalesDir   string `name:"locales-dir" env:"MITWIRK_LOCALES_DIR" placeholder:"DIR" group:"City" help:"A folder with further languages: files AREA.LANGUAGE.toml (see doc/languages.md). Unset: German, Leichte Sprache and English."`
	MediaDir     string `name:"media-dir" env:"MITWIRK_MEDIA_DIR" placeholder:"DIR" group:"City" help:"A folder with films in sign language (.mp4, .webm, captions .vtt), served at /media. Unset: no films."`
	GeocoderURL  string `name:"geocoder-url" env:"MITWIRK_GEOCODER_URL" placeholder:"URL" group:"City" help:"A Photon or Nominatim server that finds addresses, e.g. https://photon.example.org/api. It is sent what people type into the address search, and places, nothing else. Unset, or when it does not answer within 2 s: the imported addresses."`
	GeocoderKind string `name:"geocoder-kind" env:"MITWIRK_GEOCODER_KIND" enum:",photon,nominatim" default:"" placeholder:"photon|nominatim" group:"City" help:"What the server is. Unset: told by its address."`
	MapCenter    string `name:"map-center" env:"MITWIRK_MAP_CENTER" placeholder:"LONGITUDE,LATITUDE" group:"City" help:"Where the map opens, as long as no districts are imported, e.g. 11.5755,48.1374."`
}

// Validate refuses what can't work. kong calls it after parsing.
func (s *Store) Validate() error {
	return errors.Join(
		about("MITWIRK_DATABASE_URL", checkDatabase(s.DatabaseURL)),
		about("MITWIRK_FILES_URL", checkFiles(s.FilesURL)),
	)
}

// Validate refuses what can't work. kong calls it after parsing.
func (s *Server) Validate() error {
	_, proxies := s.Proxies()
	_, zone := s.Location()
	_, _, _, centre := s.Centre() //nolint:dogsled // asked for its error only
	_, from := s.From()
	_, limits := s.RateLimits()
	_, signIns := s.SignIns()
	if s.SMTPURL != "" && s.MailFrom == "" {
		from = errors.New("is needed when MITWIRK_SMTP_URL is set")
	}
	return errors.Join(
		about("MITWIRK_ADDR", checkAddr(s.Addr)),
		about("MITWIRK_BASE_URL", checkBase(s.BaseURL)),
		about("MITWIRK_INTERNAL_ADDR", checkAddr(s.InternalAddr)),
		about("MITWIRK_TRUSTED_PROXIES", proxies),
		about("MITWIRK_LIMITS", limits),
		about("MITWIRK_OIDC_PROVIDERS", signIns),
		about("MITWIRK_SMTP_URL", checkSMTP(s.SMTPURL)),
		about("MITWIRK_SCANNER_URL", checkScanner(s.ScannerURL)),
		about("MITWIRK_IMAP_URL", checkIMAP(s.IMAPURL)),
		about("MITWIRK_IMAP_DONE", checkIMAPDone(s.IMAPDone, s.IMAPURL)),
		about("MITWIRK_INBOUND_ADDRESS", checkInbound(s.InboundAddress, s.InboundDir+s.IMAPURL)),
		about("MITWIRK_BOUNCE_ADDRESS", checkBounce(s.BounceAddress, s.InboundDir+s.IMAPURL)),
		about("MITWIRK_MAIL_FROM", from),
		about("MITWIRK_TIMEZONE", zone),
		about("MITWIRK_MAP_CENTER", centre),
		about("MITWIRK_GEOCODER_URL", checkGeocoder(s.GeocoderURL)),
		about("MITWIRK_MEILI_URL", checkMeili(s.MeiliURL)),
		about("MITWIRK_MEILI_INDEX", checkMeiliIndex(s.MeiliIndex)),
	)
}

// Base is the site's address without a slash at its end.
func (s *Server) Base() string {
	if s.BaseURL != "" {
		return strings.TrimRight(s.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return "http://" + s.Addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		host = "localhost" // "all addresses" is none that a browser can open
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Location is the city's time zone.
func (s *Server) Location() (*time.Location, error) {
	loc, err := time.LoadLocation(s.Timezone)
	if err != nil || s.Timezone == "" || s.Timezone == "Local" {
		return nil, fmt.Errorf("%q is no time zone; expected e.g. Europe/Berlin", s.Timezone)
	}
	return loc, nil
}

// Centre is where the map opens (WGS 84, degrees); ok is false when it is not set.
func (s *Server) Centre() (lon, lat float64, ok bool, err error) {
	if s.MapCenter == "" {
		return 0, 0, false, nil
	}
	a, b, two := strings.Cut(s.MapCenter, ",")
	lon, errLon := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lat, errLat := strconv.ParseFloat(strings.TrimSpace(b), 64)
	// Written so that NaN fails too.
	if !two || errLon != nil || errLat != nil || !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) {
		return 0, 0, false, fmt.Errorf("%q is no place; expected longitude,latitude in degrees, e.g. 11.5755,48.1374", s.MapCenter)
	}
	return lon, lat, true, nil
}

// Proxies are the networks whose X-Forwarded-For is believed.
func (s *Server) Proxies() ([]netip.Prefix, error) {
	nets := make([]netip.Prefix, 0, len(s.TrustedProxies))
	for _, t := range s.TrustedProxies {
		t = strings.TrimSpace(t)
		if ip, err := netip.ParseAddr(t); err == nil {
			nets = append(nets, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(t)
		if err != nil {
			return nil, fmt.Errorf("%q is no network; expected e.g. 10.0.0.0/8 or 192.0.2.7", t)
		}
		nets = append(nets, p.Masked())
	}
	return nets, nil
}

// RateLimit lets N acts through in each window of length Per.
type RateLimit struct {
	N   int
	Per time.Duration
}

// rateRules are the rules that can be set.
var rateRules = []string{"report", "upload", "signin", "code", "post", "visit", "link", "file"}

// RateLimits are the limits that replace the defaults, by rule.
func (s *Server) RateLimits() (map[string][]RateLimit, error) {
	limits := map[string][]RateLimit{}
	for _, entry := range s.Limits {
		rule, limit, _ := strings.Cut(strings.TrimSpace(entry), "=")
		count, window, ok := strings.Cut(limit, "/")
		n, errN := strconv.Atoi(count)
		per, errPer := time.ParseDuration(window)
		if !ok || errN != nil || errPer != nil || n < 1 || per < time.Second || !slices.Contains(rateRules, rule) {
			return nil, fmt.Errorf("%q is no limit; expected e.g. report=20/5m with a rule out of %s", entry, strings.Join(rateRules, ", "))
		}
		limits[rule] = append(limits[rule], RateLimit{n, per})
	}
	return limits, nil
}

// From is the sender of mails; nil when it is not set.
func (s *Server) From() (*mail.Address, error) {
	if s.MailFrom == "" {
		return nil, nil //nolint:nilnil // not set is no error
	}
	a, err := mail.ParseAddress(s.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("%q is no mail address; expected e.g. Mitwirk <mitwirk@example.org>", s.MailFrom)
	}
	return a, nil
}

func about(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

func checkAddr(addr string) error {
	if addr == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(addr)
	if n, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || n > 65535 {
		return fmt.Errorf("%q is no address to listen on; expected HOST:PORT, e.g. 127.0.0.1:8080 or :8080", addr)
	}
	return nil
}

func checkBase(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || path.Clean("/"+u.Path) != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q is no address of a site; expected e.g. https://mitwirk.example.org, without a path", base)
	}
	return nil
}

// checkURL never repeats the value: it may hold a password.
func checkURL(raw, expected string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return nil, errors.New("is not understood; expected " + expected)
	}
	return u, nil
}

func checkGeocoder(raw string) error {
	if raw == "" {
		return nil
	}
	const expected = "the address of a Photon or Nominatim server, e.g. https://photon.example.org/api"
	u, err := checkURL(raw, expected, "http", "https")
	if err == nil && (u.Host == "" || u.RawQuery != "" || u.Fragment != "") {
		err = errors.New("is not understood; expected " + expected)
	}
	return err
}

func checkDatabase(raw string) error {
	if raw == "" || (!strings.Contains(raw, "://") && strings.Contains(raw, "=")) { // or "host=… dbname=…"
		return nil
	}
	_, err := checkURL(raw, "postgres://USER:PASSWORD@HOST/DATABASE", "postgres", "postgresql")
	return err
}

func checkFiles(raw string) error {
	if raw == "" {
		return nil
	}
	const expected = "file:///FOLDER (three slashes) or s3://BUCKET?region=…"
	u, err := checkURL(raw, expected, "file", "s3", "mem")
	if err != nil {
		return err
	}
	if (u.Scheme == "file" && (u.Host != "" || u.Path == "")) || (u.Scheme == "s3" && u.Host == "") {
		return errors.New("is not understood; expected " + expected)
	}
	return nil
}

func checkSMTP(raw string) error {
	if raw == "" {
		return nil
	}
	const expected = "smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465" //nolint:gosec // no password, the word
	u, err := checkURL(raw, expected, "smtp", "smtps")
	if err != nil {
		return err
	}
	if u.Hostname() == "" {
		return errors.New("names no host; expected " + expected)
	}
	return nil
}
