package mail

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"

	gomail "github.com/wneessen/go-mail"
)

// smtp sends each mail over a connection of its own: some hundreds a day need
// no pool, and a dead connection can't hold the next one up.
type smtp struct {
	host string
	opts []gomail.Option
}

func newSMTP(raw string) (*smtp, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("mail: the server is smtp://USER:PASSWORD@HOST:587 or smtps://…:465") // without the value: it holds a password
	}
	s := &smtp{host: u.Hostname(), opts: []gomail.Option{gomail.WithTimeout(sendTimeout)}}
	port, policy := "587", gomail.TLSOpportunistic
	if u.User != nil {
		policy = gomail.TLSMandatory // a password never goes in clear
		password, _ := u.User.Password()
		s.opts = append(s.opts,
			gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()),
			gomail.WithPassword(password),
		)
	}
	switch {
	case u.Scheme == "smtps":
		port = "465"
		s.opts = append(s.opts, gomail.WithSSL())
	case u.Query().Get("tls") == "none" && u.User == nil:
		s.opts = append(s.opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		s.opts = append(s.opts, gomail.WithTLSPolicy(policy))
	}
	n, err := strconv.Atoi(cmp.Or(u.Port(), port))
	if err != nil {
		return nil, errors.New("mail: the server's port is no number")
	}
	s.opts = append(s.opts, gomail.WithPort(n))
	if _, err := gomail.NewClient(s.host, s.opts...); err != nil {
		return nil, errors.New("mail: the server's address can't be used")
	}
	return s, nil
}

func (s *smtp) send(ctx context.Context, m *gomail.Msg) error {
	client, err := gomail.NewClient(s.host, s.opts...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() {
		return nil // only the goodbye went wrong: sending again would double it
	}
	return err
}
